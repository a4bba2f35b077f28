"""What only the embedded engine promises: its file, its lock-down, its one process, its group commit, and kill -9."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import duckdb
import numpy as np
import pytest

from results import migrations
from results.duckdb_store import DuckDBStore
from results.store import AddInvitation, AddSession, EndSession, SetRoundStatus, StoreError, open_store
from tests.results.facts import FIRST, ROUND, SECOND, change, do, everything, fill, invitation, new_event, save, session

KILLS = 5

# A program of its own that opens the store of argv[1], says so, and then does what `{body}` does.
PROGRAM = """
import sys, time
from results.store import open_store
from tests.results.facts import FIRST, do, fill, save
store = open_store("duckdb:///" + sys.argv[1])
{body}
"""


@contextmanager
def program(path, body):
    """The program while it runs; killed at the end, if not before."""
    arguments = [sys.executable, "-c", PROGRAM.format(body=body), str(path)]
    root = Path(__file__).parents[2]
    other = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    )
    try:
        yield other
    finally:
        other.kill()
        other.communicate()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "store.duckdb"


@pytest.fixture
def store(path):
    opened = DuckDBStore(path)
    fill(opened)
    yield opened
    opened.close()


def refusal(path):
    with pytest.raises(StoreError) as caught:
        DuckDBStore(path)
    return caught.value


# --- the file
def test_reopening_keeps_everything(store, path):
    do(store, AddInvitation(invitation))
    do(store, AddSession(session))
    do(store, EndSession(session.session_hash, 50))
    command, submission = save("a", "ខ្មែរ"), change("submitted", of=SECOND)
    results = [do(store, one) for one in (command, save("b"), save("a", "two"), submission)]
    do(store, SetRoundStatus(ROUND, "closed"))
    before = everything(store)
    store.close()
    again = open_store(f"duckdb:///{path}")
    try:
        assert everything(again) == before
        assert do(again, command) == results[0]
        assert do(again, submission) == results[3]
        do(again, SetRoundStatus(ROUND, "open"))
        assert do(again, save("a", "three", based_on=2)).stored.sequence > results[2].stored.sequence
    finally:
        again.close()


def test_after_a_restart_a_batch_builds_on_every_responses_own_answers(store, path):
    for response_id, count in ((FIRST, 1), (SECOND, 3)):
        for _ in range(count):
            do(store, save("a", to=response_id))
    store.close()
    again = DuckDBStore(path)
    results = again._apply([save("a", to=FIRST, based_on=1), save("a", to=SECOND, based_on=3)])
    assert [result.stored.revision for result in results] == [2, 4]
    again.close()


def test_a_revision_never_falls_over_a_restart(store, path):
    do(store, change("submitted"))
    before = store.revision(ROUND)
    store.close()
    again = DuckDBStore(path)
    assert again.revision(ROUND) == before
    again.close()


def test_a_second_process_is_refused_with_the_firsts_pid(path):
    with program(path, "print('open', flush=True); time.sleep(60)") as other:
        assert other.stdout.readline() == "open\n"
        error = refusal(path)
        assert error.code == "S001"
        assert f"process {other.pid}" in str(error)


def test_a_second_store_of_the_same_process_is_refused(store, path):
    error = refusal(path)
    assert (error.code, f"process {os.getpid()}" in str(error)) == ("S001", True)
    do(store, save("a"))
    assert set(store.answers(FIRST)) == {"a"}


@pytest.mark.parametrize("kind", ["text", "empty", "duckdb", "unfinished", "stranger"])
def test_a_foreign_file_is_refused_and_unchanged(tmp_path, kind):
    path = tmp_path / "foreign.duckdb"
    if kind in {"text", "empty"}:
        path.write_text("not a database " * 1000 if kind == "text" else "")
    else:
        # 'unfinished': what it holds is still in its write-ahead log, which opening it for writing would absorb.
        tables = "CREATE TABLE theirs (x INTEGER)"
        if kind == "stranger":
            tables = (
                "CREATE TABLE schema_version AS SELECT 1 AS version, 'another program' AS application, 0 AS applied_at"
            )
        end = "os.kill(os.getpid(), 9)" if kind == "unfinished" else "c.close()"
        script = f"import duckdb, os; c = duckdb.connect({str(path)!r}); c.execute({tables!r}); {end}"
        subprocess.run([sys.executable, "-c", script], check=kind != "unfinished")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert (len(before) == 2) == (kind == "unfinished")
    assert refusal(path).code == "S005"
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_database_without_tables_is_taken(path):
    path.parent.mkdir()
    duckdb.connect(str(path)).close()
    DuckDBStore(path).close()


def test_a_newer_schema_is_refused_and_unchanged(store, path):
    store.close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, ?, 0)", [migrations.APPLICATION])
    before = path.read_bytes()
    error = refusal(path)
    assert error.code == "S004"
    assert re.search(rf"schema 99; this one knows {len(migrations.scripts())}\b", str(error))
    assert path.read_bytes() == before


def test_migrations_are_applied_once_each_in_order(store, path, monkeypatch):
    do(store, save("a"))
    store.close()
    scripts = (*migrations.scripts(), "CREATE TABLE new (x BIGINT)", "ALTER TABLE new RENAME TO newer")
    monkeypatch.setattr(migrations, "scripts", lambda: scripts)
    for _ in range(2):
        again = DuckDBStore(path)
        versions = [(number,) for number in range(1, len(scripts) + 1)]
        assert again._query("SELECT version FROM schema_version ORDER BY version") == versions
        assert again._query("SELECT count(*) FROM newer") == [(0,)]
        assert set(again.answers(FIRST)) == {"a"}
        again.close()


def test_a_failed_migration_changes_nothing(store, path, monkeypatch):
    store.close()
    scripts = migrations.scripts()
    monkeypatch.setattr(migrations, "scripts", lambda: (*scripts, "CREATE TABLE new (x BIGINT)", "NONSENSE"))
    assert refusal(path).code == "S002"
    monkeypatch.undo()
    again = DuckDBStore(path)
    assert again._query("SELECT count(*) FROM information_schema.tables WHERE table_name = 'new'") == [(0,)]
    again.close()


@pytest.mark.parametrize(
    "place", ["/proc/nowhere/store.duckdb", "FILE/store.duckdb", "FILE/deeper/store.duckdb", "FOLDER"]
)
def test_a_place_that_cannot_be_written_is_refused(tmp_path, place):
    tmp_path.joinpath("FILE").write_text("a file, not a folder")
    tmp_path.joinpath("FOLDER").mkdir()
    error = refusal(tmp_path / place)
    assert error.code == "S002"
    assert len(str(error)) < 400


@pytest.mark.parametrize("url", ["", "duckdb:///", "duckdb:/x", "sqlite:///x", "store.duckdb"])
def test_another_kind_of_url_is_refused(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert caught.value.code == "S003"


# --- lock-down
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY answers TO '/tmp/answers.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET GLOBAL allowed_directories = ['/']",
        "SELECT * FROM a_python_variable",
    ],
)
def test_a_cursor_reaches_nothing_else(store, query):
    a_python_variable = {"x": np.array([1])}
    assert len(a_python_variable) == 1
    with pytest.raises(duckdb.Error, match=r"disabled|locked|does not exist"):
        store._connection.cursor().execute(query)


def test_every_cursor_has_the_settings(store):
    query = "SELECT current_setting('default_null_order'), current_setting('integer_division'), current_setting('lock_configuration')"
    here = store._query(query)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(store._query, query).result()
    assert here == there == [("NULLS_LAST_ON_ASC_FIRST_ON_DESC", True, True)]


def test_a_read_that_fails_is_a_store_error(store):
    store.close()
    with pytest.raises(StoreError) as caught:
        store.history(FIRST, "a")
    assert caught.value.code == "S008"


def test_closing_waits_for_reads_under_way_and_they_end_in_order(store):
    ended = []

    def read(_):
        try:
            while True:
                ended.append(store.history(FIRST, "a") == ())
        except StoreError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        codes = pool.map(read, range(6))
        while len(ended) < 50:
            time.sleep(0.001)
        store.close()
        assert list(codes) == ["S008"] * 6
    assert all(ended)


# --- many at once
def test_many_threads_lose_nothing_with_fewer_commits_than_saves(store, path):
    commits, commit = [], store._apply

    def counted(batch):
        commits.append(len(batch))
        return commit(batch)

    store._writer._apply = counted
    start = Barrier(16)

    def work(number):
        start.wait()
        kept = []
        for count in range(200):
            command = save(f"i{count % 5}", f"{number}/{count}", to=(FIRST, SECOND)[number % 2])
            kept.append((do(store, command).stored, command))
            newest = store.answers(command.response_id)[command.item_id]
            assert newest.revision >= kept[-1][0].revision
        return kept

    with ThreadPoolExecutor(16) as pool:
        kept = [pair for thread in pool.map(work, range(16)) for pair in thread]
    assert all((stored.event_id, stored.answer) == (command.event_id, command.answer) for stored, command in kept)
    everything_kept = sorted((stored for stored, _ in kept), key=lambda stored: stored.sequence)
    assert store.changes(ROUND, 0) == tuple(everything_kept)
    for response_id in (FIRST, SECOND):
        for item in range(5):
            revisions = [stored.revision for stored in store.history(response_id, f"i{item}")]
            assert revisions == list(range(1, 321))
    assert sum(commits) == 3200
    assert len(commits) < 1600


def test_a_reader_overtaken_by_a_commit_does_not_keep_what_it_read(store, monkeypatch):
    """The memory has room for one response. While FIRST is being read, it is saved, and then displaced by SECOND."""
    monkeypatch.setattr("results.writer.RESIDENT_RESPONSES", 1)
    do(store, save("a", "old"))
    do(store, save("a", to=SECOND))
    query, overtaken = store._query, []

    def slow(*arguments):
        rows = query(*arguments)
        if not overtaken:
            overtaken.extend(do(store, one) for one in (save("a", "new"), save("b", to=SECOND)))
        return rows

    monkeypatch.setattr(store, "_query", slow)
    assert store.answers(FIRST)["a"] == overtaken[0].stored
    assert store.answers(FIRST)["a"] == overtaken[0].stored


# --- kill -9
SAVE_FOR_EVER = """
import os
from concurrent.futures import ThreadPoolExecutor
from results.ids import new_id
def work(item):
    while True:
        command = save(item, "x" * 300, event=new_id())
        do(store, command)
        os.write(1, f"{command.event_id}\\n".encode())  # a whole line at once
with ThreadPoolExecutor(4) as pool:
    list(pool.map(work, "abcd"))
"""


def test_kill_9_loses_nothing_acknowledged_and_repeats_nothing(store, path):
    store.close()
    printed = set()
    for kill in range(KILLS):
        with program(path, SAVE_FOR_EVER) as other:
            printed |= {int(other.stdout.readline()) for _ in range(20 + 30 * kill)}
            other.kill()
            printed |= {int(line) for line in other.stdout}
        again = DuckDBStore(path)
        kept = again.changes(ROUND, 0)
        again.close()
        events = [stored.event_id for stored in kept]
        assert len(events) == len(set(events))
        assert printed <= set(events)
        numbers = [(stored.item_id, stored.revision) for stored in kept]
        assert len(numbers) == len(set(numbers))
    assert len(printed) >= sum(20 + 30 * kill for kill in range(KILLS))


def test_an_event_kept_by_a_killed_process_is_known(store, path):
    store.close()
    event = new_event()
    with program(
        path, f"do(store, save('a', 'one', event={event})); print('saved', flush=True); time.sleep(60)"
    ) as other:
        assert other.stdout.readline() == "saved\n"
        other.kill()
    again = DuckDBStore(path)
    assert do(again, save("a", "again", event=event)).stored.revision == 1
    assert again.answers(FIRST)["a"].answer.note == "one"
    again.close()
