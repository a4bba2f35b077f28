"""The terminal's commands for the store's files: backup, restore, erase, migrate. They take parsed values and print.

Results go to standard output, progress and problems to standard error. Each returns the command's exit code.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from results.backup_clock import RemoteError, ask_running_app
from results.files import copy_durably
from results.places import backups_of
from results.store import StoreError, embedded_path, is_postgres, open_store
from results.upkeep import Erased, Erasure

if TYPE_CHECKING:
    from collections.abc import Callable

    from results.backup import Backup
    from results.duckdb_store import DuckDBStore
    from results.workshop import Round

DONE, USAGE, REFUSED = 0, 2, 3
_PID: Final = re.compile(r"process (\d+)")


def add_commands(commands: Any, database: str) -> None:
    """The parsers of `readiness backup`, `restore`, `erase` and `migrate`. `database`: the default of --db."""
    backup = commands.add_parser("backup", help="a verified backup, also while the app runs")
    _database(backup, database, _backup)
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="put a copy there (default: beside the database)")

    restored = commands.add_parser(
        "restore", help="a database from a backup, a journal or both; nothing is overwritten"
    )
    _database(restored, database, _restore)
    restored.add_argument("backup", nargs="?", type=Path, metavar="BACKUP", help="a .duckdb file")
    restored.add_argument(
        "--from-journal",
        action="append",
        type=Path,
        default=[],
        metavar="JOURNAL",
        help="replay it; several in their order",
    )

    erase = commands.add_parser("erase", help="erase from the database, its journal and its backups")
    _database(erase, database, _erase)
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument("--organisation", type=int, metavar="ID", help="an organisation and all that belongs to it")
    which.add_argument("--comments-of", metavar="AUTHOR", help="the texts of one author; levels stay")
    which.add_argument("--due", action="store_true", help="list the rounds past their keep-until date")
    erase.add_argument("--yes", action="store_true", help="with --due: erase them")

    migrate = commands.add_parser(
        "migrate",
        help="bring the database to this version's schema, a backup first; with --to, copy it into another one",
    )
    _database(migrate, database, _migrate)
    migrate.add_argument("--to", metavar="URL", help="an empty database: duckdb:///... or postgresql://...")
    migrate.add_argument(
        "--from", dest="file", type=Path, metavar="FILE.jsonl", help="with --to: from a file that 'export' wrote"
    )


def _database(parser: argparse.ArgumentParser, database: str, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--db", default=database, metavar="URL", help=f"database (default {database})")
    parser.set_defaults(command=lambda options: _run(command, options))


def _run(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    try:
        return command(options)
    except (StoreError, RemoteError) as error:
        print(f"{error.code} {error}", file=sys.stderr)
        return REFUSED


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


def _backup(options: argparse.Namespace) -> int:
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


def _restore(options: argparse.Namespace) -> int:
    from results.restore import restore

    if options.backup is None and not options.from_journal:
        print("Name a BACKUP, --from-journal JOURNAL, or both.", file=sys.stderr)
        return USAGE
    path = embedded_path(options.db)
    found = restore(path, options.backup, options.from_journal, _percent)
    answers = found.head.rows["answers"]
    print(f"{path}: {answers} revisions of answers, {found.replayed} line(s) replayed from the journal")
    for old in found.aside:
        print(f"set aside: {old}")
    return DONE


def _erase(options: argparse.Namespace) -> int:
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
    from results.erasure import erase

    path = embedded_path(url)
    gone = erase(path, what, _percent)
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


def _migrate(options: argparse.Namespace) -> int:
    from results.migrations import schema_of_file, scripts
    from results.transfer_command import copy

    if options.to:
        return copy(options)
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
