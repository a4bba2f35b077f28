"""Two replicas of the app on one PostgreSQL: what is answered at one shows at the other, and outlives it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from results.store import open_store
from tests.browser.conftest import Server, enter, free_port
from tests.browser.test_journey import question
from tests.postgres_server import shared
from tests.workshops import scene


@pytest.fixture
def replicas(tmp_path):
    url = shared().fresh()
    store = open_store(url)
    made = scene(store, tmp_path)
    made.workshop.close()
    servers = [Server(url, free_port(), made) for _ in range(2)]
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.kill()


def test_an_answer_given_at_one_replica_shows_on_the_others_live_page(replicas, open_page):
    north, south = replicas
    hall = open_page(1920, 1080)
    enter(hall, south.link("facilitator"))
    hall.get_by_role("link", name="Tiny").click()
    hall.wait_for_selector("[data-testid=stVegaLiteChart]")
    expect(hall.locator(".revision")).to_contain_text("0 of 3 organisations")

    desk = open_page()
    enter(desk, north.link("coordinator"))
    desk.get_by_role("button", name="Start").first.click()
    question(desk, "plan").locator("label").nth(2).click()
    pressed = time.monotonic()
    expect(hall.locator(".revision")).to_contain_text("1 of 3 organisations", timeout=10_000)
    delay = time.monotonic() - pressed
    print(f"from the answer at one replica to the heat map of the other: {delay:.2f} s")
    assert delay <= 2
    expect(desk.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1)

    # Without stickiness: the replica dies, and the same session goes on at the other one.
    cookies = desk.context.cookies()
    north.kill()
    phone = open_page(390, 844)
    phone.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "readiness_session"])
    phone.goto(f"{south.url}/questions?q=tiny")
    expect(question(phone, "plan").locator("input").nth(2)).to_be_checked()
    question(phone, "review").locator("label").nth(1).click()
    expect(phone.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(2)
