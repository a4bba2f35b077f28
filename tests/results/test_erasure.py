"""Erasure: what is erased is in no file afterwards, byte for byte; the rest is untouched; a tombstone has the counts."""

from __future__ import annotations

import datetime
from contextlib import closing
from dataclasses import replace
from shutil import copytree

import duckdb
import pytest

from results.backup import backups_in, describe, keep_manifest
from results.duckdb_store import DuckDBStore
from results.erasure import Erasure, due, erase
from results.facts import (
    Code,
    Consent,
    Expiry,
    Grant,
    Informed,
    JoinCode,
    LateAnswer,
    Notice,
    PeersShown,
    StaffSession,
    Target,
)
from results.files import sha256_of
from results.journal import scan
from results.places import backups_of, journal_of
from results.restore import restore
from results.store import AddInvitation, AddSession, Keep, Note, StoreError
from tests.results.facts import (
    FIRST,
    ROUND,
    SECOND,
    change,
    do,
    event,
    everything,
    fill,
    invitation,
    khmer,
    later_round,
    one_of_each,
    save,
    session,
    the_round,
)

SECRET, KEPT = "ព័ត៌មានសម្ងាត់-7c1f", "kept-55aa"
AUTHOR = invitation.token_hash[:12]


def by(author, command):
    return replace(command, author=author)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with both texts in its database, its journal, two backups, a torn line and a set-aside file."""
    path = tmp_path_factory.mktemp("made") / "store.duckdb"
    with closing(DuckDBStore(path)) as store:
        fill(store)
        for command in (AddInvitation(invitation), AddSession(session)):
            do(store, command)
        for count in range(40):
            do(store, by(AUTHOR, save(f"i{count % 7}", f"{SECRET} {count}")))
            do(store, save(f"i{count % 7}", f"{KEPT} {count}", to=SECOND))
            if count == 10:
                store.backup()
        do(store, by(AUTHOR, change("submitted")))
        do(store, Keep(LateAnswer(FIRST, "late", AUTHOR, 0, 3, 0, "", SECRET, "", "", 50)))
    with journal_of(path).open("ab") as file:
        file.write(f'{{"add":{{"answers":[{{"note":"{SECRET}'.encode())
    DuckDBStore(path).close()
    restore(path, path, [])
    assert len(files_with(path.parent, SECRET)) >= 6
    return path.parent


@pytest.fixture
def path(made, tmp_path):
    return copytree(made, tmp_path / "copy") / "store.duckdb"


def files_with(folder, text):
    return [file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def rows(path, query):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "what",
    [Erasure("organisation", khmer.id), Erasure("comments", AUTHOR), Erasure("round", ROUND)],
    ids=lambda w: w.kind,
)
def test_erased_text_is_in_no_file(path, tmp_path, what):
    gone = erase(path, what)
    assert files_with(tmp_path, SECRET) == []
    assert files_with(tmp_path, "Sokha") == []
    assert (files_with(tmp_path, KEPT) == []) == (what.kind == "round")
    assert gone.backups == 2
    assert gone.removed >= 3
    assert gone.answers == {"organisation": 41, "comments": 41, "round": 81}[what.kind]
    assert rows(path, "SELECT kind, answers FROM erasures") == [(what.kind, gone.answers)]


def test_an_organisation_goes_with_all_that_belongs_to_it_and_nothing_else(path):
    with closing(DuckDBStore(path)) as store:
        others = [stored for stored in store.changes(ROUND, 0) if stored.response_id == SECOND]
        revision = store.revision(ROUND)
    erase(path, Erasure("organisation", khmer.id))
    with closing(DuckDBStore(path)) as store:
        assert store.replayed.lines == 0
        assert store.changes(ROUND, 0) == tuple(others)
        assert [one.country for one in store.organisations(ROUND)] == ["LA"]
        assert (store.response(FIRST), store.invitation(invitation.token_hash)) == (None, None)
        assert store.session(session.session_hash) is None
        assert store.rounds() == (later_round, the_round)
        assert store.revision(ROUND) > revision
        stored = do(store, save("i0", "goes on", to=SECOND)).stored
        assert stored.sequence > revision
    assert rows(path, "SELECT count(*) FROM status_changes") == [(0,)]
    for backup in backups_in(backups_of(path)):
        assert sha256_of(backup.file) == backup.sha256
        query = "SELECT count(*), (SELECT count(*) FROM organisations WHERE id = 77) FROM answers WHERE response_id <> 5000000002"
        assert rows(backup.file, query) == [(0, 0)]


def test_an_authors_texts_go_and_the_levels_stay(path):
    erase(path, Erasure("comments", AUTHOR))
    with closing(DuckDBStore(path)) as store:
        history = [stored for stored in store.changes(ROUND, 0) if stored.response_id == FIRST]
        assert len(history) == 40
        assert {(s.answer.code, s.answer.note, s.answer.reason, s.answer.comment, s.answer.link) for s in history} == {
            (3, "", "", "", "")
        }
        assert store.response(FIRST).status == "submitted"
        assert store.invitation(invitation.token_hash).label == ""
        assert len(store.history(SECOND, "i1")) == 6


def test_a_backup_of_an_older_schema_is_cleared_too(path):
    """Its tables are fewer: one is made before each migration."""
    for backup in backups_in(backups_of(path)):
        with duckdb.connect(str(backup.file)) as connection:
            for table in ("late_answers", "targets", "informed", "notices", "peers_shown", "consents"):
                connection.execute(f"DROP TABLE {table}")
        keep_manifest(replace(describe(backup.file), created_at=backup.created_at))
    erase(path, Erasure("organisation", khmer.id))
    assert files_with(path.parent, SECRET) == []


def test_the_journal_has_a_new_chain_that_a_backup_is_the_base_of(path):
    before = scan(journal_of(path))
    erase(path, Erasure("organisation", khmer.id))
    after = scan(journal_of(path))
    assert after.base == after.head
    assert after.base.sha256 != before.head.sha256
    assert after.base.number == before.head.number + 1
    with closing(DuckDBStore(path)) as store:
        do(store, save("i0", "after", to=SECOND))
        wanted = everything(store)
    path.unlink()
    restore(path, None, [journal_of(path)])
    with closing(DuckDBStore(path)) as store:
        assert everything(store) == wanted


@pytest.mark.parametrize(
    "what", [Erasure("organisation", 5), Erasure("comments", "nobody"), Erasure("comments", ""), Erasure("round", 5)]
)
def test_what_is_not_there_changes_nothing(path, what):
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with pytest.raises(StoreError) as caught:
        erase(path, what)
    assert caught.value.code == "S030"
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == before


def test_an_open_database_is_refused(path):
    with closing(DuckDBStore(path)), pytest.raises(StoreError) as caught:
        erase(path, Erasure("organisation", khmer.id))
    assert caught.value.code == "S001"


def test_rounds_are_due_after_their_date():
    dates = {
        "2026-11-23": True,
        "2026-11-24": False,
        "2030-01-01": False,
        "": False,
        "end of 2020": False,
        " 2020-02-29 ": True,
    }
    rounds = tuple(replace(the_round, id=number, keep_until=date) for number, date in enumerate(dates))
    found = {one.keep_until for one in due(rounds, datetime.date(2026, 11, 24))}
    assert found == {date for date, is_due in dates.items() if is_due}


GOES = {
    "organisation": {Consent, Code, Expiry, Informed, LateAnswer, Target},
    "round": {
        *(Consent, Code, Expiry, Informed, LateAnswer, Target),
        *(JoinCode, Grant, StaffSession, Notice, PeersShown),
    },
}


@pytest.mark.parametrize("kind", GOES)
def test_facts_go_with_what_they_belong_to(path, kind):
    with closing(DuckDBStore(path)) as store:
        for one in one_of_each():
            do(store, Keep(one))
        do(store, Note(event(1)))
    erase(path, Erasure(kind, khmer.id if kind == "organisation" else ROUND))
    with closing(DuckDBStore(path)) as store:
        assert {type(one) for one in one_of_each() if not store.facts(type(one))} == GOES[kind]
        assert len(store.audit(0, 10)) == 1
