"""What all tests share: Hypothesis profiles, and the rule that under REQUIRE_ALL=1 a test that did not run is a failure."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("project")

# One BLAS thread a process: the kernel needs none, and threads of several test processes would fight for two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    missed = [report for kind in ("skipped", "xfailed") for report in terminalreporter.stats.get(kind, [])]
    if not missed:
        return
    reasons = {
        str(getattr(report, "longrepr", ("", "", "")) and report.longrepr[2])
        for report in missed
        if hasattr(report, "longrepr")
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"not run: {reason}", yellow=True)
    if os.environ.get("REQUIRE_ALL") == "1":
        terminalreporter.write_line(
            f"REQUIRE_ALL=1: {len(missed)} test(s) did not run, which is a failure here.", red=True
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    missed = any(reporter.stats.get(kind) for kind in ("skipped", "xfailed")) if reporter else False
    if missed and exitstatus == 0 and os.environ.get("REQUIRE_ALL") == "1":
        session.exitstatus = 1
