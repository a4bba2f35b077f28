"""What commands do, without an engine: what they have to look up, and the rows that they change."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.audit_chain import BEGINNING
from results.decisions import Decisions, State, look_ups
from results.facts import Consent, Ticket
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    Audited,
    ChangeStatus,
    Conflict,
    Done,
    EndSession,
    Keep,
    Note,
    Refused,
    RevokeInvitation,
    SaveAnswer,
    Saved,
    SetRoundStatus,
    StoreError,
)
from results.tables import COLUMNS, KEYS, update
from results.workshop import Invitation, Organisation, ResponseState, Session
from survey.response import Answer
from tests.results.facts import FIRST, ROUND, change, event, invitation, khmer, response, save, session, the_round

small = st.integers(1, 2)
statuses = st.sampled_from(("draft", "submitted"))
organisations = st.builds(lambda id_, round_id: Organisation(id_, round_id, "KH", "An agency"), small, small)
commands = st.one_of(
    st.builds(SaveAnswer, small, small, st.sampled_from("ab"), st.just(Answer(1, 1)), st.just(None) | small, *[st.just(7)] * 2),
    st.builds(ChangeStatus, small, small, statuses, st.just("dara"), st.just(8)),
    st.builds(lambda id_: AddRound(replace(the_round, id=id_)), small),
    st.builds(SetRoundStatus, small, st.sampled_from(("open", "closed"))),
    st.builds(
        lambda new, id_: AddOrganisation(new, (ResponseState(id_, new.round_id, new.id, "tiny", "draft", 0, 5),)),
        organisations,
        small,
    ),
    st.builds(lambda token, round_id: AddInvitation(replace(invitation, token_hash=token, round_id=round_id)), st.sampled_from("ij"), small),
    st.builds(
        lambda token, whose, home, id_, brings: AddInvitation(
            replace(invitation, token_hash=token, round_id=1, organisation_id=home, role="independent", respondent=whose),
            (ResponseState(id_, 1, home, "tiny", "draft", 0, 5, whose),) if brings else (),
        ),
        st.sampled_from("ij"), st.sampled_from("rs"), small, st.integers(1, 4), st.booleans(),
    ),
    st.builds(RevokeInvitation, st.sampled_from("ij"), small),
    st.builds(lambda name, token: AddSession(Session(name, token, 5, 9)), st.sampled_from("st"), st.sampled_from("ij")),
    st.builds(EndSession, st.sampled_from("st"), st.integers(8, 10)),
    st.builds(lambda round_id, id_, chosen: Keep(Consent(round_id, id_, chosen, "dara", 4)), small, small, st.sampled_from(("named", "blind"))),
    st.builds(lambda id_, hash_: Keep(Ticket(hash_, "first", id_, 1, 2)), small, st.sampled_from("tu")),
    st.builds(lambda id_, status: Audited(SetRoundStatus(id_, status), event(id_)), small, st.sampled_from(("open", "closed"))),
    st.builds(lambda id_: Note(event(id_)), small),
)  # fmt: skip


beginning = [
    *(AddRound(replace(the_round, id=id_)) for id_ in (1, 2)),
    AddOrganisation(Organisation(1, 1, "KH", "An agency"), (ResponseState(1, 1, 1, "tiny", "draft", 0, 5),)),
    AddInvitation(replace(invitation, token_hash="i", round_id=1)),
    AddSession(Session("s", "i", 5, 9)),
]


def nothing():
    return State({}, {}, {}, {}, {}, {}, {}, {})


def decide(state, batch):
    """Results, changes and revisions of a batch; its code where it is a mistake."""
    decisions = Decisions(state, count(100))
    try:
        results = [decisions.decide(command) for command in batch]
    except StoreError as error:
        return error.code
    return results, decisions.changes, decisions.revisions


def looked_up(state, batch):
    """No more of a state than an engine that looks up has to supply."""
    wanted = look_ups(batch)
    responses = {
        key: one
        for key, one in state.responses.items()
        if key in wanted.responses or one.organisation_id in wanted.organisations
    }
    invitations = {key: one for key, one in state.invitations.items() if key in wanted.invitations}
    rounds = wanted.rounds | {one.round_id for one in (*responses.values(), *invitations.values())}
    pairs = {(one.response_id, one.item_id) for one in wanted.saves}
    events = {one.event_id for one in wanted.saves}
    return State(
        rounds={key: one for key, one in state.rounds.items() if key in rounds},
        responses=responses,
        organisations={key: one for key, one in state.organisations.items() if key in wanted.organisations},
        invitations=invitations,
        sessions={key: one for key, one in state.sessions.items() if key in wanted.sessions},
        answers={
            key: {item: one for item, one in answers.items() if (key, item) in pairs}
            for key, answers in state.answers.items()
        },
        saved={key: one for key, one in state.saved.items() if key in events},
        status_events={key: one for key, one in state.status_events.items() if key in wanted.status_events},
        facts={key: one for key, one in state.facts.items() if key in wanted.facts},
        audited=state.audited & wanted.audit_events,
        audit_head=state.audit_head if wanted.audit_events else BEGINNING,
    )


@settings(max_examples=400)
@given(st.lists(st.lists(commands, max_size=6), min_size=2, max_size=5))
def test_what_commands_look_up_is_all_that_they_build_on(batches):
    state = nothing()
    for batch in (beginning, *batches):
        before = deepcopy(state)
        expected = decide(state, batch)
        assert decide(looked_up(before, batch), batch) == expected
        if expected == "P007":
            state = before  # as an engine rolls back


@given(st.lists(commands, min_size=10, max_size=30))
def test_an_altered_row_differs_in_what_its_update_sets(batch):
    decisions = Decisions(nothing(), count(100))
    for command in [*beginning, *batch]:
        with suppress(StoreError):
            decisions.decide(command)
    rows = {(table, key(table, row)): row for table, added in decisions.changes.added.items() for row in added}
    for table, altered in decisions.changes.altered.items():
        statement, values = update(table)
        for row in altered:
            pairs = zip(COLUMNS[table], rows[table, key(table, row)], row, strict=True)
            differing = [name for name, before, after in pairs if before != after]
            assert all(f"{name} = " in statement.partition(" WHERE ")[0] for name in differing)
            assert values(row)[-len(KEYS[table]) :] == key(table, row)


def key(table, row):
    return tuple(row[COLUMNS[table].index(name)] for name in KEYS[table])


def test_each_command_sees_those_before_it_and_only_what_happens_is_recorded():
    first, again = save(event=1), save(event=2, based_on=0)
    batch = [
        AddRound(the_round),
        AddOrganisation(khmer, (response(FIRST, khmer),)),
        first,
        first,
        again,
        change("submitted", event=3),
        change("submitted", event=3),
        AddInvitation(invitation),
        *[AddSession(session)] * 2,
        save(),
        SetRoundStatus(ROUND, "closed"),
        save(),
        change("draft"),
        save(to=404),
    ]
    results, changes, revisions = decide(nothing(), batch)
    stored = results[2].stored
    assert results[3:5] == [Saved(stored), Conflict(stored)]
    assert results[5:10] == [Done(1), Done(1), Done(), Done(), Done()]
    assert results[10:] == [Refused("P003"), Done(), Refused("P002"), Refused("P002"), Refused("P001")]
    assert {table: len(rows) for table, rows in changes.added.items()} == {
        "rounds": 1,
        "pinned_questionnaires": 2,
        "organisations": 1,
        "responses": 1,
        "answers": 1,
        "status_changes": 1,
        "invitations": 1,
        "sessions": 1,
    }
    assert {table: len(rows) for table, rows in changes.altered.items()} == {"responses": 1, "rounds": 1}
    assert changes.altered["rounds"][0][0] == revisions[ROUND] == 105


def test_a_response_whose_round_is_not_there_is_not_there_yet():
    state = nothing()
    state.responses[FIRST] = response(FIRST, khmer)
    assert decide(state, [save(), change("submitted")])[0] == [Refused("P001")] * 2


@pytest.mark.parametrize(("at", "expires_at"), [(50, 50), (200, 90)])
def test_a_session_never_expires_later_than_it_would(at, expires_at):
    state = nothing()
    state.sessions[session.session_hash] = session
    results, changes, _ = decide(state, [EndSession(session.session_hash, at)])
    assert results == [Done()]
    assert changes.altered == {"sessions": [(session.session_hash, session.token_hash, 20, expires_at)]}


def test_an_invitation_is_revoked_once():
    state = nothing()
    state.rounds[ROUND], state.invitations[invitation.token_hash] = the_round, invitation
    _, changes, _ = decide(state, [RevokeInvitation(invitation.token_hash, at) for at in (30, 40)])
    assert changes.altered["invitations"] == [
        (100, invitation.token_hash, ROUND, 77, "coordinator", "Sokha", 10, 30, "")
    ]
    assert state.invitations[invitation.token_hash] == Invitation(
        invitation.token_hash, ROUND, 77, "coordinator", "Sokha", 10, 30
    )
