"""Answers → countries compared: follows the store, recomputes only on change, absent is a gap."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import facilitator, respondent
from access.actor import Actor
from access.invitation import InvitationDesk, actor_of, add_invitation
from results.live import LiveQuestionnaire
from results.store import SaveAnswer
from scoring.score import score
from scoring.scorecard import scorecard
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from survey.routing import route
from tests.builders import codes
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, inform, scene


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


def save(at: Scene, who: str, of: str, **answers: int) -> None:
    for item, code in answers.items():
        respondent.save_answer(
            at.workshop, at.actors[who], at.response(of), item, Answer(code, evidence=2), based_on=None
        )


def compared(at: Scene):
    return facilitator.comparison(at.workshop, at.actors["facilitator"], "tiny")


def test_nobody_has_begun_is_a_gap_not_a_zero(at):
    georgia, cambodia = compared(at).countries
    assert (georgia.country, georgia.invited, georgia.begun, georgia.scorecard) == ("GE", 2, 0, None)
    assert (cambodia.country, cambodia.invited, cambodia.scorecard) == ("KH", 1, None)
    assert georgia.provisional


def test_one_agency_is_the_country_until_another_joins(at):
    save(at, "coordinator", "north", plan=4, review=3, training=5)
    georgia = compared(at).countries[0]
    built = compared(at).questionnaire
    alone = scorecard(built, score(built, codes([4, 3, 5])), 0)
    assert georgia.begun == 1
    assert georgia.scorecard.whole.score == alone.whole.score
    save(at, "neighbour", "south", plan=2, review=3, training=5)
    georgia = compared(at).countries[0]
    assert georgia.begun == 2
    assert georgia.provisional is False
    assert georgia.scorecard.part("direction").shares == (1, 0.75, 0.25, 0)


def test_another_country_changes_nothing(at):
    save(at, "coordinator", "north", plan=4, review=3, training=5)
    before = compared(at).countries[0]
    save(at, "neighbour", "south", plan=3)
    assert compared(at).countries[1].scorecard is None
    assert before != compared(at).countries[0]


def test_nothing_is_recomputed_when_nothing_changed(at, monkeypatch):
    save(at, "coordinator", "north", plan=4)
    first = compared(at)
    monkeypatch.setattr(LiveQuestionnaire, "_compare", lambda _: pytest.fail("recomputed"))
    for read in ("changes", "codes", "responses", "organisations"):
        monkeypatch.setattr(at.workshop.store, read, lambda *_: pytest.fail("read again"), raising=False)
    assert compared(at) is first


def test_comparison_and_progress_share_one_routed_matrix(at, monkeypatch):
    routed = []
    monkeypatch.setattr("results.live.route", lambda *matrix: routed.append(1) or route(*matrix))
    for expected in (1, 2):
        save(at, "coordinator", "north", plan=4)
        for _ in range(2):
            compared(at)
            facilitator.progress(at.workshop, at.actors["facilitator"])
        assert len(routed) == expected


def test_an_organisation_that_joins_and_answers_while_the_matrix_is_read_is_not_missed(at, monkeypatch):
    from access.setup import add_organisation

    store, begun = at.workshop.store, []
    codes = store.codes

    def overtaken(*arguments):
        found = codes(*arguments)
        if not begun:
            begun.append(add_organisation(at.workshop, at.round, "AM", "Agency Late"))
            response = next(r for r in store.responses(at.round.id) if r.organisation_id == begun[0].id)
            store.write(SaveAnswer(1, response.id, "plan", Answer(3), None, "x", 5)).result()
        return found

    monkeypatch.setattr(store, "codes", overtaken, raising=False)
    compared(at)
    assert [(country.country, country.begun) for country in compared(at).countries] == [("AM", 1), ("GE", 0), ("KH", 0)]
    late = facilitator.progress(at.workshop, at.actors["facilitator"])[0]
    assert (late.organisation.name, late.answered, late.last_saved) == ("Agency Late", 1, 5)


def test_of_several_revisions_read_at_once_the_last_one_counts(at):
    for plan in (1, 5, 2):
        save(at, "coordinator", "north", plan=plan)
    whole = compared(at).countries[0].scorecard
    assert whole.part("direction").shares[0] > 0
    save(at, "coordinator", "north", plan=1)
    assert compared(at).countries[0].scorecard.part("direction").shares == (0, 0, 0, 0)


def test_progress_counts_what_is_asked(at):
    save(at, "coordinator", "north", plan=4)
    rows = {row.organisation.name: row.sheets[0] for row in facilitator.progress(at.workshop, at.actors["facilitator"])}
    assert (rows["Agency North"].answered, rows["Agency North"].asked) == (1, 3)
    assert (rows["Agency South"].answered, rows["Agency South"].asked) == (0, 2)
    assert rows["Agency South"].critical_missing == 1
    assert rows["Agency North"].last_saved
    assert "Agency Elsewhere" not in rows


def test_an_organisation_that_joins_later_is_counted(at):
    from access.setup import add_organisation

    compared(at)
    add_organisation(at.workshop, at.round, "AM", "Agency Late")
    assert [country.country for country in compared(at).countries] == ["AM", "GE", "KH"]


def in_north(at: Scene, levels: tuple[int, ...]) -> None:
    """An independent respondent of north with these answers, in the questionnaire's order."""
    token = add_invitation(at.workshop, at.round, at.organisations["north"].id, "independent", "")
    person = inform(at.workshop, actor_of(at.workshop, InvitationDesk(at.workshop).open(token)))
    (sheet,) = respondent.my_sheets(at.workshop, person)
    answer_all(at, person, sheet, levels)


def answer_all(at: Scene, person, sheet, levels: tuple[int, ...]) -> None:
    for item, code in zip(("plan", "review", "training"), levels, strict=True):
        if code:
            given = Answer(code, evidence=code % 3, reason="why" if code == NOT_APPLICABLE else "")
            respondent.save_answer(at.workshop, person, sheet.state.id, item, given, based_on=None)


level = st.integers(1, 5)
some_answers = st.tuples(level, st.one_of(level, st.just(0), st.just(DONT_KNOW)), st.integers(0, 7))


@settings(max_examples=40)
@given(answers=some_answers, others=st.lists(some_answers, max_size=2), copies=st.integers(1, 6), common=st.booleans())
def test_an_organisation_with_identical_responses_weighs_as_one(answers, others, copies, common):
    """Bit for bit: weights are whole numbers of a unit that each number up to 28 divides."""
    with TemporaryDirectory() as folder:
        one, several = (scene(ReferenceStore(), Path(folder)) for _ in range(2))
    for at in (one, several):
        for name, levels in zip(("south", "east"), others, strict=False):
            owner = inform(at.workshop, Actor("coordinator", at.round.id, at.organisations[name].id, "", name))
            (sheet,) = respondent.my_sheets(at.workshop, owner)
            answer_all(at, owner, sheet, levels)
    (sheet,) = respondent.my_sheets(one.workshop, one.actors["coordinator"])
    answer_all(one, one.actors["coordinator"], sheet, answers)
    if common:
        (sheet,) = respondent.my_sheets(several.workshop, several.actors["coordinator"])
        answer_all(several, several.actors["coordinator"], sheet, answers)
    for _ in range(copies):
        in_north(several, answers)
    assert compared(several).countries == compared(one).countries


def test_each_of_an_organisations_responses_weighs_its_part(at):
    """North says 2 and 4, south 5: an organisation each, so the shares are of two, not of three."""
    in_north(at, (2, 3, 3))
    in_north(at, (4, 3, 3))
    save(at, "neighbour", "south", plan=5, review=3, training=3)
    georgia = compared(at).countries[0]
    assert (georgia.invited, georgia.begun) == (2, 2)
    direction = georgia.scorecard.part("direction").shares  # plan weighs as much as review
    assert direction == (1.0, (0.75 + 1) / 2, 0.75 / 2, 0.5 / 2)


def test_an_empty_response_beside_others_does_not_count(at):
    in_north(at, (4, 3, 3))
    alone = compared(at).countries
    in_north(at, (0, 0, 0))
    assert compared(at).countries == alone
