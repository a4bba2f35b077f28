"""100 people answering at once: our questions page against a bare Streamlit page with the same widgets.

Everybody is the coordinator of an organisation of their own, comes in by their own link, opens the first part of the
ethics questionnaire and gives an answer every three seconds. An answer counts when its run has ended and the card says
"Saved"; then the server is killed (-9) and the stored revisions are counted. The page's heartbeat runs as in a browser:
it is no answer, but its CPU and bytes are counted. The bare page has the same elements and settings and the same kind
of server, reruns as a whole and keeps nothing (`benchmarks.bare_page`). Two pairs of rounds, to see the drift,
and a third when other programs took much of the machine ("others" is their share of a core); the quietest pair counts.

Latency is from the message sent to the last run's end received, on loopback; CPU is that of the server's process.
Bytes are those of the websocket as they come, compressed where that was agreed on. Memory is what the server's process
has grown by from its first page to the end of the round, for each further person. `benchmarks.workshop` has 300 people.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import psutil

from benchmarks import Result, bare_page
from benchmarks.servers import CONFIG, ROOT, cpu_of, enter, free_port, our_server, served, stored_revisions, workshop
from benchmarks.streamlit_session import Session, closed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streamlit.proto.Delta_pb2 import Delta

    from benchmarks.streamlit_session import Radio

SESSIONS = 100
EVERY = 3.0  # seconds between a person's answers, ± 20 %
FIRST = 2.0  # seconds that the first person is alone
RAMP = 0.12  # seconds between one and the next; those who are in already answer
SETTLE = 3.0
MEASURED = 25.0
LONGEST = 150.0  # a round never takes longer
PAIRS = 2
DISTURBED = 0.2  # of a core taken by other programs
CHOICES = 6  # five levels and "Don't know"; "Not applicable" asks for a reason first
SYNCS = 200
CPU_BOUND = 1.5  # times the bare page's
KILOBYTES_BOUND = 2.0  # received per answer


@dataclass
class Figures:
    """What one round measured. `lost`: answers stored short of those sent; `unsaid`: without "Saved" on the page."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    server_cpu: float = 0.0
    client_cpu: float = 0.0
    other_cpu: float = 0.0
    received: int = 0
    grown: float = 0.0  # bytes of memory per person
    sent: int = 0
    unsaid: int = 0
    lost: int = 0

    @property
    def answers(self) -> int:
        return len(self.latencies)

    @property
    def cpu_each(self) -> float:
        return self.server_cpu / self.answers * 1000

    @property
    def others(self) -> float:
        return self.other_cpu / self.seconds

    @property
    def kilobytes_each(self) -> float:
        return self.received / self.answers / 1000

    def at(self, percent: int) -> float:
        """Milliseconds within which so many per cent of the answers were done."""
        return quantiles(self.latencies, n=100)[percent - 1] * 1000

    def __str__(self) -> str:
        return (
            f"{self.answers:5} answers  p50 {self.at(50):6.1f}  p95 {self.at(95):6.1f}  p99 {self.at(99):6.1f} ms  "
            f"{self.cpu_each:5.2f} ms CPU and {self.kilobytes_each:5.1f} KB each  {self.grown / 1000:4.0f} KB a person  "
            f"{self.server_cpu / self.seconds:4.0%} of a core  (client {self.client_cpu / self.seconds:.0%}, others {self.others:.0%})"
        )


def run() -> Iterator[Result]:
    yield from compare(SESSIONS)


def compare(sessions: int, p95_bound: float | None = None) -> Iterator[Result]:
    """Rounds of so many people; `p95_bound`: milliseconds."""
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as name:  # on the disk: /tmp may be memory
        folder = Path(name)
        syncs = sorted(disk_floor(folder))
        print(f"  fdatasync of 4 KB: p50 {syncs[SYNCS // 2]:.2f} ms, p95 {syncs[SYNCS * 95 // 100]:.2f} ms")
        peer = bare_page.write(folder / "bare", page_drawn(folder / "look"), CONFIG)
        pairs: list[tuple[Figures, Figures]] = []
        while len(pairs) < PAIRS or (len(pairs) == PAIRS and disturbance(quietest(pairs)) > DISTURBED):
            bare = shown("bare", bare_round(peer, sessions))
            pairs.append((bare, shown("ours", our_round(folder / f"ours-{len(pairs)}", sessions))))
    bare, ours = quietest(pairs)
    yield Result("answers sent and not stored", sum(ours.lost for _, ours in pairs), "", bound=0)
    yield Result('answers without "Saved" on the page', sum(ours.unsaid for _, ours in pairs), "", bound=0)
    yield Result("other programs in the quietest pair, of a core", disturbance((bare, ours)) * 100, "%")
    for what, unit, figure, bound, ratio_bound in (
        ("p50", "ms", lambda one: one.at(50), None, None),
        ("p95", "ms", lambda one: one.at(95), p95_bound, None),
        ("CPU per answer", "ms", lambda one: one.cpu_each, None, CPU_BOUND),
        ("received per answer", "KB", lambda one: one.kilobytes_each, KILOBYTES_BOUND, None),
        ("memory per person", "KB", lambda one: one.grown / 1000, None, None),
    ):
        yield Result(f"{what}, bare page", figure(bare), unit)
        yield Result(f"{what}, ours", figure(ours), unit, bound=bound)
        yield Result("  times the bare page's", figure(ours) / figure(bare), "×", bound=ratio_bound)


def shown(side: str, figures: Figures) -> Figures:
    print(f"  {side} {figures}", flush=True)
    return figures


def disturbance(pair: tuple[Figures, Figures]) -> float:
    return max(one.others for one in pair)


def quietest(pairs: list[tuple[Figures, Figures]]) -> tuple[Figures, Figures]:
    return min(pairs, key=disturbance)


def disk_floor(folder: Path) -> list[float]:
    """Milliseconds that the disk takes to keep 4 KB: no durable answer can be faster."""
    took = []
    with (folder / "floor").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = perf_counter()
            file.write(b"0" * 4096)
            os.fdatasync(file.fileno())
            took.append((perf_counter() - began) * 1000)
    return took


# --- the two sides


def page_drawn(folder: Path) -> Mapping[tuple[int, ...], Delta]:
    """What the real page draws for one person."""
    tokens = workshop(folder, 1)

    async def look(address: str) -> Mapping[tuple[int, ...], Delta]:
        session = await opened(address, tokens[0], [])
        await session.close()
        return session.drawn

    with our_server(folder) as (address, _):
        return asyncio.run(look(address))


def our_round(folder: Path, sessions: int) -> Figures:
    tokens = workshop(folder, sessions)
    with our_server(folder) as (address, process):
        figures = asyncio.run(answering(process, address, tokens))
    figures.lost = figures.sent - stored_revisions(folder)
    return figures


def bare_round(launcher: Path, sessions: int) -> Figures:
    port = free_port()
    with served([sys.executable, str(launcher), str(port)], launcher.parent, port) as (address, process):
        return asyncio.run(answering(process, address, [""] * sessions))


# --- the people


async def answering(process: psutil.Process, address: str, tokens: list[str]) -> Figures:
    """Everybody comes, answers and goes. Raises TimeoutError when that takes too long, AssertionError when a page fails."""
    figures, sessions = Figures(), []
    start = perf_counter() + FIRST + RAMP * len(tokens) + SETTLE
    stop = start + MEASURED
    async with asyncio.timeout(LONGEST):
        people = [
            asyncio.create_task(
                person(figures, sessions, address, token, (FIRST + RAMP * n) if n else 0.0, start, stop)
            )
            for n, token in enumerate(tokens)
        ]
        try:
            await asyncio.sleep(FIRST)
            alone = process.memory_info().rss
            await asyncio.sleep(start - perf_counter())
            before, mine, received, busy = cpu_of(process), process_time(), received_by(sessions), busy_cpu()
            await asyncio.sleep(stop - perf_counter())
            figures.server_cpu = cpu_of(process) - before
            figures.client_cpu, figures.seconds = process_time() - mine, perf_counter() - start
            figures.received = received_by(sessions) - received
            figures.other_cpu = max(0.0, busy_cpu() - busy - figures.server_cpu - figures.client_cpu)
            figures.grown = (process.memory_info().rss - alone) / (len(tokens) - 1)
            await asyncio.gather(*people)
        finally:
            for one in people:
                one.cancel()
            await closed(sessions)
    return figures


async def person(
    figures: Figures, sessions: list[Session], address: str, token: str, delay: float, start: float, stop: float
) -> None:
    """Come after `delay` seconds and answer until `stop`; what was answered from `start` on is measured."""
    await asyncio.sleep(delay)
    session = await opened(address, token, sessions)
    due = perf_counter() + EVERY * random.random()
    while due < stop:
        await asyncio.sleep(due - perf_counter())
        radio = random.choice([*session.radios.values()])
        took, heard = await session.choose(radio, another(session, radio))
        figures.sent += 1
        figures.unsaid += bool(token) and not any(">Saved " in markup for markup in heard)
        if due >= start:
            figures.latencies.append(took)
        due = max(due + EVERY * random.uniform(0.8, 1.2), perf_counter())
    await asyncio.sleep(stop - perf_counter())  # the heartbeat goes on
    await session.close()


async def opened(address: str, token: str, sessions: list[Session]) -> Session:
    """A page that has drawn its questions, added to `sessions`; with a token, ours, entered by that link."""
    cookie = await asyncio.to_thread(enter, address, token) if token else ""
    session = Session(address, "questions", "q=ethics", cookie) if token else Session(address)
    sessions.append(session)
    await session.open()
    assert session.radios, "the page has no questions"
    return session


def another(session: Session, radio: Radio) -> str:
    """Another option than the one that stands: the same one would change nothing."""
    chosen = session.chosen(radio)
    return random.choice([option for option in radio.options[:CHOICES] if option != chosen])


def busy_cpu() -> float:
    """Seconds that all programs of the machine have had."""
    times = psutil.cpu_times()
    return times.user + times.system + times.nice


def received_by(sessions: list[Session]) -> int:
    return sum(session.received for session in sessions)
