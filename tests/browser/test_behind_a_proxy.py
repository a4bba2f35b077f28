"""A respondent's way through nginx and Caddy with TLS: page, link, an answer over wss, another device."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from results.store import open_store
from tests.browser.conftest import Server, enter, free_port
from tests.browser.test_journey import question
from tests.proxy.proxies import PROGRAMS, program, start_proxy
from tests.workshops import scene


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_answer_is_saved_over_tls(tmp_path, open_page, name):
    if program(name) is None:
        pytest.skip(f"there is no {name}. On Debian: apt install {PROGRAMS[name]}")
    database = tmp_path / "workshop.duckdb"
    store = open_store(f"duckdb:///{database}")
    made = scene(store, tmp_path)
    made.workshop.close()
    port = free_port()
    proxy = start_proxy(name, tmp_path / name, port)
    server = Server(database, port, made, arguments=("--base-url", proxy.url))
    try:
        server.start()
        page = open_page(ignore_https_errors=True)
        sockets = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        enter(page, f"{proxy.url}/i/{made.tokens['coordinator']}")
        (cookie,) = [cookie for cookie in page.context.cookies() if "session" in cookie["name"]]
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        page.get_by_role("button", name="Start").first.click()
        question(page, "plan").locator("label").nth(2).click()
        expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1)
        assert {url.split("/")[0] for url in sockets} == {"wss:"}
    finally:
        server.kill()
        proxy.stop()
    store = open_store(f"duckdb:///{database}")
    try:
        assert store.answers(made.response_in(store, "north"))["plan"].answer.code == 3
    finally:
        store.close()
    assert made.tokens["coordinator"] not in proxy.logs()
