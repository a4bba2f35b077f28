"""Brings uv into .uv/ of this folder, with nothing but Python >= 3.11, and without touching the system's Python.

Tries a virtual environment first; where the system has no `ensurepip` (Debian without python3-venv) it asks pip for a
private folder. Exit 3 with one clear sentence where neither is there.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / ".uv"
WANTED = "uv>=0.8"


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (this file may meet an older Python; the project may not)
        version = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Python 3.11 or newer is needed and this is {version}. Call: make PYTHON=/path/to/python3.11 run",
            file=sys.stderr,
        )
        return 3
    print("Bringing uv into .uv/ (once) ...", flush=True)
    if _quiet(sys.executable, "-m", "venv", "--clear", str(TARGET)) and _quiet(
        str(TARGET / "bin" / "python"), "-m", "pip", "install", WANTED
    ):
        return 0
    if _quiet(sys.executable, "-m", "pip", "install", "--target", str(TARGET / "lib"), WANTED):
        link = TARGET / "bin" / "uv"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(TARGET / "lib" / "bin" / "uv")
        return 0
    print(
        "uv could not be brought: this Python has neither 'venv' nor 'pip', or the package index is out of reach.\n"
        "Install uv yourself (https://docs.astral.sh/uv/) or, on Debian, 'apt install python3-venv', and call make again.",
        file=sys.stderr,
    )
    return 3


def _quiet(*command: str) -> bool:
    done = subprocess.run([*command], capture_output=True, text=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
