"""The audit trail as administrators read it: whole, by pages, and only by them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access import audit
from access.actor import Actor, RefusedError
from access.matrix import ROLES
from access.staff import TERMINAL
from results.facts import AuditEvent
from results.store import Note


@pytest.fixture
def trail(at):
    """Twenty-five entries."""
    already = audit.length(at.workshop, TERMINAL)
    for number in range(already, 25):
        at.workshop.write(Note(AuditEvent(1000 + number, number, "author", "k", "sign in", 0, 0, "", "done")))
    return at.workshop


def test_the_newest_come_first_page_by_page(trail):
    pages, before = [], 0
    while page := audit.newest(trail, TERMINAL, before, 10):
        pages.append([entry.number for entry in page])
        before = page[-1].number
    assert pages == [list(range(25, 15, -1)), list(range(15, 5, -1)), list(range(5, 0, -1))]


def test_the_length_is_the_newest_number(trail, at):
    assert audit.length(trail, TERMINAL) == 25
    assert [entry.number for entry in audit.entries(trail, TERMINAL)] == list(range(1, 26))


def test_a_whole_chain_is_whole_and_holds_what_was_noted(trail):
    checked = audit.check(trail, TERMINAL)
    assert (checked.is_whole, checked.broken, checked.head[0]) == (True, None, 25)
    seventh = trail.store.audit(6, 1)[0]
    assert audit.check(trail, TERMINAL, (7, seventh.sha256)).is_whole
    assert not audit.check(trail, TERMINAL, (7, "0" * 64)).is_whole
    assert not audit.check(trail, TERMINAL, (26, seventh.sha256)).is_whole


@pytest.mark.parametrize("change", ["changed", "left out"])
def test_a_changed_or_missing_entry_is_found(trail, change):
    entries = trail.store._audit
    if change == "changed":
        entries[11] = replace(entries[11], actor="somebody else")
    else:
        del entries[11]
    checked = audit.check(trail, TERMINAL)
    assert not checked.is_whole
    assert checked.head[0] == 11


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_nobody_else_reads_it(at, role):
    actor = Actor(role, at.round.id, 77, "", "key")
    for read in (
        lambda: audit.newest(at.workshop, actor, 0, 10),
        lambda: audit.entries(at.workshop, actor),
        lambda: audit.check(at.workshop, actor),
        lambda: audit.length(at.workshop, actor),
    ):
        with pytest.raises(RefusedError, match="does not exist"):
            read()
