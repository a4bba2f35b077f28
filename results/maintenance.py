"""The work of the terminal's commands for the store: backup, restore, erase, migrate. They take parsed values and print.

Results go to standard output, progress and problems to standard error. Each returns the command's exit code.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from results.backup_clock import ask_running_app
from results.files import copy_durably
from results.places import backups_of
from results.store import StoreError, embedded_path, is_postgres, open_store
from results.upkeep import Erased, Erasure

if TYPE_CHECKING:
    from results.backup import Backup
    from results.duckdb_store import DuckDBStore
    from results.workshop import Round

DONE, USAGE = 0, 2
_PID: Final = re.compile(r"process (\d+)")


def _percent(percent: int) -> None:
    print(f"{percent:3d} %", file=sys.stderr, flush=True)


def _existing(url: str) -> Path:
    path = embedded_path(url)
    if not path.exists():
        raise StoreError("S025", path=path)
    return path


def _open(path: Path) -> DuckDBStore:
    from results.duckdb_store import DuckDBStore

    return DuckDBStore(path)


def backup(options: argparse.Namespace) -> int:
    path = _existing(options.db)
    file = _made_backup(path)
    if options.to is not None:
        file = _copied(file, options.to)
    print(file)
    return DONE


def _made_backup(path: Path) -> Path:
    try:
        store = _open(path)
    except StoreError as error:
        if error.code != "S001":
            raise
        holder = _PID.search(str(error))
        print("The app is running; it makes the backup.", file=sys.stderr)
        return Path(ask_running_app(path, holder[1] if holder else "?", _percent))
    with closing(store):
        return store.backup(None, _percent).file


def _copied(file: Path, folder: Path) -> Path:
    """The backup and its manifest in another folder, compared byte for byte with what was verified."""
    from results.backup import read_manifest
    from results.files import sha256_of

    taken: Backup | None = read_manifest(file)
    assert taken is not None, "just made"
    target = folder / file.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy_durably(file, target)
        if sha256_of(target) != taken.sha256:
            raise StoreError("S028", reason=f"the copy {target} differs")
        copy_durably(taken.manifest, target.with_suffix(".json"))
    except OSError as error:
        raise StoreError("S028", reason=f"{folder}: {error.strerror or error}; it is in {file}") from None
    return target


def restore(options: argparse.Namespace) -> int:
    from results import restore as restoring

    if options.backup is None and not options.from_journal:
        print("Name a BACKUP, --from-journal JOURNAL, or both.", file=sys.stderr)
        return USAGE
    path = embedded_path(options.db)
    found = restoring.restore(path, options.backup, options.from_journal, _percent)
    answers = found.head.rows["answers"]
    print(f"{path}: {answers} revisions of answers, {found.replayed} line(s) replayed from the journal")
    for old in found.aside:
        print(f"set aside: {old}")
    return DONE


def erase(options: argparse.Namespace) -> int:
    if not is_postgres(options.db):
        _existing(options.db)
    if options.due:
        return _erase_due(options.db, options.yes)
    if options.organisation is not None:
        _erase_one(options.db, Erasure("organisation", options.organisation))
    else:
        _erase_one(options.db, Erasure("comments", options.comments_of))
    return DONE


def _erase_due(url: str, really: bool) -> int:
    from results.erasure import due, keep_until

    with closing(open_store(url)) as store:
        rounds = store.rounds()
    passed = due(rounds, datetime.datetime.now(datetime.UTC).date())
    for one in rounds:
        print(f"{one.id}  {one.keep_until or '-':<12}{_state(one, passed, keep_until(one)):<14}{one.name}")
    if passed and not really:
        print(f"{len(passed)} round(s) are due. Erase them with --due --yes.", file=sys.stderr)
    for one in passed if really else ():
        _erase_one(url, Erasure("round", one.id))
    return DONE


def _state(one: Round, passed: tuple[Round, ...], until: datetime.date | None) -> str:
    if one in passed:
        return "due"
    return "no date" if until is None else "kept"


def _erase_one(url: str, what: Erasure) -> None:
    if is_postgres(url):
        _erase_on_server(url, what)
        return
    from results import erasure

    path = embedded_path(url)
    gone = erasure.erase(path, what, _percent)
    backups = f"; {gone.backups} backup(s) made anew, {gone.removed} file(s) set aside earlier removed"
    print(_erased(what, gone) + backups)
    print(f"Copies outside {path.parent} (backups elsewhere, exports) are not changed.", file=sys.stderr)


def _erase_on_server(url: str, what: Erasure) -> None:
    from results.postgres_store import PostgresStore

    with closing(PostgresStore(url)) as store:
        gone = store.erase(what)
    if not gone:
        raise StoreError("S030", what=f"{what.kind} {what.subject}", path="the database")
    print(_erased(what, gone))
    print("The server's own backups, write-ahead log and copies elsewhere are not changed.", file=sys.stderr)


def _erased(what: Erasure, gone: Erased) -> str:
    texts = "texts of answers" if what.kind == "comments" else "revisions of answers"
    return (
        f"erased {what.kind} {what.subject}: {gone.organisations} organisation(s), {gone.responses} response(s), "
        f"{gone.answers} {texts}, {gone.invitations} invitation(s)"
    )


def migrate(options: argparse.Namespace) -> int:
    from results import transfer_command
    from results.migrations import schema_of_file, scripts

    if options.to:
        return transfer_command.copy(options)
    if options.file:
        print("Name with --to the empty database into which the file goes.", file=sys.stderr)
        return USAGE
    if is_postgres(options.db):
        open_store(options.db).close()  # which migrates
        print("The database has this version's schema.")
        return DONE
    path = _existing(options.db)
    before = schema_of_file(path)
    _open(path).close()
    kept = f"; the backup before it is in {backups_of(path)}" if 0 < before < len(scripts()) else ""
    print(f"{path}: schema {before} -> {len(scripts())}{kept}")
    return DONE
