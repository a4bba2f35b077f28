"""A database made from a backup, from journals, or from both, and put in the place of the one that is there.

All is made and checked beside it first; what it replaces is renamed, never overwritten.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from results.backup import Backup, back_up, backups_in, describe, read_manifest
from results.files import copy_durably, remove_database, set_aside, sha256_of, sync_file, sync_folder
from results.journal import Scan, base_of, create, scan
from results.journal_line import Head
from results.migrations import check_unused, inspect_database, open_database
from results.places import backups_of, database_of, journal_of, wal_of
from results.reconcile import ReplayError, carry_out, head_of, plan
from results.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Say = Callable[[int], None]


_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """`head`: what the database now holds. `aside`: the files it replaced, under their new names.

    `backup`: what its new journal continues, if there was room for it.
    """

    head: Head
    replayed: int
    aside: tuple[Path, ...]
    backup: Backup | None


def restore(database: Path, backup: Path | None, journals: Sequence[Path], say: Say = lambda _: None) -> Restored:
    """Make `database` from `backup` (by default the one that the first journal continues) and what the journals add.

    Raises StoreError: S001 in use, S020 broken journal, S024 a bad backup or one that does not fit, S027 no base, S028.
    """
    check_unused(database)
    work = database.with_name(f".{database.name}.restoring")
    base = backup
    try:
        found = [scan(journal) for journal in journals]
        base = backup or _base(journals[0], database)
        say(10)
        database.parent.mkdir(parents=True, exist_ok=True)
        remove_database(work)
        if base is not None:
            _take(base, work, say)
        head, replayed = _replay(work, found)
        say(80)
        aside = _swap(work, database, head)
        say(90)
        made = _keep_base(database)
    except OSError as error:
        raise StoreError("S024", path=base or journals[0], reason=error.strerror or error) from None
    except (duckdb.Error, ReplayError) as error:
        raise StoreError("S024", path=base or journals[0], reason=str(error).splitlines()[0].rstrip(" .")) from None
    finally:
        remove_database(work)
    say(100)
    return Restored(head, replayed, aside, made)


def _keep_base(database: Path) -> Backup | None:
    """A backup that the new journal continues; where there is no room for one, the next regular backup is it."""
    try:
        with duckdb.connect(str(database)) as connection:
            return back_up(connection, database, backups_of(database))
    except StoreError as error:
        _log.warning("no backup of what was restored could be made: %(code)s", {"code": error.code})
        return None


def _base(journal: Path, database: Path) -> Path | None:
    """The backup that a journal continues; None for a journal that began with an empty database."""
    base = base_of(journal)
    if base.number == 0 and not any(base.rows.values()):
        return None
    folders = (backups_of(database_of(journal)), backups_of(database))
    for backup in (one for folder in folders if folder.is_dir() for one in backups_in(folder)):
        if (backup.number, backup.journal, backup.rows) == (base.number, base.sha256, base.rows):
            return backup.file
    raise StoreError("S027", path=journal, number=base.number, folder=folders[0], database=database)


def _take(base: Path, work: Path, say: Say) -> None:
    """A copy of the backup, checked against its manifest. A database file without one is only opened and counted."""
    manifest = read_manifest(base)
    if manifest is None and base.with_suffix(".json").exists():
        raise StoreError("S024", path=base, reason="its manifest cannot be read")
    copy_durably(base, work)
    if manifest is not None:
        found = sha256_of(work, lambda done, of: say(10 + 40 * done // max(of, 1)))
        if found != manifest.sha256:
            raise StoreError("S024", path=base, reason="it is not the file that its manifest describes")
    elif wal_of(base).exists():
        copy_durably(wal_of(base), wal_of(work))
    try:
        inspect_database(work)
    except StoreError as error:
        facts = {"path": base, "reason": "it is not a database of this program, or is of a newer version"}
        raise StoreError("S024", **facts) from error
    if manifest is not None and describe(work).rows != manifest.rows:
        raise StoreError("S024", path=base, reason="it holds other rows than its manifest says")


def _replay(work: Path, found: Sequence[Scan]) -> tuple[Head, int]:
    """The copy at the newest schema with all that the journals add; its head, and how many lines were added."""
    connection = open_database(work)
    try:
        before = head_of(connection)
        for journal in found:
            if journal.head.number > head_of(connection).number:
                try:
                    planned = plan(connection, work, journal, thorough=False)
                    carry_out(connection, work, journal, planned)
                except StoreError as error:
                    reason = f"it does not continue line {before.number}"
                    raise StoreError("S024", path=journal.path, reason=reason) from error
        head = head_of(connection)
    finally:
        connection.close()
    sync_file(work)
    if describe(work).rows != head.rows:
        raise StoreError("S024", path=work, reason="it cannot be read again")
    return head, head.number - before.number


def _swap(work: Path, database: Path, head: Head) -> tuple[Path, ...]:
    """Killed in between, the start finds a database without its journal or neither, and says so (S021) or is new."""
    journal = journal_of(database)
    olds = [set_aside(one, "replaced") for one in (journal, wal_of(database), database)]
    work.replace(database)
    sync_folder(database.parent)
    create(journal, head).close()
    return tuple(old for old in olds if old is not None)
