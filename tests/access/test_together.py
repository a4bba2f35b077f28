"""Who answered what, within the organisation; targets; the range of the others' levels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import peers, respondent, targets, together
from access.actor import RefusedError
from access.issuing import invite_colleague, revoke
from access.visibility import choose_visibility
from scoring.level_range import LevelRange, level_range
from survey.duration import minutes
from survey.response import DONT_KNOW, Answer
from tests.reference_store import ReferenceStore
from tests.rooms import Room, room
from tests.workshops import Scene, scene


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


def save(at: Scene, who: str, item: str, code: int = 3) -> None:
    respondent.save_answer(
        at.workshop, at.actors[who], at.response("north"), item, Answer(code, comment="x"), based_on=None
    )


def parts(at: Scene, who: str):
    sheet = respondent.open_sheet(at.workshop, at.actors[who], "tiny")
    return {part.dimension_id: part for part in together.who_answered(at.workshop, at.actors[who], sheet)}


def test_the_latest_answer_of_each_item_bears_its_author(at):
    save(at, "coordinator", "plan")
    save(at, "colleague", "plan", DONT_KNOW)
    save(at, "coordinator", "training")
    seen = parts(at, "colleague")
    assert [(one.item_id, one.person.label, one.person.is_self) for one in seen["direction"].given] == [
        ("plan", "colleague", True)
    ]
    assert [(person.label, count) for person, count in seen["people"].people] == [("coordinator", 1)]
    assert seen["people"].last == at.workshop.store.answers(at.response("north"))["training"].saved_at
    assert parts(at, "neighbour")["direction"].given == ()


def test_who_has_no_link_any_more_keeps_the_name(at):
    save(at, "colleague", "plan")
    colleague = next(one for one in at.workshop.store.invitations(at.round.id) if one.label == "colleague")
    revoke(at.workshop, at.actors["coordinator"], colleague.token_hash)
    assert parts(at, "coordinator")["direction"].given[0].person.label == "colleague"
    invite_colleague(at.workshop, at.actors["coordinator"], "new")


def test_who_is_here_is_of_the_own_organisation(at):
    at.workshop.sessions.clear()
    for name in ("coordinator", "neighbour", "facilitator"):
        at.workshop.sessions.put(name, at.actors[name])
    assert [one.label for one in together.here_now(at.workshop, at.actors["colleague"])] == ["coordinator"]


# --- targets
def test_a_target_is_set_changed_and_taken_back(at):
    me, boss = at.actors["coordinator"], at.actors["facilitator"]
    assert targets.own_aims(at.workshop, me, "tiny") == {}
    targets.set_target(at.workshop, me, "tiny", "people", 4)
    targets.propose_target(at.workshop, boss, "tiny", "people", 3)
    targets.propose_target(at.workshop, boss, "tiny", "direction", 5)
    assert targets.own_aims(at.workshop, at.actors["colleague"], "tiny") == {
        "people": targets.Aim(4, 3), "direction": targets.Aim(None, 5),
    }  # fmt: skip
    assert targets.own_aims(at.workshop, at.actors["neighbour"], "tiny")["people"] == targets.Aim(None, 3)
    assert targets.proposed_aims(at.workshop, boss, "tiny") == {"people": 3, "direction": 5}
    targets.set_target(at.workshop, me, "tiny", "people", targets.NONE)
    targets.propose_target(at.workshop, boss, "tiny", "direction", 0)
    assert targets.own_aims(at.workshop, me, "tiny") == {"people": targets.Aim(None, 3)}
    assert targets.own_aims(at.workshop, at.actors["stranger"], "tiny") == {}


@pytest.mark.parametrize(
    ("questionnaire", "dimension", "level"),
    [("tiny", "people", 6), ("tiny", "people", -1), ("tiny", "people", True), ("tiny", "people", 3.0), ("tiny", "people", "3"),
     ("tiny", "plan", 3), ("other", "people", 3), ("tiny", "' OR 1=1", 3)],
)  # fmt: skip
def test_a_forged_target_is_refused(at, questionnaire, dimension, level):
    for who, act in (("coordinator", targets.set_target), ("facilitator", targets.propose_target)):
        with pytest.raises(RefusedError) as refused:
            act(at.workshop, at.actors[who], questionnaire, dimension, level)
        assert refused.value.code == "P001"


# --- the range of the others
def gathered(tmp_path, *choices, levels=(1, 2, 3, 4, 5)) -> Room:
    """Me, and others with these levels in every item."""
    members = [("GE", "Me", "nobody", 3)]
    members += [
        ("KH", f"Other {n}", choice, level if isinstance(level, tuple) else (level,) * 3)
        for n, (choice, level) in enumerate(zip(choices, levels, strict=False))
    ]
    return room(tmp_path, members)


def seen(made: Room, who: str = "Me"):
    return peers.peers_range(made.workshop, made.coordinators[who], "tiny")


def test_the_range_is_shown_when_allowed_and_of_five_others(tmp_path):
    made = gathered(tmp_path, "named", "blind", "blind", "named", "named")
    assert seen(made) is None
    peers.allow(made.workshop, made.facilitator, True)
    assert peers.is_allowed(made.workshop, made.facilitator)
    assert seen(made) == {"direction": LevelRange(1, 3, 5), "people": LevelRange(1, 3, 5)}
    # One of the five sees four others: too few.
    assert seen(made, "Other 0") == {"direction": None, "people": None}
    made.answer("Other 4", 2)
    assert seen(made)["people"] == LevelRange(1, 2, 4)
    peers.allow(made.workshop, made.facilitator, False)
    assert seen(made) is None


@pytest.mark.parametrize("choice", ["facilitators", "nobody"])
def test_who_does_not_show_levels_to_others_is_not_in_it(tmp_path, choice):
    made = gathered(tmp_path, "named", "blind", "blind", "named", choice)
    peers.allow(made.workshop, made.facilitator, True)
    assert seen(made) == {"direction": None, "people": None}
    choose_visibility(made.workshop, made.coordinators["Other 4"], "blind")
    assert seen(made)["people"] == LevelRange(1, 3, 5)


def test_who_has_no_level_does_not_count(tmp_path):
    made = gathered(tmp_path, *["named"] * 5, levels=(1, 2, 3, 4, 0))
    peers.allow(made.workshop, made.facilitator, True)
    assert seen(made) == {"direction": None, "people": None}


def test_levels_are_those_of_the_profiles(tmp_path):
    made = gathered(tmp_path, *["named"] * 5, levels=((4, 2, 1), (5, 5, 5), 3, 0, (2, 0, 4)))
    live = made.workshop.live(made.round, "tiny")
    for actor in made.coordinators.values():
        card = respondent.own_profile(respondent.open_sheet(made.workshop, actor, "tiny"))
        assert live.levels()[actor.organisation_id] == tuple(score.level or 0 for score in card.dimensions)
    assert live.levels() is live.levels()


@given(st.lists(st.integers(0, 5), max_size=12))
def test_a_range_holds_at_least_half_on_each_side_of_its_middle(levels):
    found, known = level_range(levels), [level for level in levels if level]
    assert (found is None) == (len(known) < 5)
    if found:
        assert (found.lowest, found.highest) == (min(known), max(known))
        assert 2 * sum(level <= found.middle for level in known) >= len(known)
        assert 2 * sum(level >= found.middle for level in known) >= len(known)
        assert found.middle in known


def test_minutes_are_one_and_a_half_an_item_in_steps_of_five():
    assert [minutes(items) for items in (0, 1, 7, 25, 77)] == [0, 5, 15, 40, 120]
