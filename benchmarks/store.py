"""How long an acknowledged answer takes on a full log, beside the disk's own fdatasync; and a page's reads on a long log.

Open loop: answers come at their times whether the ones before are done or not, and each is measured from its time on.
32 respondents write, 10 dashboards look once a second, all in one process on the last round of a log of 1,000,000 rows (two
revisions of 28 items; 210 responses a round). The disk's line is 4 kB appended and synced, in the same folder, right before.

A page's reads: session, link, round, organisation, response and current answers of one respondent, on a log of
STORE_ROWS rows (default 10,000,000) and on one that holds the same last round and nothing else, in turn.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep
from typing import TYPE_CHECKING

import psycopg

from benchmarks import Result
from results.ids import new_id, now
from results.live import LiveQuestionnaire
from results.migrations import open_database
from results.shown import EVERYBODY
from results.store import SaveAnswer, Saved, open_store
from survey.loader import from_data
from survey.response import Answer
from tests.builders import item
from tests.postgres_server import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from results.store import ResponseStore

ROWS, LONG = 1_000_000, int(os.environ.get("STORE_ROWS", "10_000_000"))
ITEMS, REVISIONS, RESPONSES = 28, 2, 210  # items of a response, revisions of an answer, responses of a round
RATES, WRITERS, DASHBOARDS, SECONDS = (50, 300, 1_000), 32, 10, 6.0
PAGES, MOST = 1_000, 1.2
PER_ROUND = ITEMS * REVISIONS * RESPONSES
BASE = 1_000_000  # of ids: rounds from BASE, organisations and responses of round r from (BASE + r) * 1_000

# The same text for both engines; {rounds} is how many. Every answer of a response has its revisions.
FILL = (
    "INSERT INTO rounds SELECT 1, {base} + r, 'Round ' || r, 'open', true, '', '', r FROM generate_series(1, {rounds}) AS t(r)",
    (
        "INSERT INTO organisations SELECT 1, ({base} + r) * 1000 + o, {base} + r, chr((65 + o % 12)::int) || 'A', 'Agency ' || o "
        "FROM generate_series(1, {rounds}) AS t(r), generate_series(1, {responses}) AS u(o)"
    ),
    "INSERT INTO responses SELECT id, round_id, id, 'tiny', 'draft', 0, 1 FROM organisations",
    "INSERT INTO invitations SELECT 1, 'token-' || id, round_id, id, 'coordinator', 'Coordinator', 1, NULL FROM organisations",
    "INSERT INTO sessions SELECT 'session-' || id, 'token-' || id, 1, 9000000000000000 FROM organisations",
    (
        "INSERT INTO answers SELECT n + 2, n + 1, ({base} + 1 + n / {per_round}) * 1000 + 1 + n % {per_round} / {per_response}, "
        "{base} + 1 + n / {per_round}, 'i' || n % {items}, 1 + n % {per_response} / {items}, 1 + n % 5, n % 3, "
        "'', 'A note of some fifty characters, as people write.', '', '', 'author', 1700000000000000 + n "
        "FROM generate_series(0, {rows} - 1) AS t(n)"
    ),
)
REVISE = (
    "INSERT INTO round_revisions SELECT round_id, max(sequence) FROM answers GROUP BY round_id",
    "SELECT setval('sequences', (SELECT max(revision) FROM round_revisions))",
)


def run() -> Iterator[Result]:
    folder = Path(tempfile.mkdtemp(prefix="store-"))
    server = PostgresServer(durable=True)
    try:
        for engine in ("DuckDB", "PostgreSQL"):
            with filled(engine, server, folder, ROWS) as (store, last):
                yield from loads(engine, store, last, server.folder if engine == "PostgreSQL" else folder)
        for engine in ("DuckDB", "PostgreSQL"):
            with (
                filled(engine, server, folder, LONG) as (long, last),
                filled(engine, server, folder, PER_ROUND) as (short, only),
            ):
                yield from pages(engine, (long, last), (short, only))
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def filled(engine: str, server: PostgresServer, folder: Path, rows: int) -> Iterator[tuple[ResponseStore, int]]:
    """A store whose log has so many rows (of whole rounds), and the id of its last round."""
    rounds = max(1, round(rows / PER_ROUND))
    facts = {"base": BASE, "rounds": rounds, "rows": rounds * PER_ROUND, "responses": RESPONSES, "items": ITEMS}
    facts |= {"per_round": PER_ROUND, "per_response": ITEMS * REVISIONS}
    began = perf_counter()
    if engine == "DuckDB":
        path = folder / f"{rows}.duckdb"
        url = f"duckdb:///{path}"
        with open_database(path) as connection:
            for statement in FILL:
                connection.execute(statement.format(**facts).replace("/", "//"))
    else:
        url = server.fresh()
        open_store(url).close()
        with psycopg.connect(url, autocommit=True) as session:
            for statement in (*FILL, *REVISE, "VACUUM ANALYZE"):
                session.execute(statement.format(**facts).encode())
            session.execute("CHECKPOINT")
    print(f"  ({engine}: {facts['rows']} rows written in {perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)
    store = open_store(url)
    try:
        yield store, BASE + rounds
    finally:
        store.close()


# --- answers


def loads(engine: str, store: ResponseStore, last: int, folder: Path) -> Iterator[Result]:
    items = [item(f"i{number}") for number in range(ITEMS)]
    questionnaire = from_data({
        "format": 1, "id": "tiny", "version": "1.0.0", "title": "Tiny", "purpose": "To measure.",
        "dimensions": [{"id": f"d{n}", "title": f"D{n}", "items": items[n * 4 : n * 4 + 4]} for n in range(ITEMS // 4)],
    }).questionnaire  # fmt: skip
    round_ = store.round(last)
    assert round_ is not None
    live = LiveQuestionnaire(store, round_, questionnaire, "full")
    began = perf_counter()
    assert len(live.comparison(EVERYBODY).countries) == 12
    yield Result(f"{engine}, first look at a round of {PER_ROUND} revisions", (perf_counter() - began) * 1e3, "ms")
    for rate in RATES:
        synced = percentiles(syncs(folder, 1.5))
        looks: list[float] = []
        kept = percentiles(answers(store, live, last, rate, looks))
        what = f"{engine}, {rate} answers/s:"
        yield Result(f"{what} p50 (fdatasync then: {synced[0]:.2f} ms)", kept[0], "ms")
        yield Result(f"{what} p99 (fdatasync then: {synced[1]:.2f} ms)", kept[1], "ms")
        yield Result(f"{what} p99 of a dashboard's look", percentiles(looks)[1], "ms")


def answers(store: ResponseStore, live: LiveQuestionnaire, last: int, rate: int, looks: list[float]) -> list[float]:
    """Seconds from each answer's time until it was acknowledged. `looks` gets those of the dashboards."""
    start = perf_counter() + 0.2
    stop = start + SECONDS
    latencies: list[float] = []

    def write(number: int) -> None:
        own = 0
        while (due := start + (number + own * WRITERS) / rate) < stop:
            wait_until(due)
            response = last * 1_000 + 1 + (number + own) % RESPONSES
            answer = Answer(1 + own % 5, 1, "", "A note of some fifty characters, as people write.")
            save = SaveAnswer(new_id(), response, f"i{own % ITEMS}", answer, None, "author", now())
            assert isinstance(store.write(save).result(30), Saved)
            latencies.append(perf_counter() - due)
            own += 1

    def look(number: int) -> None:
        for second in range(int(SECONDS)):
            due = start + second + number / DASHBOARDS
            wait_until(due)
            live.comparison(EVERYBODY)
            live.progress()
            looks.append(perf_counter() - due)

    together([*(lambda n=n: write(n) for n in range(WRITERS)), *(lambda n=n: look(n) for n in range(DASHBOARDS))])
    return latencies


def syncs(folder: Path, seconds: float) -> list[float]:
    """Seconds that appending 4 kB and syncing them takes, one after another."""
    found, stop = [], perf_counter() + seconds
    path = folder / "fdatasync"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while (began := perf_counter()) < stop:
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)
            found.append(perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return found


# --- pages


def pages(engine: str, long: tuple[ResponseStore, int], short: tuple[ResponseStore, int]) -> Iterator[Result]:
    times: dict[str, list[float]] = {"long": [], "short": [], "cold long": [], "cold short": []}
    for number in range(2 * PAGES):
        for name, (store, last) in (("long", long), ("short", short)):
            began = perf_counter()
            page(store, last, 1 + number % RESPONSES)
            # The embedded engine keeps the answers of a response in memory from its first page on.
            times[name if number >= RESPONSES else f"cold {name}"].append(perf_counter() - began)
    middle = {name: percentiles(found)[0] for name, found in times.items()}
    yield Result(f"{engine}, reads of a page on {LONG} rows: p50", middle["long"], "ms")
    yield Result(f"{engine}, reads of a page on its last round alone: p50", middle["short"], "ms")
    yield Result(f"{engine}, the one ÷ the other", middle["long"] / middle["short"], "", MOST)
    yield Result(
        f"{engine}, a response's first page: the one ÷ the other", middle["cold long"] / middle["cold short"], ""
    )


def page(store: ResponseStore, last: int, number: int) -> None:
    key = last * 1_000 + number
    session = store.session(f"session-{key}")
    assert session is not None
    assert store.invitation(session.token_hash) is not None
    assert store.round(last) is not None
    assert store.organisation(key) is not None
    assert store.response(key) is not None
    assert len(store.answers(key)) == ITEMS


# --- measuring


def wait_until(due: float) -> None:
    if (left := due - perf_counter()) > 0:
        sleep(left)


def together(work: list[Callable[[], None]]) -> None:
    failed: list[BaseException] = []

    def guarded(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:  # noqa: BLE001  (raised again below)
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return cuts[49] * 1e3, cuts[98] * 1e3
