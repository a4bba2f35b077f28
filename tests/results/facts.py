"""One small workshop for the stores' tests: two rounds, and in the first two organisations with a response each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from results.facts import (
    AuditEvent,
    Code,
    Consent,
    Expiry,
    Grant,
    Informed,
    JoinCode,
    LateAnswer,
    Notice,
    PeersShown,
    Secret,
    Staff,
    StaffSession,
    Target,
    Throttle,
    Ticket,
)
from results.store import AddOrganisation, AddRound, ChangeStatus, Result, SaveAnswer
from results.workshop import Invitation, Organisation, PinnedQuestionnaire, ResponseState, Round, Session
from survey.response import Answer

if TYPE_CHECKING:
    from results.store import Command, ResponseStore
    from results.workshop import ResponseStatus

ROUND, LATER_ROUND = 2**53 + 1, 2**62  # ids beyond what a float holds exactly
FIRST, SECOND = 5_000_000_001, 5_000_000_002  # responses
PINNED = PinnedQuestionnaire("tiny", "1.0.0", "ab" * 32, "full", "format: 1\ntitle: 'ឧទាហរណ៍'\n")

the_round = Round(
    ROUND,
    "Phnom Penh",
    "open",
    True,
    "Invented.",
    "2027-12-31",
    1_000,
    (PINNED, PinnedQuestionnaire("other", "2.1.0", "cd" * 32, "pulse", "")),
)
later_round = Round(LATER_ROUND, "Vientiane", "open", False, "", "", 2_000, ())
khmer = Organisation(77, ROUND, "KH", "ក្រសួង")
laotian = Organisation(70, ROUND, "LA", "Ministry of Technology")
invitation = Invitation("a1" * 32, ROUND, 77, "coordinator", "Sokha", 10)
alone = Invitation("a2" * 32, ROUND, 77, "independent", "Dara", 12, respondent="a2a2a2a2a2a2")
session = Session("5e" * 32, invitation.token_hash, 20, 90)


def one_of_each():
    """A fact of each kind."""
    return [
        Consent(ROUND, 77, "blind", "sokha", 30),
        JoinCode(ROUND, "ACDEF", 31),
        Code("K4MN", ROUND, invitation.token_hash, "$argon2id$…", 32),
        Expiry(invitation.token_hash, ROUND, 2**61),
        Staff(2**53 + 3, "Dara ក្រសួង", "https://id.example", "dara", "", 33),
        Grant(2**53 + 3, "facilitator", ROUND, 34),
        StaffSession("57" * 32, 2**53 + 3, "facilitator", ROUND, 35, 36),
        Ticket("71" * 32, "first", 2**53 + 3, 37, 38),
        Throttle("c:1f3c", 4, 39),
        Secret("letters", "s3cret"),
        Notice(ROUND, 2, "ក្រសួង asks.", "To learn.", "The room.", "2028-12-31", "Dara", "f1f1f1f1f1f1", 40),
        Informed(ROUND, 77, invitation.token_hash[:12], 2, 41),
        LateAnswer(FIRST, "a", invitation.token_hash[:12], 2**20, 7, 2, "https://example.org", "n", "r", "ក្រោយ", 42),
        Target(ROUND, 77, "tiny", "direction", 4, "a1a1a1a1a1a1", 43),
        PeersShown(ROUND, True, "f1f1f1f1f1f1", 44),
    ]


def event(event_id: int, outcome: str = "done") -> AuditEvent:
    return AuditEvent(event_id, 40, "coordinator", "a1a1a1a1a1a1", "submit", ROUND, 77, str(FIRST), outcome)


_events = count(10**15)


def response(
    response_id: int, organisation: Organisation, questionnaire_id: str = "tiny", respondent: str = ""
) -> ResponseState:
    home = (organisation.round_id, organisation.id)
    return ResponseState(response_id, *home, questionnaire_id, "draft", 0, 5, respondent)


def do(store: ResponseStore, command: Command) -> Result:
    """The result of a command once it is durable; StoreError when it was not kept."""
    return store.write(command).result(timeout=30)


def fill(store: ResponseStore) -> None:
    do(store, AddRound(the_round))
    do(store, AddRound(later_round))
    do(store, AddOrganisation(khmer, (response(FIRST, khmer),)))
    do(store, AddOrganisation(laotian, (response(SECOND, laotian),)))


def new_event() -> int:
    return next(_events)


def save(
    item_id: str = "a",
    note: str = "",
    *,
    to: int = FIRST,
    event: int | None = None,
    based_on: int | None = None,
    code: int = 3,
) -> SaveAnswer:
    """A save by 'sokha'; without `event` of its own event id."""
    answer = Answer(code, 2, "https://example.org/x", note, "because", "a comment")
    return SaveAnswer(
        event if event is not None else new_event(), to, item_id, answer, based_on, "sokha", 1_700_000_000_000_000
    )


def change(status: ResponseStatus, *, of: int = FIRST, event: int | None = None) -> ChangeStatus:
    return ChangeStatus(event if event is not None else new_event(), of, status, "dara", 1_700_000_000_000_001)


def everything(store):
    """All that can be read of the small workshop, to compare before and after."""
    return (
        store.rounds(),
        [store.organisations(one) for one in (ROUND, LATER_ROUND)],
        [store.responses(one) for one in (ROUND, LATER_ROUND)],
        [store.invitations(one) for one in (ROUND, LATER_ROUND)],
        [store.revision(one) for one in (ROUND, LATER_ROUND)],
        [store.changes(one, 0) for one in (ROUND, LATER_ROUND)],
        [store.answers(one) for one in (FIRST, SECOND)],
        store.session(session.session_hash),
        [store.facts(type(one)) for one in one_of_each()],
        store.audit(0, 1_000),
    )
