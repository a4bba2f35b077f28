"""The store as one would explain it: dicts, one lock, each command at once. The engines are held to what it does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from copy import copy
from dataclasses import astuple, fields, replace
from hashlib import sha256
from json import dumps

import numpy as np

from results.facts import KEY, AuditEntry, Consent, JoinCode
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    Audited,
    ChangeStatus,
    CodedAnswers,
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
from results.workshop import Invitation, Organisation, ResponseState, Round, Session, StoredAnswer


class ReferenceStore:
    """Keeps everything in memory; what it acknowledges is as durable as it is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._closed = False
        self._sequence = 0
        self._revisions: dict[int, int] = {}
        self._rounds: dict[int, Round] = {}
        self._organisations: dict[int, Organisation] = {}
        self._invitations: dict[str, Invitation] = {}
        self._sessions: dict[str, Session] = {}
        self._responses: dict[int, ResponseState] = {}
        self._log: list[StoredAnswer] = []
        self._status_events: dict[int, int] = {}
        self._facts: list = []
        self._audit: list[AuditEntry] = []

    def write(self, command: Command) -> Future[Result]:
        future: Future[Result] = Future()
        with self._lock:
            try:
                future.set_result(self._do(command))
            except StoreError as error:
                future.set_exception(error)
        return future

    def close(self) -> None:
        self._closed = True

    # --- commands
    def _do(self, command: Command) -> Result:
        if self._closed:
            raise StoreError("P007")
        match command:
            case SaveAnswer():
                return self._save(command)
            case ChangeStatus():
                return self._change_status(command)
            case AddOrganisation():
                return self._add_organisation(command)
            case AddRound() | AddInvitation() | AddSession():
                return self._add_one(command)
            case Keep() | Note() | Audited():
                return self._beside(command)
        return self._alter(command)

    def _beside(self, command) -> Result:
        match command:
            case Keep(fact, before):
                return self._keep(fact, before)
            case Note(event):
                self._note(event)
                return Done()
        before = self._everything()
        result = self._do(command.command)
        outcome = "done"
        if isinstance(result, Refused | Conflict):
            outcome = result.code if isinstance(result, Refused) else "conflict"
        else:
            try:
                possible = all(self._do(one) == Done() for one in command.then)
            except StoreError:
                possible = False
            if not possible:
                self._restore(before)
                raise StoreError("P007")
        self._note(replace(command.event, outcome=outcome))
        return result

    def _everything(self):
        return {name: copy(value) for name, value in vars(self).items() if name != "_lock"}

    def _restore(self, before) -> None:
        vars(self).update(before)

    def _keep(self, fact, before) -> Result:
        here = [one for one in self._facts if type(one) is type(fact) and self._key(one) == self._key(fact)]
        if here == [fact]:
            return Done()
        if here != ([] if before is None else [before]):
            return Refused("P008")
        if isinstance(fact, Consent | JoinCode):
            if fact.round_id not in self._rounds:
                return Refused("P001")
            self._grow(fact.round_id)
        self._facts = [one for one in self._facts if one not in here] + [fact]
        return Done()

    @staticmethod
    def _key(fact):
        return tuple(getattr(fact, name) for name in KEY[type(fact)])

    def _note(self, event) -> None:
        if any(entry.event_id == event.event_id for entry in self._audit):
            return
        last = self._audit[-1].sha256 if self._audit else "0" * 64
        number = len(self._audit) + 1
        text = dumps([number, last, *astuple(event)], ensure_ascii=False, separators=(",", ":"))
        self._audit.append(AuditEntry(*astuple(event), number, last, sha256(text.encode()).hexdigest()))

    def _add_one(self, command) -> Result:
        match command:
            case AddRound(new):
                return self._add(self._rounds, new.id, new, {"status": new.status}, True, new.id)
            case AddInvitation():
                return self._add_invitation(command)
        new = command.session
        has_invitation = new.token_hash in self._invitations
        return self._add(self._sessions, new.session_hash, new, {"expires_at": new.expires_at}, has_invitation, None)

    def _add_invitation(self, add: AddInvitation) -> Result:
        """Whoever answers on their own: their responses are new with their first invitation, and never more than those."""
        new, own = add.invitation, {r.id: r for r in add.responses}
        if own:
            whose = {(r.round_id, r.organisation_id, r.respondent) for r in own.values()}
            asked = [r.questionnaire_id for r in add.responses]
            if (
                not new.respondent
                or whose != {(new.round_id, new.organisation_id, new.respondent)}
                or len(set(asked)) < len(asked)
            ):
                raise StoreError("P007")
            mine = {
                r.id: r.questionnaire_id
                for r in self._responses.values()
                if (r.organisation_id, r.respondent) == (new.organisation_id, new.respondent)
            }
            if new.token_hash in self._invitations:
                if mine != {r.id: r.questionnaire_id for r in own.values()}:
                    raise StoreError("P007")
            elif new.round_id in self._rounds:
                home = self._organisations.get(new.organisation_id)
                if home is None or home.round_id != new.round_id:
                    return Refused("P001")
                if mine or own.keys() & self._responses.keys():
                    raise StoreError("P007")
        has_round = new.round_id in self._rounds
        result = self._add(
            self._invitations, new.token_hash, new, {"revoked_at": new.revoked_at}, has_round, new.round_id
        )
        if result == Done():
            self._responses = own | self._responses
        return result

    def _add(self, table, key, new, later, has_parent, round_id) -> Result:
        """Add once; again is the same when it differs only in what may have changed `later`."""
        if key in table:
            if replace(table[key], **later) != new:
                raise StoreError("P007")
        elif not has_parent:
            return Refused("P001")
        else:
            table[key] = new
            if round_id is not None:
                self._grow(round_id)
        return Done()

    def _alter(self, command) -> Result:
        match command:
            case SetRoundStatus(round_id, status) if round_id in self._rounds:
                if self._rounds[round_id].status != status:
                    self._rounds[round_id] = replace(self._rounds[round_id], status=status)
                    self._grow(round_id)
                return Done()
            case RevokeInvitation(token_hash, at) if token_hash in self._invitations:
                known = self._invitations[token_hash]
                if known.revoked_at is None:
                    self._invitations[token_hash] = replace(known, revoked_at=at)
                    self._grow(known.round_id)
                return Done()
            case EndSession(session_hash, at) if session_hash in self._sessions:
                known = self._sessions[session_hash]
                self._sessions[session_hash] = replace(known, expires_at=min(known.expires_at, at))
                return Done()
        return Refused("P001")

    def _add_organisation(self, add: AddOrganisation) -> Result:
        new = add.organisation
        asked = {(r.id, r.questionnaire_id) for r in add.responses}
        mine = {
            (r.id, r.questionnaire_id)
            for r in self._responses.values()
            if r.organisation_id == new.id and not r.respondent
        }
        is_new = new.id not in self._organisations
        wrong = any((r.round_id, r.organisation_id, r.respondent) != (new.round_id, new.id, "") for r in add.responses)
        if wrong or (not is_new and mine != asked):
            raise StoreError("P007")
        if is_new and new.round_id in self._rounds and any(r.id in self._responses for r in add.responses):
            raise StoreError("P007")
        result = self._add(self._organisations, new.id, new, {}, new.round_id in self._rounds, new.round_id)
        if is_new and result == Done():
            self._responses |= {r.id: r for r in add.responses}
        return result

    def _save(self, save: SaveAnswer) -> Result:
        repeated = [stored for stored in self._log if stored.event_id == save.event_id]
        if repeated:
            return Saved(repeated[0])
        refused = self._refusal(save.response_id)
        if refused is None and self._responses[save.response_id].status == "submitted":
            refused = Refused("P003")
        if refused is not None:
            return refused
        theirs = self.answers(save.response_id).get(save.item_id)
        if theirs is not None and save.based_on is not None and save.based_on != theirs.revision:
            return Conflict(theirs)
        if any(
            "\ud800" <= char <= "\udfff"
            for char in save.author + save.item_id + "".join(map(str, astuple(save.answer)))
        ):
            raise StoreError("P007")  # half a character: no engine can store it
        revision = theirs.revision + 1 if theirs else 1
        sequence = self._grow(self._responses[save.response_id].round_id)
        self._log.append(
            StoredAnswer(
                save.response_id,
                save.item_id,
                save.answer,
                revision,
                sequence,
                save.event_id,
                save.author,
                save.saved_at,
            )
        )
        return Saved(self._log[-1])

    def _change_status(self, change: ChangeStatus) -> Result:
        if change.event_id in self._status_events:
            return Done(self._status_events[change.event_id])
        refused = self._refusal(change.response_id)
        if refused is not None:
            return refused
        known = self._responses[change.response_id]
        if known.status != change.status:
            known = replace(known, status=change.status, revision=known.revision + 1, changed_at=change.at)
            self._responses[known.id] = known
        self._status_events[change.event_id] = known.revision
        self._grow(known.round_id)
        return Done(known.revision)

    def _refusal(self, response_id: int) -> Refused | None:
        if response_id not in self._responses:
            return Refused("P001")
        closed = self._rounds[self._responses[response_id].round_id].status == "closed"
        return Refused("P002") if closed else None

    def _grow(self, round_id: int) -> int:
        self._sequence += 1
        self._revisions[round_id] = self._sequence
        return self._sequence

    # --- reads
    def rounds(self) -> tuple[Round, ...]:
        return tuple(sorted(self._rounds.values(), key=lambda r: (r.created_at, r.id), reverse=True))

    def round(self, round_id: int) -> Round | None:
        return self._rounds.get(round_id)

    def organisations(self, round_id: int) -> tuple[Organisation, ...]:
        mine = [o for o in self._organisations.values() if o.round_id == round_id]
        return tuple(sorted(mine, key=lambda o: (o.country, o.name, o.id)))

    def organisation(self, organisation_id: int) -> Organisation | None:
        return self._organisations.get(organisation_id)

    def invitation(self, token_hash: str) -> Invitation | None:
        return self._invitations.get(token_hash)

    def invitations(self, round_id: int, organisation_id: int | None = None) -> tuple[Invitation, ...]:
        mine = [
            i
            for i in self._invitations.values()
            if i.round_id == round_id and organisation_id in (None, i.organisation_id)
        ]
        return tuple(sorted(mine, key=lambda i: (i.created_at, i.token_hash)))

    def session(self, session_hash: str) -> Session | None:
        return self._sessions.get(session_hash)

    def responses(self, round_id: int) -> tuple[ResponseState, ...]:
        mine = [r for r in self._responses.values() if r.round_id == round_id]
        return tuple(sorted(mine, key=lambda r: (r.organisation_id, r.questionnaire_id, r.respondent)))

    def response(self, response_id: int) -> ResponseState | None:
        return self._responses.get(response_id)

    def answers(self, response_id: int) -> dict[str, StoredAnswer]:
        return {stored.item_id: stored for stored in self._log if stored.response_id == response_id}

    def history(self, response_id: int, item_id: str) -> tuple[StoredAnswer, ...]:
        return tuple(s for s in self._log if (s.response_id, s.item_id) == (response_id, item_id))

    def facts(self, kind, **where):
        if unknown := where.keys() - {field.name for field in fields(kind)}:
            raise ValueError(f"no {', '.join(unknown)}")
        mine = [one for one in self._facts if type(one) is kind]
        found = [one for one in mine if all(getattr(one, name) == value for name, value in where.items())]
        return tuple(sorted(found, key=self._key))

    def audit(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        return tuple(self._audit[after : after + limit])

    def audit_head(self):
        return (self._audit[-1].number, self._audit[-1].sha256) if self._audit else (0, "0" * 64)

    def revision(self, round_id: int) -> int:
        return self._revisions.get(round_id, 0)

    def changes(self, round_id: int, after: int) -> tuple[StoredAnswer, ...]:
        return tuple(s for s in self._log if s.sequence > after and self._responses[s.response_id].round_id == round_id)

    def codes(self, round_id: int, items: Sequence[str], after: int) -> CodedAnswers:
        found = [one for one in self.changes(round_id, after) if one.item_id in items]
        rows = [
            (s.sequence, s.response_id, items.index(s.item_id), s.answer.code, s.answer.evidence, s.saved_at)
            for s in found
        ]
        columns = zip(*rows, strict=True) if rows else [()] * 6
        kinds = (np.int64, np.int64, np.int64, np.uint8, np.uint8, np.int64)
        return CodedAnswers(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))
