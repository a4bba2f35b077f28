"""Backups: verified copies made while others write; how long they are kept; and restoring from them."""

from __future__ import annotations

import datetime
import json
import os
import threading
from contextlib import closing

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results import backup as backups
from results.backup import backups_in, outdated, prune, read_manifest
from results.duckdb_store import DuckDBStore
from results.files import sha256_of
from results.journal import scan
from results.places import backups_of, journal_of, wal_of
from results.restore import restore
from results.store import AddInvitation, AddSession, StoreError
from results.tables import COLUMNS
from tests.results.facts import FIRST, ROUND, SECOND, do, everything, fill, invitation, save, session

DAY, HOUR = 86_400_000_000, 3_600_000_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "store.duckdb"


@pytest.fixture
def store(path):
    opened = DuckDBStore(path)
    fill(opened)
    for command in (AddInvitation(invitation), AddSession(session), save("a", "one"), save("a", to=SECOND)):
        do(opened, command)
    yield opened
    opened.close()


def content(path):
    with closing(DuckDBStore(path)) as store:
        return everything(store)


# --- making one
def test_a_backup_is_a_whole_database_with_a_manifest(store, path):
    made = store.backup()
    assert made.file.parent == backups_of(path)
    assert read_manifest(made.file) == read_manifest(made.manifest) == made
    assert sha256_of(made.file) == made.sha256
    assert (made.file.stat().st_size, made.rows["answers"], made.number) == (made.bytes, 2, 8)
    assert made.file.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(made.file), read_only=True) as connection:
        query = "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        assert connection.execute(query).fetchall() == [(len(COLUMNS) - 1,)]  # all but the answers
    assert sorted(file.name for file in path.parent.iterdir()) == sorted(
        [path.name, wal_of(path).name, journal_of(path).name, backups_of(path).name]
    )


def test_the_journal_begins_anew_and_links_to_the_old_chain(store, path):
    old = scan(journal_of(path)).head
    made = store.backup()
    do(store, save("a", "two"))
    found = scan(journal_of(path))
    assert (found.base, found.head.number) == (old, old.number + 1)
    assert scan(made.lines).head == old
    store.close()
    with closing(DuckDBStore(path)) as again:
        assert again.replayed.lines == 0
        assert len(again.history(FIRST, "a")) == 2


def test_a_backup_elsewhere_leaves_the_journal(store, path, tmp_path):
    before = journal_of(path).read_bytes()
    made = store.backup(tmp_path / "elsewhere")
    assert made.file.parent == tmp_path / "elsewhere"
    assert journal_of(path).read_bytes() == before


def test_backups_among_many_writers_are_consistent(store, path, tmp_path):
    """R17: 50 writers. Each backup holds, per response, revisions 1 to n; restored with the journal, everything."""
    over = threading.Event()

    def work(number):
        count = 0
        while not over.is_set():
            count += 1
            do(store, save(f"i{number}", f"{number}/{count}", to=(FIRST, SECOND)[number % 2]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    made = [store.backup() for _ in range(2)]
    over.set()
    for thread in threads:
        thread.join()
    wanted = everything(store)
    numbers = [one.number for one in made]
    assert numbers == sorted(set(numbers))
    store.close()
    for number, one in enumerate(made):
        copy = tmp_path / f"fresh{number}" / "store.duckdb"
        found = restore(copy, one.file, [])
        assert (found.head.number, found.head.rows) == (one.number, one.rows)
        with closing(DuckDBStore(copy)) as again:
            revisions: dict[tuple[int, str], list[int]] = {}
            for stored in again.changes(ROUND, 0):
                revisions.setdefault((stored.response_id, stored.item_id), []).append(stored.revision)
        assert all(one == list(range(1, len(one) + 1)) for one in revisions.values())
        lines = [*(later.lines for later in made[number + 1 :]), journal_of(path)]
        rolled = tmp_path / f"rolled{number}" / "store.duckdb"
        assert restore(rolled, one.file, lines).replayed > 0
        assert content(rolled) == wanted


def test_a_copy_that_differs_is_not_kept(store, path, monkeypatch):
    real = backups.digests
    calls = []

    def different(cursor, database=""):
        calls.append(database)
        return real(cursor, database) | ({"answers": "0"} if len(calls) == 1 else {})

    monkeypatch.setattr(backups, "digests", different)
    with pytest.raises(StoreError, match="differs from the database in answers") as caught:
        store.backup()
    assert caught.value.code == "S028"
    assert list(backups_of(path).iterdir()) == []
    assert scan(journal_of(path)).base.number == 0


def test_the_digest_sees_every_column(store):
    before = backups.digests(store._writing)
    for table, statement in {
        "answers": "UPDATE answers SET saved_at = saved_at + 1 WHERE sequence = (SELECT max(sequence) FROM answers)",
        "rounds": "UPDATE rounds SET notice = notice || ' '",
        "sessions": "UPDATE sessions SET expires_at = 3",
    }.items():
        store._writing.begin()
        store._writing.execute(statement)
        after = backups.digests(store._writing)
        store._writing.rollback()
        assert {name for name in after if after[name] != before[name]} == {table}


# --- how long they are kept
@given(st.lists(st.integers(0, 500 * DAY), min_size=1, max_size=120))
def test_the_newest_is_always_kept_and_each_kept_period_has_one(ages):
    at = 1_790_000_000_000_000
    times = [at - age for age in ages]
    kept = set(times) - outdated(times, at)
    assert max(times) in kept
    assert {time for time in times if time >= at - DAY} <= kept

    def day(time):
        return datetime.datetime.fromtimestamp(time / 1e6, datetime.UTC).date()

    for time in times:
        if time >= at - 14 * DAY:
            assert any(day(one) == day(time) for one in kept)
        elif time >= at - 366 * DAY:
            assert any(day(one).replace(day=1) == day(time).replace(day=1) for one in kept)
    assert len({day(time) for time in kept if time < at - DAY}) >= len([time for time in kept if time < at - DAY]) - 1
    assert not outdated(kept, at)


def test_three_years_of_daily_backups_leave_about_27():
    at = 1_790_000_000_000_000
    kept: list[int] = []
    for day in range(3 * 365):
        kept.append(at + day * DAY)
        kept = sorted(set(kept) - outdated(kept, kept[-1]))
    assert 25 <= len(kept) <= 28
    assert kept[-1] - kept[0] > 330 * DAY


def test_only_this_databases_outdated_backups_are_removed(store, path):
    made = store.backup()
    folder = backups_of(path)
    for name in ("store", "another"):
        for number in (1, 2):
            old = folder / f"{name}-old{number}.duckdb"
            old.write_bytes(b"")
            body = json.loads(made.manifest.read_text())
            body |= {"file": old.name, "created_at": made.created_at - 20 * DAY - number}
            old.with_suffix(".json").write_text(json.dumps(body))
    gone = prune(folder, "store")
    assert [one.file.name for one in gone] == ["store-old2.duckdb"]
    assert not gone[0].file.exists()
    assert len(backups_in(folder)) == 4


# --- restoring
def test_a_backup_is_restored_on_a_fresh_machine(store, path, tmp_path):
    wanted = everything(store)
    made = store.backup()
    do(store, save("a", "after it"))
    fresh = tmp_path / "fresh" / "deeper" / "store.duckdb"
    found = restore(fresh, made.file, [])
    assert (found.aside, found.replayed) == ((), 0)
    assert content(fresh) == wanted
    with closing(DuckDBStore(fresh)) as again:
        do(again, save("a", "goes on"))
    assert scan(journal_of(fresh)).head.number == made.number + 1


def test_what_a_restore_replaces_is_set_aside(store, path):
    made = store.backup()
    do(store, save("a", "after it"))
    store.close()
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    found = restore(path, made.file, [])
    aside = {file.name.split(".replaced-")[0]: file.read_bytes() for file in found.aside}
    assert aside == before
    assert len(content(path)[5][0]) == 2


@pytest.mark.parametrize("loss", ["database", "damaged", "base"])
def test_a_journal_brings_everything_back(store, path, loss):
    store.backup()
    do(store, save("a", "after it"))
    wanted = everything(store)
    store.close()
    if loss == "database":
        path.unlink()
    elif loss == "damaged":
        data = bytearray(path.read_bytes())
        data[4096:40_000] = os.urandom(40_000 - 4096)
        path.write_bytes(data)
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("DELETE FROM answers")
    with pytest.raises(StoreError, match="restore --from-journal") as caught:
        DuckDBStore(path)
    assert caught.value.code == {"database": "S022", "damaged": "S023", "base": "S022"}[loss]
    assert restore(path, None, [journal_of(path)]).replayed == 1
    assert content(path) == wanted


def test_a_journal_whose_backup_is_gone_asks_for_one(store, path, tmp_path):
    made = store.backup()
    do(store, save("a", "after it"))
    wanted = everything(store)
    store.close()
    kept = made.file.rename(tmp_path / "kept.duckdb")
    with pytest.raises(StoreError, match="readiness restore BACKUP --from-journal") as caught:
        restore(path, None, [journal_of(path)])
    assert caught.value.code == "S027"
    restore(path, kept, [journal_of(path)])
    assert content(path) == wanted


def test_a_database_is_taken_as_it_is_when_its_journal_is_damaged(store, path):
    wanted = everything(store)
    store.close()
    data = bytearray(journal_of(path).read_bytes())
    data[900] ^= 1
    journal_of(path).write_bytes(data)
    with pytest.raises(StoreError, match=f"readiness restore {path} --db duckdb:///{path}") as caught:
        DuckDBStore(path)
    assert caught.value.code == "S020"
    restore(path, path, [])
    assert content(path) == wanted


def bad(made, kind, tmp_path):
    """A file that is not the backup it says it is."""
    match kind:
        case "truncated":
            os.truncate(made.file, made.bytes // 2)
        case "flipped":
            data = bytearray(made.file.read_bytes())
            data[made.bytes // 2] ^= 16
            made.file.write_bytes(data)
        case "empty":
            made.file.write_bytes(b"")
        case "missing":
            made.file.unlink()
        case "manifest":
            made.manifest.write_text("{")
        case "truncated, without a manifest":
            os.truncate(made.file, made.bytes // 2)
            made.manifest.unlink()
        case "foreign":
            made.manifest.unlink()
            made.file.unlink()
            duckdb.connect(str(made.file)).execute("CREATE TABLE theirs (x INTEGER)").close()
        case "newer":
            made.manifest.unlink()
            with duckdb.connect(str(made.file)) as connection:
                connection.execute("INSERT INTO schema_version VALUES (99, 'ai-readiness', 0)")
        case "text":
            made.manifest.unlink()
            made.file.write_text("not a database " * 1000)


@pytest.mark.parametrize(
    "kind",
    [
        "truncated",
        "flipped",
        "empty",
        "missing",
        "manifest",
        "truncated, without a manifest",
        "foreign",
        "newer",
        "text",
    ],
)
def test_a_bad_backup_is_refused_and_nothing_is_overwritten(store, path, tmp_path, kind):
    made = store.backup(tmp_path / "elsewhere")
    do(store, save("a", "after it"))
    wanted = everything(store)
    store.close()
    bad(made, kind, tmp_path)
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with pytest.raises(StoreError, match=r"Nothing was changed") as caught:
        restore(path, made.file, [])
    assert caught.value.code == "S024"
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == before
    assert content(path) == wanted


def test_a_journal_that_does_not_continue_the_backup_is_refused(store, path, tmp_path):
    early = store.backup(tmp_path / "elsewhere")
    do(store, save("a"))
    store.backup()
    do(store, save("a"))
    store.close()
    with pytest.raises(StoreError, match=f"does not continue line {early.number}") as caught:
        restore(tmp_path / "fresh.duckdb", early.file, [journal_of(path)])
    assert caught.value.code == "S024"
    assert not list(tmp_path.glob("*fresh*"))
