"""Who sees whose levels (S19): what was not agreed to is in no value, no chart and no text that leaves for an audience."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import facilitator, respondent
from access.actor import Actor, RefusedError
from access.setup import RoundPlan, create_round
from access.visibility import VISIBILITIES, choose_visibility, own_visibility, shown
from access.workshop import Workshop
from charts.heatmap import heatmap
from results.facts import Consent
from results.live import LiveQuestionnaire
from results.shown import LEAST_BLIND, blinded
from results.store import Keep
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.rooms import MARKER, OTHERS, Room, room
from ui import process

AUDIENCES = ("room", "facilitators")
COUNTRIES = ("GE", "KH", "KZ", "MN")


def with_marker(folder, visibility) -> Room:
    return room(ReferenceStore(), folder, (*OTHERS, (*MARKER, visibility, (4, 5, 5))))


def compared(at: Room, audience="room"):
    return facilitator.comparison(at.workshop, at.facilitator, "tiny", audience)


def payload(comparison) -> str:
    """All that a page makes of a comparison: the specification with its data, the text alternative, the title."""
    drawn = heatmap(comparison, scale="projector")
    return json.dumps([drawn.spec, drawn.alt, drawn.title], ensure_ascii=False)


def figures(comparison) -> set[str]:
    return {
        f"{part.score:.1f}"
        for result in comparison.countries
        for part in (result.scorecard.whole, *result.scorecard.dimensions)
    }


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_s19_value_chart_and_text_hold_what_was_agreed_and_nothing_else(tmp_path, visibility, audience):
    comparison = compared(with_marker(tmp_path, visibility), audience)
    has_name = visibility == "named" or (audience == "facilitators" and visibility != "nobody")
    has_figures = has_name or visibility == "blind"
    text = payload(comparison)
    cells = json.loads(text)[0]["layer"][0]["data"]["values"]
    assert ("KZ" in {result.country for result in comparison.countries}) is has_name
    assert ('"KZ"' in text, "Kazakhstan" in text) == (has_name, has_name)
    assert ("4.5" in figures(comparison), "5.0" in figures(comparison)) == (has_figures, has_figures)
    assert ("4.5" in {cell["score"] for cell in cells}) is has_figures
    assert MARKER[1] not in repr(comparison) + text


def test_s19_the_room_is_not_told_how_many_hide(tmp_path):
    assert compared(with_marker(tmp_path, "nobody"), "room").left_out == 0
    told = compared(with_marker(tmp_path, "nobody"), "facilitators")
    assert told.left_out == 1
    assert "1 agency shows its levels to nobody and is left out" in payload(told)


def test_s19_no_row_mixes_named_and_blind(tmp_path):
    at = room(ReferenceStore(), tmp_path, (*OTHERS, ("MN", "Quiet", "blind", (5, 5, 5))))
    rows = {result.country: result for result in compared(at).countries}
    assert (rows["MN"].invited, rows["MN"].scorecard.whole.level) == (1, 2)
    assert not any(result.blind for result in rows.values())  # Mongolia is named; two are left, too few for letters
    assert compared(at, "facilitators").countries[2].invited == 2


@pytest.mark.parametrize("blind", range(5))
def test_letters_stand_only_where_elimination_does_not_name(tmp_path, blind):
    agencies = tuple(
        (country, country, "blind" if at < blind else "named", (2, 2, 2))
        for at, country in enumerate(("GE", "KH", "KZ", "MN"))
    )
    lettered = [result for result in compared(room(ReferenceStore(), tmp_path, agencies)).countries if result.blind]
    assert len(lettered) == (blind if blind >= LEAST_BLIND else 0)


def test_a_letter_hides_shares_counts_and_how_many_have_begun(tmp_path):
    at = with_marker(tmp_path, "blind")
    lettered = [result for result in compared(at).countries if result.blind]
    assert len(lettered) == 3
    for result in lettered:
        assert (result.begun, result.invited) == (0, 0)
        for part in (result.scorecard.whole, *result.scorecard.dimensions):
            assert (part.shares, part.coverage, part.unknown, part.score_high, part.held_by) == (None,) * 4 + ("",)
            assert part.score == round(part.score, 1)


def test_a_country_of_few_answers_gets_no_letter_yet(tmp_path):
    at = with_marker(tmp_path, "blind")
    late = room(at.workshop.store, tmp_path, (*OTHERS, (*MARKER, "blind", (0, 0, 0))))
    assert not any(result.blind for result in compared(late).countries)
    late.answer(MARKER[1], (1, 1, 1))
    assert sum(result.blind for result in compared(late).countries) == 3


def test_letters_are_the_same_for_every_process_and_secret_between_stores(tmp_path):
    def letters(at: Room, workshop: Workshop):
        return dict(shown(workshop, at.round, "room").letters)

    at = with_marker(tmp_path, "blind")
    assert letters(at, at.workshop) == letters(at, Workshop(at.workshop.store))
    orders = {tuple(sorted(letters(other, other.workshop).items())) for other in _rooms(tmp_path, 12)}
    assert len(orders) > 1  # else one store's order would tell another's


def _rooms(folder, count):
    return (with_marker(folder, "blind") for _ in range(count))


def test_nobody_elses_choice_moves_a_letter(tmp_path):
    at = with_marker(tmp_path, "blind")
    before = dict(shown(at.workshop, at.round, "room").letters)
    choose_visibility(at.workshop, at.coordinators["Agency Three"], "blind")
    after = dict(shown(at.workshop, at.round, "room").letters)
    assert {country: after[country] for country in before} == before
    choose_visibility(at.workshop, at.coordinators["Agency One"], "nobody")
    assert dict(shown(at.workshop, at.round, "room").letters)["KZ"] == before["KZ"]


def test_a_coordinator_learns_the_own_letter_and_a_colleague_does_not(tmp_path):
    at = with_marker(tmp_path, "blind")
    own = at.coordinators[MARKER[1]]
    mine = own_visibility(at.workshop, own)
    assert mine.letter == dict(shown(at.workshop, at.round, "room").letters)["KZ"]
    colleague = replace(own, role="respondent")
    assert own_visibility(at.workshop, colleague).letter == ""
    choose_visibility(at.workshop, own, "named")
    assert own_visibility(at.workshop, own).letter == ""


def test_the_round_says_what_holds_until_an_organisation_chooses(tmp_path):
    at = room(ReferenceStore(), tmp_path, (("GE", "A", None, (2, 2, 2)), ("KH", "B", "nobody", (2, 2, 2))), "named")
    assert [result.country for result in compared(at).countries] == ["GE"]
    assert own_visibility(at.workshop, at.coordinators["A"]).is_chosen is False
    assert own_visibility(at.workshop, at.coordinators["B"]).is_chosen is True


def test_where_nobody_said_anything_only_facilitators_see(tmp_path):
    at = room(ReferenceStore(), tmp_path, (("GE", "A", None, (2, 2, 2)),), "named")
    at.workshop.store._facts.clear()  # a round of an earlier version has no such fact
    fresh = Workshop(at.workshop.store)
    assert facilitator.comparison(fresh, at.facilitator, "tiny").countries == ()
    assert len(facilitator.comparison(fresh, at.facilitator, "tiny", "facilitators").countries) == 1


def test_a_choice_is_the_coordinators_and_audited(tmp_path):
    at = with_marker(tmp_path, "named")
    own = at.coordinators[MARKER[1]]
    for actor in (replace(own, role="respondent"), at.facilitator, Actor("administrator", 0, None, "x", "x")):
        with pytest.raises(RefusedError) as refused:
            choose_visibility(at.workshop, actor, "nobody")
        assert refused.value.code in ("P001", "P005")
    with pytest.raises(RefusedError):
        choose_visibility(at.workshop, own, "everybody")
    assert own_visibility(at.workshop, own).visibility == "named"
    choose_visibility(at.workshop, own, "nobody")
    choose_visibility(at.workshop, own, "nobody")  # pressed twice: one choice
    entries = at.workshop.store.audit(0, 1000)
    mine = [e for e in entries if e.action == "choose who sees the levels" and e.actor == own.key]
    assert [(e.subject, e.outcome) for e in mine][-1] == ("nobody", "done")
    assert sum(e.subject == "nobody" for e in mine) == 1


def test_a_withdrawal_holds_at_the_next_look_and_in_what_is_drawn(tmp_path):
    at = with_marker(tmp_path, "named")
    assert "Kazakhstan" in process.drawn(at.round.id, compared(at), "projector", "en").alt
    choose_visibility(at.workshop, at.coordinators[MARKER[1]], "nobody")
    for audience in AUDIENCES:
        assert "Kazakhstan" not in process.drawn(at.round.id, compared(at, audience), "projector", "en").alt


def test_a_withdrawal_that_meets_a_comparison_is_drawn_all_the_same(tmp_path):
    """One viewer read the choices just before the withdrawal, and compares just after it: the revision is the new one."""
    at = with_marker(tmp_path, "named")
    live: LiveQuestionnaire = at.workshop.live(at.round, "tiny")
    before = shown(at.workshop, at.round, "room")
    choose_visibility(at.workshop, at.coordinators[MARKER[1]], "nobody")
    late = live.comparison(before)
    assert "Kazakhstan" in process.drawn(at.round.id, late, "projector", "en").alt
    now = compared(at)
    assert now.revision == late.revision
    assert "Kazakhstan" not in process.drawn(at.round.id, now, "projector", "en").alt


def test_one_comparison_and_one_drawing_for_all_viewers(tmp_path, monkeypatch):
    at = with_marker(tmp_path, "blind")
    first = {audience: compared(at, audience) for audience in AUDIENCES}
    drawings = {name: process.drawn(at.round.id, first[name], "projector", "en") for name in AUDIENCES}
    monkeypatch.setattr(LiveQuestionnaire, "_compare", lambda *_: pytest.fail("recomputed"))
    monkeypatch.setattr(at.workshop.store, "facts", lambda *_, **__: pytest.fail("read again"))
    for audience in AUDIENCES:
        assert compared(at, audience) is first[audience]
        assert process.drawn(at.round.id, compared(at, audience), "projector", "en") is drawings[audience]


def test_other_rounds_choices_do_not_count(tmp_path):
    at = with_marker(tmp_path, "named")
    other = create_round(at.workshop, RoundPlan("Other", ((tmp_path / "questionnaire.yaml", "full"),)))
    before = compared(at)
    consent = Consent(other.id, at.coordinators[MARKER[1]].organisation_id, "nobody", "x", 1)
    at.workshop.write(Keep(consent))
    assert compared(at) is before


# What others have never chosen to show is as if it had never been there.

levels = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
worlds = st.lists(st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(VISIBILITIES), levels), max_size=8).map(
    lambda rows: tuple((country, f"Agency {at}", choice, given) for at, (country, choice, given) in enumerate(rows))
)


def _in_the_room(agencies):
    named = {country for country, _, choice, _ in agencies if choice == "named"}
    return tuple(
        one for one in agencies if one[2] == "named" or (one[2] == "blind" and one[0] not in named)
    )  # fmt: skip


def _without_letters(comparison):
    """The comparison with letters, revision and order of the lettered left out: they belong to the store, not to the data."""
    named = [result for result in comparison.countries if not result.blind]
    cards = sorted(repr(result.scorecard) for result in comparison.countries if result.blind)
    return replace(comparison, revision=0, countries=tuple(named), left_out=0), cards


@settings(max_examples=60)
@given(agencies=worlds)
def test_s19_an_audience_sees_what_it_would_see_had_the_others_never_existed(tmp_path_factory, agencies):
    folder = tmp_path_factory.mktemp("room")
    visible = {"room": _in_the_room(agencies), "facilitators": tuple(one for one in agencies if one[2] != "nobody")}
    everything = room(ReferenceStore(), folder, agencies)
    for audience, few in visible.items():
        alone = compared(room(ReferenceStore(), folder, few), audience)
        seen = compared(everything, audience)
        assert _without_letters(seen) == _without_letters(alone)
        if not any(result.blind for result in seen.countries) and not seen.left_out:
            assert payload(seen) == payload(alone)


@settings(max_examples=40)
@given(agencies=worlds, changes=st.lists(st.tuples(st.integers(0, 7), levels), min_size=1, max_size=4))
def test_s19_hidden_answers_change_not_one_byte_in_the_room(tmp_path_factory, agencies, changes):
    at = room(ReferenceStore(), tmp_path_factory.mktemp("room"), agencies)
    visible = _in_the_room(agencies)
    before = compared(at)
    drawn = process.drawn(at.round.id, before, "projector", "en")
    for number, given_levels in changes:
        if number < len(agencies) and agencies[number] not in visible:
            at.answer(agencies[number][1], given_levels)
    after = compared(at)
    assert after is before  # the revision with it: it would tell of activity
    assert process.drawn(at.round.id, after, "projector", "en") is drawn
    assert payload(compared(Room(Workshop(at.workshop.store), at.round, {}, at.facilitator))) == payload(before)


def test_the_rest_of_a_scorecard_does_not_survive_the_letter(tmp_path):
    """A new field of `Score` has to be thought of here: `blinded` names what may stand, not what must go."""
    whole = compared(with_marker(tmp_path, "named")).countries[0].scorecard
    part = blinded(whole).whole
    kept = {name for name in part.__slots__ if getattr(part, name) not in (None, "")}
    assert kept == {"part", "kind", "status", "score", "level"}


def test_progress_says_how_far_never_what(tmp_path):
    at = with_marker(tmp_path, "nobody")
    low = repr(_timeless(facilitator.progress(at.workshop, at.facilitator)))
    at.answer(MARKER[1], (2, 2, 2))
    assert repr(_timeless(facilitator.progress(at.workshop, at.facilitator))) == low
    assert "Marker Agency" in low


def _timeless(progress):
    return [replace(entry, last_saved=None) for one in progress for entry in one.sheets]


def test_a_peer_has_no_way_to_the_comparison(tmp_path):
    at = with_marker(tmp_path, "named")
    for audience in AUDIENCES:
        with pytest.raises(RefusedError):
            facilitator.comparison(at.workshop, at.coordinators["Agency One"], "tiny", audience)
    sheets = respondent.my_sheets(at.workshop, at.coordinators["Agency One"])
    assert [sheet.answer("plan") for sheet in sheets] == [Answer(2)]
    assert MARKER[1] not in repr(sheets)
