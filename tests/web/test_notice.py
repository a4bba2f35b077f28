"""The notice on the plain pages, and the receipt: told before anything is saved, and nobody else's."""

from __future__ import annotations

import re
from html import unescape

import pytest

from access import informed, respondent
from access.invitation import COOKIE, InvitationDesk, add_invitation
from results.facts import Informed
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.web.asgi import application, ask
from tests.web.test_plain import DIRECTION, Browser, Page, app_of, stored
from tests.workshops import Scene, scene
from web.receipt import receipt_routes


@pytest.fixture
def at(tmp_path) -> Scene:
    made = scene(ReferenceStore(), tmp_path)
    made.tokens["newcomer"] = add_invitation(
        made.workshop, made.round, made.organisations["north"].id, "respondent", "Newcomer"
    )
    return made


@pytest.fixture
def app(at):
    return app_of(at)


def change(at: Scene, **changes: str) -> None:
    boss, now = at.actors["facilitator"], informed.own_notice(at.workshop, at.actors["facilitator"])
    texts = {part: getattr(now, part) for part in informed.PARTS} | changes
    informed.change_notice(at.workshop, boss, texts, now.version)


def test_the_notice_stands_before_every_page_until_it_was_read(at, app):
    me = Browser(at, app, "newcomer")
    for path in ("/plain", "/plain/tiny", DIRECTION):
        page = me.get(path)
        assert "Who asks and why." in page.words
        assert "About 5 minutes for all 3 questions" in page.words
        assert page.fields == {"notice": "1"}
    answer = me.post("/plain", page.fields)
    assert (answer.status, answer["location"]) == (303, "/plain")
    assert me.get(DIRECTION).fields["seen-plan"] == "0"


@pytest.mark.parametrize("version", ["", "0", "2", "-1", "x", "9" * 30, "１"])
def test_a_version_that_is_not_the_newest_is_not_read(at, app, version):
    me = Browser(at, app, "newcomer")
    assert me.post("/plain", {"notice": version}).status == 303
    assert not [one for one in at.workshop.store.facts(Informed) if one.version != 1]
    assert "Before you answer" in me.get("/plain").words


def test_what_is_sent_before_a_new_version_was_read_is_kept_in_the_fields_and_saved_with_it(at, app):
    me = Browser(at, app)
    page = me.get(DIRECTION)
    change(at, contact="Dara <b>")
    answer = me.save(DIRECTION, page, code_plan="4", comment_plan="typed")
    assert (answer.status, stored(at, "plan")) == (422, Answer())
    assert "Dara &lt;b&gt;" in answer.text
    assert answer.text.count('class="badge">changed<') == 1
    again = Page(answer.text)
    assert again.fields["comment-plan"] == "typed"
    assert me.save(DIRECTION, again).status == 303
    assert (stored(at, "plan").code, stored(at, "plan").comment) == (4, "typed")


def receipts(at: Scene):
    return application(*receipt_routes(at.workshop, False))


def submit(at: Scene) -> int:
    actor, response = at.actors["coordinator"], at.response("north")
    respondent.save_answer(at.workshop, actor, response, "plan", Answer(1, comment="SAID"), based_on=None)
    return respondent.submit(at.workshop, actor, response)


def fetch(at: Scene, app, who: str, path: str = "/receipt/tiny"):
    cookie = f"{COOKIE}={InvitationDesk(at.workshop).open(at.tokens[who])}" if who else ""
    return ask(app, path, cookie=cookie)


def fingerprint(text: str) -> str:
    return re.search(r"((?:[0-9a-f]{8} ){7}[0-9a-f]{8})", unescape(text))[1]


def test_r9_the_receipt_is_the_same_each_time_and_another_after_a_change(at):
    app = receipts(at)
    assert fetch(at, app, "coordinator").status == 404  # not submitted
    submit(at)
    first, again = fetch(at, app, "coordinator"), fetch(at, app, "colleague")
    assert first.text == again.text
    assert (f"{at.response('north')}-1" in first.text, "SAID" in first.text) == (True, False)
    actor, response = at.actors["coordinator"], at.response("north")
    respondent.reopen(at.workshop, actor, response)
    respondent.submit(at.workshop, actor, response)
    later = fetch(at, app, "coordinator")
    assert f"{response}-3" in later.text
    assert fingerprint(later.text) == fingerprint(first.text)  # the answers are the same
    respondent.reopen(at.workshop, actor, response)
    respondent.save_answer(at.workshop, actor, response, "plan", Answer(1, comment="SAID."), based_on=None)
    respondent.submit(at.workshop, actor, response)
    assert fingerprint(fetch(at, app, "coordinator").text) != fingerprint(first.text)


@pytest.mark.parametrize("who", ["", "neighbour", "stranger", "facilitator"])
def test_a_receipt_is_the_own_organisations(at, who):
    submit(at)
    mine = fetch(at, receipts(at), who)
    assert mine.status == 404
    assert fetch(at, receipts(at), "coordinator", "/receipt/nope").text == mine.text
