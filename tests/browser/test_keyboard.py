"""A whole pulse form by keyboard alone, and pages in every size and look that a reader's system asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from results.store import open_store
from tests.browser.conftest import enter, serve

STRATEGY = (Path(__file__).resolve().parents[2] / "questionnaires" / "strategy" / "questionnaire.yaml").read_text(
    "utf-8"
)
PAGES = ("/", "/questions?q=strategy", "/review?q=strategy", "/profile?q=strategy", "/colleagues")
# The focused element, or what stands for a radio button on the screen, has an outline or a ring.
IS_SEEN = """() => {
  const one = document.activeElement;
  const shown = one.closest("[data-testid=stRadioOption]") || one;
  const style = getComputedStyle(shown);
  const inner = getComputedStyle(one.parentElement);
  const ring = (each) => (each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0) || each.boxShadow !== "none";
  return one !== document.body && (ring(style) || ring(inner));
}"""
# Text that is cut off: wider than its box, which hides the rest.
CUT = """() => [...document.querySelectorAll("[data-testid=stMain] :is(p, h1, h2, label, summary, td, th, button, dd, dt, .muted, .state)")]
  .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("keys"), questionnaire=STRATEGY, form="pulse")
    yield running
    running.kill()


def tab_to(page, selector: str) -> None:
    """Press Tab until the focus is in such an element, seen all the way."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => Boolean(document.activeElement.closest(selector))", selector):
            assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def press(page, name: str) -> None:
    """Reach a button and press Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        words = page.evaluate("document.activeElement.tagName === 'BUTTON' ? document.activeElement.innerText : ''")
        if re.search(name, words):
            assert page.evaluate(IS_SEEN), words
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the button {name} cannot be reached by keyboard")


def whole(page) -> None:
    page.wait_for_selector("[data-testid=stMain] h1")
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
    )


def test_a_whole_pulse_form_by_keyboard_alone(server, open_page):
    page = open_page()
    enter(page, server.link("coordinator"))
    whole(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#stMain"  # past the menu first
    page.keyboard.press("Enter")
    press(page, "^Start$")
    given = {}
    for part in range(7):
        expect(page.get_by_text(re.compile(rf"part {part + 1} of 7"))).to_be_visible()
        whole(page)
        for card in page.locator(".question").all():
            item = card.get_attribute("id").removeprefix("q-")
            text = re.sub(r"^\d+\. | Critical$", "", card.inner_text().replace("\n", " ")).strip()
            tab_to(page, "[role=radiogroup]")
            group = page.evaluate_handle("document.activeElement.closest('[role=radiogroup]')").as_element()
            assert group.get_attribute("aria-label") == text  # the name of the choices is the question
            page.keyboard.press(str(part % 5 + 1))
            saved = page.locator(f"#s-{item} .saved")
            expect(saved).to_be_visible()
            assert page.evaluate("(group) => group.contains(document.activeElement)", group)
            assert page.evaluate(IS_SEEN)
            page.keyboard.press("ArrowDown")
            expect(group_choice(page, item, part % 5 + 1)).to_be_checked()
            expect(saved).to_be_visible()
            expect(page.locator(".only-heard")).to_have_text(re.compile(r"^Question 1: Saved"))
            assert page.evaluate("(group) => group.contains(document.activeElement)", group)
            given[item] = min(part % 5 + 2, 5) if part % 5 < 4 else None
        press(page, "^(Next:|Review and submit)")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    press(page, "^Submit$")
    expect(page.get_by_text(re.compile("Submitted .* Receipt"))).to_be_visible()
    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    try:
        codes = {item: one.answer.code for item, one in store.answers(server.scene.response_in(store, "north")).items()}
    finally:
        store.close()
    server.start()
    assert {item: code for item, code in codes.items() if given[item]} == {
        item: code for item, code in given.items() if code
    }
    assert set(codes) == set(given)


def group_choice(page, item: str, number: int):
    return (
        page.locator("[data-testid=stVerticalBlock]")
        .filter(has=page.locator(f"#q-{item}"))
        .last.locator("input[type=radio]")
        .nth(number)
    )


def test_the_first_question_without_an_answer_gets_the_focus(server, open_page):
    page = open_page(390, 844)
    enter(page, server.link("neighbour"))
    page.goto(f"{server.url}/questions?q=strategy")
    whole(page)
    page.get_by_role("link", name="Question 1", exact=True).press("Enter")
    assert page.evaluate("document.activeElement.type") == "radio"
    assert "q=strategy" in page.url
    page.locator(".help summary").first.press("Enter")  # words explained
    expect(page.locator(".help dt").first).to_be_visible()
    expect(page.get_by_text("Decided formally by those who may decide it")).to_be_visible()
    page.locator(".help summary").nth(1).press("Enter")  # and why it is asked
    expect(page.get_by_text("Why we ask:").first).to_be_visible()
    expect(page.get_by_text("Critical: no level can stand").first).to_be_visible()


@pytest.mark.parametrize(("width", "height", "scale"), [(320, 640, 1), (390, 844, 1), (640, 450, 2)])
def test_nothing_is_cut_off_or_needs_scrolling_sideways(server, open_page, width, height, scale):
    """640 px at two device pixels each: a laptop's 1280 at 200 %."""
    page = open_page(width, height, device_scale_factor=scale)
    enter(page, server.link("neighbour"))
    for path in PAGES:
        page.goto(f"{server.url}{path}")
        whole(page)
        page.evaluate(
            "document.querySelectorAll('[data-testid=stMain] details:not([open]) > summary').forEach((one) => one.click())"
        )
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width, path
        assert page.evaluate(CUT) == [], path


def test_what_the_readers_system_asks_for_is_done(server, open_page):
    page = open_page()
    enter(page, server.link("neighbour"))
    page.goto(f"{server.url}/questions?q=strategy")
    whole(page)
    page.locator("[data-testid=stRadioOption]").first.click()
    expect(page.locator(".state .saved")).to_be_visible()

    def style(selector: str, name: str) -> str:
        return page.evaluate("([one, name]) => getComputedStyle(document.querySelector(one))[name]", [selector, name])

    assert style(".muted", "color") == "rgb(85, 96, 107)"
    page.emulate_media(contrast="more")
    assert style(".muted", "color") == "rgb(0, 0, 0)"
    page.emulate_media(contrast="more", color_scheme="dark")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.muted')).color === 'rgb(255, 255, 255)'")
    assert style("[data-testid=stApp]", "backgroundColor") == "rgb(0, 0, 0)"
    page.emulate_media(contrast="no-preference", color_scheme="dark")
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor === 'rgb(18, 24, 31)'"
    )
    assert style(".muted", "color") == "rgb(169, 180, 190)"
    page.emulate_media(forced_colors="active", color_scheme="light")
    chosen = "[data-selected=true] > [data-testid=stRadioOption]"
    assert style(chosen, "outlineStyle") == "dashed"  # while it has the focus
    page.evaluate("document.activeElement.blur()")
    assert (style(chosen, "outlineStyle"), style(chosen, "outlineWidth")) == ("solid", "3px")
    assert style(".badge", "borderTopStyle") == "solid"
    page.emulate_media(forced_colors="none", reduced_motion="reduce")
    assert float(style("button", "transitionDuration").split(",")[0].removesuffix("s")) <= 0.001
