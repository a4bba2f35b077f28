"""One transaction of the embedded engine: commands become rows, and a record of the rows for the journal."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    ChangeStatus,
    Conflict,
    Done,
    EndSession,
    Refused,
    Result,
    RevokeInvitation,
    SaveAnswer,
    Saved,
    SetRoundStatus,
    StoreError,
)
from results.tables import COLUMNS, Changes, Row, insert
from results.workshop import Invitation, ResponseState, Round, Session, StoredAnswer
from results.writer import ANSWERS, APPEND, Answers, Memory, Probe, Task, answer_row, stored_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

# In two steps: the first reads narrow columns only, and its few sequences then find the rows by the log's statistics.
CURRENT: Final = (
    f"{ANSWERS} WHERE sequence IN "  # noqa: S608  (constants only)
    "(SELECT max(sequence) FROM answers WHERE response_id IN (SELECT unnest(?)) GROUP BY response_id, item_id)"
)
REPEATED: Final = f"{ANSWERS} WHERE event_id IN (SELECT unnest(?))"
ORGANISATION: Final = "SELECT id, round_id, country, name FROM organisations"
INVITATION: Final = "SELECT token_hash, round_id, organisation_id, role, label, created_at, revoked_at FROM invitations"
SESSION: Final = "SELECT session_hash, token_hash, created_at, expires_at FROM sessions"
_END_SESSION: Final = "UPDATE sessions SET expires_at = least(expires_at, ?) WHERE session_hash = ?"


class Batch:
    """Commands applied in their order, each seeing those before it. Memory changes with `publish`, after the commit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, memory: Memory) -> None:
        self._cursor = cursor
        self._memory = memory
        self._rounds: ChainMap[int, Round] = ChainMap({}, memory.rounds)
        self._responses: ChainMap[int, ResponseState] = ChainMap({}, memory.responses)
        self._revisions: dict[int, int] = {}
        self.sequence = memory.sequence
        self._current: dict[int, Answers] = {}
        self._saved: dict[int, StoredAnswer] = {}
        self.changes = Changes()

    def run(self, commands: Sequence[Task]) -> list[Result]:
        """Do all of them within the cursor's open transaction. Raises StoreError P007 or the driver's errors."""
        self._load([command for command in commands if isinstance(command, SaveAnswer)])
        results = [self._DO[type(command)](self, command) for command in commands]
        appended = self.changes.added.get("answers")
        if appended:
            self._cursor.execute(APPEND, [list(column) for column in zip(*appended, strict=True)])
        return results

    def publish(self) -> None:
        """The commit is durable: what is resident follows."""
        memory = self._memory
        with memory.lock:
            memory.rounds.update(self._rounds.maps[0])
            memory.responses.update(self._responses.maps[0])
            memory.revisions.update(self._revisions)
            memory.sequence = self.sequence
            memory.newest.update((row[2], row[0]) for row in self.changes.added.get("answers", ()))
            for response_id, answers in self._current.items():
                memory.keep_answers(response_id, answers)

    def _load(self, saves: list[SaveAnswer]) -> None:
        """What the saves build on: answers kept under the same event ids, current answers of the same responses."""
        memory = self._memory
        known = memory.perhaps_known(save.event_id for save in saves)
        if known:
            self._saved = {row[1]: stored_answer(row) for row in self._run(REPEATED, known)}
        with memory.lock:
            resident = {
                key: memory.answers(key) for key in {save.response_id for save in saves} & memory.responses.keys()
            }
        missing = [key for key, answers in resident.items() if answers is None]
        loaded: dict[int, Answers] = {key: {} for key in missing}
        for row in self._run(CURRENT, missing) if missing else ():
            stored = stored_answer(row)
            loaded[stored.response_id][stored.item_id] = stored
        self._current = {key: loaded[key] if answers is None else answers for key, answers in resident.items()}

    def _add(self, table: str, row: Row) -> None:
        self._run(insert(table), *row)
        self.changes.add(table, row)

    def _run(self, query: str, *values: object) -> list[Row]:
        rows: list[Row] = self._cursor.execute(query, values).fetchall()
        return rows

    def _next(self, round_id: int) -> int:
        """The next sequence, and with it the round's revision."""
        self.sequence += 1
        self._revisions[round_id] = self.sequence
        return self.sequence

    def _save(self, save: SaveAnswer) -> Result:
        repeated = self._saved.get(save.event_id)
        if repeated is not None:
            return Saved(repeated)
        response = self._responses.get(save.response_id)
        if response is None:
            return Refused("P001")
        if self._rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status == "submitted":
            return Refused("P003")
        answers = self._current.get(response.id, {})
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
        self._current[response.id] = answers | {save.item_id: stored}
        self._saved[save.event_id] = stored
        self.changes.add("answers", answer_row(stored, response.round_id))  # goes in with the whole batch
        return Saved(stored)

    def _change_status(self, change: ChangeStatus) -> Result:
        repeated = self._run("SELECT revision FROM status_changes WHERE event_id = ?", change.event_id)
        if repeated:
            return Done(repeated[0][0])
        response = self._responses.get(change.response_id)
        if response is None:
            return Refused("P001")
        if self._rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status != change.status:
            response = replace(response, status=change.status, revision=response.revision + 1, changed_at=change.at)
            self._responses[response.id] = response
            query = "UPDATE responses SET status = ?, revision = ?, changed_at = ? WHERE id = ?"
            self._run(query, change.status, response.revision, change.at, response.id)
            self.changes.alter("responses", astuple(response))
        # An event that found the status set already is kept too: sent again after a reopening, it must not submit.
        key = (change.event_id, self._next(response.round_id), response.id, response.round_id)
        self._add("status_changes", (*key, change.status, change.author, change.at, response.revision))
        return Done(response.revision)

    def _add_round(self, add: AddRound) -> Result:
        new = add.round
        existing = self._rounds.get(new.id)
        if existing is not None:
            return _require(new == replace(existing, status=new.status))
        *facts, questionnaires = astuple(new)
        self._add("rounds", (self._next(new.id), *facts))
        for position, pinned in enumerate(questionnaires):
            self._add("pinned_questionnaires", (new.id, position, *pinned))
        self._rounds[new.id] = new
        return Done()

    def _set_round_status(self, change: SetRoundStatus) -> Result:
        existing = self._rounds.get(change.round_id)
        if existing is None:
            return Refused("P001")
        if existing.status != change.status:
            changed = replace(existing, status=change.status)
            query = "UPDATE rounds SET status = ?, sequence = ? WHERE id = ?"
            sequence = self._next(existing.id)
            self._run(query, change.status, sequence, existing.id)
            self.changes.alter("rounds", (sequence, *astuple(changed)[:-1]))
            self._rounds[existing.id] = changed
        return Done()

    def _add_organisation(self, add: AddOrganisation) -> Result:
        new = add.organisation
        _require(all((r.round_id, r.organisation_id) == (new.round_id, new.id) for r in add.responses))
        existing = self._run(f"{ORGANISATION} WHERE id = ?", new.id)
        if existing:
            known = {(r.id, r.questionnaire_id) for r in self._responses.values() if r.organisation_id == new.id}
            asked = {(r.id, r.questionnaire_id) for r in add.responses}
            return _require(existing[0] == astuple(new) and known == asked)
        if new.round_id not in self._rounds:
            return Refused("P001")
        self._add("organisations", (self._next(new.round_id), *astuple(new)))
        for response in add.responses:
            self._add("responses", astuple(response))
            self._responses[response.id] = response
        return Done()

    def _add_invitation(self, add: AddInvitation) -> Result:
        new = add.invitation
        existing = self._run(f"{INVITATION} WHERE token_hash = ?", new.token_hash)
        if existing:
            return _require(new == replace(Invitation(*existing[0]), revoked_at=new.revoked_at))
        if new.round_id not in self._rounds:
            return Refused("P001")
        self._add("invitations", (self._next(new.round_id), *astuple(new)))
        return Done()

    def _revoke_invitation(self, revoke: RevokeInvitation) -> Result:
        existing = self._run(f"{INVITATION} WHERE token_hash = ?", revoke.token_hash)
        if not existing:
            return Refused("P001")
        invitation = Invitation(*existing[0])
        if invitation.revoked_at is None:
            query = "UPDATE invitations SET revoked_at = ?, sequence = ? WHERE token_hash = ?"
            sequence = self._next(invitation.round_id)
            self._run(query, revoke.at, sequence, revoke.token_hash)
            self.changes.alter("invitations", (sequence, *astuple(replace(invitation, revoked_at=revoke.at))))
        return Done()

    def _add_session(self, add: AddSession) -> Result:
        new = add.session
        existing = self._run(f"{SESSION} WHERE session_hash = ?", new.session_hash)
        if existing:
            return _require(new == replace(Session(*existing[0]), expires_at=new.expires_at))
        if not self._run(f"{INVITATION} WHERE token_hash = ?", new.token_hash):
            return Refused("P001")
        self._add("sessions", astuple(new))
        return Done()

    def _end_session(self, end: EndSession) -> Result:
        ended = self._run(f"{_END_SESSION} RETURNING {', '.join(COLUMNS['sessions'])}", end.at, end.session_hash)
        if not ended:
            return Refused("P001")
        self.changes.alter("sessions", ended[0])
        return Done()

    def _probe(self, probe: Probe) -> Result:
        """A write that changes nothing: its commit says whether the database can keep anything."""
        found = self._run("UPDATE journal_head SET number = number RETURNING number, sha256")
        probe.found.append((found[0], self._run("SELECT max(version) FROM schema_version")[0][0]))
        return Done()

    _DO: ClassVar[dict[type[Task], Callable[[Batch, Any], Result]]] = {
        SaveAnswer: _save,
        ChangeStatus: _change_status,
        AddRound: _add_round,
        SetRoundStatus: _set_round_status,
        AddOrganisation: _add_organisation,
        AddInvitation: _add_invitation,
        RevokeInvitation: _revoke_invitation,
        AddSession: _add_session,
        EndSession: _end_session,
        Probe: _probe,
    }


def _require(right: bool) -> Done:
    """What exists may be added again as it was; something else under its id, or a wrong id, is a mistake: P007."""
    if not right:
        raise StoreError("P007")
    return Done()
