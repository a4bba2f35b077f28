"""What a respondent's browser has to fetch: no charts, no tables, no font that is not shown, and an answer in 2 KB."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, enter, serve
from tests.browser.streamlit_client import Client, open_session
from tests.browser.test_journey import question

FIRST_LOAD = 1_100_000  # bytes of all that is fetched
PLAIN_PAGE = 60_000
ANSWER = 2_000
HEAVY = re.compile(
    r"vega|dataframe|arrow(?!-)|data-grid|plotly|deckgl|graphviz|mermaid|katex|source(sans|code|serif)", re.IGNORECASE
)
SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    server = serve(tmp_path_factory.mktemp("thin"))
    yield server
    server.kill()


class Fetched:
    """What a page has fetched since it was opened: bytes as they came, and the names of files."""

    def __init__(self, page) -> None:
        self.bytes, self.files, self._names = 0, set(), {}
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.responseReceived", self._begin)
        line.on("Network.loadingFinished", self._end)

    def _begin(self, event) -> None:
        self._names[event["requestId"]] = event["response"]["url"].partition("?")[0].rpartition("/")[2]

    def _end(self, event) -> None:
        self.bytes += event["encodedDataLength"]
        self.files.add(self._names.get(event["requestId"], ""))


def test_the_way_to_a_first_answer_is_light(running: Server, open_page):
    page = open_page(390, 844)
    fetched = Fetched(page)
    enter(page, running.link("coordinator"))
    page.goto(f"{running.url}/questions?q=tiny&s=direction")
    question(page, "plan").locator("label").nth(2).click()
    expect(page.get_by_text(SAVED)).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert 300_000 < fetched.bytes < FIRST_LOAD
    before = fetched.bytes
    for address in ("review", "profile", "colleagues", "questions?q=tiny&s=people", ""):
        page.goto(f"{running.url}/{address}")
        page.wait_for_selector("h1")
        page.wait_for_load_state("networkidle")
    assert {name for name in fetched.files if HEAVY.search(name)} == set()
    assert any(name.startswith("Radio.") for name in fetched.files)  # it has seen the files
    assert fetched.bytes - before < 100_000  # the rest of the way is in the cache


def test_icons_are_shown_from_the_cut_font(running: Server, open_page):
    page = open_page(390, 844)
    enter(page, running.link("coordinator"))
    page.goto(f"{running.url}/questions?q=tiny&s=direction")
    question(page, "plan").wait_for()
    icons = page.locator("[data-testid=stIconMaterial]")
    assert icons.count() > 1
    page.evaluate("document.fonts.ready")
    measure = "all => all.map((one) => one.getBoundingClientRect().width / parseFloat(getComputedStyle(one).fontSize))"
    assert 0 < max(icons.evaluate_all(measure)) < 1.2  # of the font's size: one glyph, not its name in letters


def test_an_answer_comes_back_in_two_kilobytes(running: Server):
    """On the wire, after the page has been read; what the browser holds is not sent again."""
    cookie = open_session(running.port, running.scene.tokens["coordinator"])
    client = Client(running.port, cookie, "questions", "q=tiny&s=direction")
    name = client.widget("-plan-code-")
    costs = []
    for option in (1, 3, 2):
        before = client.socket.came
        client.values[name] = client.options[name][option]
        client.run(client.widgets[name][1])
        costs.append(client.socket.came - before)
        assert any("Saved " in markup for markup in client.html)
    assert 100 < max(costs) < ANSWER
    client.close()


def test_a_page_without_a_script_is_light(running: Server, open_page):
    page = open_page(390, 844, java_script_enabled=False)
    fetched = Fetched(page)
    page.goto(running.link("coordinator"))
    page.get_by_role("button", name="Answer on a plain page").click()
    page.wait_for_url("**/plain")
    before = fetched.bytes
    page.locator("main a[href*='/plain/']").first.click()
    expect(page.locator("input[type=radio]").first).to_be_visible()
    assert 1_000 < fetched.bytes - before < PLAIN_PAGE
