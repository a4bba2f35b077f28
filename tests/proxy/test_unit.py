"""docs/proxy/readiness.service: systemd accepts it, and it leaves the process little to do harm with."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proxy.proxies import SAMPLES

PROGRAM = "/opt/ai-readiness/.venv/bin/readiness"


@pytest.fixture
def analyze(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze. On Debian: apt install systemd")
    text = (SAMPLES / "readiness.service").read_text(encoding="utf-8")
    assert PROGRAM in text
    unit = tmp_path / "readiness.service"
    unit.write_text(text.replace(PROGRAM, str(Path(sys.executable).with_name("readiness"))), encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["systemd-analyze", *arguments, str(unit)], capture_output=True, text=True, check=False)

    return run


def test_systemd_accepts_the_unit(analyze):
    done = analyze("verify")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_is_hardened(analyze):
    """systemd's own measure from 0 (nothing is exposed) to 10; a unit without any of these lines has 9.6."""
    done = analyze("security", "--offline=true", "--no-pager")
    exposure = float(re.search(r"Overall exposure level for readiness.service: ([\d.]+)", done.stdout)[1])
    assert exposure <= 1.5
