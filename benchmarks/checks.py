"""What the checks cost: CPU of the server per answer and per page, with all of them and without (`benchmarks.unchecked_app`).

Both servers run at once on equal workshops, and short rounds alternate between them, so that what other programs do
to the machine meets both; the ratio is that of the medians over the rounds. A page is its HTML by HTTP, the websocket
and the first run of the questions page; an answer is one choice up to the end of its run.
"""

from __future__ import annotations

import asyncio
import http
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import Result
from benchmarks.answering import another
from benchmarks.servers import (
    ROOT,
    asked,
    cpu_of,
    database,
    enter,
    free_port,
    served,
    stored_revisions,
    workshop,
)
from benchmarks.streamlit_session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psutil

ROUNDS, ANSWERS, PAGES = 24, 60, 12
MOST = 1.1


@dataclass
class Side:
    """One server with one person; milliseconds of CPU per answer and per page, one figure a round."""

    folder: Path
    address: str
    process: psutil.Process
    cookie: str
    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    sent: int = 0

    async def page(self) -> Session:
        answer = await asyncio.to_thread(
            asked, int(self.address.rpartition(":")[2]), "GET", "/questions", {"Cookie": self.cookie}
        )
        assert answer.status == http.HTTPStatus.OK
        session = Session(self.address, "questions", "q=ethics", self.cookie)
        await session.open()
        return session

    async def round(self) -> None:
        before = cpu_of(self.process)
        for _ in range(PAGES - 1):
            await (await self.page()).close()
        session = await self.page()
        self.pages.append((cpu_of(self.process) - before) / PAGES * 1000)
        radios = [*session.radios.values()]
        before = cpu_of(self.process)
        for number in range(ANSWERS):
            radio = radios[number % len(radios)]
            await session.choose(radio, another(session, radio))
        self.answers.append((cpu_of(self.process) - before) / ANSWERS * 1000)
        self.sent += ANSWERS
        await session.close()


def run() -> Iterator[Result]:
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as name, ExitStack() as stack:
        checked, unchecked = (
            stack.enter_context(side(Path(name) / module, module))
            for module in ("survey_cli", "benchmarks.unchecked_app")
        )
        refusals = [
            asked(int(one.address.rpartition(":")[2]), "GET", "/_stcore/metrics").status for one in (checked, unchecked)
        ]
        assert refusals == [404, 200], "one side has checks, the other none"
        asyncio.run(alternate(checked, unchecked))
        stack.close()
        kept = [stored_revisions(one.folder) - one.sent for one in (checked, unchecked)]
    yield Result("answers sent and not stored, both sides", -sum(kept), "", bound=0)
    for what, with_checks, without in (
        ("CPU per answer", checked.answers, unchecked.answers),
        ("CPU per page", checked.pages, unchecked.pages),
    ):
        yield Result(f"{what}, without the checks", median(without), "ms")
        yield Result(f"{what}, with the checks", median(with_checks), "ms")
        yield Result("  times that without", median(with_checks) / median(without), "×", bound=MOST)


@contextmanager
def side(folder: Path, module: str) -> Iterator[Side]:
    (token,) = workshop(folder, 1)
    port = free_port()
    command = [sys.executable, "-m", module, "run", "--db", database(folder), "--port", str(port)]
    with served(command, ROOT, port) as (address, process):
        yield Side(folder, address, process, enter(address, token))


async def alternate(checked: Side, unchecked: Side) -> None:
    for one in (checked, unchecked):  # warm
        await one.round()
        one.answers.clear()
        one.pages.clear()
    for number in range(ROUNDS):
        for one in (checked, unchecked) if number % 2 else (unchecked, checked):
            await one.round()
