"""`make test`: lint, types, import contracts, the questionnaires, then every test. Stops at the first that fails.

The developer, the hook and the continuous integration run this same list. Under REQUIRE_ALL=1 a test that did not run
is a failure (tests/conftest.py).
"""

import os
import subprocess
import sys
import time

STEPS = (
    ("lint", ["ruff", "check", "--quiet", "."]),
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("types", ["mypy", "--no-error-summary"]),
    ("imports", ["lint-imports", "--no-cache"]),
    ("questionnaires", ["readiness", "check", "questionnaires"]),
    ("tests", ["pytest", "-n", os.environ.get("TEST_PROCESSES", "auto"), "-q"]),
)


def main() -> int:
    for name, command in STEPS:
        start = time.monotonic()
        print(f"--- {name}", flush=True)
        done = subprocess.run([*command, *(sys.argv[1:] if name == "tests" else [])], check=False)
        if done.returncode:
            print(f"--- {name} failed: {' '.join(command)}", flush=True)
            return done.returncode
        if name != "tests":
            print(f"--- {name} passed in {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
