"""Rules of the house that no linter knows: module sizes, who imports streamlit, what is published, nothing remote."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("survey", "scoring", "results", "access", "charts", "reports", "demo", "web", "ui")
CODE = [path for name in (*PACKAGES, "tests", "benchmarks", "tools") for path in sorted((ROOT / name).rglob("*.py"))]
CODE += sorted(ROOT.glob("*.py"))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_has_over_400_lines_of_code(path):
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
    assert len(lines) <= 400


@pytest.mark.parametrize(
    "path", [p for p in CODE if p.is_relative_to(ROOT / "ui" / "pages")], ids=lambda path: path.name
)
def test_pages_are_thin(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120


def test_only_ui_and_the_web_entry_import_streamlit():
    importers = set()
    for path in CODE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        if any(name.split(".")[0] == "streamlit" for name in names):
            importers.add(path.relative_to(ROOT).parts[0])
    assert importers <= {"ui", "survey_app.py", "tests", "benchmarks"}


def test_log_lines_are_constants_with_allowed_fields():
    """A line's text is a constant, its values a dictionary of the fields in `logs.FIELDS` (see logs.py)."""
    from logs import FIELDS

    found, faults = 0, []
    for path in CODE:
        if path.relative_to(ROOT).parts[0] in ("tests", "benchmarks", "tools"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_log(node.func)):
                continue
            found += 1
            text, *values = node.args
            named = {keyword.arg for keyword in node.keywords}
            is_constant = isinstance(text, ast.Constant) and isinstance(text.value, str)
            keys = {getattr(key, "value", None) for value in values for key in getattr(value, "keys", [None])}
            if not is_constant or len(values) > 1 or not keys <= FIELDS or not named <= {"exc_info"}:
                faults.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert (faults, found >= 15) == ([], True)


def _is_log(function: ast.Attribute) -> bool:
    kinds = {"debug", "info", "warning", "error", "exception", "critical", "log"}
    return (
        isinstance(function.value, ast.Name)
        and function.value.id.lower().strip("_") == "log"
        and function.attr in kinds
    )


def test_every_package_is_published_and_nothing_else():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    published = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    assert set(PACKAGES) <= published
    assert all((ROOT / name).exists() for name in published)


def test_no_code_names_a_remote_address():
    allowed = re.compile(
        r"https?://(localhost|127\.0\.0\.1|\[::1\]|json-schema\.org|creativecommons\.org|docs\.astral\.sh)"
    )
    found = []
    for path in CODE:
        if path.is_relative_to(ROOT / "tests"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            found += [
                f"{path.name}: {line.strip()}"
                for match in re.finditer(r"https?://[A-Za-z0-9\[]", line)
                if not allowed.match(line, match.start())
            ]
    assert found == []
