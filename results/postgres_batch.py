"""One transaction of the PostgreSQL engine: commands applied in their order under the locks of their rounds.

1. Which rounds do the commands belong to? (A response never changes its round.) 2. Their revision rows are locked, in
order of id, so that two replicas never wait for each other; what the commands build on is read after that, in the
same round trip. 3. The commands are decided one after another, each seeing those before it. 4. All rows are written, the new
revisions are sent to whoever listens, and the transaction commits, in one more round trip.

The lock is what puts submissions, closings and saves into one order over all replicas, and what makes a round's sequences
rise in the order of its commits: a reader who has seen sequence n has seen all below n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from results import audit_chain
from results.decisions import Decisions, LookUps, State, look_ups, parts
from results.facts import AUDIT_HEAD, KEY, facts_query
from results.postgres_rows import APPEND, LATEST, PINNED_OF
from results.postgres_signals import payload
from results.store import AddRound, ChangeStatus, Command, Result, RevokeInvitation, SaveAnswer
from results.tables import (
    ANSWERS,
    INVITATIONS,
    ORGANISATIONS,
    RESPONSES,
    ROUNDS,
    SESSIONS,
    Changes,
    by_column,
    insert,
    stored_answer,
    update,
)
from results.workshop import Answers, Invitation, Organisation, PinnedQuestionnaire, ResponseState, Round, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Cursor

    from results.postgres_connection import Connection
    from results.tables import Row

_LOCK: Final = (
    "SELECT round_id FROM round_revisions WHERE round_id = ANY(%s::bigint[]) ORDER BY round_id FOR NO KEY UPDATE"
)
_HOUSE: Final = 0x5EAD1
_GROW: Final = (
    "UPDATE round_revisions r SET revision = n.revision FROM unnest(%s::bigint[], %s::bigint[]) AS n(round_id, revision) "
    "WHERE r.round_id = n.round_id"
)


class Batch:
    """Commands in one transaction of a connection that does not commit by itself. `homes`: known response → round."""

    def __init__(self, connection: Connection, channel: str, homes: dict[int, int]) -> None:
        self._connection, self._channel, self._homes = connection, channel, homes
        self.revisions: dict[int, int] = {}

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Do all of them and commit. Raises StoreError P007, psycopg.Error or UnicodeError; the caller rolls back."""
        single = list(parts(commands))
        wanted = look_ups(single)
        wanted.rounds |= self._rounds_of(single)
        state, sequences = self._load(single, wanted)
        decisions = Decisions(state, iter(sequences))
        results = [decisions.decide(command) for command in commands]
        self.revisions = decisions.revisions
        with self._connection.pipeline():
            self._write(decisions.changes)
            if self.revisions:
                self._connection.execute(_GROW.encode(), by_column(self.revisions.items()))
            for round_id, revision in self.revisions.items():
                self._connection.execute("SELECT pg_notify(%s, %s)", [self._channel, payload(round_id, revision)])
            self._connection.commit()
        return results

    # --- what the commands build on
    def _rounds_of(self, commands: Sequence[object]) -> set[int]:
        """Rounds of responses and invitations that the commands may change; unknown ids belong to none."""
        rounds: set[int] = set()
        wanted = {c.response_id for c in commands if isinstance(c, SaveAnswer | ChangeStatus)}
        if missing := wanted - self._homes.keys():
            query = "SELECT id, round_id FROM responses WHERE id = ANY(%s::bigint[])"
            self._homes |= dict(self._connection.execute(query, [list(missing)]).fetchall())
        rounds |= {self._homes[response_id] for response_id in wanted & self._homes.keys()}
        revoked = [c.token_hash for c in commands if isinstance(c, RevokeInvitation)]
        if revoked:
            query = "SELECT round_id FROM invitations WHERE token_hash = ANY(%s::text[])"
            rounds |= {row[0] for row in self._connection.execute(query, [revoked]).fetchall()}
        return rounds

    def _load(self, commands: Sequence[object], wanted: LookUps) -> tuple[State, list[int]]:
        """The state as it is once the rounds are locked, and a sequence for each command."""
        round_ids, ours, saves = list(wanted.rounds), list(wanted.organisations), wanted.saves
        added = [c.round.id for c in commands if isinstance(c, AddRound)]
        pairs = {(save.response_id, save.item_id) for save in saves}

        with self._connection.pipeline():
            self._ask(_LOCK, round_ids, when=round_ids)
            # What belongs to no round, or to the one chain, has one order too. After the rounds: always the same way about.
            self._ask("SELECT pg_advisory_xact_lock(%s)", _HOUSE, when=wanted.facts or wanted.audit_events)
            taken = self._ask(
                "SELECT nextval('sequences') FROM generate_series(1, %s::int)", len(commands), when=round_ids
            )
            rounds = self._ask(f"{ROUNDS} WHERE id = ANY(%s::bigint[])", round_ids, when=round_ids)
            pinned = self._ask(PINNED_OF, added, when=added)
            known = self._ask(f"{ORGANISATIONS} WHERE id = ANY(%s::bigint[])", ours, when=ours)
            query = f"{RESPONSES} WHERE id = ANY(%s::bigint[]) OR organisation_id = ANY(%s::bigint[])"
            states = self._ask(query, list(wanted.responses), ours, when=wanted.responses or ours)
            query = f"{INVITATIONS} WHERE token_hash = ANY(%s::text[])"
            invitations = self._ask(query, list(wanted.invitations), when=wanted.invitations)
            query = f"{SESSIONS} WHERE session_hash = ANY(%s::text[])"
            opened = self._ask(query, list(wanted.sessions), when=wanted.sessions)
            query = f"{ANSWERS} WHERE event_id = ANY(%s::bigint[])"
            saved = self._ask(query, [save.event_id for save in saves], when=saves)
            latest = self._ask(LATEST, *by_column(pairs), when=pairs)
            query = "SELECT event_id, revision FROM status_changes WHERE event_id = ANY(%s::bigint[])"
            changed = self._ask(query, list(wanted.status_events), when=wanted.status_events)
            kept = {
                (kind, key): self._ask(facts_query(kind, KEY[kind], "%s"), *key, when=[key])
                for kind, key in wanted.facts
            }
            query = "SELECT event_id FROM audit WHERE event_id = ANY(%s::bigint[])"
            audited = self._ask(query, list(wanted.audit_events), when=wanted.audit_events)
            head = self._ask(AUDIT_HEAD, when=wanted.audit_events)

        questionnaires: dict[int, list[PinnedQuestionnaire]] = {}
        for round_id, *facts in _rows(pinned):
            questionnaires.setdefault(round_id, []).append(PinnedQuestionnaire(*facts))
        answers: dict[int, Answers] = {}
        for stored in map(stored_answer, _rows(latest)):
            answers.setdefault(stored.response_id, {})[stored.item_id] = stored
        state = State(
            rounds={row[0]: Round(*(*row, tuple(questionnaires.get(row[0], ())))) for row in _rows(rounds)},
            organisations={row[0]: Organisation(*row) for row in _rows(known)},
            responses={row[0]: ResponseState(*row) for row in _rows(states)},
            invitations={row[0]: Invitation(*row) for row in _rows(invitations)},
            sessions={row[0]: Session(*row) for row in _rows(opened)},
            answers=answers,
            saved={row[1]: stored_answer(row) for row in _rows(saved)},
            status_events=dict(_rows(changed)),
            facts={name: name[0](*row) for name, cursor in kept.items() for row in _rows(cursor)},
            audited={row[0] for row in _rows(audited)},
            audit_head=audit_chain.head_of(_rows(head)),
        )
        return state, [row[0] for row in _rows(taken)]

    def _ask(self, query: str, *values: object, when: Iterable[object]) -> Cursor[Row] | None:
        """Send a query of the pipeline, if anything is asked for."""
        return self._connection.execute(query.encode(), values) if when else None

    # --- what was decided
    def _write(self, changes: Changes) -> None:
        """Send the rows: new ones first, since a row can change in the batch that adds it."""
        cursor = self._connection.cursor()
        for table, rows in changes.added.items():
            if table == "answers":
                cursor.execute(APPEND.encode(), by_column(rows))
            else:
                cursor.executemany(insert(table, "%s").encode(), rows)
        for sequence, round_id, *_ in changes.added.get("rounds", ()):
            cursor.execute("INSERT INTO round_revisions VALUES (%s, %s)", [round_id, sequence])
        for table, rows in changes.altered.items():
            statement, values = update(table, "%s")
            cursor.executemany(statement.encode(), map(values, rows))


def _rows(cursor: Cursor[Row] | None) -> list[Row]:
    return [] if cursor is None else cursor.fetchall()
