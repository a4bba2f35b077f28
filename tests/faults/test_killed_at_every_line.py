"""R3, R4, R16, R17: SIGKILL at the lines of creating, migrating, writing, backing up, restoring and erasing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import LONG

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.faults
# Kill at each so many lines: in the quick version, in the long one.
STEPS = {
    "Create": (53, 1),
    "Migrate": (83, 3),
    "Write": (61, 2),
    "BackUp": (151, 5),
    "BringBack": (211, 7),
    "Clear": (257, 7),
}


@pytest.mark.timeout(3600 if LONG else 120)
@pytest.mark.parametrize("scenario", STEPS)
def test_killed_anywhere_nothing_acknowledged_is_lost(tmp_path, scenario):
    arguments = [
        sys.executable,
        "-m",
        "tests.faults.line_killer",
        scenario,
        str(tmp_path / "x"),
        str(STEPS[scenario][LONG]),
    ]
    done = subprocess.run(
        arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    kills, lines = map(int, done.stdout.split())
    print(f"{scenario}: {kills} kills in {lines} lines")
    assert kills >= 3
