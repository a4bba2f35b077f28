"""The questions page opened in Chromium over a thin line, beside a stock Streamlit page with the same widgets.

The line has 1.6 Mbit/s down, 0.75 up and 150 ms, for requests and the websocket alike (Chromium's own emulation; a
phone's). Ours is opened by somebody who has come in by a link; the bare page is served as Streamlit serves it. Ready is
when the first question's choices can be seen and pressed. The first load has nothing in the cache; the second follows
in the same browser. Bytes are all that the server has sent in HTTP and websocket, counted by a relay before it.
The pages of the form without a script are fetched as they are: no compression but what the server offers.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import async_playwright

from benchmarks import Result, bare_page
from benchmarks.answering import page_drawn
from benchmarks.servers import CONFIG, ROOT, enter, free_port, our_server, served, workshop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, Page

MEGABYTES_BOUND = 1.1  # of our first load
FORM_BOUND = 60.0  # KB of a page of the form without a script
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
FIRST_CHOICE = "[data-testid=stRadioOption]"
SCREEN = {"width": 390, "height": 844}
PATIENCE = 60_000  # milliseconds
SHOWN = 4  # largest files of a load


@dataclass
class Load:
    """`seconds` until ready; `received`: bytes from the server; `files`: bytes of each request as Chromium counts them."""

    seconds: float = 0.0
    received: int = 0
    files: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        largest = ", ".join(f"{name} {size / 1000:.0f}" for name, size in self.files.most_common(SHOWN))
        return f"{self.received / 1e6:.3f} MB in {len(self.files)} requests, ready after {self.seconds:.1f} s ({largest} KB)"


def run() -> Iterator[Result]:
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as name:
        folder = Path(name)
        peer = bare_page.write(folder / "bare", page_drawn(folder / "look"), CONFIG)
        port = free_port()
        with served([sys.executable, str(peer), str(port)], peer.parent, port) as (address, _):
            bare = asyncio.run(loads(address, ""))
        (token,) = workshop(folder / "ours", 1)
        with our_server(folder / "ours") as (address, _):
            ours = asyncio.run(loads(address, "questions?q=ethics", enter(address, token)))
            forms = asyncio.run(form_pages(address, enter(address, token)))
    for number, when in enumerate(("first", "second")):
        for side, load in (("bare", bare[number]), ("ours", ours[number])):
            print(f"  {when} load, {side}: {load}")
        bound = MEGABYTES_BOUND if when == "first" else None
        yield Result(f"{when} load received, bare page", bare[number].received / 1e6, "MB")
        yield Result(f"{when} load received, ours", ours[number].received / 1e6, "MB", bound=bound)
        yield Result(f"{when} load ready, bare page", bare[number].seconds, "s")
        slowest = bare[number].seconds if when == "first" else None
        yield Result(f"{when} load ready, ours", ours[number].seconds, "s", bound=slowest)
    yield Result("largest page of the form without a script", max(forms) / 1000, "KB", bound=FORM_BOUND)


async def loads(address: str, page: str, cookie: str = "") -> list[Load]:
    """The first and the second load of a page at this server."""
    async with async_playwright() as playwright, relay(address) as (relayed, counted):
        browser = await chromium(playwright)
        context = await browser.new_context(viewport=SCREEN)
        if cookie:
            name, _, value = cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": relayed}])
        measured = []
        for _ in range(2):
            tab = await context.new_page()
            measured.append(await load(tab, f"{relayed}/{page}", counted))
            await tab.close()
        await browser.close()
        return measured


async def chromium(playwright) -> Browser:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


async def load(tab: Page, address: str, counted: Counter[str]) -> Load:
    found, names = Load(), {}
    line = await tab.context.new_cdp_session(tab)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", LINE)
    line.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    line.on(
        "Network.loadingFinished",
        lambda event: found.files.update({short(names.get(event["requestId"], "")): int(event["encodedDataLength"])}),
    )
    before, began = counted["received"], perf_counter()
    await tab.goto(address, wait_until="commit", timeout=PATIENCE)
    await tab.locator(FIRST_CHOICE).first.click(trial=True, timeout=PATIENCE)
    found.seconds = perf_counter() - began
    await tab.wait_for_load_state("networkidle", timeout=PATIENCE)
    found.received = counted["received"] - before
    return found


def short(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or "/"


async def form_pages(address: str, cookie: str) -> list[int]:
    """Bytes of each part of the questionnaire as a page without a script."""
    async with async_playwright() as playwright, relay(address) as (relayed, counted):
        browser = await chromium(playwright)
        context = await browser.new_context(viewport=SCREEN, java_script_enabled=False)
        name, _, value = cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": relayed}])
        tab = await context.new_page()
        await tab.goto(f"{relayed}/plain")
        links = [await one.get_attribute("href") for one in await tab.locator("main a[href*='/plain']").all()]
        sizes = []
        for link in links:
            before = counted["received"]
            await tab.goto(relayed + link)
            sizes.append(counted["received"] - before)
        await browser.close()
        assert sizes, "the form without a script has no parts"
        return sizes


@asynccontextmanager
async def relay(address: str) -> AsyncIterator[tuple[str, Counter[str]]]:
    """A relay to the server at this address that counts what passes: its own address, and the bytes "received" from it."""
    counted: Counter[str] = Counter()
    port = int(address.rpartition(":")[2])

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: str) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                counted[counter] += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, server_writer, "sent"), pump(server_reader, writer, "received"))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", counted
    finally:
        server.close()
