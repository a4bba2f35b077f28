"""The notice, targets, the others' range and drafts on the pages."""

from __future__ import annotations

import re

import pytest

from access import informed, peers, respondent, targets
from access.late_keeping import LateError
from results.facts import PeersShown, Target
from survey.response import Answer
from tests.app.pages import app, html, open_page
from tests.rooms import room
from tests.workshops import Scene
from ui import process
from ui.aims import gap, others


def press(test, label: str):
    return next(button for button in test.button if button.label == label).click().run()


def test_the_facilitator_publishes_a_notice_and_allows_the_range(at):
    test = app(at, "facilitator", "round")
    fields = {area.label: area for area in test.text_area}
    assert list(fields) == ["Who asks", "Why", "Who will see what", "How long it is kept", "Whom to ask"]
    fields["Whom to ask"].set_value("")
    press(test, "Publish as version 2")
    assert "Fill all five" in test.error[0].value
    next(area for area in test.text_area if area.label == "Whom to ask").set_value("Dara")
    press(test, "Publish as version 2")
    assert informed.own_notice(at.workshop, at.actors["facilitator"]).contact == "Dara"
    test.toggle[0].set_value(True).run()
    assert [one.allowed for one in at.workshop.store.facts(PeersShown)] == [True]
    box = next(box for box in test.selectbox if box.label == "People")
    assert box.value == 0
    box.set_value(4).run()
    assert targets.proposed_aims(at.workshop, at.actors["facilitator"], "tiny") == {"people": 4}


def test_a_changed_notice_stands_above_the_page_with_the_change_marked(at):
    boss, now = at.actors["facilitator"], informed.own_notice(at.workshop, at.actors["facilitator"])
    texts = {part: getattr(now, part) for part in informed.PARTS} | {"kept": "2031-01-31"}
    informed.change_notice(at.workshop, boss, texts, 1)
    test = app(at, "coordinator")
    assert "The notice has changed since you read it" in html(test)
    assert html(test).count(">changed<") == 1
    assert "2031-01-31" in html(test)
    press(test, "Continue")
    assert "The notice has changed" not in html(test)
    assert informed.told(at.workshop, at.actors["coordinator"]).read == 2


def test_the_coordinator_sets_targets_and_a_colleague_reads_them(at):
    respondent.save_answer(
        at.workshop, at.actors["coordinator"], at.response("north"), "training", Answer(2), based_on=None
    )
    test = app(at, "coordinator", "profile")
    box = next(box for box in test.selectbox if box.label == "People")
    assert box.value == 0
    box.set_value(4).run()
    assert [(one.dimension_id, one.level) for one in at.workshop.store.facts(Target)] == [("people", 4)]
    shown = html(app(at, "colleague", "profile"))
    row = shown.partition('<th scope="row">People</th>')[2].partition("</tr>")[0]
    assert re.findall(r'data-label="([^"]+)">([^<]+)<', row) == [("Level", "2"), ("Our target", "4"), ("Gap", "2")]
    assert not app(at, "colleague", "profile").selectbox
    next(box for box in test.selectbox if box.label == "People").set_value(0).run()
    assert [one.level for one in at.workshop.store.facts(Target)] == [0]
    assert "No target is set" in html(app(at, "colleague", "profile"))


@pytest.mark.parametrize("allowed", [True, False])
def test_the_others_range_is_on_the_profile_when_it_is_allowed(tmp_path, allowed):
    members = [("GE", "Me", "nobody", 3), *(("KH", f"Other {n}", "blind", (n,) * 3) for n in (1, 2, 3, 4, 5))]
    made = room(tmp_path, members)
    process.use(made.workshop)
    try:
        peers.allow(made.workshop, made.facilitator, allowed)
        shown = html(open_page(made.coordinators["Me"], "profile"))
    finally:
        process.use(None)
    assert ("1–5, middle 3" in shown) == allowed
    assert "Other 1" not in shown


def test_gaps_and_ranges_in_words(at):
    assert [gap(2, 4), gap(4, 4), gap(5, 4), gap(None, 4), gap(2, None)] == ["2", "reached", "reached", "–", "–"]
    assert others(None) == "–"


def test_a_draft_is_shown_to_the_organisation_and_taken_over_or_discarded(at: Scene):
    me, response = at.actors["coordinator"], at.response("north")
    for item in ("plan", "training"):
        respondent.save_answer(at.workshop, me, response, item, Answer(2), based_on=None)
    respondent.submit(at.workshop, me, response)
    for item in ("plan", "training"):
        with pytest.raises(LateError):
            respondent.save_answer(
                at.workshop, at.actors["colleague"], response, item, Answer(5, comment="LATE"), based_on=1
            )
    test = app(at, "coordinator", "review")
    words = " ".join(text.value for text in test.text)
    assert words.count("LATE") == 2
    assert "colleague" in words
    assert all(button.disabled for button in test.button if button.label == "Take over")
    assert "LATE" not in " ".join(text.value for text in app(at, "neighbour", "review").text)
    respondent.reopen(at.workshop, me, response)
    respondent.save_answer(at.workshop, me, response, "training", Answer(1), based_on=None)
    test = app(at, "coordinator", "review")
    assert "Stored, and newer" in " ".join(text.value for text in test.text)
    press(test, "Use the draft instead")
    press(test, "Discard")
    stored = at.workshop.store.answers(response)
    assert (stored["plan"].answer.code, stored["training"].answer.code) == (2, 5)
    assert "LATE" not in " ".join(text.value for text in test.text)


def test_who_answered_is_named_on_the_review_and_counted_on_the_colleagues_page(at):
    respondent.save_answer(at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(2), based_on=None)
    assert "<b>colleague</b>" in html(app(at, "coordinator", "review"))
    assert "<b>you</b>" in html(app(at, "colleague", "review"))
    assert "1 answer, last" in html(app(at, "coordinator", "colleagues"))
