"""Where the files that belong to a database are: `readiness.duckdb` has `readiness.journal.jsonl` and `readiness.backups/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_JOURNAL: Final = ".journal.jsonl"


def journal_of(database: Path) -> Path:
    return database.with_name(database.stem + _JOURNAL)


def database_of(journal: Path) -> Path:
    return journal.with_name(journal.name.removesuffix(_JOURNAL) + ".duckdb")


def backups_of(database: Path) -> Path:
    return database.with_name(f"{database.stem}.backups")


def wal_of(database: Path) -> Path:
    """DuckDB's write-ahead log."""
    return database.with_name(f"{database.name}.wal")
