"""Without JavaScript and without a websocket: from the link to the receipt, and the answers stand in the comparison."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from access.facilitator import comparison
from access.workshop import Workshop
from results.store import open_store
from survey.response import NOT_APPLICABLE, Answer


def test_a_questionnaire_is_answered_and_submitted_with_javascript_off(server, open_page):
    page = open_page(320, 640, java_script_enabled=False)
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(server.link("coordinator"))
    page.get_by_role("button", name="Answer on a plain page").click()
    page.wait_for_url("**/plain")
    page.get_by_role("link", name="Direction").click()

    # by keyboard alone: the first choice, two down, then Enter at the button
    page.get_by_role("radio", name="1 There is no plan").focus()
    for key in ("Space", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_have_text("The answers on this page are saved.")
    expect(page.get_by_role("radio", name="3 The government has adopted")).to_be_checked()

    review = page.get_by_role("group", name="Is the plan reviewed?")
    review.get_by_role("radio", name="2 One ministry").check()
    review.get_by_text("Evidence and comment").click()
    review.get_by_label("Link to the document").fill("http://not.safe")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("alert").get_by_role("link", name="Is the plan reviewed?").click()
    assert page.url.endswith("#q-review")
    review.get_by_label("Link to the document").fill("https://safe.example/plan")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/plain/tiny/people")

    page.get_by_role("radio", name="Not applicable").check()
    page.get_by_label("If not applicable").fill("There is no civil service.\nសូមអរគុណ")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/plain/tiny")
    page.get_by_text("Every question has an answer.").wait_for()
    page.get_by_role("button", name="Submit").click()
    page.get_by_text(re.compile(r"Receipt: \d+-1")).wait_for()
    for path in ("/plain", "/plain/tiny", "/plain/tiny/direction"):
        page.goto(f"{server.url}{path}")
        box = page.locator("main").bounding_box()
        assert box
        assert box["x"] + box["width"] <= 320
    page.go_back()
    page.get_by_text("Receipt:").wait_for()
    assert sockets == []

    server.kill()
    workshop = Workshop(open_store(f"duckdb:///{server.database}"))
    try:
        (georgia, *_) = comparison(workshop, server.scene.actors["facilitator"], "tiny").countries
        answers = workshop.store.answers(server.scene.response_in(workshop.store, "north"))
    finally:
        workshop.close()
    assert (georgia.country, georgia.begun, georgia.invited) == ("GE", 1, 2)
    assert [score.coverage for score in georgia.scorecard.dimensions] == [1, 1]
    assert {item: one.answer for item, one in answers.items()} == {
        "plan": Answer(3),
        "review": Answer(2, link="https://safe.example/plan"),
        "training": Answer(NOT_APPLICABLE, reason="There is no civil service.\nសូមអរគុណ"),
    }
