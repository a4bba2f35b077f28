"""R1, R2, R12: a dropped line, a killed server, Back and reload. Nothing that was typed is lost, and the page never says otherwise."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from results.store import open_store
from survey.response import Answer
from tests.browser.conftest import enter
from tests.browser.test_journey import question
from tests.browser.wire import Wire

SAVED = re.compile(r"^Saved \d\d:\d\d$")
OFFLINE = "No connection. What you typed stays here and is sent when it is back."
HEARTBEATS = 10_000  # ms: within which all that stands in the browser is stored after the line is back


@pytest.fixture
def wire(server):
    made = Wire(server.port)
    yield made
    made.close()


def open_questions(page, server, wire: Wire, section: str = "direction") -> str:
    base = f"http://localhost:{wire.port}"
    enter(page, f"{base}/i/{server.scene.tokens['coordinator']}")
    page.goto(f"{base}/questions?q=tiny&s={section}")
    expect(question(page, "plan" if section == "direction" else "training").locator("input")).not_to_have_count(0)
    return base


def type_comment(page, text: str):
    page.get_by_text("Evidence and comment").first.click()
    field = page.get_by_label("Comment (seen by").first
    field.click()
    page.keyboard.type(text)
    return field


def stored(server) -> dict[str, Answer]:
    store = open_store(f"duckdb:///{server.database}")
    try:
        return {item: one.answer for item, one in store.answers(server.scene.response_in(store, "north")).items()}
    finally:
        store.close()


def state(page):
    return page.locator(".state").first


def test_typed_text_is_saved_without_leaving_the_field_and_says_saving_until_then(server, wire, open_page):
    page = open_page(390, 844)
    open_questions(page, server, wire)
    question(page, "plan").locator("label").nth(2).click()
    expect(state(page).locator(".saved")).to_be_visible()
    field = type_comment(page, "Adopted")
    shown = "() => getComputedStyle(document.querySelector('.state'), '::after').content"
    assert page.evaluate(shown) == '"Saving…"'
    expect(state(page).locator(".saved")).to_be_hidden()
    expect(state(page).locator(".saved")).to_be_visible(timeout=HEARTBEATS)
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"  # and who types is not interrupted
    page.keyboard.type(" in May.")
    expect(field).to_have_value("Adopted in May.")
    expect(page.get_by_role("status").last).to_have_text(re.compile(r"^Question 1: Saved \d\d:\d\d$"))
    expect(state(page).locator(".saved")).to_be_hidden()
    expect(state(page).locator(".saved")).to_be_visible(timeout=HEARTBEATS)
    server.kill()
    assert stored(server) == {"plan": Answer(3, comment="Adopted in May.")}


def test_r1_a_line_that_drops_while_somebody_types(server, wire, open_page):
    page = open_page(390, 844)
    open_questions(page, server, wire)
    question(page, "plan").locator("label").nth(2).click()
    expect(state(page)).to_have_text(SAVED)
    field = type_comment(page, "Typed befo")
    wire.cut()
    page.keyboard.type("re the drop")
    dropped = time.monotonic()
    expect(page.locator(".offline")).to_have_text(OFFLINE)
    told = time.monotonic() - dropped
    expect(state(page).locator(".saved")).to_be_hidden()
    typed = field.input_value()
    page.wait_for_timeout(2000)
    wire.mend()
    mended = time.monotonic()
    expect(page.locator(".offline")).to_have_text("", timeout=60_000)
    back = time.monotonic()
    expect(state(page).locator(".saved")).to_be_visible(timeout=HEARTBEATS)
    print(
        f"told after {told:.1f} s; back {back - mended:.1f} s after the line; saved {time.monotonic() - back:.1f} s later"
    )
    assert told <= 5
    assert field.input_value() == typed
    server.kill()
    assert stored(server) == {"plan": Answer(3, comment=typed)}
    assert typed.startswith("Typed befo")


def test_a_line_that_goes_silent_is_told_too(server, wire, open_page):
    page = open_page()
    open_questions(page, server, wire)
    page.wait_for_timeout(6000)  # a heartbeat
    expect(page.locator(".offline")).to_have_text("")
    wire.freeze()
    question(page, "plan").locator("label").nth(1).click()
    expect(page.locator(".offline")).to_have_text(OFFLINE, timeout=16_000)
    expect(state(page).locator("div")).to_be_hidden()
    wire.mend()
    expect(page.locator(".offline")).to_have_text("", timeout=20_000)
    expect(state(page)).to_have_text(SAVED, timeout=HEARTBEATS)


def test_r2_a_server_killed_while_somebody_types(server, wire, open_page):
    page = open_page(390, 844)
    open_questions(page, server, wire)
    field = type_comment(page, "Typed before the kill")
    server.kill()
    expect(page.locator(".offline")).to_have_text(OFFLINE)
    server.start()
    expect(page.locator(".offline")).to_have_text("", timeout=60_000)
    back = time.monotonic()
    expect(state(page).locator("div")).to_be_visible(timeout=HEARTBEATS)
    print(f"saved {time.monotonic() - back:.1f} s after the connection was back")
    assert field.input_value() == "Typed before the kill"
    server.kill()
    assert stored(server) == {"plan": Answer(comment="Typed before the kill")}


def test_r12_back_forward_reload_and_a_restored_tab(server, wire, open_page):
    page = open_page(390, 844)
    base = open_questions(page, server, wire)
    question(page, "plan").locator("label").nth(3).click()
    expect(state(page)).to_have_text(SAVED)
    page.get_by_role("button", name="Next: People").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Direction")
    expect(question(page, "plan").locator("input").nth(3)).to_be_checked()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    restored = page.context.new_page()  # with the address and the cookies of the closed one
    page.close()
    restored.goto(f"{base}/questions?q=tiny&s=direction")
    expect(restored.get_by_role("heading", level=1)).to_have_text("Direction")
    expect(question(restored, "plan").locator("input").nth(3)).to_be_checked()
    expect(restored.locator(".state").first).to_have_text(SAVED)
