"""One transaction of the embedded engine: what its commands build on is read, and what was decided becomes rows."""

from __future__ import annotations

from collections import ChainMap
from itertools import count
from typing import TYPE_CHECKING, Final

from results import audit_chain
from results.decisions import Decisions, FactKey, LookUps, State, look_ups
from results.facts import AUDIT_HEAD, KEY, Fact, facts_query
from results.store import Done, Result, SaveAnswer
from results.tables import (
    ANSWERS,
    INVITATIONS,
    ORGANISATIONS,
    SESSIONS,
    Changes,
    Row,
    append,
    by_column,
    insert,
    stored_answer,
    update,
)
from results.workshop import Answers, Invitation, Organisation, ResponseState, Round, Session
from results.writer import Memory, Probe, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb

# In two steps: the first reads narrow columns only, and its few sequences then find the rows by the log's statistics.
CURRENT: Final = (
    f"{ANSWERS} WHERE sequence IN "  # noqa: S608  (constants only)
    "(SELECT max(sequence) FROM answers WHERE response_id IN (SELECT unnest(?)) GROUP BY response_id, item_id)"
)
_APPEND: Final = append("answers")
_AUDITED: Final = "SELECT event_id FROM audit"
_STATUS_CHANGE: Final = "SELECT event_id, revision FROM status_changes"


class Batch:
    """Commands applied in their order, each seeing those before it. Memory changes with `publish`, after the commit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, memory: Memory) -> None:
        self._cursor = cursor
        self._memory = memory
        self._rounds: ChainMap[int, Round] = ChainMap({}, memory.rounds)
        self._responses: ChainMap[int, ResponseState] = ChainMap({}, memory.responses)
        self._answers: dict[int, Answers] = {}
        self._revisions: dict[int, int] = {}
        self.changes = Changes()

    @property
    def sequence(self) -> int:
        """The highest sequence given so far."""
        return max(self._revisions.values(), default=self._memory.sequence)

    def run(self, commands: Sequence[Task]) -> list[Result]:
        """Do all of them within the cursor's open transaction. Raises StoreError P007 or the driver's errors."""
        decisions = Decisions(self._load(commands), count(self._memory.sequence + 1))
        results = [self._probe(one) if isinstance(one, Probe) else decisions.decide(one) for one in commands]
        self._revisions, self.changes = decisions.revisions, decisions.changes
        self._write()
        return results

    def publish(self) -> None:
        """The commit is durable: what is resident follows."""
        memory = self._memory
        with memory.lock:
            memory.rounds.update(self._rounds.maps[0])
            memory.responses.update(self._responses.maps[0])
            memory.sequence = self.sequence
            memory.revisions.update(self._revisions)
            memory.newest.update((row[2], row[0]) for row in self.changes.added.get("answers", ()))
            for response_id, answers in self._answers.items():
                memory.keep_answers(response_id, answers)

    def _load(self, commands: Sequence[Task]) -> State:
        """What the commands build on: resident, or one query for each kind of thing that they name."""
        wanted = look_ups(commands)
        self._answers = self._current(wanted.saves)
        repeated = self._memory.perhaps_known(save.event_id for save in wanted.saves)
        organisations = self._find(ORGANISATIONS, "id", wanted.organisations)
        invitations = self._find(INVITATIONS, "token_hash", wanted.invitations)
        sessions = self._find(SESSIONS, "session_hash", wanted.sessions)
        return State(
            rounds=self._rounds,
            responses=self._responses,
            organisations={row[0]: Organisation(*row) for row in organisations},
            invitations={row[0]: Invitation(*row) for row in invitations},
            sessions={row[0]: Session(*row) for row in sessions},
            answers=self._answers,
            saved={row[1]: stored_answer(row) for row in self._find(ANSWERS, "event_id", repeated)},
            status_events=dict(self._find(_STATUS_CHANGE, "event_id", wanted.status_events)),
            facts=self._facts(wanted),
            audited={row[0] for row in self._find(_AUDITED, "event_id", wanted.audit_events)},
            audit_head=audit_chain.head_of(self._run(AUDIT_HEAD) if wanted.audit_events else ()),
        )

    def _facts(self, wanted: LookUps) -> dict[FactKey, Fact]:
        found: dict[FactKey, Fact] = {}
        for kind, key in wanted.facts:
            for row in self._run(facts_query(kind, KEY[kind]), *key):
                found[kind, key] = kind(*row)
        return found

    def _current(self, saves: list[SaveAnswer]) -> dict[int, Answers]:
        """The current answers of the responses that get new ones."""
        memory = self._memory
        with memory.lock:
            resident = {
                key: memory.answers(key) for key in {save.response_id for save in saves} & memory.responses.keys()
            }
        missing = [key for key, answers in resident.items() if answers is None]
        loaded: dict[int, Answers] = {key: {} for key in missing}
        for row in self._run(CURRENT, missing) if missing else ():
            stored = stored_answer(row)
            loaded[stored.response_id][stored.item_id] = stored
        return {key: loaded[key] if answers is None else answers for key, answers in resident.items()}

    def _write(self) -> None:
        for table, rows in self.changes.added.items():
            if table == "answers":
                self._cursor.execute(_APPEND, by_column(rows))
                continue
            for row in rows:
                self._cursor.execute(insert(table), row)
        for table, rows in self.changes.altered.items():
            statement, values = update(table)
            for row in rows:
                self._cursor.execute(statement, values(row))

    def _find(self, query: str, key: str, values: Collection[int | str]) -> list[Row]:
        if len(values) == 1:  # most often: found by the key's index in half the time
            return self._run(f"{query} WHERE {key} = ?", *values)
        return self._run(f"{query} WHERE {key} IN (SELECT unnest(?))", list(values)) if values else []

    def _run(self, query: str, *values: object) -> list[Row]:
        rows: list[Row] = self._cursor.execute(query, values).fetchall()
        return rows

    def _probe(self, probe: Probe) -> Result:
        """A write that changes nothing: its commit says whether the database can keep anything."""
        found = self._run("UPDATE journal_head SET number = number RETURNING number, sha256")
        probe.found.append((found[0], self._run("SELECT max(version) FROM schema_version")[0][0]))
        return Done()
