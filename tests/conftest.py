"""What all tests share: Hypothesis profiles, and the rule that under REQUIRE_ALL=1 a test that did not run is a failure."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from survey import translation

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


@pytest.fixture
def interface(tmp_path, monkeypatch):
    """interface(ru="…") → the program's texts are translated by these .po files only, given by language."""
    folder = tmp_path / "interface"
    folder.mkdir()

    def forget() -> None:
        translation.interface_chain.cache_clear()
        translation._interface_texts.cache_clear()
        translation.is_draft.cache_clear()

    def write(**languages: str) -> None:
        for language, text in languages.items():
            (folder / f"{language}.po").write_text(text, encoding="utf-8")
        forget()

    monkeypatch.setattr(translation, "INTERFACE", folder)
    write()
    yield write
    monkeypatch.undo()
    forget()
