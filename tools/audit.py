"""`make audit`: hashes in the lock, licences, insecure constructs, a software bill of materials, known vulnerabilities.

All but the last work without a network and are tests too (tests/test_supply_chain.py). The last asks PyPI's vulnerability
service about each package and fails when it cannot: an audit that did not happen has not passed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, files, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "ai-readiness"
SOURCES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["files"]
# Locked for Windows or browsers only, so not installed here and without metadata to read.
ELSEWHERE = {"colorama": "BSD-3-Clause", "httpx2-jsfetch": "BSD-3-Clause"}
# Weak copyleft, decided: an optional driver that is imported at run time, unchanged, and can be replaced (docs/operations.md).
LESSER = {"psycopg", "psycopg-binary", "psycopg-pool"}

_STRONG_COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
_LESSER_COPYLEFT = re.compile(r"\bLGPL|GNU (Lesser|Library) General Public", re.IGNORECASE)
_JUSTIFIED = re.compile(r"# noqa: ([A-Z0-9, ]+)")


def locked() -> list[dict[str, Any]]:
    """The packages of uv.lock, without the project itself. A name may occur twice: another version for another Python."""
    return [package for package in _lock() if package["name"] != PROJECT]


def shipped() -> set[tuple[str, str]]:
    """Name and version of all that an installation with every extra may get: the project's dependencies and theirs."""
    packages = _lock()
    found: set[str] = set()
    waiting = [PROJECT]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for package in packages:
            if package["name"] == name:
                extras = package.get("optional-dependencies", {}).values()
                waiting += [needed["name"] for needs in (package.get("dependencies", []), *extras) for needed in needs]
    return {(package["name"], package["version"]) for package in packages if package["name"] in found - {PROJECT}}


def _lock() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return packages


def without_hash(packages: Iterable[dict[str, Any]]) -> list[str]:
    """Packages that come from elsewhere than an index, or have a file that the lock does not pin by SHA-256."""
    found = []
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        pinned = bool(files) and all(re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", "")) for file in files)
        if "registry" not in package["source"] or not pinned:
            found.append(package["name"])
    return found


def licence(name: str) -> str:
    """What an installed package says of its licence; "" when it says nothing.

    Its SPDX expression, else its classifiers, else the first line of the old free text or of its licence file. That text alone
    may hold the licences of bundled files: the compiler's run-time library in scipy is GPL with an exception that lets anybody link it.
    """
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    if facts["License-Expression"]:
        return str(facts["License-Expression"])
    classifiers = [text.split(" :: ")[-1] for text in facts.get_all("Classifier", []) if text.startswith("License ::")]
    return "; ".join(classifiers) or str(facts["License"] or "").strip().split("\n")[0] or _first_line_of_file(name)


def _first_line_of_file(name: str) -> str:
    """For wheels that bring their licence and do not name it, such as "MIT License"."""
    found = [file for file in files(name) or () if file.parent.name == "licenses" and file.name.startswith("LICENSE")]
    return found[0].read_text(encoding="utf-8").strip().split("\n")[0] if found else ""


def licence_problems(names: Iterable[str]) -> list[str]:
    """Packages without a stated licence, under GPL or AGPL, or under an LGPL that nobody has decided about."""
    found = []
    for name in sorted(names):
        text = licence(name)
        if not text or _STRONG_COPYLEFT.search(text) or (_LESSER_COPYLEFT.search(text) and name not in LESSER):
            found.append(f"{name}: {text or 'no licence stated'}")
    return found


def insecure_constructs(sources: Iterable[str] = SOURCES) -> list[str]:
    """Bandit's findings that their line does not justify.

    ruff's rules S101 to S704 are bandit's B101 to B704: one `# noqa: S608` with its reason speaks to both, and ruff
    complains about one that is not needed. Asserts (B101) are allowed, as in pyproject.toml.
    """
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", "-s", "B101", *sources]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    found = [f"{error['filename']}: {error['reason']}" for error in report["errors"]]
    for result in report["results"]:
        lines = (ROOT / result["filename"]).read_text(encoding="utf-8").splitlines()
        spoken = {
            rule.strip()
            for number in result["line_range"]
            for match in _JUSTIFIED.finditer(lines[number - 1])
            for rule in match[1].split(",")
        }
        if result["test_id"].replace("B", "S") not in spoken:
            found.append(f"{result['filename']}:{result['line_number']} {result['test_id']} {result['issue_text']}")
    return found


def uv() -> str | None:
    """The uv that runs this, or the one of this folder, or the one on the PATH."""
    own = ROOT / ".uv" / "bin" / "uv"
    return os.environ.get("UV") or (str(own) if own.exists() else shutil.which("uv"))


def export(form: str, file: Path) -> str:
    """What is shipped, with every extra, as uv writes it. Raises CalledProcessError; FileNotFoundError without uv."""
    # Neither the developers' tools nor the project itself; --frozen: the lock as it is, without a network.
    wanted = ["--frozen", "--offline", "--all-extras", "--no-dev", "--no-emit-project", "--format", form]
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [uv() or "uv", "export", "--quiet", *wanted, "--output-file", str(file)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return file.read_text(encoding="utf-8")


def bill_of_materials(folder: Path) -> dict[str, Any]:
    """The CycloneDX 1.5 bill of materials, written to `folder`/sbom.cdx.json: uv's, with each component's licence."""
    file = folder / "sbom.cdx.json"
    bill: dict[str, Any] = json.loads(export("cyclonedx1.5", file))
    for component in bill["components"]:
        component["licenses"] = [{"license": {"name": licence(component["name"])}}]
    file.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    return bill


def main() -> int:
    """Run everything; 1 when anything is wrong or could not be asked."""
    packages = locked()
    problems = [f"no hash in uv.lock: {name}" for name in without_hash(packages)]
    problems += [f"licence: {text}" for text in licence_problems({package["name"] for package in packages})]
    problems += insecure_constructs()
    build = ROOT / "build"
    print(f"--- {len(bill_of_materials(build)['components'])} components in build/sbom.cdx.json")
    for problem in problems:
        print(problem)
    print(
        f"--- {len(problems)} problem(s) with hashes, licences and our own code; now known vulnerabilities", flush=True
    )
    export("requirements.txt", build / "requirements.txt")
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(build / "requirements.txt")], cwd=ROOT, check=False)
    if done.returncode:
        print("--- failed: a known vulnerability, or the vulnerability service was not reached (see above)")
    return 1 if problems or done.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
