"""What each command does, once for all engines: its result and the rows that it changes. No SQL, no engine.

An engine supplies the state that the commands build on and the sequences to give. It decides the commands one after
another, each seeing those before it, then writes the recorded changes and commits; until then nothing has happened.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from results import audit_chain
from results.facts import TABLE, AuditEntry, Consent, Fact, JoinCode, key_of
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    Audited,
    ChangeStatus,
    Command,
    Conflict,
    Done,
    EndSession,
    Keep,
    Note,
    Refused,
    Result,
    RevokeInvitation,
    SaveAnswer,
    Saved,
    SetRoundStatus,
    StoreError,
)
from results.tables import Changes, answer_row
from results.workshop import Answers, Invitation, Organisation, ResponseState, Round, Session, StoredAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, MutableMapping


FactKey = tuple[type[Fact], tuple[int | str, ...]]
_SHOWN: Final = (Consent, JoinCode)  # what pages of the round show: its revision grows


@dataclass(slots=True)
class LookUps:
    """Keys of what commands build on; `rounds`: those that commands name, without those of responses and invitations."""

    rounds: set[int] = field(default_factory=set)
    organisations: set[int] = field(default_factory=set)
    responses: set[int] = field(default_factory=set)
    invitations: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    saves: list[SaveAnswer] = field(default_factory=list)
    status_events: set[int] = field(default_factory=set)
    facts: set[FactKey] = field(default_factory=set)
    audit_events: set[int] = field(default_factory=set)


def parts(commands: Iterable[object]) -> Iterator[object]:
    """The commands, and instead of an audited one what it is made of."""
    for command in commands:
        match command:
            case Audited(inner, event, then):
                yield from (inner, *then, Note(event))
            case _:
                yield command


def look_ups(commands: Iterable[object]) -> LookUps:
    """What a state has to hold, where it exists, for these commands to be decided."""
    found = LookUps()
    for command in parts(commands):
        match command:
            case SaveAnswer():
                found.saves.append(command)
                found.responses.add(command.response_id)
            case ChangeStatus():
                found.status_events.add(command.event_id)
                found.responses.add(command.response_id)
            case AddRound(Round(id=round_id)) | SetRoundStatus(round_id):
                found.rounds.add(round_id)
            case AddOrganisation(new, responses):
                found.rounds.add(new.round_id)
                found.organisations.add(new.id)
                found.responses.update(response.id for response in responses)
            case AddInvitation(new, responses):
                found.rounds.add(new.round_id)
                found.invitations.add(new.token_hash)
                if responses and new.organisation_id is not None:
                    found.organisations.add(new.organisation_id)
                    found.responses.update(response.id for response in responses)
            case RevokeInvitation(token_hash):
                found.invitations.add(token_hash)
            case AddSession() | EndSession() | Keep() | Note():
                _look_up_access(command, found)
    return found


def _look_up_access(command: AddSession | EndSession | Keep | Note, found: LookUps) -> None:
    match command:
        case AddSession(new):
            found.sessions.add(new.session_hash)
            found.invitations.add(new.token_hash)
        case EndSession(session_hash):
            found.sessions.add(session_hash)
        case Note(event):
            found.audit_events.add(event.event_id)
        case Keep(fact):
            found.facts.add((type(fact), key_of(fact)))
            if isinstance(fact, _SHOWN):
                found.rounds.add(fact.round_id)


@dataclass(slots=True)
class State:
    """What commands build on; it follows them as they are decided. What it does not hold does not exist.

    It may hold more than was asked for. Of an organisation that exists it holds all responses.
    """

    rounds: MutableMapping[int, Round]
    responses: MutableMapping[int, ResponseState]
    organisations: dict[int, Organisation]
    invitations: dict[str, Invitation]
    sessions: dict[str, Session]
    answers: dict[int, Answers]  # response → item → latest revision; the inner dicts are replaced, never changed
    saved: dict[int, StoredAnswer]  # by event
    status_events: dict[int, int]  # event of a status change → the response's revision after it
    facts: dict[FactKey, Fact] = field(default_factory=dict)
    audited: set[int] = field(default_factory=set)  # events that the audit trail has
    audit_head: audit_chain.Head = audit_chain.BEGINNING


class Decisions:
    """Commands decided on a state. `changes`: the rows they make; `revisions`: round → sequence of its last change.

    `sequences` rise; each command takes one at most.
    """

    def __init__(self, state: State, sequences: Iterator[int]) -> None:
        self._state = state
        self._sequences = sequences
        self.changes = Changes()
        self.revisions: dict[int, int] = {}

    def decide(self, command: Command) -> Result:
        """Raises StoreError P007 for a mistake: then nothing of the batch may be kept."""
        return self._DECIDE[type(command)](self, command)

    def _next(self, round_id: int) -> int:
        """The next sequence, and with it the round's revision."""
        self.revisions[round_id] = sequence = next(self._sequences)
        return sequence

    def _response(self, response_id: int) -> ResponseState | None:
        """A response whose round is there too: without it, another writer adds it at this moment, and comes after this."""
        found = self._state.responses.get(response_id)
        return found if found is not None and found.round_id in self._state.rounds else None

    def _save(self, save: SaveAnswer) -> Result:
        state = self._state
        repeated = state.saved.get(save.event_id)
        if repeated is not None:
            return Saved(repeated)
        response = self._response(save.response_id)
        if response is None:
            return Refused("P001")
        if state.rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status == "submitted":
            return Refused("P003")
        answers = state.answers.get(response.id, {})
        theirs = answers.get(save.item_id)
        if theirs is not None and save.based_on not in {None, theirs.revision}:
            return Conflict(theirs)
        stored = StoredAnswer(
            response_id=response.id,
            item_id=save.item_id,
            answer=save.answer,
            revision=theirs.revision + 1 if theirs else 1,
            sequence=self._next(response.round_id),
            event_id=save.event_id,
            author=save.author,
            saved_at=save.saved_at,
        )
        state.answers[response.id] = answers | {save.item_id: stored}
        state.saved[save.event_id] = stored
        self.changes.add("answers", answer_row(stored, response.round_id))
        return Saved(stored)

    def _change_status(self, change: ChangeStatus) -> Result:
        state = self._state
        if change.event_id in state.status_events:
            return Done(state.status_events[change.event_id])
        response = self._response(change.response_id)
        if response is None:
            return Refused("P001")
        if state.rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status != change.status:
            response = replace(response, status=change.status, revision=response.revision + 1, changed_at=change.at)
            state.responses[response.id] = response
            self.changes.alter("responses", astuple(response))
        # An event that found the status set already is kept too: sent again after a reopening, it must not submit.
        key = (change.event_id, self._next(response.round_id), response.id, response.round_id)
        self.changes.add("status_changes", (*key, change.status, change.author, change.at, response.revision))
        state.status_events[change.event_id] = response.revision
        return Done(response.revision)

    def _add_round(self, add: AddRound) -> Result:
        new = add.round
        existing = self._state.rounds.get(new.id)
        if existing is not None:
            return _require(new == replace(existing, status=new.status))
        *facts, questionnaires = astuple(new)
        self.changes.add("rounds", (self._next(new.id), *facts))
        for position, pinned in enumerate(questionnaires):
            self.changes.add("pinned_questionnaires", (new.id, position, *pinned))
        self._state.rounds[new.id] = new
        return Done()

    def _set_round_status(self, change: SetRoundStatus) -> Result:
        existing = self._state.rounds.get(change.round_id)
        if existing is None:
            return Refused("P001")
        if existing.status != change.status:
            changed = replace(existing, status=change.status)
            self.changes.alter("rounds", (self._next(changed.id), *astuple(changed)[:-1]))
            self._state.rounds[changed.id] = changed
        return Done()

    def _add_organisation(self, add: AddOrganisation) -> Result:
        new, state = add.organisation, self._state
        _require(all(_belongs(r) == (new.round_id, new.id, "") for r in add.responses))
        existing = state.organisations.get(new.id)
        if existing is not None:
            return _require(existing == new and self._has(new.id, "", add.responses))
        if new.round_id not in state.rounds:
            return Refused("P001")
        _require(not any(r.id in state.responses for r in add.responses))
        self.changes.add("organisations", (self._next(new.round_id), *astuple(new)))
        self._add_responses(add.responses)
        state.organisations[new.id] = new
        return Done()

    def _has(self, organisation_id: int, respondent: str, responses: tuple[ResponseState, ...]) -> bool:
        """Whether these are the respondent's responses, whatever has become of them since."""
        mine = (r for r in self._state.responses.values() if r.organisation_id == organisation_id)
        known = {(r.id, r.questionnaire_id) for r in mine if r.respondent == respondent}
        return known == {(r.id, r.questionnaire_id) for r in responses}

    def _add_responses(self, responses: tuple[ResponseState, ...]) -> None:
        for response in responses:
            self.changes.add("responses", astuple(response))
            self._state.responses[response.id] = response

    def _add_invitation(self, add: AddInvitation) -> Result:
        new, state, own = add.invitation, self._state, add.responses
        owner = new.organisation_id or 0
        _require(not own or (bool(new.respondent) and len({r.questionnaire_id for r in own}) == len(own)))
        _require(all(_belongs(r) == (new.round_id, owner, new.respondent) for r in own))
        existing = state.invitations.get(new.token_hash)
        if existing is not None:
            is_same = new == replace(existing, revoked_at=new.revoked_at)
            return _require(is_same and (not own or self._has(owner, new.respondent, own)))
        if new.round_id not in state.rounds:
            return Refused("P001")
        if own:
            organisation = state.organisations.get(owner)
            if organisation is None or organisation.round_id != new.round_id:
                return Refused("P001")
            _require(self._has(owner, new.respondent, ()) and not any(r.id in state.responses for r in own))
        self.changes.add("invitations", (self._next(new.round_id), *astuple(new)))
        self._add_responses(own)
        state.invitations[new.token_hash] = new
        return Done()

    def _revoke_invitation(self, revoke: RevokeInvitation) -> Result:
        existing = self._state.invitations.get(revoke.token_hash)
        if existing is None or existing.round_id not in self._state.rounds:
            return Refused("P001")
        if existing.revoked_at is None:
            revoked = replace(existing, revoked_at=revoke.at)
            self.changes.alter("invitations", (self._next(revoked.round_id), *astuple(revoked)))
            self._state.invitations[revoke.token_hash] = revoked
        return Done()

    def _add_session(self, add: AddSession) -> Result:
        new, state = add.session, self._state
        existing = state.sessions.get(new.session_hash)
        if existing is not None:
            return _require(new == replace(existing, expires_at=new.expires_at))
        if new.token_hash not in state.invitations:
            return Refused("P001")
        self.changes.add("sessions", astuple(new))
        state.sessions[new.session_hash] = new
        return Done()

    def _end_session(self, end: EndSession) -> Result:
        existing = self._state.sessions.get(end.session_hash)
        if existing is None:
            return Refused("P001")
        ended = replace(existing, expires_at=min(existing.expires_at, end.at))
        self.changes.alter("sessions", astuple(ended))
        self._state.sessions[end.session_hash] = ended
        return Done()

    def _keep(self, keep: Keep) -> Result:
        fact, state = keep.fact, self._state
        key = (type(fact), key_of(fact))
        known = state.facts.get(key)
        if known == fact:
            return Done()
        if known != keep.before:
            return Refused("P008")
        if isinstance(fact, _SHOWN):
            round_ = state.rounds.get(fact.round_id)
            if round_ is None:
                return Refused("P001")
            self.changes.alter("rounds", (self._next(round_.id), *astuple(round_)[:-1]))
        write = self.changes.add if known is None else self.changes.alter
        write(TABLE[type(fact)], astuple(fact))
        state.facts[key] = fact
        return Done()

    def _note(self, note: Note) -> Result:
        state = self._state
        if note.event.event_id not in state.audited:
            entry = audit_chain.entry(state.audit_head, note.event)
            self.changes.add(TABLE[AuditEntry], astuple(entry))
            state.audit_head = (entry.number, entry.sha256)
            state.audited.add(note.event.event_id)
        return Done()

    def _audited(self, audited: Audited) -> Result:
        result = self.decide(audited.command)
        kept = not isinstance(result, Refused | Conflict)
        for one in audited.then if kept else ():
            _require(isinstance(self.decide(one), Done))
        outcome = "done" if kept else result.code if isinstance(result, Refused) else "conflict"
        self._note(Note(replace(audited.event, outcome=outcome)))
        return result

    _DECIDE: ClassVar[dict[type[Command], Callable[[Decisions, Any], Result]]] = {
        SaveAnswer: _save,
        ChangeStatus: _change_status,
        AddRound: _add_round,
        SetRoundStatus: _set_round_status,
        AddOrganisation: _add_organisation,
        AddInvitation: _add_invitation,
        RevokeInvitation: _revoke_invitation,
        AddSession: _add_session,
        EndSession: _end_session,
        Keep: _keep,
        Note: _note,
        Audited: _audited,
    }


def _belongs(response: ResponseState) -> tuple[int, int, str]:
    """To which round, organisation and respondent."""
    return response.round_id, response.organisation_id, response.respondent


def _require(right: bool) -> Done:
    """What exists may be added again as it was; something else under its id, or a wrong id, is a mistake: P007."""
    if not right:
        raise StoreError("P007")
    return Done()
