"""S19: what an organisation has not agreed to show is not in what leaves the program, for the room and for facilitators."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import facilitator
from access.actor import RefusedError
from access.visibility import VISIBILITIES, choose_visibility, own_visibility, shown
from access.workshop import Workshop
from results.facts import Consent
from results.live import LiveQuestionnaire
from results.shown import blinded
from tests.reference_store import ReferenceStore
from tests.rooms import room
from tests.workshops import Scene, scene
from ui import process

AUDIENCES = ("room", "facilitators")


NAMED = [("KZ", "Kazakh agency", "named", 2), ("MN", "Mongolian agency", "named", 3)]
BLIND = [("GE", "Georgian agency", "blind", 4), ("LA", "Lao agency", "blind", 5), ("PH", "Filipino agency", "blind", 1)]
# What tells Cambodia or its agency: names, the code as a value of its own, and a level nobody else has.
MARKS = ("Cambodia", '"KH"', "Cambodian agency")


# --- each choice for each audience
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("choice", VISIBILITIES)
def test_s19_each_choice_reaches_exactly_who_was_agreed(tmp_path, choice, audience):
    at = room(tmp_path, [*NAMED, *BLIND, ("KH", "Cambodian agency", choice, 5)])
    sent = at.sent(audience)
    is_named = choice == "named" or (audience == "facilitators" and choice != "nobody")
    assert [mark in sent for mark in MARKS] == [is_named, is_named, False]
    assert ("Kazakhstan" in sent, "Mongolia" in sent) == (True, True)
    compared = at.compared(audience)
    letters = [result.country for result in compared.countries if result.blind]
    assert len(letters) == (0 if audience == "facilitators" else 4 if choice == "blind" else 3)
    assert all(one in sent for one in letters)


@pytest.mark.parametrize("choice", ["blind", "facilitators", "nobody"])
def test_s19_no_mark_of_a_hidden_organisation_in_the_value_itself(tmp_path, choice):
    at = room(tmp_path, [*NAMED, *BLIND, ("KH", "Cambodian agency", choice, 5)])
    value = repr([(one.country, one.invited, one.begun, one.scorecard) for one in at.compared("room").countries])
    assert "'KH'" not in value
    for name in ('"Georgia"', '"GE"', "Laos", '"LA"', "Philippines", "agency"):
        assert name not in at.sent("room")


def test_what_stands_under_a_letter_tells_no_counts(tmp_path):
    at = room(tmp_path, [*NAMED, *BLIND, ("GE", "Another Georgian agency", "blind", 4)])
    for result in at.compared("room").countries:
        if result.blind:
            assert (result.invited, result.begun) == (0, 0)
            assert all(score.coverage is None and score.shares is None for score in result.scorecard.dimensions)


@pytest.mark.parametrize("blind", [0, 1, 2])
def test_fewer_than_three_blind_countries_are_not_shown(tmp_path, blind):
    at = room(tmp_path, [*NAMED, *BLIND[:blind]])
    assert [one.country for one in at.compared("room").countries] == ["KZ", "MN"]


def test_a_country_is_never_made_of_both_kinds(tmp_path):
    """Named and blind organisations of one country: the room sees the named ones alone, the same as without the others."""
    mixed = room(tmp_path, [*NAMED, *BLIND, ("KZ", "Second Kazakh agency", "blind", 5)])
    alone = room(tmp_path, [*NAMED, *BLIND])
    assert mixed.sent("room") == alone.sent("room") or without_letters(mixed) == without_letters(alone)
    by_name = {one.country: one for one in mixed.compared("room").countries}
    assert (by_name["KZ"].invited, by_name["KZ"].begun) == (1, 1)


def without_letters(at):
    """The countries of the room with blind ones as a set: letters differ from store to store."""
    compared = at.compared("room").countries
    figures = sorted(repr(one.scorecard) for one in compared if one.blind)
    return [one for one in compared if not one.blind], figures


# --- the room's figures are those of a round in which the others never were
choices = st.sampled_from(VISIBILITIES)
members = st.lists(
    st.tuples(st.sampled_from(["KZ", "MN", "GE", "LA", "PH", "KH"]), choices, st.integers(0, 5)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(members)
def test_s19_hidden_organisations_change_nothing(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("round")
    everybody = [(country, f"Agency {number}", choice, level) for number, (country, choice, level) in enumerate(drawn)]
    by_name = {country for country, _, choice, _ in everybody if choice == "named"}
    open_ones = [one for one in everybody if one[2] == "named" or (one[2] == "blind" and one[0] not in by_name)]
    assert without_letters(room(folder, everybody)) == without_letters(room(folder, open_ones))
    facilitators = [one for one in everybody if one[2] != "nobody"]
    first, second = (room(folder, who).compared("facilitators").countries for who in (everybody, facilitators))
    assert first == second


def test_what_hidden_organisations_do_changes_not_one_byte_in_the_room(tmp_path):
    hidden = [("KH", "Cambodian agency", "nobody", 2), ("KZ", "Second Kazakh agency", "facilitators", 2)]
    at = room(tmp_path, [*NAMED, *BLIND, *hidden])
    before = at.compared("room")
    sent = at.sent("room")
    at.answer("Cambodian agency", 5)
    at.answer("Second Kazakh agency", 4)
    assert at.compared("room") is before  # the revision that it names too
    assert at.sent("room") == sent
    at.answer("Kazakh agency", 5)
    assert at.sent("room") != sent


def test_a_withdrawal_takes_effect_at_once_and_a_return_too(tmp_path):
    at = room(tmp_path, [*NAMED, ("KH", "Cambodian agency", "named", 5)])
    for choice, is_there in (("nobody", False), ("named", True), ("blind", False), ("facilitators", False)):
        choose_visibility(at.workshop, at.coordinators["Cambodian agency"], choice)
        assert ("Cambodia" in at.sent("room")) is is_there


open_rooms = members.map(
    lambda drawn: [(country, f"Agency {at}", choice, level) for at, (country, choice, level) in enumerate(drawn)]
)


@settings(max_examples=40)
@given(open_rooms, st.lists(st.tuples(st.integers(0, 11), st.integers(1, 5)), min_size=1, max_size=4))
def test_s19_no_hidden_answer_changes_the_room_in_any_process(tmp_path_factory, everybody, changes):
    at = room(tmp_path_factory.mktemp("round"), everybody)
    seen = shown(at.workshop, at.round, "room")
    before, sent = at.compared("room"), at.sent("room")
    for number, level in changes:
        name = everybody[number % len(everybody)][1]
        if not seen.includes(at.coordinators[name].organisation_id):
            at.answer(name, level)
    assert at.compared("room") is before
    assert replace(at, workshop=Workshop(at.workshop.store)).sent("room") == sent


# --- what is drawn follows
def drawn_alt(at, comparison) -> str:
    return process.drawn(at.round.id, comparison, "projector", "en").alt


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_withdrawal_is_in_the_drawing_that_all_viewers_share(tmp_path, audience):
    at = room(tmp_path, [*NAMED, ("KH", "Cambodian agency", "named", 5)])
    assert "Cambodia" in drawn_alt(at, at.compared(audience))
    choose_visibility(at.workshop, at.coordinators["Cambodian agency"], "nobody")
    assert "Cambodia" not in drawn_alt(at, at.compared(audience))


def test_a_withdrawal_that_meets_a_comparison_is_drawn_all_the_same(tmp_path):
    """One viewer read the choices just before the withdrawal, and compares just after it: the revision is the new one."""
    at = room(tmp_path, [*NAMED, ("KH", "Cambodian agency", "named", 5)])
    before = shown(at.workshop, at.round, "room")
    choose_visibility(at.workshop, at.coordinators["Cambodian agency"], "nobody")
    late = at.workshop.live(at.round, "tiny").comparison(before)
    assert "Cambodia" in drawn_alt(at, late)
    now = at.compared("room")
    assert now.revision == late.revision
    assert "Cambodia" not in drawn_alt(at, now)


def test_one_comparison_and_one_drawing_serve_all_viewers_of_an_audience(tmp_path, monkeypatch):
    at = room(tmp_path, [*NAMED, *BLIND])
    first = {audience: at.compared(audience) for audience in AUDIENCES}
    drawings = {audience: process.drawn(at.round.id, first[audience], "projector", "en") for audience in AUDIENCES}
    monkeypatch.setattr(LiveQuestionnaire, "_compare", lambda *_: pytest.fail("recomputed"))
    monkeypatch.setattr(at.workshop.store, "facts", lambda *_, **__: pytest.fail("read again"))
    for audience in AUDIENCES:
        assert at.compared(audience) is first[audience]
        assert process.drawn(at.round.id, at.compared(audience), "projector", "en") is drawings[audience]


# --- letters
def test_a_new_figure_of_a_score_does_not_stand_under_a_letter_by_itself(tmp_path):
    part = blinded(room(tmp_path, NAMED).compared("room").countries[0].scorecard).whole
    kept = {name for name in part.__slots__ if getattr(part, name) not in (None, "")}
    assert kept == {"part", "kind", "status", "score", "level"}


def test_a_country_of_which_too_few_have_begun_has_no_row_under_a_letter_yet(tmp_path):
    at = room(tmp_path, [*NAMED, *BLIND[:2], ("PH", "Filipino agency", "blind", 0)])
    assert not any(one.blind for one in at.compared("room").countries)
    at.answer("Filipino agency", 1)
    assert sum(one.blind for one in at.compared("room").countries) == 3


def test_only_a_blind_coordinator_is_told_a_letter(tmp_path):
    at = room(tmp_path, [*NAMED, *BLIND])
    own = at.coordinators["Lao agency"]
    assert own_visibility(at.workshop, own).letter == dict(shown(at.workshop, at.round, "room").letters)["LA"]
    assert own_visibility(at.workshop, replace(own, role="respondent")).letter == ""


def test_letters_are_stable_secret_and_unlike_in_other_rounds(tmp_path):
    def order(store=None):
        at = room(tmp_path, [*NAMED, *BLIND], store=store)
        letters = {name: own_visibility(at.workshop, actor).letter for name, actor in at.coordinators.items()}
        again = {name: own_visibility(Workshop(at.workshop.store), one).letter for name, one in at.coordinators.items()}
        assert letters == again
        assert {letters["Kazakh agency"], letters["Mongolian agency"]} == {""}
        blind = [letters[name] for _, name, _, _ in BLIND]
        assert sorted(blind) == [one.country for one in at.compared("room").countries if one.blind]
        return tuple(blind)

    assert len({order() for _ in range(12)}) > 1  # stores
    same = ReferenceStore()
    assert len({order(same) for _ in range(12)}) > 1  # rounds of one store


def test_a_letter_does_not_move_when_others_choose(tmp_path):
    at = room(tmp_path, [*NAMED, *BLIND])
    before = own_visibility(at.workshop, at.coordinators["Lao agency"]).letter
    choose_visibility(at.workshop, at.coordinators["Kazakh agency"], "blind")
    choose_visibility(at.workshop, at.coordinators["Georgian agency"], "nobody")
    assert own_visibility(at.workshop, at.coordinators["Lao agency"]).letter == before


# --- counts
def test_s19_facilitators_are_told_how_many_hide_and_the_room_is_not(tmp_path):
    at = room(tmp_path, [*NAMED, ("KH", "Cambodian agency", "nobody", 5)])
    assert (at.compared("room").left_out, at.compared("facilitators").left_out) == (0, 1)
    assert "1 agency shows its levels to nobody and is left out" in at.sent("facilitators")


def test_progress_says_how_far_and_not_what(tmp_path):
    def told(at):
        rows = facilitator.progress(at.workshop, at.facilitator)
        return repr([replace(sheet, last_saved=None) for row in rows for sheet in row.sheets])

    at = room(tmp_path, [*NAMED, ("KH", "Cambodian agency", "nobody", 5)])
    before = told(at)
    at.answer("Cambodian agency", 2)
    assert told(at) == before
    assert "Cambodian agency" in before


# --- who chooses
def test_a_round_in_which_nothing_was_said_is_for_the_facilitators(tmp_path):
    at = room(tmp_path, [("GE", "Georgian agency", None, 4)])
    at.workshop.store._facts.clear()  # as in a round of an earlier version
    fresh = replace(at, workshop=Workshop(at.workshop.store))
    assert (fresh.compared("room").countries, len(fresh.compared("facilitators").countries)) == ((), 1)


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path, visibility="facilitators")


def test_until_somebody_chooses_the_rounds_default_holds(at):
    own = own_visibility(at.workshop, at.actors["colleague"])
    assert (own.visibility, own.is_chosen) == ("facilitators", False)
    choose_visibility(at.workshop, at.actors["coordinator"], "named")
    own = own_visibility(at.workshop, at.actors["colleague"])
    assert (own.visibility, own.is_chosen) == ("named", True)
    assert own_visibility(at.workshop, at.actors["neighbour"]).visibility == "facilitators"


@pytest.mark.parametrize("who", ["colleague", "facilitator", "other facilitator"])
def test_only_the_coordinator_chooses(at, who):
    before = at.workshop.store.facts(Consent)
    with pytest.raises(RefusedError):
        choose_visibility(at.workshop, at.actors[who], "named")
    assert at.workshop.store.facts(Consent) == before


def test_a_forged_choice_is_refused_and_a_choice_is_audited(at):
    with pytest.raises(RefusedError):
        choose_visibility(at.workshop, at.actors["coordinator"], "everybody")
    choose_visibility(at.workshop, at.actors["coordinator"], "nobody")
    trail = [(one.action, one.subject, one.outcome) for one in at.workshop.store.audit(0, 100)]
    assert trail[-2:] == [
        ("choose who sees the levels", "", "P001"),
        ("choose who sees the levels", "nobody", "done"),
    ]


def test_the_same_choice_twice_is_one_choice(at):
    for _ in range(2):
        choose_visibility(at.workshop, at.actors["coordinator"], "nobody")
    assert [one.subject for one in at.workshop.store.audit(0, 100) if one.action.startswith("choose")] == ["nobody"]


def test_a_facilitator_without_the_word_gets_the_rooms_view(at):
    assert facilitator.comparison(at.workshop, at.actors["facilitator"], "tiny").audience == "room"
