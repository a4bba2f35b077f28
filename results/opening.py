"""The embedded engine's files opened together: the database at the newest schema, and the journal that it agrees with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from results.backup import back_up
from results.journal import Journal, Scan, create, reopen, scan
from results.migrations import open_database
from results.places import backups_of, journal_of, wal_of
from results.reconcile import Plan, Replayed, carry_out, head_of, plan
from results.store import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    connection: duckdb.DuckDBPyConnection
    journal: Journal
    replayed: Replayed
    torn: int  # bytes of a line that nobody was told is kept, now in a file of its own


def open_files(path: Path) -> Opened:
    """Open, compare, replay. Raises StoreError, and ReplayError when the database cannot take what it lacks.

    The comparison comes before the database is opened for writing, which would already fold its write-ahead log into
    it: a start that is refused changes nothing.
    """
    # Rows in the middle have only been seen to go missing with a write-ahead log to replay.
    unclean = wal_of(path).exists()
    found = _scan(path)
    planned: list[Plan] = []

    def compare(connection: duckdb.DuckDBPyConnection) -> None:
        if found is None:
            _refuse_without_journal(connection, path)
        else:
            planned.append(plan(connection, path, found, thorough=unclean))

    connection = open_database(path, compare, lambda older: back_up(older, path, backups_of(path)))
    try:
        if found is None:
            journal, replayed = create(journal_of(path), head_of(connection)), Replayed(0, 0)
        else:
            if not planned:  # a new file, or one of an older schema
                compare(connection)
            replayed = carry_out(connection, path, found, planned[0])
            if found.torn:
                _log.warning(
                    "%(file)s: %(bytes)d bytes of an unfinished line were set aside",
                    {"file": found.path.name, "bytes": found.torn},
                )
            journal = reopen(found)
    except OSError as error:
        connection.close()
        raise StoreError("S002", path=journal_of(path), reason=error.strerror or error) from None
    except duckdb.Error as error:
        connection.close()
        raise StoreError("S002", path=path, reason=type(error).__name__) from None
    except BaseException:
        connection.close()
        raise
    return Opened(connection, journal, replayed, found.torn if found else 0)


def _scan(path: Path) -> Scan | None:
    """The journal, read; None when there is none. Raises StoreError S020, S022, S002."""
    journal = journal_of(path)
    try:
        if not journal.exists():
            return None
        found = scan(journal)
    except OSError as error:
        raise StoreError("S002", path=journal, reason=error.strerror or error) from None
    # A database that is gone is made from its journal, unless that only continues what was there before.
    if not path.exists() and (found.base.number or any(found.base.rows.values())):
        raise StoreError("S022", path=path, journal=journal, tables="all tables")
    return found


def _refuse_without_journal(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    head = head_of(connection)
    if head.number:
        raise StoreError("S021", path=path, journal=journal_of(path), found=head.number, known=0)
