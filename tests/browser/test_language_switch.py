"""The language changed in the middle of a page, with every kind of widget holding something, saved, refused and not yet sent."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect

from survey.translation import interface_text
from tests.browser.conftest import enter

RADIO = "[role=radiogroup]"


def choose(page, name: str, code: str) -> None:
    page.locator(".st-key-languages input").click()
    page.get_by_role("option", name=name, exact=True).click()
    expect_language(page, code)


def expect_language(page, code: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", code)


def card(page, item: str):
    """The card of one question."""
    return page.locator("[data-testid=stVerticalBlock]").filter(has=page.locator(f"#q-{item}")).last


def pick(page, box, name: str) -> None:
    """Open a list, again if a page that moves has closed it, and choose from it."""
    option = page.get_by_role("option", name=name)
    for _ in range(20):
        box.click()
        with suppress(PlaywrightTimeoutError):
            option.click(timeout=1000)
            return
    raise AssertionError(name)


def chosen(page, item: str) -> list[int]:
    radios = card(page, item).locator("input[type=radio]")
    return [number for number in range(radios.count()) if radios.nth(number).is_checked()]


@pytest.fixture
def me(server, open_page):
    page = open_page(locale="en-GB")
    enter(page, server.link("coordinator"))
    page.goto(f"{server.url}/questions?q=tiny&s=direction")
    page.wait_for_selector(RADIO)
    return page


def test_a_switch_en_km_ru_keeps_every_value(me, server):
    plan = card(me, "plan")
    plan.locator("[data-testid=stRadioOption]").nth(2).click()
    plan.get_by_text("Saved ").wait_for()
    plan.get_by_text("Evidence and comment").click()
    pick(me, plan.locator("[data-testid=stSelectbox] input"), "A document or link")
    link = plan.locator("input[type=text]").last
    link.fill("http://refused.example/")
    link.press("Tab")
    plan.locator(".unsaved").wait_for()
    note, comment = plan.locator("textarea").nth(0), plan.locator("textarea").nth(1)
    note.fill("Page 4")
    note.press("Tab")
    comment.fill("typed, and not sent")  # the focus stays in it until the language is chosen
    for name, code in (("ខ្មែរ", "km"), ("Русский", "ru")):
        choose(me, name, code)
        plan = card(me, "plan")
        expect(plan.locator("textarea").nth(1)).to_have_value("typed, and not sent")
        assert chosen(me, "plan") == [2]
        shown = plan.locator("[data-testid=stSelectbox] input").input_value()
        assert shown == interface_text(code, "A document or link")
        assert plan.locator("input[type=text]").last.input_value() == "http://refused.example/"
        assert [plan.locator("textarea").nth(at).input_value() for at in (0, 1)] == ["Page 4", "typed, and not sent"]
        assert plan.locator("textarea").nth(1).is_visible()  # its part of the card is unfolded again
        assert (
            plan.locator(".unsaved")
            .get_by_text(interface_text(code, "Not saved — your text is still here."))
            .is_visible()
        )
    link = plan.locator("input[type=text]").last
    link.fill("https://taken.example/")
    link.press("Tab")
    plan.locator(".saved").wait_for()
    me.reload()
    me.wait_for_selector(RADIO)
    expect_language(me, "ru")
    assert chosen(me, "plan") == [2]
    plan = card(me, "plan")
    plan.get_by_text(interface_text("ru", "Evidence and comment")).click()
    assert plan.locator("textarea").nth(1).input_value() == "typed, and not sent"
    assert plan.locator("input[type=text]").last.input_value() == "https://taken.example/"


def test_the_first_guess_is_the_browsers_and_a_choice_is_kept_on_the_device(server, open_page):
    page = open_page(locale="ky-KG")
    page.goto(server.link("coordinator"))
    expect_language(page, "ky")
    enter(page, server.link("coordinator"))
    expect_language(page, "ky")
    assert "language=" not in page.evaluate("document.cookie")  # a guess is not kept
    choose(page, "ქართული", "ka")
    assert "language=ka" in page.evaluate("document.cookie")
    page.goto(f"{server.url}/leave")
    expect_language(page, "ka")
    page.locator(".languages select").select_option("ru")
    page.locator(".languages button").click()
    expect_language(page, "ru")
    assert page.url == f"{server.url}/leave"
    page.goto(server.url)
    page.wait_for_selector("h1")
    expect_language(page, "ru")


def test_the_choice_works_by_keyboard_and_has_a_name(me):
    box = me.get_by_role("combobox", name="Language")
    box.focus()
    box.press("ArrowDown")
    me.keyboard.press("Home")
    me.keyboard.press("ArrowDown")
    me.keyboard.press("Enter")
    expect_language(me, "ru")


def test_on_a_small_phone_the_choice_covers_nothing(server, open_page):
    page = open_page(320, 640)
    enter(page, server.link("coordinator"))
    choice = page.locator(".st-key-languages").bounding_box()
    assert choice["x"] >= 0
    assert choice["x"] + choice["width"] <= 320
    heading = page.locator("h1").bounding_box()
    assert choice["y"] + choice["height"] <= heading["y"]


def test_a_font_is_fetched_only_when_its_script_is_on_the_page(server, open_page):
    page = open_page(locale="en-GB")
    fetched: list[str] = []
    page.on(
        "request", lambda request: fetched.append(request.url.rpartition("/")[2]) if "/fonts/" in request.url else None
    )
    enter(page, server.link("coordinator"))
    page.wait_for_selector(".st-key-languages input")
    page.wait_for_load_state("networkidle")
    assert fetched == ["faces.css"]
    choose(page, "ქართული", "ka")
    page.goto(f"{server.url}/leave")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('h1').textContent = 'ქართული'")
    expect(page.locator("html")).to_have_attribute("lang", "ka")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    families = {family.strip('"') for family in loaded}
    assert "Noto Sans Georgian" in families
    # Armenian (8 KB) comes along on this plain page, though no element is drawn with it: cause unknown. None of the large ones does.
    assert families <= {"Noto Sans Georgian", "Noto Sans Armenian"}
