"""What has to be in the environment before the libraries that read it are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Prints what is set at the moment when somebody looks for numpy.
WATCH = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
"""


@pytest.mark.parametrize("entry", ["import survey_cli, access.invitation", "import survey_app"])
@pytest.mark.parametrize("given", [None, "2"])
def test_numpy_finds_one_blas_thread_unless_the_operator_set_another(entry, given, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    environment |= {"READINESS_DB": f"duckdb:///{tmp_path}/x.duckdb"} | (
        {"OPENBLAS_NUM_THREADS": given} if given else {}
    )
    done = subprocess.run(
        [sys.executable, "-c", WATCH + entry], cwd=ROOT, env=environment, text=True, capture_output=True, check=True
    )
    assert done.stdout.split() == [given or "1"]
