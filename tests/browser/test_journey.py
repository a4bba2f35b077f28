"""The main loop in a real browser: answer by keyboard, reload, another device, submit, profile; the heat map follows."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import expect

from results.store import open_store
from tests.browser.conftest import enter, serve

ROOT = Path(__file__).resolve().parents[2]
STRATEGY = (ROOT / "questionnaires" / "strategy" / "questionnaire.yaml").read_text(encoding="utf-8")


def question(page, item: str):
    """The radio group of a question, by its id: while a page loads, the groups need not appear in their order."""
    return (
        page.locator("[data-testid=stVerticalBlock]")
        .filter(has=page.locator(f"#q-{item}"))
        .last.get_by_role("radiogroup")
    )


def focus_question(page, number: int) -> None:
    """Press Tab until the keyboard's focus is in the radio group of a question (0-based)."""
    for _ in range(120):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "[...document.querySelectorAll('[role=radiogroup]')].indexOf(document.activeElement.closest('[role=radiogroup]'))"
        )
        if place == number:
            return
    raise AssertionError(f"question {number} cannot be reached by keyboard")


def answer_by_key(page, number: int, key: str) -> None:
    focus_question(page, number)
    page.keyboard.press(key)
    expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(number + 1)


def test_the_main_loop(tmp_path, open_page):
    server = serve(tmp_path, questionnaire=STRATEGY)
    try:
        _main_loop(server, open_page)
    finally:
        server.kill()


def _main_loop(server, open_page) -> None:
    hall = open_page(1920, 1080)
    enter(hall, server.link("facilitator"))
    hall.get_by_role("link", name="AI strategy").click()
    hall.wait_for_selector("[data-testid=stVegaLiteChart]")
    expect(hall.locator(".revision")).to_contain_text("0 of 3 organisations")

    desk = open_page()
    enter(desk, server.link("coordinator"))
    desk.get_by_role("button", name="Start").first.click()
    expect(desk.locator("[role=radiogroup]")).to_have_count(3)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Direction")

    # The first answer: the projector's page changes without a click.
    before = hall.locator(".revision").inner_text()
    focus_question(desk, 0)
    desk.keyboard.press("3")
    pressed = time.monotonic()
    expect(hall.locator(".revision")).to_contain_text("1 of 3 organisations", timeout=5_000)
    delay = time.monotonic() - pressed
    print(f"from the answer to the heat map: {delay:.2f} s")
    assert delay <= 1.5
    assert hall.locator(".revision").inner_text() != before
    expect(desk.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1)

    # The whole dimension by keyboard: a digit chooses, Space chooses what has the focus.
    expect(desk.locator("[role=radiogroup]")).to_have_count(4)  # the answer opened st_review
    for number, key in ((1, "2"), (2, "4"), (3, "Space")):
        answer_by_key(desk, number, key)
    expect(desk.get_by_text("4 of 4 on this page")).to_be_visible()

    # Reload: the same section, the same answers, nothing written again.
    desk.reload()
    expect(desk.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(4)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Direction")
    expect(desk.locator("[role=radiogroup] input:checked")).to_have_count(4)

    _second_browser(server, open_page)

    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    try:
        response = server.scene.response_in(store, "north")
        assert store.response(response).status == "submitted"
        codes = {item: entry.answer.code for item, entry in store.answers(response).items()}
        revisions = {item: entry.revision for item, entry in store.answers(response).items()}
    finally:
        store.close()
    assert codes == {
        "st_strategy": 3, "st_portfolio": 2, "st_funding": 4, "st_review": 1, "st_lead": 3, "st_foundations": 3, "st_workforce": 3,
    }  # fmt: skip
    assert set(revisions.values()) == {1}


def _second_browser(server, open_page) -> None:
    """The same person's link on a phone: everything is there; go on with the critical questions, submit, see the profile."""
    phone = open_page(390, 844)
    enter(phone, server.link("coordinator"))
    expect(phone.get_by_text("4 of 28 answered")).to_be_visible()
    for section, item in (
        ("institutions", "st_lead"),
        ("transformation", "st_foundations"),
        ("skills", "st_workforce"),
    ):
        phone.goto(f"{server.url}/questions?q=strategy&s={section}")
        question(phone, item).locator("label").nth(2).click()
        expect(phone.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1)
    phone.goto(f"{server.url}/review?q=strategy")
    phone.get_by_role("button", name="Submit", exact=True).click()
    expect(phone.get_by_text(re.compile("Submitted .* Receipt"))).to_be_visible()
    phone.get_by_role("button", name="See own profile").click()
    expect(phone.get_by_role("rowheader", name=re.compile("^Direction"))).to_be_visible()
    expect(phone.locator("table.figures tbody tr")).to_have_count(8)


def test_kill_9_between_two_answers_loses_nothing_that_was_called_saved(server, open_page):
    page = open_page()
    enter(page, server.link("coordinator"))
    page.get_by_role("button", name="Start").first.click()
    question(page, "plan").locator("label").nth(3).click()
    expect(page.get_by_text(re.compile(r"^Saved"))).to_have_count(1)
    server.kill()
    server.start()
    # The page reconnects by itself; the session comes from the cookie, the answers from the store.
    # While it is away the page takes no answers (its choices are greyed out), so that none can seem given and get lost.
    second = question(page, "review")
    expect(second.locator("input").nth(1)).to_be_enabled(timeout=40_000)
    second.locator("label").nth(1).click()
    expect(page.get_by_text(re.compile(r"^Saved"))).to_have_count(2, timeout=40_000)
    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    try:
        stored = store.answers(server.scene.response_in(store, "north"))
        assert {item: entry.answer.code for item, entry in stored.items()} == {"plan": 4, "review": 2}
        assert {entry.revision for entry in stored.values()} == {1}
    finally:
        store.close()


def test_an_unknown_invitation_is_a_clear_page_and_creates_nothing(server, open_page):
    page = open_page(390, 844)
    answer = page.goto(f"{server.url}/i/{'A' * 22}")
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_contain_text("link")
    assert page.context.cookies() == []
    page.goto(server.url)
    expect(page.get_by_text("Please open the personal link")).to_be_visible()


def test_leaving_ends_the_session_on_the_server(server, open_page):
    page = open_page()
    enter(page, server.link("colleague"))
    cookie = next(c for c in page.context.cookies() if c["name"] == "readiness_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    page.get_by_role("link", name="Leave on this device").click()
    page.wait_for_url("**/leave")
    page.get_by_role("button", name="Leave", exact=True).click()
    page.wait_for_url("**/left")
    page.context.add_cookies([cookie])
    page.goto(server.url)
    expect(page.get_by_text("Please open the personal link")).to_be_visible()


def test_the_page_fits_a_phone(server, open_page):
    page = open_page(390, 844)
    enter(page, server.link("coordinator"))
    for path in ("/", "/questions?q=tiny", "/review?q=tiny", "/profile?q=tiny", "/colleagues"):
        page.goto(f"{server.url}{path}")
        page.wait_for_selector("h1")
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_no_tap_lands_on_a_question_that_is_about_to_move(server, open_page):
    page = open_page(390, 844)
    enter(page, server.link("coordinator"))
    held = []

    def hold(route) -> None:  # (Playwright cannot take a built-in method)
        held.append(route)

    page.context.route(re.compile("TextArea"), hold)  # the code of a widget that arrives late
    page.goto(f"{server.url}/questions?q=tiny")
    choices = question(page, "plan")
    expect(choices).to_have_css("pointer-events", "none")
    assert held
    for route in held:
        route.continue_()
    page.context.unroute_all()
    expect(choices).to_have_css("pointer-events", "auto")
    choices.locator("label").nth(1).click()
    expect(page.get_by_text(re.compile(r"^Saved"))).to_have_count(1)
