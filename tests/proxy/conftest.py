"""One app, and nginx and Caddy in front of it, once a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from results.store import open_store
from tests.browser.conftest import Server, free_port
from tests.proxy.proxies import PROGRAMS, Proxy, program, start_proxy
from tests.workshops import scene


def serve_seen(folder: Path, **environment: str) -> Server:
    """The app of tests/proxy/seen.py on a small workshop. It takes the site's address from the proxy that comes later."""
    database = folder / "workshop.duckdb"
    store = open_store(f"duckdb:///{database}")
    made = scene(store, folder)
    made.workshop.close()
    server = Server(
        database,
        free_port(),
        made,
        arguments=("--base-url", "https://localhost"),
        environment=environment,
        module="tests.proxy.seen",
    )
    server.start()
    return server


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = serve_seen(tmp_path_factory.mktemp("app"))
    yield server
    server.kill()


@pytest.fixture(scope="module", params=PROGRAMS)
def proxy(request: pytest.FixtureRequest, app: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if program(request.param) is None:
        pytest.skip(f"there is no {request.param}. On Debian: apt install {PROGRAMS[request.param]}")
    running = start_proxy(request.param, tmp_path_factory.mktemp(request.param), app.port)
    yield running
    running.stop()
