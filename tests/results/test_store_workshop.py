"""What every engine promises of rounds, organisations, invitations and sessions, one small test for each promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    Done,
    EndSession,
    Refused,
    RevokeInvitation,
    SetRoundStatus,
    StoreError,
)
from results.workshop import Organisation, ResponseState
from tests.results.facts import (
    FIRST,
    LATER_ROUND,
    ROUND,
    SECOND,
    change,
    do,
    everything,
    invitation,
    khmer,
    laotian,
    later_round,
    response,
    session,
    the_round,
)


# --- rounds, organisations, invitations, sessions
def test_rounds_come_back_whole_newest_first(store):
    assert store.rounds() == (later_round, the_round)
    assert store.round(ROUND) == the_round
    assert store.round(1) is None


def test_a_round_status_shows(store):
    do(store, SetRoundStatus(ROUND, "closed"))
    closed = replace(the_round, status="closed")
    assert store.round(ROUND) == closed
    assert store.rounds() == (later_round, closed)


def test_the_status_of_an_unknown_round_is_refused(store):
    assert do(store, SetRoundStatus(1, "closed")) == Refused("P001")


def test_organisations_are_listed_by_country_name_and_id(store):
    added = [
        Organisation(3, ROUND, "KH", "Ministry"),
        Organisation(2, ROUND, "KH", "Ministry"),
        Organisation(5, ROUND, "BN", "zebra"),
        Organisation(4, ROUND, "BN", "Éa"),
        Organisation(6, ROUND, "BN", "Zebra"),
    ]
    for organisation in added:
        do(store, AddOrganisation(organisation, ()))
    assert [one.id for one in store.organisations(ROUND)] == [6, 5, 4, 2, 3, khmer.id, laotian.id]
    assert store.organisations(LATER_ROUND) == ()


def test_an_organisation_comes_back_or_is_unknown(store):
    assert store.organisation(khmer.id) == khmer
    assert store.organisation(1) is None


def test_responses_are_listed_by_organisation_then_questionnaire(store):
    organisation = Organisation(75, ROUND, "KH", "Bank")
    do(store, AddOrganisation(organisation, (response(2, organisation, "b"), response(3, organisation, "a"))))
    assert [one.id for one in store.responses(ROUND)] == [SECOND, 3, 2, FIRST]
    assert store.responses(LATER_ROUND) == ()


def test_a_response_comes_back_or_is_unknown(store):
    assert store.response(FIRST) == ResponseState(FIRST, ROUND, khmer.id, "tiny", "draft", 0, 5)
    assert store.response(1) is None


def test_an_invitation_comes_back_and_can_be_revoked_once(store):
    do(store, AddInvitation(invitation))
    assert store.invitation(invitation.token_hash) == invitation
    assert do(store, RevokeInvitation(invitation.token_hash, 500)) == Done()
    assert do(store, RevokeInvitation(invitation.token_hash, 900)) == Done()
    assert store.invitation(invitation.token_hash) == replace(invitation, revoked_at=500)
    assert store.invitation("none") is None


def test_invitations_are_listed_oldest_first_with_the_revoked(store):
    late = replace(invitation, token_hash="b2", created_at=30)
    early = replace(invitation, token_hash="c3", created_at=5, organisation_id=None, role="facilitator")
    elsewhere = replace(invitation, token_hash="d4", round_id=LATER_ROUND, organisation_id=None)
    for one in (late, invitation, early, elsewhere):
        do(store, AddInvitation(one))
    do(store, RevokeInvitation(invitation.token_hash, 500))
    revoked = replace(invitation, revoked_at=500)
    assert store.invitations(ROUND) == (early, revoked, late)
    assert store.invitations(ROUND, khmer.id) == (revoked, late)


def test_a_session_comes_back_and_ends_early_but_never_later(store):
    do(store, AddInvitation(invitation))
    do(store, AddSession(session))
    assert store.session(session.session_hash) == session
    assert do(store, EndSession(session.session_hash, 50)) == Done()
    assert do(store, EndSession(session.session_hash, 80)) == Done()
    assert store.session(session.session_hash) == replace(session, expires_at=50)
    assert store.session("none") is None


@pytest.mark.parametrize(
    "command",
    [
        AddOrganisation(Organisation(1, 404, "KH", "x"), ()),
        AddInvitation(replace(invitation, round_id=404)),
        AddSession(session),
        RevokeInvitation("none", 1),
        EndSession("none", 1),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_belongs_to_nothing_is_refused(store, command):
    assert do(store, command) == Refused("P001")


@pytest.mark.parametrize(
    ("add", "alter"),
    [
        (AddRound(the_round), SetRoundStatus(ROUND, "closed")),
        (AddOrganisation(khmer, (response(FIRST, khmer),)), change("submitted")),
        (AddInvitation(invitation), RevokeInvitation(invitation.token_hash, 50)),
        (AddSession(session), EndSession(session.session_hash, 50)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_adding_the_same_again_is_done_and_changes_nothing(store, add, alter):
    do(store, AddInvitation(invitation))
    do(store, add)
    do(store, alter)
    before = everything(store)
    assert do(store, add) == Done()
    assert everything(store) == before


@pytest.mark.parametrize(
    "command",
    [
        AddRound(replace(the_round, name="Another")),
        AddRound(replace(the_round, questionnaires=the_round.questionnaires[:1])),
        AddOrganisation(replace(khmer, name="Another"), (response(FIRST, khmer),)),
        AddOrganisation(khmer, ()),
        AddOrganisation(replace(khmer, id=1), (replace(response(FIRST, khmer), organisation_id=1),)),
        AddOrganisation(replace(khmer, id=1), (response(1, khmer),)),
        AddInvitation(replace(invitation, label="Another")),
        AddSession(replace(session, created_at=1)),
    ],
    ids=["round", "pinned", "name", "responses", "taken", "wrong", "invitation", "session"],
)
def test_something_else_under_a_known_id_is_an_error_and_changes_nothing(store, command):
    do(store, AddInvitation(invitation))
    do(store, AddSession(session))
    before = everything(store)
    with pytest.raises(StoreError, match="could not be stored") as caught:
        do(store, command)
    assert caught.value.code == "P007"
    assert everything(store) == before
