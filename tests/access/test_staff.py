"""People with an account: who may change them, and what a change ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import staff
from access.actor import Actor, RefusedError
from access.invitation import actor_of
from access.matrix import ROLES
from access.staff import TERMINAL, clean_name, id_of_name
from results.facts import Staff, Ticket
from tests.reference_store import ReferenceStore
from tests.workshops import scene

PASSPHRASE = "horse umbrella kettle lantern"
PLACES = {"respondent": 77, "coordinator": 77}


def code_of(operation, *arguments) -> str:
    with pytest.raises(RefusedError) as refused:
        operation(*arguments)
    return refused.value.code


def person(at, name):
    return next(one for one in staff.people(at.workshop, TERMINAL) if one.name == name)


def signed_in(at, desk, name, role, round_id=0):
    return desk.choose_passphrase(staff.add_person(at.workshop, TERMINAL, name, role, round_id), PASSPHRASE, PASSPHRASE)


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_see_and_change_people(at, role):
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    someone = id_of_name(at.workshop, "Dara")
    actor = Actor(role, at.round.id, PLACES.get(role), "", "key")
    operations = (
        lambda: staff.people(at.workshop, actor),
        lambda: staff.rounds(at.workshop, actor),
        lambda: staff.add_person(at.workshop, actor, "Ana", "administrator"),
        lambda: staff.give(at.workshop, actor, someone, "administrator"),
        lambda: staff.take_away(at.workshop, actor, someone, "author"),
        lambda: staff.new_link(at.workshop, actor, someone),
        lambda: staff.disable(at.workshop, actor, someone),
    )
    before = at.workshop.store.facts(Staff), at.workshop.store.facts(Ticket)
    if role == "administrator":
        for operation in operations:
            operation()
        return
    assert [code_of(operation) for operation in operations] == ["P001"] * len(operations)
    assert (at.workshop.store.facts(Staff), at.workshop.store.facts(Ticket)) == before
    refusals = [entry for entry in at.workshop.store.audit(0, 100) if entry.outcome == "P001"]
    assert [entry.actor for entry in refusals] == ["key"] * len(operations)
    assert token not in repr(at.workshop.store.audit(0, 100))


def test_there_is_nobody_by_default(at):
    assert staff.people(at.workshop, TERMINAL) == ()


@pytest.mark.parametrize("name", ["DARA", "  dara ", "Dara"])
def test_a_name_is_taken_whatever_its_case_and_spaces(at, name):
    staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    assert code_of(staff.add_person, at.workshop, TERMINAL, name, "author") == "P043"
    assert [one.name for one in staff.people(at.workshop, TERMINAL)] == ["Dara"]


def test_a_name_composed_differently_is_the_same_name(at):
    assert id_of_name(at.workshop, "José  María") == id_of_name(at.workshop, "JOSE\u0301 MARI\u0301A")


@pytest.mark.parametrize("name", ["", "   ", "n" * 81, "a\x00b", "\ud800"])
def test_a_name_that_is_no_name_is_refused(at, name):
    assert code_of(staff.add_person, at.workshop, TERMINAL, name, "author") == "P042"
    assert staff.people(at.workshop, TERMINAL) == ()


@given(st.text(max_size=90))
def test_a_name_is_kept_as_it_is_typed_to_sign_in_or_refused(name):
    at = ReferenceStore()
    from access.workshop import Workshop

    workshop = Workshop(at)
    try:
        shown = clean_name(name)
    except RefusedError:
        return
    assert clean_name(shown) == shown
    assert id_of_name(workshop, shown) == id_of_name(workshop, name)


def test_ids_are_different_in_every_store(tmp_path):
    (tmp_path / "b").mkdir()
    one, other = scene(ReferenceStore(), tmp_path), scene(ReferenceStore(), tmp_path / "b")
    assert id_of_name(one.workshop, "Dara") != id_of_name(other.workshop, "Dara")


@pytest.mark.parametrize(("role", "round_id"), [("facilitator", 0), ("facilitator", 12345), ("owner", 0)])
def test_a_role_needs_its_place(at, role, round_id):
    assert code_of(staff.add_person, at.workshop, TERMINAL, "Dara", role, round_id) == "P001"


def test_an_author_belongs_to_no_round(at):
    assert code_of(staff.add_person, at.workshop, TERMINAL, "Dara", "author", at.round.id) == "P001"


def test_nobody_unknown_is_changed(at):
    for operation in (staff.new_link, staff.disable):
        assert code_of(operation, at.workshop, TERMINAL, 4711) == "P001"
    assert code_of(staff.give, at.workshop, TERMINAL, 4711, "author") == "P001"
    assert code_of(staff.take_away, at.workshop, TERMINAL, 4711, "author") == "P001"


def test_the_last_administrator_stays(at, desk):
    signed_in(at, desk, "Ana", "administrator")
    ana = person(at, "Ana").id
    assert code_of(staff.disable, at.workshop, TERMINAL, ana) == "P041"
    assert code_of(staff.take_away, at.workshop, TERMINAL, ana, "administrator") == "P041"
    staff.add_person(at.workshop, TERMINAL, "Bo", "administrator")
    staff.disable(at.workshop, TERMINAL, person(at, "Bo").id)
    assert code_of(staff.disable, at.workshop, TERMINAL, ana) == "P041", "a disabled one does not count"
    staff.new_link(at.workshop, TERMINAL, person(at, "Bo").id)
    staff.take_away(at.workshop, TERMINAL, ana, "administrator")
    assert person(at, "Ana").grants == ()


def test_ending_a_role_ends_its_sessions_and_no_others(at, desk):
    cookie = signed_in(at, desk, "Dara", "facilitator", at.round.id)
    dara = person(at, "Dara").id
    staff.give(at.workshop, TERMINAL, dara, "author")
    author = desk.by_passphrase("Dara", PASSPHRASE, "192.0.2.1")
    author = desk.change_role(author, "author", 0)
    staff.take_away(at.workshop, TERMINAL, dara, "facilitator", at.round.id)
    assert actor_of(at.workshop, cookie) is None
    assert actor_of(at.workshop, author).role == "author"
    staff.give(at.workshop, TERMINAL, dara, "facilitator", at.round.id)
    assert actor_of(at.workshop, cookie) is None, "an ended session does not come back with the role"


def test_a_new_link_ends_passphrase_sessions_and_earlier_links(at, desk):
    cookie = signed_in(at, desk, "Dara", "author")
    dara = person(at, "Dara").id
    first = staff.new_link(at.workshop, TERMINAL, dara)
    second = staff.new_link(at.workshop, TERMINAL, dara)
    assert actor_of(at.workshop, cookie) is None
    assert code_of(desk.by_passphrase, "Dara", PASSPHRASE, "192.0.2.1") == "P040"
    assert (desk.look_up(first), desk.look_up(second)) == (None, "Dara")
    assert person(at, "Dara").way == "link"


def test_somebody_disabled_is_out_at_once_until_a_new_link(at, desk):
    cookie = signed_in(at, desk, "Dara", "author")
    dara = person(at, "Dara").id
    staff.disable(at.workshop, TERMINAL, dara)
    assert actor_of(at.workshop, cookie) is None
    assert code_of(desk.by_passphrase, "Dara", PASSPHRASE, "192.0.2.1") == "P040"
    assert person(at, "Dara").way == "disabled"
    token = staff.new_link(at.workshop, TERMINAL, dara)
    assert actor_of(at.workshop, desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)).role == "author"


def test_the_first_administrator_can_be_made_again_and_again(at, desk):
    first = staff.first_administrator(at.workshop, "Ana")
    second = staff.first_administrator(at.workshop, "ANA")
    assert (desk.look_up(first), desk.look_up(second)) == (None, "Ana")
    assert len(staff.people(at.workshop, TERMINAL)) == 1


def test_each_change_stands_in_the_audit_trail_without_a_name(at):
    staff.add_person(at.workshop, TERMINAL, "Dara Sok", "facilitator", at.round.id)
    dara = person(at, "Dara Sok").id
    staff.give(at.workshop, TERMINAL, dara, "author")
    staff.give(at.workshop, TERMINAL, dara, "author")
    staff.take_away(at.workshop, TERMINAL, dara, "author")
    staff.new_link(at.workshop, TERMINAL, dara)
    staff.disable(at.workshop, TERMINAL, dara)
    entries = at.workshop.store.audit(0, 100)
    subjects = [entry.subject.removeprefix(f"staff-{dara} ") for entry in entries if entry.action == "change people"]
    assert subjects == ["added", "author given", "author ended", "new link", "disabled"]
    assert entries[0].round_id == at.round.id
    assert "Dara" not in repr(entries)
