"""What every engine promises of the small facts beside the answers, and of the audit trail (`results.facts`)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from results.audit_chain import BEGINNING, verify
from results.facts import Consent, JoinCode, Staff, Ticket
from results.store import (
    AddInvitation,
    AddSession,
    Audited,
    Done,
    EndSession,
    Keep,
    Note,
    Refused,
    RevokeInvitation,
    Saved,
    StoreError,
)
from results.workshop import Session
from tests.results.facts import (
    FIRST,
    LATER_ROUND,
    ROUND,
    change,
    do,
    event,
    invitation,
    one_of_each,
    save,
    session,
)

consent, join_code, *_ = one_of_each()


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_whole_and_is_kept_once(store, fact):
    assert store.facts(type(fact)) == ()
    assert do(store, Keep(fact)) == Done()
    assert store.facts(type(fact)) == (fact,)
    assert do(store, Keep(fact)) == Done()  # a retry
    assert store.facts(type(fact)) == (fact,)


def test_a_fact_is_replaced_only_by_who_has_seen_it(store):
    first, second, third = (replace(consent, visibility=one) for one in ("blind", "named", "nobody"))
    do(store, Keep(first))
    assert do(store, Keep(second)) == Refused("P008")
    assert do(store, Keep(second, third)) == Refused("P008")
    assert do(store, Keep(second, first)) == Done()
    assert do(store, Keep(second, first)) == Done()
    assert store.facts(Consent) == (second,)
    assert do(store, Keep(first, replace(third, organisation_id=70))) == Refused("P008")
    assert do(
        store, Keep(replace(first, organisation_id=70), replace(first, organisation_id=70, author="x"))
    ) == Refused("P008")


def test_facts_are_found_by_any_field_in_order_of_their_key(store):
    people = [Staff(number, "Dara", "https://id.example", f"s{number % 2}", "", 1) for number in (9, 2, 5)]
    for one in people:
        do(store, Keep(one))
    assert [one.id for one in store.facts(Staff)] == [2, 5, 9]
    assert [one.id for one in store.facts(Staff, issuer="https://id.example", subject="s1")] == [5, 9]
    assert store.facts(Staff, issuer="https://id.example", subject="' OR 1=1 --") == ()
    with pytest.raises(ValueError, match="subjekt"):
        store.facts(Staff, subjekt="s1")


def test_only_one_of_many_uses_a_ticket(store):
    ticket = Ticket("71" * 32, "first", 1, 10, 90)
    do(store, Keep(ticket))
    gate = threading.Barrier(8)

    def use(number):
        gate.wait()
        return do(store, Keep(replace(ticket, used_at=20 + number), ticket))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(use, range(8)))
    assert sorted(map(str, results)) == sorted([str(Done()), *[str(Refused("P008"))] * 7])


@pytest.mark.parametrize("fact", [consent, join_code])
def test_what_a_rounds_pages_show_makes_its_revision_grow(store, fact):
    before = store.revision(ROUND), store.revision(LATER_ROUND)
    do(store, Keep(fact))
    after = store.revision(ROUND), store.revision(LATER_ROUND)
    assert (after[0] > before[0], after[1]) == (True, before[1])
    do(store, Keep(fact))
    assert store.revision(ROUND) == after[0]
    assert do(store, Keep(replace(fact, round_id=404))) == Refused("P001")
    assert store.facts(type(fact), round_id=404) == ()


# --- the audit trail
def test_events_are_a_chain_in_their_order(store):
    assert store.audit_head() == BEGINNING
    for number in (5, 3, 9):
        do(store, Note(event(number)))
    do(store, Note(event(3)))  # a retry
    entries = store.audit(0, 100)
    assert [(one.number, one.event_id) for one in entries] == [(1, 5), (2, 3), (3, 9)]
    assert verify(entries) == ((3, entries[-1].sha256), None)
    assert store.audit_head() == (3, entries[-1].sha256)
    assert store.audit(1, 1) == entries[1:2]
    assert store.audit(3, 10) == ()


def test_a_changed_or_missing_entry_is_found(store):
    for number in range(4):
        do(store, Note(event(number)))
    entries = list(store.audit(0, 100))
    for place in range(4):
        for changed in (replace(entries[place], actor="b"), replace(entries[place], outcome="P001")):
            assert verify([*entries[:place], changed, *entries[place + 1 :]])[1] == place + 1
        if place < 3:
            assert verify(entries[:place] + entries[place + 1 :])[1] == place + 2
    assert verify(entries[2:], (2, entries[1].sha256)) == ((4, entries[-1].sha256), None)
    assert verify([]) == (BEGINNING, None)


def test_a_command_and_its_entry_are_kept_together(store):
    assert isinstance(do(store, Audited(save("a"), event(1))), Saved)
    assert do(store, Audited(change("submitted"), event(2))) == Done(1)
    assert do(store, Audited(save("a"), event(3))) == Refused("P003")
    assert do(store, Audited(change("draft", of=404), event(4))) == Refused("P001")
    assert [(one.event_id, one.outcome) for one in store.audit(0, 9)] == [
        (1, "done"),
        (2, "done"),
        (3, "P003"),
        (4, "P001"),
    ]


def test_a_conflict_is_an_outcome(store):
    do(store, save("a"))
    do(store, Audited(save("a", based_on=0), event(1)))
    assert store.audit(0, 9)[0].outcome == "conflict"


def test_what_follows_happens_only_with_the_first(store):
    do(store, AddInvitation(invitation))
    newer = AddInvitation(replace(invitation, token_hash="b2" * 32))
    assert do(store, Audited(RevokeInvitation("no such", 5), event(1), (newer,))) == Refused("P001")
    assert store.invitation("b2" * 32) is None
    assert do(store, Audited(RevokeInvitation(invitation.token_hash, 5), event(2), (newer,))) == Done()
    assert store.invitation(invitation.token_hash).revoked_at == 5
    assert store.invitation("b2" * 32) == newer.invitation


def test_nothing_is_kept_when_what_follows_is_impossible(store):
    do(store, AddInvitation(invitation))
    orphan = AddSession(Session("5f" * 32, "nobody's", 1, 2))
    with pytest.raises(StoreError):
        do(store, Audited(RevokeInvitation(invitation.token_hash, 5), event(1), (orphan,)))
    assert store.invitation(invitation.token_hash).revoked_at is None
    assert store.audit(0, 9) == ()
    do(store, AddSession(session))
    assert do(store, Audited(EndSession(session.session_hash, 3), event(2))) == Done()


def test_many_writers_make_one_chain(store):
    def work(number):
        for step in range(5):
            do(store, Audited(save(f"i{number}", to=FIRST), event(100 * number + step)))
            do(store, Note(event(100 * number + 50 + step, "P001")))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    entries = store.audit(0, 1_000)
    assert len(entries) == 60
    assert verify(entries)[1] is None


def test_other_kinds_do_not_mix(store):
    do(store, Keep(JoinCode(ROUND, "ACDEF", 1)))
    assert store.facts(Consent) == ()
