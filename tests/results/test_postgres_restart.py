"""The server goes away: killed in the middle of a load, stopped for longer than anybody waits, or turned into a standby."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from results import postgres_store
from results.ids import new_id
from results.store import Saved, StoreError, open_store
from tests.postgres_server import PostgresServer
from tests.results.facts import FIRST, ROUND, SECOND, do, fill, save

RESTARTS = 3


@pytest.fixture(scope="module")
def server():
    own = PostgresServer()
    yield own
    own.remove()


@pytest.fixture
def pair(server):
    url = server.fresh()
    stores = open_store(url), open_store(url)
    fill(stores[0])
    yield stores
    for store in stores:
        store.close()


def test_a_server_killed_under_load_loses_nothing_acknowledged_and_repeats_nothing(server, pair):
    """Killed as by a power cut of the process, several times, while two replicas save; nobody has to start anything anew."""
    ended = Event()

    def work(number):
        kept, failed = [], 0
        while not ended.is_set():
            command = save(f"i{number % 3}", "x" * 200, event=new_id(), to=(FIRST, SECOND)[number % 2])
            # As a page does: the same event again until it is said to be saved, sometimes through the other replica.
            while True:
                try:
                    result = do(pair[(number + failed) % 2], command)
                except StoreError:
                    failed += 1
                else:
                    break
            assert isinstance(result, Saved)
            assert result.stored.event_id == command.event_id
            kept.append(result.stored)
        return kept

    with ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, number) for number in range(8)]
        for _ in range(RESTARTS):
            time.sleep(0.4)
            server.stop()
            time.sleep(0.2)
            server.start()
        time.sleep(0.4)
        ended.set()
        kept = [stored for worker in workers for stored in worker.result(60)]
    stored = pair[0].changes(ROUND, 0)
    assert len({one.event_id for one in stored}) == len(stored)
    assert set(stored) == set(kept)
    assert len(stored) > 100
    for response_id in (FIRST, SECOND):
        for item in ("i0", "i1", "i2"):
            revisions = [one.revision for one in pair[1].history(response_id, item)]
            assert revisions == list(range(1, len(revisions) + 1))


def test_while_the_server_is_away_everything_fails_clearly_and_then_works_by_itself(server, pair, monkeypatch, caplog):
    monkeypatch.setattr(postgres_store, "PATIENCE", 0.3)
    monkeypatch.setattr(postgres_store, "READ_PATIENCE", 0.3)
    store = pair[0]
    do(store, save("a", "before"))
    server.stop()
    began = time.monotonic()
    futures = [store.write(save("b", str(number))) for number in range(300)]
    errors = [future.exception(30) for future in futures]
    assert {error.code for error in errors} == {"P007"}
    assert "command(s) were not kept: S034" in caplog.text
    assert time.monotonic() - began < 5  # one patience for all that waits, not one for each
    with pytest.raises(StoreError) as caught:
        store.rounds()
    assert caught.value.code == "S034"
    assert store.not_ready() == ["answers cannot be saved"]
    assert time.monotonic() - began < 12
    server.start()
    monkeypatch.undo()
    began = time.monotonic()
    assert isinstance(do(store, save("b", "after")), Saved)
    assert len(store.rounds()) == 2
    assert time.monotonic() - began < 3  # no waiting out of a pause that grew while the server was away
    assert {item: one.answer.note for item, one in store.answers(FIRST).items()} == {"a": "before", "b": "after"}
    deadline = time.monotonic() + 5
    while pair[1].revision(ROUND) != store.revision(ROUND):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_short_absence_is_only_a_wait(server, pair):
    server.stop("fast")
    futures = [pair[0].write(save("a", str(number))) for number in range(20)]
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pair[0].rounds)
        time.sleep(1.5)
        server.start()
        assert len(read.result(10)) == 2
    assert [future.result(30).stored.revision for future in futures] == list(range(1, 21))


def test_a_standby_is_refused(server):
    server.stop("fast")
    (server.folder / "standby.signal").touch()
    server.start()
    try:
        with pytest.raises(StoreError) as caught:
            open_store(server.url(schema="public"))
        assert caught.value.code == "S038"
    finally:
        server.stop("fast")
        (server.folder / "standby.signal").unlink()
        server.start()
