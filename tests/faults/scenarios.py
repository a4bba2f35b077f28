"""What the line killer does and checks: `prepare(folder)`, `act(folder)` (killed), `check(folder, finished)`."""

from __future__ import annotations

import logging
import os
from contextlib import closing

import duckdb

from results import migrations
from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.erasure import Erasure, erase
from results.facts import TABLE
from results.files import sha256_of
from results.journal import scan
from results.places import backups_of, journal_of
from results.reconcile import head_of
from results.restore import restore
from results.store import AddInvitation, AddSession, StoreError
from tests.results.facts import FIRST, ROUND, SECOND, do, everything, fill, invitation, khmer, save, session

SECRET = "ព័ត៌មានសម្ងាត់ 7c1f"
KEPT = "another organisation's text 55aa"
EVENTS = range(10**12, 10**12 + 4)
logging.disable(logging.WARNING)


def database(folder):
    return folder / "store.duckdb"


def filled(folder):
    """A store with an invitation, a session, and texts of both organisations."""
    store = DuckDBStore(database(folder))
    fill(store)
    for command in (AddInvitation(invitation), AddSession(session)):
        do(store, command)
    for item in "abc":
        do(store, save(item, SECRET))
        do(store, save(item, KEPT, to=SECOND))
    return store


def content(folder):
    with closing(DuckDBStore(database(folder))) as store:
        return everything(store)


def same(folder):
    """The database is at the journal's head, and holds what the prepared one did."""
    assert content(folder) == content(folder.parent / "prepared")
    with duckdb.connect(str(database(folder)), read_only=True) as connection:
        found = scan(journal_of(database(folder)))
        assert head_of(connection) == found.head
        assert found.torn == 0


def verified(folder):
    for backup in backups_in(backups_of(database(folder))):
        assert sha256_of(backup.file) == backup.sha256


class Create:
    @staticmethod
    def prepare(folder):
        pass

    @staticmethod
    def act(folder):
        DuckDBStore(database(folder)).close()

    @staticmethod
    def check(folder, finished):
        with closing(DuckDBStore(database(folder))) as store:
            fill(store)
            do(store, save("a"))
        assert sorted(file.name for file in folder.iterdir()) == ["store.duckdb", "store.journal.jsonl"]


class Migrate:
    """From the first schema, which had no journal."""

    @staticmethod
    def prepare(folder):
        scripts = migrations.scripts()
        filled(folder).close()
        journal_of(database(folder)).unlink()
        with duckdb.connect(str(database(folder))) as connection:
            for table in ("journal_head", "erasures", *TABLE.values()):
                connection.execute(f"DROP TABLE {table}")
            for table in ("responses", "invitations"):
                connection.execute(f"ALTER TABLE {table} DROP COLUMN respondent")
            connection.execute("DELETE FROM schema_version WHERE version > 1")
        assert len(scripts) >= 2

    @staticmethod
    def act(folder):
        DuckDBStore(database(folder)).close()

    @staticmethod
    def check(folder, finished):
        with closing(DuckDBStore(database(folder))) as store:
            assert store._query("SELECT version FROM schema_version ORDER BY version") == [
                (number,) for number in range(1, len(migrations.scripts()) + 1)
            ]
            assert [stored.answer.note for stored in store.changes(ROUND, 0)] == [SECRET, KEPT] * 3
            assert store.session(session.session_hash) == session
        verified(folder)
        made = backups_in(backups_of(database(folder)))
        assert [backup.schema for backup in made][:1] == [1]


class Write:
    """Four answers, each noted in a file as soon as it is acknowledged."""

    @staticmethod
    def prepare(folder):
        filled(folder).close()

    @staticmethod
    def act(folder):
        noted = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with closing(DuckDBStore(database(folder))) as store:
            for event in EVENTS:
                do(store, save("d", "x" * 5000, event=event))
                os.write(noted, f"{event}\n".encode())

    @staticmethod
    def check(folder, finished):
        file = folder / "acknowledged"
        acknowledged = [int(line) for line in file.read_text().split()] if file.exists() else []
        with closing(DuckDBStore(database(folder))) as store:
            kept = [stored.event_id for stored in store.history(FIRST, "d")]
            assert kept[: len(acknowledged)] == acknowledged
            assert len(kept) <= len(acknowledged) + 1
            for event in EVENTS:
                do(store, save("d", "again", event=event))
            assert [stored.event_id for stored in store.history(FIRST, "d")] == list(EVENTS)
            assert [stored.revision for stored in store.history(FIRST, "d")] == [1, 2, 3, 4]
        scan(journal_of(database(folder)))


class BackUp:
    @staticmethod
    def prepare(folder):
        with closing(filled(folder)) as store:
            store.backup()
            do(store, save("a", "after the first"))

    @staticmethod
    def act(folder):
        with closing(DuckDBStore(database(folder))) as store:
            store.backup()

    @staticmethod
    def check(folder, finished):
        same(folder)
        verified(folder)
        made = backups_in(backups_of(database(folder)))
        assert len(made) in ({2} if finished else {1, 2})
        # Whatever was made: with the journal it gives everything back.
        database(folder).unlink()
        restore(database(folder), None, [journal_of(database(folder))])
        assert content(folder) == content(folder.parent / "prepared")


class BringBack:
    """A restore over a database that is there."""

    @staticmethod
    def prepare(folder):
        with closing(filled(folder)) as store:
            store.backup()
            do(store, save("a", "after the backup"))

    @staticmethod
    def act(folder):
        (backup,) = backups_in(backups_of(database(folder)))
        restore(database(folder), backup.file, [journal_of(database(folder))])

    @staticmethod
    def check(folder, finished):
        try:
            found = content(folder)
        except StoreError as error:
            assert not finished
            assert error.code in {"S021", "S022"}  # noqa: PT017
            if error.code == "S021":
                restore(database(folder), database(folder), [])
            else:
                restore(database(folder), None, [journal_of(database(folder))])
            found = content(folder)
        if not found[0]:  # killed between two renames: neither is in place, both are there under other names
            assert list(folder.glob("*.replaced-*"))
            (backup,) = backups_in(backups_of(database(folder)))
            restore(database(folder), backup.file, list(folder.glob("*.journal.jsonl.replaced-*")))
            found = content(folder)
        assert found == content(folder.parent / "prepared")


class Clear:
    """An erasure: in the end in no file; before that all or nothing in the database."""

    @staticmethod
    def prepare(folder):
        with closing(filled(folder)) as store:
            store.backup()
            do(store, save("a", SECRET + " later"))

    @staticmethod
    def act(folder):
        erase(database(folder), Erasure("organisation", khmer.id))

    @staticmethod
    def check(folder, finished):
        try:
            content(folder)
        except StoreError as error:
            assert not finished
            assert error.code == "S022"  # noqa: PT017
            restore(database(folder), None, [journal_of(database(folder))])
        with closing(DuckDBStore(database(folder))) as store:
            there = store.organisation(khmer.id) is not None
            assert len(store.changes(ROUND, 0)) == (7 if there else 3)
            assert len(store.history(SECOND, "a")) == 1
        assert not (finished and there)
        if there:
            erase(database(folder), Erasure("organisation", khmer.id))
        with closing(DuckDBStore(database(folder))) as store:
            assert [stored.answer.note for stored in store.changes(ROUND, 0)] == [KEPT] * 3
            assert store.session(session.session_hash) is None
        left = [file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]
        assert not left or not finished, left
