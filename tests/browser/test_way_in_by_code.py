"""From the code on the wall to an answer, on a telephone whose keyboard is Cyrillic."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from access.issuing import OPERATOR
from access.joining import set_join_code
from results.store import open_store
from tests.browser.conftest import Server, free_port
from tests.ways_in import issued
from tests.workshops import scene

LOOK_ALIKES = str.maketrans("ACEHKMPTXY", "асенкмртху")


@pytest.fixture
def room(tmp_path) -> Iterator[tuple[Server, str, str]]:
    """A server, the room's code, and an organisation's."""
    database = tmp_path / "workshop.duckdb"
    made = scene(open_store(f"duckdb:///{database}"), tmp_path)
    codes = set_join_code(made.workshop, OPERATOR, made.round), issued(made, "north").code
    made.workshop.close()
    server = Server(database, free_port(), made)
    server.start()
    yield server, *codes
    server.kill()


def test_a_telephone_comes_in_by_the_rooms_code_and_the_organisations(room, open_page):
    server, join_code, code = room
    page = open_page(390, 844, has_touch=True, is_mobile=True)
    visited = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    page.goto(f"{server.url}/join")

    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(join_code.lower().translate(LOOK_ALIKES))
    page.keyboard.press("Enter")
    page.get_by_text("Test round").wait_for()
    assert page.get_by_text("Agency").count() == 0

    field = page.get_by_label("Your organisation’s code")
    field.fill(code[:-1] + "0")
    page.get_by_role("button", name="Continue").tap()
    page.get_by_role("alert").wait_for()
    assert field.input_value() == code[:-1] + "0"

    field.fill(code.lower().translate(LOOK_ALIKES).replace("-", " "))
    page.get_by_role("button", name="Continue").tap()
    page.get_by_text("Agency North").wait_for()
    page.get_by_role("link", name="Continue").tap()
    page.wait_for_url("**/")
    page.locator("h1").first.wait_for()

    page.get_by_role("heading", name="Before you answer").wait_for()
    page.get_by_role("button", name="Continue").tap()  # the notice comes before the first answer
    page.get_by_role("button", name="Start").first.tap()
    page.get_by_text("One ministry has drafted a plan").first.tap()
    page.get_by_text(re.compile(r"^Saved \d\d:\d\d$")).first.wait_for()

    for secret in (join_code, code, code.replace("-", "")):
        assert not any(secret.lower() in url.lower() for url in visited)
    # Back leads to a page that can be shown again: the browser does not ask whether to send the code once more.
    for _ in range(6):
        if page.url.endswith("/join/entered"):
            break
        page.go_back()
    page.get_by_role("link", name="This is not my organisation").wait_for()


def test_at_320_pixels_nothing_is_cut_off(room, open_page):
    server, _, code = room
    page = open_page(320, 568)
    for path in ("/join", "/join/entered"):
        page.goto(f"{server.url}{path}")
        page.get_by_label("Code").fill(code)
        width = page.evaluate("document.documentElement.scrollWidth")
        fits = page.evaluate(
            "(() => { const field = document.querySelector('#code'); return field.scrollWidth <= field.clientWidth })()"
        )
        assert (width, fits) == (320, True)
