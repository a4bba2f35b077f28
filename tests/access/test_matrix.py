"""S1: the matrix of `access.matrix` against the services it speaks of: every action × role × home × place.

A new action needs an entry in `services.py`: how it is called, or that nothing calls it yet. What the matrix refuses is
refused with one sentence, is in the audit trail, and leaves no row changed; what it allows is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from access import (
    issuing,
    matrix,
    respondent,
)
from access.actor import Actor, RefusedError
from access.gate import authorise
from access.matrix import ROLES, RULES, Place, may
from access.secret import shared_secret
from results.facts import Grant, LateAnswer, Notice, Staff, StaffRole
from results.store import Keep
from results.workshop import InvitationRole
from tests.access.services import PLACES, SERVICES, SOMEBODY, UNKNOWN, WITHOUT_A_SERVICE, Call, response_of
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, inform, mark, scene

ACCESS = Path(matrix.__file__).parent


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    monkeypatch.setattr(issuing, "hash_secret", lambda secret: f"hash of {len(secret)}")  # argon2id is slow by design
    made = scene(ReferenceStore(), tmp_path)
    mark(made)
    made.workshop.write(Keep(Staff(SOMEBODY, "Somebody", "", "", "", 1)))
    made.workshop.write(Keep(Grant(SOMEBODY, "author", 0, 1)))
    made.tokens["of nowhere"] = "unknown"
    for role in ("respondent", "coordinator"):
        inform(made.workshop, homes(made, role)["right"])
    shared_secret(made.workshop, "workbook")  # made by who asks first, whatever is refused after that
    return made


def homes(at: Scene, role: str) -> dict[str, Actor]:
    """Actors of a role: a right one, and others that no link makes (a round and an organisation that do not belong together)."""
    north = at.organisations["north"]
    made = Actor(role, at.round.id, north.id, "someone", "somebody0000")  # type: ignore[arg-type]
    if role == "independent":
        made = replace(made, respondent=place_of(at, "apart").respondent)
    elif role == "facilitator":
        made = replace(made, organisation_id=None)
    elif role not in ("respondent", "coordinator"):
        made = replace(made, round_id=0, organisation_id=None)
    return {
        "right": made,
        "no organisation": replace(made, organisation_id=None),
        "unknown organisation": replace(made, organisation_id=UNKNOWN),
        "organisation of another round": replace(made, organisation_id=at.organisations["elsewhere"].id),
        "unknown round": replace(made, round_id=UNKNOWN),
        "round 0": replace(made, round_id=0),
        "negative": replace(made, round_id=-1, organisation_id=-1),
        "other responses": replace(made, respondent="" if role == "independent" else at.actors["apart"].respondent),
    }


def place_of(at: Scene, name: str) -> Place:
    if name == "nowhere":
        return Place()
    state = at.workshop.store.response(response_of(at, name))
    return Place(state.round_id, state.organisation_id, state.respondent)


def places(call: Call) -> list[str]:
    return [place for place in PLACES if place != "apart" or not call.of_links]


def rows(at: Scene) -> dict:
    """Everything that is stored but the audit trail."""
    return {name: value for name, value in at.workshop.store._everything().items() if name != "_audit"}


def trail(at: Scene) -> tuple:
    return at.workshop.store.audit(0, 10_000)


def prepare(at: Scene, call: Call) -> None:
    if call.before in ("submitted", "apart"):
        respondent.submit(at.workshop, at.actors["apart"], response_of(at, "apart"))
    if call.before == "submitted":
        for name, organisation in at.organisations.items():
            people = Actor("coordinator", organisation.round_id, organisation.id, name, f"key-{name}")
            respondent.submit(at.workshop, people, response_of(at, name))
    if call.before == "new notice":
        at.workshop.write(Keep(Notice(at.round.id, 2, "a", "b", "c", "d", "e", "f", 1)))
    if call.before == "late answer":
        for name in (*at.organisations, "apart"):
            draft = LateAnswer(response_of(at, name), "review", f"key-{name}", 0, 3, 0, "", f"SAID-{name}", "", "", 1)
            at.workshop.write(Keep(draft))


def refused(at: Scene, do: Callable[[], object]) -> tuple[str, str]:
    """The refusal's code and text, after checks of what a refusal leaves behind."""
    before, entries = rows(at), trail(at)
    with pytest.raises(RefusedError) as error:
        do()
    assert rows(at) == before
    (entry,) = trail(at)[len(entries) :]
    assert entry.outcome == error.value.code
    return entry, str(error.value)


def test_every_action_of_the_table_is_tried():
    assert set(SERVICES) | WITHOUT_A_SERVICE == set(RULES)
    assert not set(SERVICES) & WITHOUT_A_SERVICE
    assert {role for rule in RULES.values() for role in rule.reach} <= set(ROLES)


@pytest.mark.parametrize("action", sorted(WITHOUT_A_SERVICE))
def test_an_action_that_has_got_a_service_needs_an_entry(action):
    services = [file for file in ACCESS.glob("*.py") if file.name != "matrix.py"]
    assert not [file.name for file in services if f'"{action}"' in file.read_text(encoding="utf-8")]


def test_the_roles_are_those_of_links_and_of_people():
    assert set(ROLES) == set(InvitationRole.__args__) | set(StaffRole.__args__)


CASES = [
    pytest.param(action, number, role, id=f"{action}-{number}-{role}")
    for action, calls in SERVICES.items()
    for number, role in product(range(len(calls)), ROLES)
]


@pytest.mark.parametrize(("action", "number", "role"), CASES)
def test_s1_the_services_do_what_the_matrix_says(at, action, number, role):
    call = SERVICES[action][number]
    prepare(at, call)
    for place in places(call) if call.aimed else ("home",):
        for home, actor in homes(at, role).items():
            if home == "right":
                continue
            _denied(at, action, call, actor, place, (home, place))
        _as_the_matrix_says(at, action, call, homes(at, role)["right"], place)


def _denied(at: Scene, action: str, call: Call, actor: Actor, place: str, shown) -> None:
    """No link makes such an actor: nothing may come of it, or nothing but what the round's own facilitator may see."""
    if actor == homes(at, "facilitator")["right"] or _as_facilitator(at, actor, action):
        return
    if RULES[action].reach.get(actor.role) == "anywhere":
        return
    entry, text = refused(at, lambda: call.do(at, actor, place))
    assert entry.outcome in ("P001", "P005"), shown
    assert (entry.actor, entry.role) == (actor.key, actor.role), shown
    assert "SAID" not in text


def _as_facilitator(at: Scene, actor: Actor, action: str) -> bool:
    """A facilitator's organisation, if there were one, would not matter: the round does."""
    return actor.role == "facilitator" and actor.round_id == at.round.id and "facilitator" in RULES[action].reach


def _as_the_matrix_says(at: Scene, action: str, call: Call, actor: Actor, place: str) -> None:
    there = place_of(at, place) if call.aimed else actor.home
    if not may(actor.role, actor.home, action, there):
        entry, text = refused(at, lambda: call.do(at, actor, place))
        is_colleague = actor.role == "respondent" and "coordinator" in RULES[action].reach
        own = is_colleague and (call.role_first or place in ("north", "home"))
        assert entry.outcome == ("P005" if own else "P001"), place
        # the trail names the actor's place: what was tried may be anything
        assert (entry.round_id, entry.organisation_id) == (actor.round_id, actor.organisation_id or 0)
        assert (entry.actor, entry.role, entry.action) == (actor.key, actor.role, action)
        assert "SAID" not in text
        assert "PERSON" not in text
        return
    entries = trail(at)
    before = rows(at)
    given = call.do(at, actor, place)
    new = trail(at)[len(entries) :]
    assert [(entry.action, entry.outcome) for entry in new] == ([(action, "done")] if call.audited else [])
    if RULES[action].reach[actor.role] != "anywhere":
        home = replace(there, respondent="")
        assert all(Place(entry.round_id, entry.organisation_id) == home for entry in new)
    changes = call.audited or call.saves
    assert (rows(at) != before) == changes
    if not changes:
        _holds_own_things_only(repr(given), actor, lists_people=call.lists_people)


def _holds_own_things_only(given: str, actor: Actor, *, lists_people: bool) -> None:
    """Nobody's words but one's own, of north or apart; of the own round's people their names at most, of another round's nothing."""
    own = "apart" if actor.role == "independent" else "north"
    foreign = [name for name in PLACES if name not in (own, "nowhere")]
    of_north = ("north", "apart") if actor.role == "coordinator" else (own,)
    people = ["elsewhere"] if lists_people else [name for name in PLACES if name not in (*of_north, "nowhere")]
    assert not [name for name in foreign if f"SAID-{name}" in given]
    assert not [name for name in people if f"PERSON-{name}" in given]
    assert "Agency Elsewhere" not in given
    if actor.role not in ("respondent", "independent", "coordinator"):
        assert "SAID-" not in given
    else:
        assert "Agency South" not in given


def test_s1_not_yours_and_not_there_are_one_refusal(at):
    """For every action that takes a place of choice: the same code, text and trail, whether the place exists or not."""
    for action, calls in SERVICES.items():
        for call in calls:
            if not call.aimed:
                continue
            for role in ROLES:
                actor = homes(at, role)["right"]
                said = set()
                others = [one for one in places(call) if not may(role, actor.home, action, place_of(at, one))]
                for place in [one for one in others if one != "north" or role == "independent"]:
                    entry, text = refused(at, lambda call=call, actor=actor, place=place: call.do(at, actor, place))
                    said.add((text, entry.outcome, entry.action, entry.subject, entry.round_id, entry.organisation_id))
                assert len(said) == 1, (action, role)


ANSWERS = (
    "open a response", "save an answer", "download the workbook", "import a workbook", "print the form", "submit", "reopen",
)  # fmt: skip


def test_nobody_reaches_another_organisations_answers_whatever_the_table_says():
    """Written out by hand, so that a slip in the table is seen."""
    own = Place(1, 2)
    for action, role in product(ANSWERS, ROLES):
        for there in (Place(1, 3), Place(2, 2), Place(2, 3), Place(1, 0), Place(0, 2), Place(), Place(-1, -1)):
            assert not may(role, own, action, there), (action, role, there)
            assert not may(role, there, action, own), (action, role, there)
        assert may(role, own, action, own) <= (role in ("respondent", "coordinator")), (action, role)


def test_independent_and_common_responses_are_apart_whatever_the_table_says():
    common, one, another = Place(1, 2), Place(1, 2, "a"), Place(1, 2, "b")
    for action, role in product(ANSWERS, ROLES):
        for own, there in (
            (common, one),
            (one, common),
            (one, another),
            (Place(1, 3, "a"), one),
            (Place(2, 2, "a"), one),
        ):
            assert not may(role, own, action, there), (action, role, own, there)
        assert may(role, one, action, one) == (role == "independent"), (action, role)
        assert may(role, common, action, common) <= (role in ("respondent", "coordinator")), (action, role)


def test_a_place_of_nothing_belongs_to_nobody():
    for action, role in product(RULES, ROLES):
        if RULES[action].reach.get(role) != "anywhere":
            assert not may(role, Place(), action, Place()), (action, role)


@pytest.mark.parametrize("strange", [-1, 0, 2**63 - 1, 2**63, 2**200, 383625652375232512])
def test_ids_of_any_size_are_not_there(at, strange):
    actor = homes(at, "coordinator")["right"]
    for call in (respondent.submit, respondent.reopen):
        _, text = refused(at, lambda call=call: call(at.workshop, actor, strange))
        assert text == str(RefusedError("P001"))


@pytest.mark.parametrize("action", RULES)
def test_s1_the_gate_lets_through_what_the_matrix_says_of_places_that_exist(at, action):
    """Also for actions that nothing calls yet; a round with another round's organisation is no place."""
    ours, theirs = at.round.id, at.organisations["elsewhere"].round_id
    real = {place_of(at, name) for name in PLACES} | {Place(ours), Place(theirs), Place()}
    mixed = {
        Place(ours, at.organisations["elsewhere"].id), Place(theirs, at.organisations["north"].id), Place(ours, UNKNOWN),
        Place(ours, -1), Place(0, at.organisations["north"].id),
    }  # fmt: skip
    for role in ROLES:
        actor = homes(at, role)["right"]
        for there in real | mixed:
            if may(role, actor.home, action, there) and there in real:
                before = rows(at), trail(at)
                authorise(at.workshop, actor, action, there)
                assert (rows(at), trail(at)) == before
            else:
                refused(at, lambda actor=actor, there=there: authorise(at.workshop, actor, action, there))
