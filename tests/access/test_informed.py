"""The notice is read before the first answer, and again when it has changed."""

from __future__ import annotations

import pytest

from access import informed, respondent
from access.actor import Actor, RefusedError
from access.setup import RoundPlan, create_round
from results.facts import Informed, Notice
from results.store import Keep
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def newcomer(at) -> Actor:
    return Actor("respondent", at.round.id, at.organisations["north"].id, "New", "newcomer0000")


def save(at: Scene, who: Actor, level: int = 3):
    return respondent.save_answer(at.workshop, who, at.response("north"), "plan", Answer(level), based_on=None)


def texts(notice: Notice, **changes: str) -> dict[str, str]:
    return {part: getattr(notice, part) for part in informed.PARTS} | changes


def change(at: Scene, **changes: str) -> Notice:
    now = informed.own_notice(at.workshop, at.actors["facilitator"])
    return informed.change_notice(at.workshop, at.actors["facilitator"], texts(now, **changes), now.version)


def test_no_answer_is_saved_before_the_notice_was_read(at, newcomer):
    with pytest.raises(RefusedError) as refused:
        save(at, newcomer)
    assert refused.value.code == "P062"
    assert at.workshop.store.answers(at.response("north")) == {}
    told = informed.told(at.workshop, newcomer)
    assert (told.is_due, told.read, told.changed, told.notice.version) == (True, 0, (), 1)
    informed.confirm(at.workshop, newcomer, 1)
    assert not informed.told(at.workshop, newcomer).is_due
    save(at, newcomer)
    (kept,) = at.workshop.store.facts(Informed, author=newcomer.key)
    assert (kept.version, kept.organisation_id) == (1, at.organisations["north"].id)


def test_the_rounds_own_text_is_the_first_version(at, tmp_path):
    shown = informed.own_notice(at.workshop, at.actors["facilitator"])
    assert (shown.version, shown.why, shown.kept) == (1, "Who asks and why.", informed.KEPT)
    plan = RoundPlan("Bare", ((tmp_path / "questionnaire.yaml", "full"),), keep_until="2028-12-31")
    bare = informed.notice_of(at.workshop, create_round(at.workshop, plan))
    assert (bare.why, bare.kept) == (informed.WHY, "2028-12-31")
    assert all(getattr(bare, part) for part in informed.PARTS)


def test_a_new_version_is_read_again_with_what_changed_marked(at):
    me = at.actors["coordinator"]
    save(at, me)
    assert change(at, kept="2029-01-31").version == 2
    with pytest.raises(RefusedError) as refused:
        save(at, me, 4)
    assert refused.value.code == "P062"
    told = informed.told(at.workshop, me)
    assert (told.is_due, told.changed, told.read) == (True, ("kept",), 1)
    assert told.read_at > 0
    change(at, contact="Dara")
    assert informed.told(at.workshop, me).changed == ("kept", "contact")  # since the version they know
    with pytest.raises(RefusedError) as refused:
        informed.confirm(at.workshop, me, 2)  # a page drawn before the third
    assert refused.value.code == "P008"
    informed.confirm(at.workshop, me, 3)
    informed.confirm(at.workshop, me, 3)
    save(at, me, 4)
    assert len(at.workshop.store.facts(Informed, author=me.key)) == 2


def test_another_replicas_notice_counts_within_seconds(at, monkeypatch):
    me = at.actors["coordinator"]
    save(at, me)
    at.workshop.store.write(Keep(Notice(at.round.id, 2, "a", "b", "c", "d", "e", "f", 1)))
    save(at, me)  # this process has not looked since
    moment = informed.time.monotonic()
    monkeypatch.setattr(informed.time, "monotonic", lambda: moment + informed.KEEP_SECONDS + 1)
    with pytest.raises(RefusedError):
        save(at, me)


def test_an_answer_costs_no_read_for_it(at, monkeypatch):
    me = at.actors["coordinator"]
    save(at, me)
    monkeypatch.setattr(at.workshop, "store", None)
    assert informed.is_informed(at.workshop, me)


def test_a_notice_has_every_part_and_is_text(at):
    me, now = at.actors["facilitator"], informed.own_notice(at.workshop, at.actors["facilitator"])
    for wrong, code in (("", "P063"), ("  \n", "P063"), ("x" * 2_001, "P064"), ("a\0", "P064"), ("\ud800", "P064")):
        with pytest.raises(RefusedError) as refused:
            informed.change_notice(at.workshop, me, texts(now, contact=wrong), 1)
        assert refused.value.code == code
    assert informed.change_notice(at.workshop, me, texts(now), 1) == now  # nothing changed: no version
    change(at, contact="Dara")
    with pytest.raises(RefusedError) as refused:
        informed.change_notice(at.workshop, me, texts(now, contact="Sokha"), 1)
    assert refused.value.code == "P008"
