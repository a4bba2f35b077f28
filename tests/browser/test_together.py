"""Several people on one response in real browsers: informed first, two tabs, two colleagues (R8), submitting (R9), too late (R10)."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from playwright.sync_api import expect

from access.invitation import add_invitation
from access.workshop import Workshop
from results.facts import Informed, LateAnswer
from results.store import open_store
from tests.browser.conftest import enter, prepare
from tests.browser.test_journey import question

DIRECTION, PEOPLE, REVIEW = "questions?q=tiny&s=direction", "questions?q=tiny&s=people", "review?q=tiny"
SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture
def server(tmp_path):
    """The scene with one more colleague, who has not been here yet."""
    running = prepare(tmp_path)
    with closing(open_store(f"duckdb:///{running.database}")) as store:
        scene = running.scene
        token = add_invitation(Workshop(store), scene.round, scene.organisations["north"].id, "respondent", "Newcomer")
        scene.tokens["newcomer"] = token
    running.start()
    yield running
    running.kill()


def stored(server):
    """What the server left in its database: the store, read and closed."""
    server.kill()
    with closing(open_store(f"duckdb:///{server.database}")) as store:
        response = server.scene.response_in(store, "north")
        history = {item: store.history(response, item) for item in ("plan", "review", "training")}
        return store.response(response), history, store.facts(LateAnswer), store.facts(Informed)


def at(page, server, where: str) -> None:
    page.goto(f"{server.url}/{where}")
    page.wait_for_selector("h1")


def choose(page, item: str, level: int) -> None:
    question(page, item).locator("label").nth(level - 1).click()


def card(page, item: str):
    return page.locator("[data-testid=stVerticalBlock]").filter(has=page.locator(f"#q-{item}")).last


def comment(page, item: str, text: str) -> None:
    box = card(page, item)
    field = box.get_by_label(re.compile("^Comment"))
    if not field.is_visible():
        box.get_by_text("Evidence and comment").click()
    field.fill(text)
    field.press("Control+Enter")


def come(open_page, server, who: str, where: str = DIRECTION):
    page = open_page()
    enter(page, server.link(who))
    at(page, server, where)
    return page


def test_the_notice_comes_before_the_first_answer_and_again_when_it_has_changed(server, open_page):
    me = open_page(390, 844)
    enter(me, server.link("newcomer"))
    at(me, server, DIRECTION)
    expect(me.get_by_role("heading", level=1)).to_have_text("Before you answer")
    expect(me.get_by_text("Who asks and why.")).to_be_visible()
    expect(me.locator("[role=radiogroup]")).to_have_count(0)
    me.get_by_role("button", name="Continue").click()
    expect(me.get_by_role("heading", level=1)).to_have_text("Direction")  # where they wanted to go
    choose(me, "plan", 3)
    expect(me.get_by_text(SAVED)).to_have_count(1)

    boss = open_page()
    enter(boss, server.link("facilitator"))
    boss.goto(f"{server.url}/round")
    boss.get_by_label("Whom to ask").fill("Dara, +855 000")
    boss.get_by_role("button", name="Publish as version 2").click()
    expect(boss.get_by_text(re.compile("^Version 2"))).to_be_visible()

    # The page stayed open: what is typed now stays, and is saved once the new version was read.
    comment(me, "plan", "typed after the change")
    expect(me.get_by_text("The notice has changed since you read it")).to_be_visible()
    expect(me.locator("dt", has=me.locator(".badge"))).to_have_text(re.compile("Whom to ask"))
    expect(card(me, "plan").get_by_text(re.compile("Not saved"))).to_be_visible()
    me.get_by_role("button", name="Continue").click()
    expect(me.get_by_text("The notice has changed since you read it")).to_have_count(0)
    expect(me.get_by_text(SAVED)).to_have_count(1)
    _, history, _, informed = stored(server)
    assert [one.answer.comment for one in history["plan"]] == ["", "typed after the change"]
    key = history["plan"][0].author
    assert [one.version for one in informed if one.author == key] == [1, 2]


@pytest.mark.parametrize("keep", ["Keep theirs", "Use yours"])
def test_r8_two_tabs_on_parts_of_one_answer_both_are_offered(server, open_page, keep):
    one = come(open_page, server, "coordinator")
    choose(one, "plan", 2)
    expect(one.get_by_text(SAVED)).to_have_count(1)
    two = one.context.new_page()
    at(two, server, DIRECTION)
    expect(two.get_by_text(SAVED)).to_have_count(1)
    comment(one, "plan", "evidence is coming")
    expect(card(one, "plan").get_by_text(SAVED)).to_be_visible()
    one.wait_for_timeout(500)
    choose(two, "plan", 4)
    offered = card(two, "plan").get_by_role("alert")
    expect(offered.first).to_be_visible()
    expect(two.get_by_text(re.compile("Theirs: 2 .*evidence is coming"))).to_be_visible()
    expect(two.get_by_text(re.compile("Yours: 4 "))).to_be_visible()
    two.get_by_role("button", name=keep).click()
    expect(card(two, "plan").get_by_text(SAVED)).to_be_visible()
    _, history, *_ = stored(server)
    said = [(one.answer.code, one.answer.comment) for one in history["plan"]]
    assert said == [(2, ""), (2, "evidence is coming"), *([(4, "")] if keep == "Use yours" else [])]


def test_r8_two_colleagues_on_different_questions_both_are_kept_and_named(server, open_page):
    one, two = come(open_page, server, "coordinator"), come(open_page, server, "colleague", PEOPLE)
    choose(one, "plan", 3)
    choose(two, "training", 5)
    for page in (one, two):
        expect(page.get_by_text(SAVED)).to_have_count(1)
    at(one, server, REVIEW)
    one.get_by_text(re.compile(r"^People")).first.click()
    expect(one.get_by_text(re.compile("Are people trained.*colleague, "))).to_be_visible()
    expect(one.get_by_text("Here now: colleague")).to_be_visible()
    _, history, *_ = stored(server)
    assert [len(history[item]) for item in ("plan", "training")] == [1, 1]
    assert history["plan"][0].author != history["training"][0].author


@pytest.mark.parametrize("press", ["dblclick", "slow double", "Enter twice"])
def test_r9_submitted_once_however_it_is_pressed_with_one_receipt(server, open_page, press):
    me = come(open_page, server, "coordinator")
    choose(me, "plan", 1)
    expect(me.get_by_text(SAVED)).to_have_count(1)
    at(me, server, REVIEW)
    button = me.get_by_role("button", name="Submit", exact=True)
    box = button.bounding_box()
    if press == "dblclick":
        button.dblclick()
    elif press == "slow double":
        me.mouse.click(box["x"] + 20, box["y"] + 10)
        me.wait_for_timeout(450)
        me.mouse.click(box["x"] + 20, box["y"] + 10)
    else:
        button.focus()
        me.keyboard.press("Enter")
        me.keyboard.press("Enter")
    said = me.get_by_text(re.compile(r"Submitted .* Receipt: \d+-\d+"))
    expect(said).to_be_visible()
    me.wait_for_timeout(700)
    number = re.search(r"\d+-\d+$", said.inner_text())[0]
    assert number.endswith("-1")
    me.reload()
    expect(me.get_by_text(re.compile(f"Receipt: {number}"))).to_be_visible()
    with me.context.expect_page() as opened:
        me.get_by_role("link", name="Receipt to print or save").click()
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_have_text(re.compile(number))
    first = paper.locator("dl").inner_text()
    paper.reload()
    assert paper.locator("dl").inner_text() == first
    state, *_ = stored(server)
    assert (state.status, state.revision) == ("submitted", 1)


@pytest.mark.parametrize("way", ["take over", "save it there"])
def test_r10_what_is_typed_when_it_was_submitted_is_a_draft_that_can_be_taken_over(server, open_page, way):
    boss, colleague = come(open_page, server, "coordinator"), come(open_page, server, "colleague")
    choose(boss, "plan", 2)
    expect(boss.get_by_text(SAVED)).to_have_count(1)
    colleague.reload()
    expect(colleague.get_by_text(SAVED)).to_have_count(1)
    at(boss, server, REVIEW)
    boss.get_by_role("button", name="Submit", exact=True).click()
    expect(boss.get_by_text(re.compile("Submitted .* Receipt"))).to_be_visible()

    comment(colleague, "plan", "too late, but important")
    expect(card(colleague, "plan").get_by_text(re.compile("Not saved.*kept as a draft", re.DOTALL))).to_be_visible()
    boss.reload()
    expect(boss.get_by_text(re.compile("Draft of colleague, .*too late, but important"))).to_be_visible()
    expect(boss.get_by_role("button", name="Take over")).to_be_disabled()
    expect(card(colleague, "plan").get_by_label(re.compile("^Comment"))).to_have_value("too late, but important")
    boss.get_by_role("button", name="Change answers").click()
    boss.get_by_role("button", name="Reopen to change answers").click()
    expect(boss.get_by_role("button", name="Take over")).to_be_enabled()
    if way == "take over":
        boss.get_by_role("button", name="Take over").click()
    else:
        expect(colleague.get_by_role("button", name="Save it now")).to_be_visible()
        colleague.get_by_role("button", name="Save it now").click()
        expect(card(colleague, "plan").get_by_text(SAVED)).to_be_visible()
        boss.reload()
        expect(boss.get_by_text("Who answered")).to_be_visible()
    expect(boss.get_by_text(re.compile("Draft of colleague"))).to_have_count(0)
    state, history, late, _ = stored(server)
    assert state.status == "draft"
    assert history["plan"][-1].answer.comment == "too late, but important"
    assert [one.comment for one in late] == ["" if way == "take over" else "too late, but important"]
