"""The only reader of the environment: one frozen Settings, made once by the process that starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Before numpy is loaded, which is why the entries import this module first. The matrices are small: threads of BLAS only compete
# with those that serve pages (p99 of a save with 10 dashboards: 386 ms against 3).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: URL of the store. `base_url`: what links and QR codes point to, without a final slash.

    `base_url_given`: it was set from outside, and is not the default of one machine.
    `questionnaires`: folder with the questionnaire files. `cache`: folder for files that can be made anew.
    `backup_hours`: between backups of an embedded database while the app runs; 0: none.
    """

    database: str
    base_url: str
    questionnaires: Path
    cache: Path
    base_url_given: bool = False
    backup_hours: float = 24.0

    @property
    def secure(self) -> bool:
        """Whether people reach the app through TLS; cookies are then `Secure`."""
        return self.base_url.startswith("https://")


def read_settings() -> Settings:
    """Settings from READINESS_DB, _BASE_URL, _QUESTIONNAIRES, _CACHE and _BACKUP_HOURS, with defaults for one machine."""
    cache = os.environ.get("READINESS_CACHE") or str(
        Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "ai-readiness"
    )
    return Settings(
        database=os.environ.get("READINESS_DB", "duckdb:///data/readiness.duckdb"),
        base_url=os.environ.get("READINESS_BASE_URL", "http://localhost:8501").rstrip("/"),
        questionnaires=Path(os.environ.get("READINESS_QUESTIONNAIRES") or HERE / "questionnaires"),
        cache=Path(cache),
        base_url_given="READINESS_BASE_URL" in os.environ,
        backup_hours=_hours(os.environ.get("READINESS_BACKUP_HOURS", "")),
    )


def _hours(text: str) -> float:
    """A number of hours; 24 for anything else, since no backups should follow only from `0`."""
    try:
        hours = float(text)
    except ValueError:
        return 24.0
    return hours if 0 <= hours < float("inf") else 24.0
