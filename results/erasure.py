"""Erasure: what is erased is in no file of the store afterwards; a tombstone keeps the counts.

Rows that DuckDB deletes stay in its file, so the database and every backup beside it are copied row by row into fresh
files without them. The journal begins anew under a new chain. Files set aside earlier are removed.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import duckdb

from results.backup import Backup, backups_in, describe, keep_manifest
from results.files import copy_durably, create_private, remove_database, sync_file, sync_folder
from results.ids import now
from results.journal_line import Head, encode_base
from results.opening import open_files
from results.places import backups_of, journal_of, wal_of
from results.reconcile import ReplayError, head_of, set_head
from results.store import StoreError
from results.upkeep import OF_INVITATIONS, OF_ORGANISATIONS, OF_RESPONSES, OF_ROUNDS, WITH_TEXTS, Erased, Erasure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from results.workshop import Round

# The answers, status changes, invitations, … of what is erased; `$subject` is its id or the author's key.
_RESPONSES: Final = {
    "organisation": "SELECT id FROM responses WHERE organisation_id = $subject",
    "round": "SELECT id FROM responses WHERE round_id = $subject",
}
_COLUMN: Final = {"organisation": "organisation_id", "round": "round_id"}


def due(rounds: tuple[Round, ...], today: datetime.date) -> tuple[Round, ...]:
    """Rounds whose `keep_until` is a date (2028-12-31) that has passed. Other texts are for people to judge."""
    return tuple(one for one in rounds if (until := keep_until(one)) is not None and until < today)


def keep_until(round_: Round) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(round_.keep_until.strip())
    except ValueError:
        return None


def erase(database: Path, what: Erasure, say: Callable[[int], None] = lambda _: None) -> Erased:
    """Erase in the database, its journal and the backups beside it. No store may have it open.

    Backups go first: killed in between, the database still has it all and the same command ends the work. The last
    step leaves either the old database or, with the new journal, a start that names the restore command (S022).
    Raises StoreError: as opening does, S028 no room, S030 nothing of this is stored.
    """
    work, fresh = (database.with_name(f".{database.name}.{name}") for name in ("erasing", "erased"))
    try:
        head, counted = _look(database, what)
        if not counted:
            raise StoreError("S030", what=f"{what.kind} {what.subject}", path=database)
        older = _clear_folder(database)
        for done, backup in enumerate(older):
            say(80 * done // (len(older) + 1))
            _rewrite(backup.file, what, work, fresh, None)
            fresh.replace(backup.file)
            sync_folder(backup.file.parent)
            described = describe(backup.file)
            keep_manifest(replace(described, created_at=backup.created_at))
        say(80)
        new = Head(head.number + 1, secrets.token_hex(32), head.sequence + 1, {})
        _rewrite(database, what, work, fresh, new)
        removed = _put_in_place(database, fresh, what)
    except OSError as error:
        raise StoreError("S028", reason=error.strerror or error) from None
    except (duckdb.Error, ReplayError) as error:
        raise StoreError("S028", reason=str(error).splitlines()[0].rstrip(" .")) from None
    finally:
        remove_database(work)
        remove_database(fresh)
    say(100)
    return replace(counted, backups=len(older), removed=removed)


def _look(database: Path, what: Erasure) -> tuple[Head, Erased]:
    """The store as every start leaves it: one that agrees with its journal, here closed again."""
    opened = open_files(database)
    try:
        return head_of(opened.connection), _count(opened.connection, what)
    finally:
        opened.journal.close()
        opened.connection.close()


def _count(connection: duckdb.DuckDBPyConnection, what: Erasure) -> Erased:
    there = _tables(connection)

    def count(table: str, where: str) -> int:
        if table not in there:
            return 0
        query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608  (constants only)
        row = connection.execute(query, {"subject": what.subject}).fetchone()
        assert row is not None
        return int(row[0])

    if what.kind == "comments":
        labels = count("invitations", f"{_BY_AUTHOR} AND label <> ''")
        return Erased(0, 0, sum(count(table, f"author = $subject AND {_HAS_TEXT}") for table in WITH_TEXTS), labels)
    inside = f"response_id IN ({_RESPONSES[what.kind]})"
    owner = f"{_COLUMN[what.kind]} = $subject"
    organisations = count("organisations", "id = $subject" if what.kind == "organisation" else owner)
    # A round without organisations counts as itself.
    rounds = count("rounds", "id = $subject") if what.kind == "round" else 0
    answers = sum(count(table, inside) for table in WITH_TEXTS)  # drafts are answers too
    return Erased(organisations or rounds, count("responses", owner), answers, count("invitations", owner))


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Those that it has: a backup of an older schema lacks some."""
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
    return {str(row[0]) for row in connection.execute(query).fetchall()}


_HAS_TEXT: Final = "(link <> '' OR note <> '' OR reason <> '' OR comment <> '')"
_BY_AUTHOR: Final = (
    "starts_with(token_hash, $subject) AND length($subject) >= 12"  # an author's key begins the link's hash
)


def _statements(what: Erasure) -> list[tuple[str, str]]:
    """(table, statement), in their order."""
    if what.kind == "comments":
        emptied = "SET link = '', note = '', reason = '', comment = '' WHERE author = $subject"
        return [
            *((table, f"UPDATE {table} {emptied}") for table in WITH_TEXTS),
            ("invitations", f"UPDATE invitations SET label = '' WHERE {_BY_AUTHOR}"),  # noqa: S608
        ]
    owner, responses = f"{_COLUMN[what.kind]} = $subject", _RESPONSES[what.kind]
    invitations = f"SELECT token_hash FROM invitations WHERE {owner}"  # noqa: S608
    wanted = dict.fromkeys(OF_RESPONSES, f"response_id IN ({responses})")
    wanted |= dict.fromkeys(OF_INVITATIONS, f"token_hash IN ({invitations})")
    wanted |= dict.fromkeys((*OF_ORGANISATIONS, "invitations", "responses"), owner)
    if what.kind == "organisation":
        wanted["organisations"] = "id = $subject"
    else:
        wanted |= dict.fromkeys(("organisations", "pinned_questionnaires", *OF_ROUNDS), owner)
        wanted["rounds"] = "id = $subject"
    return [(table, f"DELETE FROM {table} WHERE {where}") for table, where in wanted.items()]  # noqa: S608


def _rewrite(source: Path, what: Erasure, work: Path, fresh: Path, head: Head | None) -> None:
    """`fresh`: the rows of the closed database `source` without what is erased. `head`: the new one of a live database."""
    remove_database(work)
    remove_database(fresh)
    copy_durably(source, work)
    with duckdb.connect(str(work)) as connection:
        counted = _count(connection, what)
        connection.begin()
        if head is not None:
            _leave_traces(connection, what, counted, head)
        there = _tables(connection)
        for table, statement in _statements(what):
            if table in there:
                connection.execute(statement, {"subject": what.subject})
        connection.commit()
        name = str(connection.execute("SELECT current_database()").fetchall()[0][0])
        quoted = str(fresh.resolve()).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS fresh")
        connection.execute(f'COPY FROM DATABASE "{name}" TO fresh')
        connection.execute("DETACH fresh")
    remove_database(work)
    fresh.chmod(0o600)
    sync_file(fresh)


def _leave_traces(connection: duckdb.DuckDBPyConnection, what: Erasure, counted: Erased, head: Head) -> None:
    """The tombstone; and a round that lost an organisation or texts has changed, so its revision grows."""
    row = (now(), what.kind, counted.organisations, counted.responses, counted.answers, counted.invitations)
    connection.execute("INSERT INTO erasures VALUES (?, ?, ?, ?, ?, ?)", row)
    rounds = {
        "organisation": "SELECT round_id FROM organisations WHERE id = $subject",
        "comments": "SELECT DISTINCT round_id FROM answers WHERE author = $subject",
        "round": "SELECT $subject::BIGINT",
    }[what.kind]
    query = f"UPDATE rounds SET sequence = $sequence WHERE id IN ({rounds})"  # noqa: S608
    connection.execute(query, {"subject": what.subject, "sequence": head.sequence})
    set_head(connection, head)


def _clear_folder(database: Path) -> list[Backup]:
    """Remove what may hold erased text and is no backup; the backups that remain."""
    folder = backups_of(database)
    mine = (
        [one for one in backups_in(folder) if one.file.name.startswith(f"{database.stem}-")] if folder.exists() else []
    )
    known = {one.file for one in mine} | {one.manifest for one in mine}
    for file in folder.glob(f"*{database.stem}-*"):
        if file not in known:
            file.unlink()
    return mine


def _put_in_place(database: Path, fresh: Path, what: Erasure) -> int:
    """A backup of the new database first, since the new journal continues it; then the journal, then the database."""
    folder = backups_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    described = describe(fresh)
    stamp = datetime.datetime.fromtimestamp(described.created_at / 1e6, datetime.UTC).strftime("%Y%m%dT%H%M%S%fZ")
    base = replace(described, file=folder / f"{database.stem}-{stamp}.duckdb")
    copy_durably(fresh, base.file)
    keep_manifest(base)
    journal = journal_of(database)
    next_journal = journal.with_name(f".{journal.name}.new")
    with create_private(next_journal) as file:
        head = Head(base.number, base.journal, base.sequence, base.rows)
        file.write(encode_base(head, now(), what.kind))
        file.flush()
    sync_file(next_journal)
    next_journal.replace(journal)
    sync_folder(database.parent)
    fresh.replace(database)
    sync_folder(database.parent)
    return _remove_set_aside(database)


def _remove_set_aside(database: Path) -> int:
    journal = journal_of(database)
    patterns = (
        f"{journal.name.removesuffix('.jsonl')}.torn-*",
        f"{journal.name}.replaced-*",
        f"{database.name}.replaced-*",
        f"{wal_of(database).name}.replaced-*",
        f".{database.stem}-*.partial*",
        f".{database.stem}.*",
    )
    gone = [file for pattern in patterns for file in database.parent.glob(pattern)]
    for file in gone:
        file.unlink()
    return len(gone)
