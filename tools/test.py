"""`make test`: lint, types, import contracts, the questionnaires, then every test. Stops at the first that fails.

The developer, the hook and the continuous integration run this same list. Under REQUIRE_ALL=1 a test that did not run
is a failure (tests/conftest.py).
"""

import os
import subprocess
import time

STEPS = (
    ("lint", ["ruff", "check", "--quiet", "."]),
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("types", ["mypy", "--no-error-summary"]),
    ("imports", ["lint-imports", "--no-cache"]),
    ("questionnaires", ["readiness", "check", "questionnaires"]),
    ("tests", ["pytest", "-q", "-m", "not browser", "-n", os.environ.get("TEST_PROCESSES", "auto")]),
    # One at a time: they measure the way from an answer to the projector, and each has a server and a browser of its own.
    ("browser tests", ["pytest", "-q", "-m", "browser"]),
)


def main() -> int:
    for name, command in STEPS:
        start = time.monotonic()
        print(f"--- {name}", flush=True)
        done = subprocess.run(command, check=False)
        if done.returncode:
            print(f"--- {name} failed: {' '.join(command)}", flush=True)
            return done.returncode
        if "tests" not in name:
            print(f"--- {name} passed in {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
