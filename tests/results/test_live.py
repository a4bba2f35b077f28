"""Answers → countries compared: follows the store, recomputes only on change, absent is a gap."""

from __future__ import annotations

import pytest

from access import facilitator, respondent
from results.live import LiveQuestionnaire
from results.store import SaveAnswer
from scoring.score import score
from scoring.scorecard import scorecard
from survey.response import Answer
from survey.routing import route
from tests.builders import codes
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene


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
