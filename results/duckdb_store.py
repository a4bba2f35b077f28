"""The embedded engine: one DuckDB file, one process, nothing to set up.

Reads use a cursor per thread, because a connection shared by threads returned wrong rows without an error. Answers are
appended to a log without an index, so a commit costs the same on ten million rows as on none; what pages need all the
time (rounds, responses, revisions, current answers) is resident instead (`results.writer`).
"""

from __future__ import annotations

import threading
import time
from collections import ChainMap
from contextlib import suppress
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import duckdb
import numpy as np

from results.migrations import open_database
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    ChangeStatus,
    CodedAnswers,
    Command,
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
from results.workshop import Invitation, Organisation, ResponseState, Round, Session, StoredAnswer
from results.writer import ANSWERS, APPEND, Answers, GroupWriter, Memory, Row, answer_row, remember, stored_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

# In two steps: the first reads narrow columns only, and its few sequences then find the rows by the log's statistics.
_CURRENT: Final = (
    f"{ANSWERS} WHERE sequence IN "  # noqa: S608  (constants only)
    "(SELECT max(sequence) FROM answers WHERE response_id IN (SELECT unnest(?)) GROUP BY response_id, item_id)"
)
_HISTORY: Final = (
    f"{ANSWERS} WHERE sequence IN "  # noqa: S608  (constants only)
    "(SELECT sequence FROM answers WHERE response_id = ? AND item_id = ?) "
    "ORDER BY sequence"
)
_CHANGES: Final = f"{ANSWERS} WHERE sequence > ? AND round_id = ? ORDER BY sequence"
_CODES: Final = (
    "SELECT a.sequence, a.response_id, i.item, a.code, a.evidence, a.saved_at FROM answers a "
    "JOIN (SELECT unnest(?) AS item_id, unnest(?) AS item) i USING (item_id) "
    "WHERE a.sequence > ? AND a.round_id = ? ORDER BY a.sequence"
)
_REPEATED: Final = f"{ANSWERS} WHERE event_id IN (SELECT unnest(?))"
_ORGANISATION: Final = "SELECT id, round_id, country, name FROM organisations"
_INVITATION: Final = (
    "SELECT token_hash, round_id, organisation_id, role, label, created_at, revoked_at FROM invitations"
)
_SESSION: Final = "SELECT session_hash, token_hash, created_at, expires_at FROM sessions"


# --- one transaction ------------------------------------------------------------------------------------------------
class Batch:
    """Commands applied in their order, each seeing those before it. Memory changes with `publish`, after the commit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, memory: Memory) -> None:
        self._cursor = cursor
        self._memory = memory
        self._rounds: ChainMap[int, Round] = ChainMap({}, memory.rounds)
        self._responses: ChainMap[int, ResponseState] = ChainMap({}, memory.responses)
        self._revisions: dict[int, int] = {}
        self._sequence = memory.sequence
        self._current: dict[int, Answers] = {}
        self._saved: dict[int, StoredAnswer] = {}
        self._appended: list[Row] = []

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Do all of them within the cursor's open transaction. Raises StoreError P007 or the driver's errors."""
        self._load([command for command in commands if isinstance(command, SaveAnswer)])
        results = [self._DO[type(command)](self, command) for command in commands]
        if self._appended:
            self._cursor.execute(APPEND, [list(column) for column in zip(*self._appended, strict=True)])
        return results

    def publish(self) -> None:
        """The commit is durable: what is resident follows."""
        memory = self._memory
        with memory.lock:
            memory.rounds.update(self._rounds.maps[0])
            memory.responses.update(self._responses.maps[0])
            memory.revisions.update(self._revisions)
            memory.sequence = self._sequence
            memory.newest.update((row[2], row[0]) for row in self._appended)
            for response_id, answers in self._current.items():
                memory.keep_answers(response_id, answers)

    def _load(self, saves: list[SaveAnswer]) -> None:
        """What the saves build on: answers kept under the same event ids, current answers of the same responses."""
        memory = self._memory
        known = memory.perhaps_known(save.event_id for save in saves)
        if known:
            self._saved = {row[1]: stored_answer(row) for row in self._run(_REPEATED, known)}
        with memory.lock:
            resident = {
                key: memory.answers(key) for key in {save.response_id for save in saves} & memory.responses.keys()
            }
        missing = [key for key, answers in resident.items() if answers is None]
        loaded: dict[int, Answers] = {key: {} for key in missing}
        for row in self._run(_CURRENT, missing) if missing else ():
            stored = stored_answer(row)
            loaded[stored.response_id][stored.item_id] = stored
        self._current = {key: loaded[key] if answers is None else answers for key, answers in resident.items()}

    def _run(self, query: str, *values: object) -> list[Row]:
        rows: list[Row] = self._cursor.execute(query, values).fetchall()
        return rows

    def _next(self, round_id: int) -> int:
        """The next sequence, and with it the round's revision."""
        self._sequence += 1
        self._revisions[round_id] = self._sequence
        return self._sequence

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
        self._appended.append(answer_row(stored, response.round_id))
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
        # An event that found the status set already is kept too: sent again after a reopening, it must not submit.
        key = (change.event_id, self._next(response.round_id), response.id, response.round_id)
        query = "INSERT INTO status_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._run(query, *key, change.status, change.author, change.at, response.revision)
        return Done(response.revision)

    def _add_round(self, add: AddRound) -> Result:
        new = add.round
        existing = self._rounds.get(new.id)
        if existing is not None:
            return _require(new == replace(existing, status=new.status))
        *facts, questionnaires = astuple(new)
        self._run("INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._next(new.id), *facts)
        for position, pinned in enumerate(questionnaires):
            query = "INSERT INTO pinned_questionnaires VALUES (?, ?, ?, ?, ?, ?, ?)"
            self._run(query, new.id, position, *pinned)
        self._rounds[new.id] = new
        return Done()

    def _set_round_status(self, change: SetRoundStatus) -> Result:
        existing = self._rounds.get(change.round_id)
        if existing is None:
            return Refused("P001")
        if existing.status != change.status:
            query = "UPDATE rounds SET status = ?, sequence = ? WHERE id = ?"
            self._run(query, change.status, self._next(existing.id), existing.id)
            self._rounds[existing.id] = replace(existing, status=change.status)
        return Done()

    def _add_organisation(self, add: AddOrganisation) -> Result:
        new = add.organisation
        _require(all((r.round_id, r.organisation_id) == (new.round_id, new.id) for r in add.responses))
        existing = self._run(f"{_ORGANISATION} WHERE id = ?", new.id)
        if existing:
            known = {(r.id, r.questionnaire_id) for r in self._responses.values() if r.organisation_id == new.id}
            asked = {(r.id, r.questionnaire_id) for r in add.responses}
            return _require(existing[0] == astuple(new) and known == asked)
        if new.round_id not in self._rounds:
            return Refused("P001")
        self._run("INSERT INTO organisations VALUES (?, ?, ?, ?, ?)", self._next(new.round_id), *astuple(new))
        for response in add.responses:
            self._run("INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?)", *astuple(response))
            self._responses[response.id] = response
        return Done()

    def _add_invitation(self, add: AddInvitation) -> Result:
        new = add.invitation
        existing = self._run(f"{_INVITATION} WHERE token_hash = ?", new.token_hash)
        if existing:
            return _require(new == replace(Invitation(*existing[0]), revoked_at=new.revoked_at))
        if new.round_id not in self._rounds:
            return Refused("P001")
        self._run("INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._next(new.round_id), *astuple(new))
        return Done()

    def _revoke_invitation(self, revoke: RevokeInvitation) -> Result:
        existing = self._run(f"{_INVITATION} WHERE token_hash = ?", revoke.token_hash)
        if not existing:
            return Refused("P001")
        invitation = Invitation(*existing[0])
        if invitation.revoked_at is None:
            query = "UPDATE invitations SET revoked_at = ?, sequence = ? WHERE token_hash = ?"
            self._run(query, revoke.at, self._next(invitation.round_id), revoke.token_hash)
        return Done()

    def _add_session(self, add: AddSession) -> Result:
        new = add.session
        existing = self._run(f"{_SESSION} WHERE session_hash = ?", new.session_hash)
        if existing:
            return _require(new == replace(Session(*existing[0]), expires_at=new.expires_at))
        if not self._run(f"{_INVITATION} WHERE token_hash = ?", new.token_hash):
            return Refused("P001")
        self._run("INSERT INTO sessions VALUES (?, ?, ?, ?)", *astuple(new))
        return Done()

    def _end_session(self, end: EndSession) -> Result:
        query = "UPDATE sessions SET expires_at = least(expires_at, ?) WHERE session_hash = ? RETURNING session_hash"
        return Done() if self._run(query, end.at, end.session_hash) else Refused("P001")

    _DO: ClassVar[dict[type[Command], Callable[[Batch, Any], Result]]] = {
        SaveAnswer: _save,
        ChangeStatus: _change_status,
        AddRound: _add_round,
        SetRoundStatus: _set_round_status,
        AddOrganisation: _add_organisation,
        AddInvitation: _add_invitation,
        RevokeInvitation: _revoke_invitation,
        AddSession: _add_session,
        EndSession: _end_session,
    }


def _require(right: bool) -> Done:
    """What exists may be added again as it was; something else under its id, or a wrong id, is a mistake: P007."""
    if not right:
        raise StoreError("P007")
    return Done()


# --- the engine -----------------------------------------------------------------------------------------------------
class DuckDBStore:
    """The `ResponseStore` protocol on the DuckDB file `path`; one store per file and process. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_database(path)
        self._writing = self._connection.cursor()
        self._threads = threading.local()
        self._closing = False
        try:
            self._memory = remember(self._writing)
        except duckdb.Error as error:
            self._connection.close()
            raise StoreError("S002", path=path, reason=type(error).__name__) from None
        self._writer = GroupWriter(self._apply)

    def write(self, command: Command) -> Future[Result]:
        return self._writer.submit(command)

    def close(self) -> None:
        self._writer.close()
        self._closing = True
        while True:
            try:
                self._connection.close()
            except duckdb.ResourceInUseException:  # a read is under way: they are short, and no new one begins
                time.sleep(0.001)
            else:
                return

    def _apply(self, commands: Sequence[Command]) -> Sequence[Result]:
        """One transaction: `GroupWriter` calls it. (The journal's place is between `run` and `commit`.)"""
        self._writing.begin()
        try:
            batch = Batch(self._writing, self._memory)
            results = batch.run(commands)
        except Exception:
            self._roll_back()
            raise
        try:
            self._writing.commit()
        except duckdb.Error:
            # It can fail after it was durable (disk full in the checkpoint that follows): what the tables say counts.
            self._roll_back()
            self._memory = remember(self._writing)
            raise
        batch.publish()
        return results

    def _roll_back(self) -> None:
        with suppress(duckdb.Error):  # there is nothing to roll back when a failed commit has ended the transaction
            self._writing.rollback()

    def _query(self, query: str, *values: object, fetch: str = "fetchall") -> Any:
        """A short read with this thread's cursor: it sees all that was acknowledged before. Raises StoreError S008."""
        if self._closing:
            raise StoreError("S008", path=self._path, reason="it is closed")
        try:
            if not hasattr(self._threads, "cursor"):
                self._threads.cursor = self._connection.cursor()
            return getattr(self._threads.cursor.execute(query, values), fetch)()
        except duckdb.Error as error:
            raise StoreError("S008", path=self._path, reason=type(error).__name__) from None

    def rounds(self) -> tuple[Round, ...]:
        memory = self._memory
        with memory.lock:
            found = list(memory.rounds.values())
        return tuple(sorted(found, key=lambda round_: (round_.created_at, round_.id), reverse=True))

    def round(self, round_id: int) -> Round | None:
        return self._memory.rounds.get(round_id)

    def organisations(self, round_id: int) -> tuple[Organisation, ...]:
        rows = self._query(f"{_ORGANISATION} WHERE round_id = ? ORDER BY country, name, id", round_id)
        return tuple(Organisation(*row) for row in rows)

    def organisation(self, organisation_id: int) -> Organisation | None:
        rows = self._query(f"{_ORGANISATION} WHERE id = ?", organisation_id)
        return Organisation(*rows[0]) if rows else None

    def invitation(self, token_hash: str) -> Invitation | None:
        rows = self._query(f"{_INVITATION} WHERE token_hash = ?", token_hash)
        return Invitation(*rows[0]) if rows else None

    def invitations(self, round_id: int, organisation_id: int | None = None) -> tuple[Invitation, ...]:
        rows = self._query(f"{_INVITATION} WHERE round_id = ? ORDER BY created_at, token_hash", round_id)
        found = (Invitation(*row) for row in rows)
        return tuple(one for one in found if organisation_id in {None, one.organisation_id})

    def session(self, session_hash: str) -> Session | None:
        rows = self._query(f"{_SESSION} WHERE session_hash = ?", session_hash)
        return Session(*rows[0]) if rows else None

    def responses(self, round_id: int) -> tuple[ResponseState, ...]:
        memory = self._memory
        with memory.lock:
            found = [response for response in memory.responses.values() if response.round_id == round_id]
        return tuple(sorted(found, key=lambda response: (response.organisation_id, response.questionnaire_id)))

    def response(self, response_id: int) -> ResponseState | None:
        return self._memory.responses.get(response_id)

    def answers(self, response_id: int) -> dict[str, StoredAnswer]:
        while True:
            memory = self._memory
            with memory.lock:
                if response_id not in memory.responses:
                    return {}
                resident = memory.answers(response_id)
            if resident is not None:
                return dict(resident)
            loaded = {row[4]: stored_answer(row) for row in self._query(_CURRENT, [response_id])}
            with memory.lock:
                if memory.keep_answers(response_id, loaded):
                    return dict(loaded)

    def history(self, response_id: int, item_id: str) -> tuple[StoredAnswer, ...]:
        return tuple(stored_answer(row) for row in self._query(_HISTORY, response_id, item_id))

    def revision(self, round_id: int) -> int:
        return self._memory.revisions.get(round_id, 0)

    def changes(self, round_id: int, after: int) -> tuple[StoredAnswer, ...]:
        return tuple(stored_answer(row) for row in self._query(_CHANGES, after, round_id))

    def codes(self, round_id: int, items: Sequence[str], after: int) -> CodedAnswers:
        columns = self._query(_CODES, list(items), list(range(len(items))), after, round_id, fetch="fetchnumpy")
        return CodedAnswers(
            sequence=columns["sequence"].astype(np.int64),
            response_id=columns["response_id"].astype(np.int64),
            item=columns["item"].astype(np.int64),
            code=columns["code"].astype(np.uint8),
            evidence=columns["evidence"].astype(np.uint8),
            saved_at=columns["saved_at"].astype(np.int64),
        )
