"""100 people answering at once: our questions page against a bare Streamlit page with the same widgets.

Everybody is the coordinator of an organisation of their own, comes in by their own link, opens the first part of the
ethics questionnaire and gives an answer every three seconds. An answer counts when its run has ended and the card says
"Saved"; then the server is killed (-9) and the stored revisions are counted. The page's heartbeat runs as in a browser:
it is no answer, but its CPU and bytes are counted. The bare page has the same elements and settings and the same kind
of server, reruns as a whole and keeps nothing (`benchmarks.bare_page`). Two pairs of rounds, to see the drift,
and a third when other programs took much of the machine ("others" is their share of a core); the quietest pair counts.

Latency is from the message sent to the last run's end received, on loopback; CPU is that of the server's process.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import psutil

from access.invitation import add_invitation
from access.setup import RoundPlan, add_organisation, create_round
from access.workshop import Workshop
from benchmarks import Result, bare_page
from benchmarks.streamlit_session import Session, closed
from results.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.streamlit_session import Radio

ROOT = Path(__file__).resolve().parent.parent
SESSIONS = 100
EVERY = 3.0  # seconds between a person's answers, ± 20 %
RAMP = 12.0  # seconds over which they come; those who are in already answer
SETTLE = 3.0
MEASURED = 25.0
LONGEST = 150.0  # a round never takes longer
PAIRS = 2
DISTURBED = 0.2  # of a core taken by other programs
QUESTIONNAIRES = ("strategy", "ethics", "standards")
CHOICES = 6  # five levels and "Don't know"; "Not applicable" asks for a reason first
SYNCS = 200


@dataclass
class Figures:
    """What one round measured. `lost`: answers stored short of those sent; `unsaid`: without "Saved" on the page."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    server_cpu: float = 0.0
    client_cpu: float = 0.0
    other_cpu: float = 0.0
    received: int = 0
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
            f"{self.cpu_each:5.2f} ms CPU and {self.kilobytes_each:5.1f} KB each  "
            f"{self.server_cpu / self.seconds:4.0%} of a core  (client {self.client_cpu / self.seconds:.0%}, others {self.others:.0%})"
        )


def run() -> Iterator[Result]:
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as name:  # on the disk: /tmp may be memory
        folder = Path(name)
        syncs = sorted(disk_floor(folder))
        print(f"  fdatasync of 4 KB: p50 {syncs[SYNCS // 2]:.2f} ms, p95 {syncs[SYNCS * 95 // 100]:.2f} ms")
        peer = bare_page.write(folder / "bare", page_drawn(folder / "look"), ROOT / ".streamlit" / "config.toml")
        pairs: list[tuple[Figures, Figures]] = []
        while len(pairs) < PAIRS or (len(pairs) == PAIRS and disturbance(quietest(pairs)) > DISTURBED):
            bare = shown("bare", bare_round(peer))
            pairs.append((bare, shown("ours", our_round(folder / f"ours-{len(pairs)}"))))
    bare, ours = quietest(pairs)
    yield Result("answers sent and not stored", sum(ours.lost for _, ours in pairs), "", bound=0)
    yield Result('answers without "Saved" on the page', sum(ours.unsaid for _, ours in pairs), "", bound=0)
    yield Result("other programs in the quietest pair, of a core", disturbance((bare, ours)) * 100, "%")
    for what, unit, figure in (
        ("p50", "ms", lambda one: one.at(50)),
        ("p95", "ms", lambda one: one.at(95)),
        ("CPU per answer", "ms", lambda one: one.cpu_each),
        ("received per answer", "KB", lambda one: one.kilobytes_each),
    ):
        yield Result(f"{what}, bare page", figure(bare), unit)
        yield Result(f"{what}, ours", figure(ours), unit)
        yield Result("  times the bare page's", figure(ours) / figure(bare), "×")


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


def page_drawn(folder: Path):
    """What the real page draws for one person."""
    tokens = workshop(folder, 1)

    async def look(address: str):
        session = await opened(address, tokens[0], [])
        await session.close()
        return session.drawn

    with our_server(folder) as (address, _):
        return asyncio.run(look(address))


def our_round(folder: Path) -> Figures:
    tokens = workshop(folder, SESSIONS)
    with our_server(folder) as (address, process):
        figures = asyncio.run(answering(process, address, tokens))
    figures.lost = figures.sent - stored_revisions(folder)
    return figures


def bare_round(launcher: Path) -> Figures:
    port = free_port()
    with served([sys.executable, str(launcher), str(port)], launcher.parent, port) as (address, process):
        return asyncio.run(answering(process, address, [""] * SESSIONS))


def workshop(folder: Path, organisations: int) -> list[str]:
    """A new database with a round of the real questionnaires; the token of each organisation's coordinator."""
    folder.mkdir(exist_ok=True)
    opened_workshop = Workshop(open_store(database(folder)))
    asked = tuple((ROOT / "questionnaires" / name / "questionnaire.yaml", "full") for name in QUESTIONNAIRES)
    round_ = create_round(opened_workshop, RoundPlan("Benchmark", asked, notice="A benchmark.", invented=True))
    tokens = []
    for number in range(organisations):
        organisation = add_organisation(opened_workshop, round_, "GE", f"Agency {number}")
        tokens.append(add_invitation(opened_workshop, round_, organisation.id, "coordinator", "Coordinator"))
    opened_workshop.close()
    return tokens


def stored_revisions(folder: Path) -> int:
    store = open_store(database(folder))
    (round_,) = store.rounds()
    count = len(store.changes(round_.id, 0))
    store.close()
    return count


def database(folder: Path) -> str:
    return f"duckdb:///{folder / 'workshop.duckdb'}"


# --- servers


@contextmanager
def our_server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    command = [sys.executable, "-m", "survey_cli", "run", "--db", database(folder), "--port", str(port)]
    with served(command, ROOT, port) as running:
        yield running


@contextmanager
def served(command: list[str], folder: Path, port: int) -> Iterator[tuple[str, psutil.Process]]:
    """A server in a process of its own, killed at the end: what was promised must be on the disk."""
    environment = {**os.environ, "READINESS_CACHE": str(ROOT / "build" / "bench-cache")}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        try:
            if not is_up(process, port):
                log.seek(0)
                raise AssertionError(f"the server did not start: {log.read().decode(errors='replace')[-2000:]}")
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    for _ in range(240):
        if process.poll() is not None:
            return False
        with suppress(OSError, http.client.HTTPException):
            if asked(port, "GET", "/_stcore/health").status == http.HTTPStatus.OK:
                return True
        time.sleep(0.25)
    return False


def asked(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- the people


async def answering(process: psutil.Process, address: str, tokens: list[str]) -> Figures:
    """Everybody comes, answers and goes. Raises TimeoutError when that takes too long, AssertionError when a page fails."""
    figures, sessions = Figures(), []
    start = perf_counter() + RAMP + SETTLE
    stop = start + MEASURED
    async with asyncio.timeout(LONGEST):
        people = [
            asyncio.create_task(person(figures, sessions, address, token, RAMP * n / len(tokens), start, stop))
            for n, token in enumerate(tokens)
        ]
        try:
            await asyncio.sleep(start - perf_counter())
            before, mine, received, busy = cpu_of(process), process_time(), received_by(sessions), busy_cpu()
            await asyncio.sleep(stop - perf_counter())
            figures.server_cpu = cpu_of(process) - before
            figures.client_cpu, figures.seconds = process_time() - mine, perf_counter() - start
            figures.received = received_by(sessions) - received
            figures.other_cpu = max(0.0, busy_cpu() - busy - figures.server_cpu - figures.client_cpu)
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


def enter(address: str, token: str) -> str:
    """Press Continue on the invitation's page; the cookie."""
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin", "Content-Length": "0"}
    response = asked(int(address.rpartition(":")[2]), "POST", f"/i/{token}", headers)
    cookies = SimpleCookie(response.getheader("Set-Cookie", ""))
    assert cookies, f"the invitation was refused: {response.status}"
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def another(session: Session, radio: Radio) -> str:
    """Another option than the one that stands: the same one would change nothing."""
    chosen = session.chosen(radio)
    return random.choice([option for option in radio.options[:CHOICES] if option != chosen])


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def busy_cpu() -> float:
    """Seconds that all programs of the machine have had."""
    times = psutil.cpu_times()
    return times.user + times.system + times.nice


def received_by(sessions: list[Session]) -> int:
    return sum(session.received["bytes"] for session in sessions)
