"""What only the engine for several replicas promises: one order over replicas, signals, migrations, messages."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import psycopg
import pytest

from access import facilitator
from access.visibility import shown
from results import numbered_sql, postgres_connection, postgres_signals, postgres_store
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddSession,
    Done,
    Refused,
    Saved,
    SetRoundStatus,
    StoreError,
    open_store,
)
from results.workshop import Organisation
from survey.problems import CATALOGUE
from tests.postgres_server import shared
from tests.results.facts import (
    FIRST,
    ROUND,
    SECOND,
    change,
    do,
    everything,
    fill,
    invitation,
    new_event,
    response,
    save,
    session,
)
from tests.workshops import scene

SCHEMA = len(numbered_sql.numbered_sql("postgres"))


@pytest.fixture
def url():
    return shared().fresh()


@pytest.fixture
def pair(url):
    """Two replicas on one filled database."""
    stores = open_store(url), open_store(url)
    fill(stores[0])
    yield stores
    for store in stores:
        store.close()


def refusal(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    return caught.value


def soon(condition, seconds=5.0):
    """Whether the condition becomes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def run_sql(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        return [connection.execute(statement).fetchall() if statement.startswith("SELECT") else connection.execute(statement)
                for statement in statements]  # fmt: skip


# --- one order over all replicas
def test_what_one_replica_acknowledged_every_read_of_the_other_shows(pair):
    first, second = pair
    do(first, AddInvitation(invitation))
    do(second, AddSession(session))
    do(first, save("a", "one"))
    do(second, change("submitted", of=SECOND))
    assert soon(lambda: first.revision(ROUND) == second.revision(ROUND))
    assert everything(first) == everything(second)


def test_the_probe_writes_changes_nothing_and_knows_the_schema(url, pair):
    assert [store.not_ready() for store in pair] == [[], []]
    run_sql(url, "UPDATE schema_version SET version = version + 1")
    assert pair[0].not_ready() == ["the database has another schema"]
    run_sql(url, "UPDATE schema_version SET version = version - 1", "ALTER TABLE schema_version RENAME TO elsewhere")
    assert pair[1].not_ready() == ["answers cannot be saved"]


def test_many_replicas_threads_lose_nothing_and_a_follower_misses_nothing(pair):
    start, done = Barrier(9), Event()

    def work(number):
        start.wait()
        return [
            do(pair[number % 2], save(f"i{count % 3}", f"{number}/{count}", to=(FIRST, SECOND)[number // 2 % 2])).stored
            for count in range(60)
        ]

    def follow():
        """As the live matrix does: only what comes after the last sequence seen."""
        start.wait()
        seen = []
        while True:
            is_last = done.is_set()
            seen += pair[0].changes(ROUND, seen[-1].sequence if seen else 0)
            if is_last:
                return seen

    with ThreadPoolExecutor(9) as pool:
        follower = pool.submit(follow)
        kept = [stored for thread in pool.map(work, range(8)) for stored in thread]
        done.set()
        followed = follower.result(30)
    kept.sort(key=lambda stored: stored.sequence)
    assert pair[1].changes(ROUND, 0) == tuple(kept) == tuple(followed)
    for response_id in (FIRST, SECOND):
        for item in ("i0", "i1", "i2"):
            revisions = [stored.revision for stored in pair[0].history(response_id, item)]
            assert revisions == list(range(1, 81))


def test_one_event_sent_to_both_replicas_is_kept_once(pair):
    commands = [save(f"i{number}") for number in range(50)]
    results = [[store.write(command) for command in commands] for store in pair]
    assert [future.result(30) for future in results[0]] == [future.result(30) for future in results[1]]
    assert len(pair[0].changes(ROUND, 0)) == 50


def test_nothing_is_kept_after_another_replica_closed_the_round(pair):
    futures = [pair[0].write(save("a")) for _ in range(30)]
    closing = pair[1].write(SetRoundStatus(ROUND, "closed"))
    futures += [pair[0].write(save("b")) for _ in range(300)]
    closing.result(30)
    closed_at = next(row for row in pair[0]._query("SELECT sequence FROM rounds WHERE id = %s", ROUND))[0]
    results = [future.result(30) for future in futures]
    kept = [result.stored.sequence for result in results if isinstance(result, Saved)]
    assert all(sequence < closed_at for sequence in kept)
    assert results[len(kept) :] == [Refused("P002")] * (len(results) - len(kept))
    assert do(pair[0], save("a")) == Refused("P002")


def test_two_replicas_adding_the_same_organisation_are_both_done(pair):
    for number in range(20):
        new = Organisation(900 + number, ROUND, "LA", "Bank")
        futures = [store.write(AddOrganisation(new, (response(5_000 + number, new),))) for store in pair]
        assert [future.result(30) for future in futures] == [Done(), Done()]
    assert len(pair[0].organisations(ROUND)) == 22


def test_a_replica_that_hangs_in_a_commit_does_not_hold_the_others_up(url, pair, monkeypatch):
    settings = tuple(one.replace("'10s'", "'300ms'") for one in postgres_connection._SETTINGS)
    monkeypatch.setattr(postgres_connection, "_SETTINGS", settings)
    hanging = postgres_connection.connect(postgres_connection.complete(url), autocommit=False)
    hanging.execute("SELECT * FROM round_revisions FOR UPDATE")
    began = time.monotonic()
    assert isinstance(do(pair[0], save("a")), Saved)
    assert time.monotonic() - began < 5
    with pytest.raises(postgres_store._AGAIN):
        hanging.execute("SELECT 1")


# --- signals
def test_an_unchanged_round_costs_no_query(url, tmp_path, monkeypatch):
    at = scene(open_store(url), tmp_path)
    store = at.workshop.store
    try:
        live = at.workshop.live(at.round, "tiny")
        store.revision(at.round.id)
        assert soon(lambda: store._signals.get(at.round.id) is not None)
        named = shown(at.workshop, at.round, "room")
        first = live.comparison(named), live.progress()
        monkeypatch.setattr(store, "_read", lambda _: pytest.fail("asked the database"))
        again = (shown(at.workshop, at.round, "room") for _ in range(100))
        assert all((live.comparison(one), live.progress()) == first for one in again)
        monkeypatch.undo()
        assert facilitator.comparison(at.workshop, at.actors["facilitator"], "tiny") is first[0]
    finally:
        at.workshop.close()


def test_another_replicas_change_shows_within_a_moment(pair):
    delays = []
    for _ in range(20):
        pair[1].revision(ROUND)
        do(pair[0], save("a"))
        newest, began = pair[0].revision(ROUND), time.monotonic()
        assert soon(lambda newest=newest: pair[1].revision(ROUND) == newest, 2)
        delays.append(time.monotonic() - began)
    assert sorted(delays)[10] < 0.25


def test_a_listener_that_is_cut_off_asks_and_listens_again(url, pair, caplog):
    listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT round_id, revision FROM round%'"
    assert soon(lambda: pair[1]._signals.get(ROUND) is not None)
    run_sql(url, listeners)
    do(pair[0], save("a"))
    # Until it listens again there is a query for each look; in between nothing old is shown as new.
    assert soon(lambda: pair[1].revision(ROUND) == pair[0].revision(ROUND), 2)
    assert soon(lambda: pair[1]._signals.get(ROUND) is not None)
    do(pair[0], save("a"))
    assert soon(lambda: pair[1]._signals.get(ROUND) == pair[0].revision(ROUND), 2)


def test_silence_is_not_trusted_for_long(pair, monkeypatch):
    assert soon(lambda: pair[1]._signals.get(ROUND) is not None)
    monkeypatch.setattr(pair[1]._signals, "learn", lambda _: None)  # as if messages were lost
    do(pair[0], save("a"))
    monkeypatch.setattr(postgres_signals, "TRUSTED", 0.0)
    assert pair[1].revision(ROUND) == pair[0].revision(ROUND)


# --- migrations
def test_replicas_that_start_at_once_migrate_once(url):
    with ThreadPoolExecutor(6) as pool:
        for store in [future.result(30) for future in [pool.submit(open_store, url) for _ in range(6)]]:
            store.close()
    assert run_sql(url, "SELECT version, application FROM schema_version") == [
        [(number, numbered_sql.APPLICATION) for number in range(1, SCHEMA + 1)]
    ]


@pytest.fixture
def scripts(monkeypatch):
    known = numbered_sql.numbered_sql("postgres")
    return lambda *new: monkeypatch.setattr(postgres_connection, "numbered_sql", lambda _: (*known, *new))


def test_migrations_are_applied_once_each_in_order(url, scripts):
    store = open_store(url)
    fill(store)
    store.close()
    scripts("CREATE TABLE new (x BIGINT)", "ALTER TABLE new RENAME TO newer")
    for _ in range(2):
        open_store(url).close()
    assert run_sql(url, "SELECT version FROM schema_version ORDER BY 1", "SELECT count(*) FROM newer") == [
        [(number,) for number in range(1, SCHEMA + 3)],
        [(0,)],
    ]


def test_a_failed_migration_changes_nothing(url, scripts):
    open_store(url).close()
    scripts("CREATE TABLE new (x BIGINT)", "NONSENSE")
    assert refusal(url).code == "S034"
    assert run_sql(url, "SELECT max(version), to_regclass('new') IS NULL FROM schema_version") == [[(SCHEMA, True)]]


def test_a_newer_schema_is_refused_and_unchanged(url):
    open_store(url).close()
    run_sql(url, f"INSERT INTO schema_version VALUES (99, '{numbered_sql.APPLICATION}', 0)")
    error = refusal(url)
    assert (error.code, f"schema 99; this one knows {SCHEMA})" in str(error)) == ("S004", True)


@pytest.mark.parametrize(
    "table", ["CREATE TABLE theirs (x INT)", "CREATE TABLE schema_version (version INT)",
              "CREATE TABLE schema_version AS SELECT 1 AS version, 'another' AS application, 0 AS applied_at"]
)  # fmt: skip
def test_another_programs_schema_is_refused_and_unchanged(url, table):
    run_sql(url, table)
    before = run_sql(url, "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY 1")
    assert refusal(url).code == "S037"
    assert (
        run_sql(url, "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY 1")
        == before
    )


def test_a_commit_is_durable_even_where_the_server_defaults_to_less(url):
    shared().execute("CREATE ROLE hasty LOGIN SUPERUSER", "ALTER ROLE hasty SET synchronous_commit = off")
    conninfo = postgres_connection.complete(url.replace("postgres@", "hasty@"))
    with postgres_connection.connect(conninfo, autocommit=False) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


# --- one clear message each
@pytest.fixture(scope="module")
def people():
    server = shared()
    server.execute(
        "CREATE ROLE known LOGIN PASSWORD 'right'", "CREATE DATABASE ascii ENCODING SQL_ASCII TEMPLATE template0"
    )
    rules = server.folder / "pg_hba.conf"
    rules.write_text("local all known scram-sha-256\n" + rules.read_text())
    server.execute("SELECT pg_reload_conf()")
    return server


@pytest.mark.parametrize(
    ("code", "address", "named"),
    [
        ("S031", lambda s: "postgresql://host:port/x", "port"),
        ("S031", lambda s: "postgres://host/x?no_such=1", "no_such"),
        ("S032", lambda s: s.url(user="known", password="wrong-secret"), "/postgres"),
        ("S032", lambda s: s.url(user="known"), "/postgres"),
        ("S032", lambda s: s.url(user="nobody-here"), "/postgres"),
        ("S033", lambda s: s.url(database="missing"), "'missing'"),
        ("S034", lambda s: "postgresql://u:wrong-secret@127.0.0.1:1/x", "127.0.0.1:1/x"),
        ("S034", lambda s: "postgresql://u:wrong-secret@no-such-host.invalid/x", "no-such-host.invalid"),
        ("S034", lambda s: "postgresql:///x?host=/nowhere", "/nowhere"),
        ("S035", lambda s: s.url(user="known", password="right", schema="public"), "/postgres"),
        ("S035", lambda s: s.url(schema="no_such_schema"), "/postgres"),
        ("S036", lambda s: s.url(database="ascii"), "SQL_ASCII"),
    ],
    ids=["port", "option", "password", "no password", "role", "database", "port closed", "host", "socket", "right", "schema", "text"],
)  # fmt: skip
def test_a_database_that_cannot_be_used_is_one_coded_message(people, code, address, named):
    error = refusal(address(people))
    assert (error.code, named in str(error)) == (code, True), str(error)
    assert "\n" not in str(error)
    assert "wrong-secret" not in str(error)
    assert error.__cause__ is None
    assert code in CATALOGUE


def test_without_the_driver_the_message_says_how_to_install_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("results.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refusal("postgresql://localhost/x")
    assert (error.code, "--extra postgres" in str(error)) == ("S039", True)


def test_the_embedded_engine_needs_no_driver(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    open_store(f"duckdb:///{tmp_path}/x.duckdb").close()


def test_a_read_after_closing_is_a_store_error(url):
    store = open_store(url)
    store.close()
    with pytest.raises(StoreError) as caught:
        store.history(FIRST, "a")
    assert caught.value.code == "S008"


def test_a_full_pool_waits_and_then_says_so(url, monkeypatch):
    monkeypatch.setattr(postgres_store, "CONNECTIONS", 1)
    monkeypatch.setattr(postgres_store, "READ_PATIENCE", 0.3)
    store = open_store(url)
    fill(store)
    with store._pool.connection(), pytest.raises(StoreError) as caught:
        store.answers(FIRST)
    assert caught.value.code == "S034"
    assert store.answers(FIRST) == {}
    do(store, save(event=new_event()))
    store.close()
