"""The embedded engine's files opened together: the database at the newest schema, and the journal that it agrees with."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from results.backup import Backup, back_up
from results.journal import Journal, Scan, create, reopen, scan
from results.migrations import open_database
from results.places import backups_of, journal_of, wal_of
from results.reconcile import Replayed, head_of, reconcile
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
    """Open, compare, replay. Raises StoreError, and ReplayError when the database cannot take what it lacks."""
    # Rows in the middle have only been seen to go missing with a write-ahead log to replay.
    unclean = wal_of(path).exists()
    made: list[Backup] = []
    connection = open_database(path, lambda older: made.append(_keep_older(older, path)))
    try:
        found = _scan(connection, path)
        replayed = reconcile(connection, path, found, thorough=unclean) if found else Replayed(0, 0)
        if found is None:
            journal = create(journal_of(path), head_of(connection))
        else:
            if found.torn:
                _log.warning("%s: %d bytes of an unfinished line were set aside", found.path.name, found.torn)
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


def _scan(connection: duckdb.DuckDBPyConnection, path: Path) -> Scan | None:
    """The journal, read; None when there is none and none is missed."""
    journal = journal_of(path)
    if journal.exists():
        return scan(journal)
    head = head_of(connection)
    if head.number:
        raise StoreError("S021", path=path, journal=journal, found=head.number, known=0)
    return None


def _keep_older(connection: duckdb.DuckDBPyConnection, path: Path) -> Backup:
    """A backup of the older schema, before it is changed. Raises StoreError S028."""
    return back_up(connection, path, backups_of(path))
