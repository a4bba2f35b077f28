"""A real server on a real DuckDB file, and Debian's Chromium. A request to any other host fails the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from results.store import open_store
from tests.workshops import Scene, scene

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox", "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

LOCAL = (
    "http://localhost:", "http://127.0.0.1:", "ws://localhost:", "https://localhost:", "wss://localhost:", "data:", "blob:",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium. On Debian: apt install chromium"))


@dataclass
class Server:
    """The app in a process of its own on one database (a DuckDB file, or a URL); may be killed and started again."""

    database: Path | str
    port: int
    scene: Scene | None = None
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    module: str = "survey_cli"
    log: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    log_file: Path | None = None  # where it writes; without one, what it writes is in the pipe of `process`

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            self.module,
            "run",
            "--db",
            self.database if isinstance(self.database, str) else f"duckdb:///{self.database}",
            "--port",
            str(self.port),
            *self.arguments,
        ]
        environment = {**os.environ, "READINESS_CACHE": str(ROOT / "build" / "test-cache"), **self.environment}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=self.log_file.open("w") if self.log_file else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for _ in range(240):
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.25)
        self.kill()
        raise AssertionError(f"the app did not start: {self.process.stdout.read() if self.process.stdout else ''}")

    def kill(self) -> None:
        """kill -9: nothing is flushed, nothing is said."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process:
            self.process.wait(timeout=20)

    def link(self, name: str) -> str:
        assert self.scene is not None
        return f"{self.url}/i/{self.scene.tokens[name]}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(folder: Path, **changes: str) -> Server:
    """Build the scene in a new database, close it, and start the app on it."""
    server = prepare(folder, **changes)
    server.start()
    return server


def prepare(folder: Path, **changes: str) -> Server:
    """The same, not started yet."""
    database = folder / "workshop.duckdb"
    store = open_store(f"duckdb:///{database}")
    made = scene(store, folder, **changes)
    made.workshop.close()
    return Server(database, free_port(), made)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = serve(tmp_path)
    yield running
    running.kill()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """open_page(width, height, …) → a page in a browser of its own (own cookies), guarded against other hosts."""
    contexts, foreign, complaints = [], [], []

    def watch(request) -> None:
        if not request.url.startswith(LOCAL):
            foreign.append(request.url)

    def opened(width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.on("request", watch)
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.set_default_timeout(20_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == [], "a request left the machine"
    assert complaints == [], "the content security policy was violated"


def enter(page, link: str) -> None:
    """Open an invitation and press Continue."""
    page.goto(link)
    page.locator("form[action^='/i/'] button").first.click()  # in any language
    page.wait_for_selector("h1")
    page.wait_for_url("**/")
