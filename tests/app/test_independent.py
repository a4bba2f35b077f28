"""Pages of independent respondents and of the coordinator who compares them."""

from __future__ import annotations

import pytest

from access import independent, issuing, respondent
from access.actor import Actor
from access.invitation import InvitationDesk, actor_of, add_invitation
from survey.response import Answer
from tests.app.pages import app, html, open_page, stored
from tests.workshops import Scene, inform


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(issuing, "hash_secret", lambda secret: f"hash of {len(secret)}")  # argon2id is slow by design


def alone(at: Scene, label: str, plan: int, comment: str = "", *, submitted: bool = True) -> Actor:
    token = add_invitation(at.workshop, at.round, at.organisations["north"].id, "independent", label)
    person = inform(at.workshop, actor_of(at.workshop, InvitationDesk(at.workshop).open(token)))
    (sheet,) = respondent.my_sheets(at.workshop, person)
    answer = Answer(plan, comment=comment)
    respondent.save_answer(at.workshop, person, sheet.state.id, "plan", answer, based_on=None)
    if submitted:
        respondent.submit(at.workshop, person, sheet.state.id)
    return person


def button(test, start: str):
    return next(one for one in test.button if one.key.startswith(start))


def test_the_box_invites_to_answer_independently_and_is_cleared(at):
    test = app(at, "coordinator", "colleagues")
    test.text_input[0].set_value("Ana")
    test.checkbox[0].check()
    button(test, "FormSubmitter").click().run()
    assert test.checkbox[0].value is False
    (ana,) = independent.independents(at.workshop, at.actors["coordinator"])
    assert ana.label == "Ana"
    assert "answers independently" in html(test)
    assert "0 of 2 answered" in html(test)
    test.text_input[0].set_value("Ben")
    button(test, "FormSubmitter").click().run()
    (*_, ben) = issuing.colleagues(at.workshop, at.actors["coordinator"])
    assert (ben.label, ben.role) == ("Ben", "respondent")


def test_an_independent_respondent_is_told_and_submits(at):
    respondent.save_answer(at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(2), based_on=0)
    person = alone(at, "Ana", 3, submitted=False)
    first = open_page(person)
    assert "You answer on your own" in first.info[0].value
    assert "1 of 3 answered" in html(first)
    assert not app(at, "colleague").info
    review = open_page(person, "review")
    button(review, "submit").click().run()
    assert "Submitted" in review.success[0].value
    button(review, "reopen")
    assert at.workshop.store.response(at.response("north")).status == "draft"


def test_what_is_not_submitted_is_counted_and_not_shown(at):
    alone(at, "Ana", 5, "SECRET", submitted=False)
    test = app(at, "coordinator", "side_by_side")
    assert "Not submitted yet, and so not shown: 1" in html(test)
    assert "SECRET" not in html(test)
    assert not [one for one in test.button if one.key.startswith("take-")]


def test_answers_stand_side_by_side_and_one_becomes_the_common_answer(at):
    ana, ben = alone(at, "Ana", 1, "<b>none</b>"), alone(at, "Ben", 5, "audited")
    test = app(at, "coordinator", "side_by_side")
    shown = html(test)
    assert "Contested" in shown
    assert "Mean distance from the median: 2.0 levels" in shown
    assert "&lt;b&gt;none&lt;/b&gt;" in shown
    assert "Common response" in shown
    button(test, f"take-plan-{ben.respondent}").click().run()
    assert stored(at, "plan") == Answer(5, comment="audited")
    assert [one.key for one in test.button if one.key.startswith("take-plan")] == [f"take-plan-{ana.respondent}"]


def test_a_common_answer_that_changed_meanwhile_stays_and_is_shown(at):
    ben = alone(at, "Ben", 5)
    test = app(at, "coordinator", "side_by_side")
    respondent.save_answer(
        at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(2, comment="theirs"), based_on=0
    )
    button(test, f"take-plan-{ben.respondent}").click().run()
    assert stored(at, "plan") == Answer(2, comment="theirs")
    assert "nothing was taken over" in test.error[0].value
    assert "theirs" in html(test)


def test_a_submitted_common_response_takes_nothing_over(at):
    ben = alone(at, "Ben", 5)
    coordinator = at.actors["coordinator"]
    respondent.save_answer(at.workshop, coordinator, at.response("north"), "plan", Answer(2), based_on=0)
    respondent.submit(at.workshop, coordinator, at.response("north"))
    test = app(at, "coordinator", "side_by_side")
    assert button(test, f"take-plan-{ben.respondent}").disabled
    assert "can be read but not changed" in " ".join(one.value for one in test.info)


def test_an_ended_link_is_listed_with_what_is_kept(at):
    ana = alone(at, "Ana", 4)
    (link,) = (one for one in issuing.colleagues(at.workshop, at.actors["coordinator"]) if one.respondent)
    issuing.revoke(at.workshop, at.actors["coordinator"], link.token_hash)
    assert "the answers are kept" in html(app(at, "coordinator", "colleagues"))
    assert button(app(at, "coordinator", "side_by_side"), f"take-plan-{ana.respondent}")


def test_the_facilitators_table_has_one_line_for_the_organisation(at):
    alone(at, "Ana", 4)
    alone(at, "Ben", 2, submitted=False)
    test = app(at, "facilitator")
    assert html(test).count("Agency North") == 1
    assert "2 independently, 1 submitted" in html(test)
    assert "<b>1</b> of 3 organisations have begun" in html(test)
