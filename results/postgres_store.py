"""The engine for several replicas: one PostgreSQL database, any number of processes of this program on it.

What holds over all replicas. A command whose future is done is durable, and every read that begins afterwards, in any
replica, sees it: nothing that can change is resident, each read is one statement. `revision` alone comes from memory:
at once for this process's own commands, for another's as soon as its notification arrives (milliseconds), and 10 seconds
later at the latest should the connection that listens be cut off without a word. Commands of one round have one order, the order
in which its lock was taken; `changes` and `codes` never miss a row that commits late (`results.postgres_batch`).

A connection that breaks is replaced. Commands are tried again for PATIENCE seconds, which the event ids make safe even
when it is not known whether a commit came through; then their futures fail (P007), the log says why, and the next attempt comes
with the next command.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from results import audit_chain, postgres_connection
from results.facts import AUDIT_HEAD, AuditEntry, audit_query, facts_query
from results.numbered_sql import numbered_sql
from results.postgres_batch import Batch
from results.postgres_erasure import erase
from results.postgres_rows import CURRENT, PINNED_OF
from results.postgres_signals import Signals
from results.store import AFact, CodedAnswers, Command, Result, StoreError
from results.tables import ANSWERS, INVITATIONS, ORGANISATIONS, RESPONSES, ROUNDS, SESSIONS, stored_answer
from results.upkeep import Erased, Erasure
from results.workshop import (
    Invitation,
    Organisation,
    PinnedQuestionnaire,
    ResponseState,
    Round,
    Session,
    StoredAnswer,
)
from results.writer import GroupWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from results.postgres_connection import Connection
    from results.tables import Row

PATIENCE: Final = 8.0  # seconds; whoever waits for a command gives up after ten (access.workshop)
READ_PATIENCE: Final = 4.0
CONNECTIONS: Final = 8  # for reads; one more writes and one listens
RECONNECT: Final = (
    1.0  # seconds for which the pool tries by itself, ever more rarely; then the next read makes it try anew
)
_RESTS: Final = (0.05, 0.1, 0.2, 0.4)  # seconds before the next attempts; the last one from then on
_KNOWN_HOMES: Final = 100_000
_AGAIN: Final = (  # not the command's fault: tried again, on a new connection where this one is gone
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,  # the server has become a standby
    psycopg.errors.IdleInTransactionSessionTimeout,  # this process stood still for too long
)
_CLASH: Final = psycopg.errors.UniqueViolation  # another replica added the same at the same time: now it can be seen
# Rows of a fixed width in one value: a million come within a second, as rows of the binary COPY format in 7.
_CODED: Final = np.dtype([
    ("sequence", ">i8"), ("response_id", ">i8"), ("saved_at", ">i8"), ("item", ">i4"), ("code", ">i2"), ("evidence", ">i2"),
])  # fmt: skip
_CODES: Final = (
    "SELECT string_agg(int8send(a.sequence) || int8send(a.response_id) || int8send(a.saved_at) || int4send(i.item::int - 1) "
    "|| int2send(a.code) || int2send(a.evidence), '' ORDER BY a.sequence) FROM answers a "
    "JOIN unnest(%s::text[]) WITH ORDINALITY AS i(item_id, item) USING (item_id) "
    "WHERE a.round_id = %s AND a.sequence > %s"
)
_log: Final = logging.getLogger(__name__)


class PostgresStore:
    """The `ResponseStore` protocol on the PostgreSQL database of `url`. Thread-safe. Raises StoreError."""

    def __init__(self, url: str) -> None:
        self._conninfo = postgres_connection.complete(url)
        self._channel = f"readiness_{postgres_connection.migrate(self._conninfo)}"
        self._writing: Connection | None = None
        self._is_up = True
        self._homes: dict[int, int] = {}
        self._pinned: dict[int, tuple[PinnedQuestionnaire, ...]] = {}  # never changes once a round is there
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self._conninfo,
            kwargs={"autocommit": True},
            configure=postgres_connection.configure,
            min_size=1,
            max_size=CONNECTIONS,
            reconnect_timeout=RECONNECT,
            open=True,
        )
        self._signals = Signals(self._conninfo, self._channel)
        self._writer = GroupWriter[Command](self._apply)

    # --- writing
    def write(self, command: Command) -> Future[Result]:
        return self._writer.submit(command)

    def close(self) -> None:
        self._writer.close()
        self._drop()
        self._signals.close()
        self._pool.close()

    def _apply(self, commands: Sequence[Command]) -> Sequence[Result]:
        """One transaction, as often as it takes; `GroupWriter` calls it. Raises S034 when the database is away for too long."""
        deadline = time.monotonic() + (PATIENCE if self._is_up else 0)
        clashes = attempts = 0
        while True:
            try:
                results = self._attempt(commands)
            except _CLASH:
                clashes += 1
                if clashes > 2:
                    raise
            except _AGAIN as error:
                rest = _RESTS[min(attempts, len(_RESTS) - 1)]
                if time.monotonic() + rest > deadline:
                    self._is_up = False
                    raise postgres_connection.refusal(error, self._conninfo) from None
                if not attempts:
                    _log.warning("a write is tried again: %(error)s", {"error": type(error).__name__})
                attempts += 1
                time.sleep(rest)
            else:
                self._is_up = True
                return results

    def _attempt(self, commands: Sequence[Command]) -> list[Result]:
        if self._writing is None or self._writing.closed:
            self._writing = postgres_connection.connect(self._conninfo, autocommit=False)
        if len(self._homes) > _KNOWN_HOMES:
            self._homes.clear()
        batch = Batch(self._writing, self._channel, self._homes)
        try:
            results = batch.run(commands)
        except BaseException:
            self._roll_back()
            raise
        self._signals.learn(batch.revisions.items())
        return results

    def _roll_back(self) -> None:
        try:
            if self._writing is not None:
                self._writing.rollback()
        except psycopg.Error:
            self._drop()

    def _drop(self) -> None:
        if self._writing is not None:
            with suppress(psycopg.Error):
                self._writing.close()
            self._writing = None

    # --- upkeep
    def not_ready(self) -> list[str]:
        """Why an answer could not be saved now; empty when it can. Writes to the database, changes nothing."""

        def write(connection: Connection) -> int:
            with connection.transaction(force_rollback=True):
                rows = connection.execute("UPDATE schema_version SET version = version RETURNING version").fetchall()
                newest: int = max(version for (version,) in rows)
                return newest

        try:
            schema = self._read(write)
        except StoreError:
            return ["answers cannot be saved"]
        return [] if schema == len(numbered_sql("postgres")) else ["the database has another schema"]

    def erase(self, what: Erasure) -> Erased:
        """Erase it, on a connection of its own. Counts are all 0 when there was nothing of it. Raises StoreError."""
        return erase(self._conninfo, self._channel, what)

    # --- reading
    def _read(self, work: Callable[[Connection], Any]) -> Any:
        """One statement on a connection of the pool; tried again on another when that one is broken. Raises StoreError."""
        deadline = time.monotonic() + READ_PATIENCE
        while True:
            try:
                with self._pool.connection(timeout=min(RECONNECT, READ_PATIENCE)) as connection:
                    return work(connection)
            except PoolClosed:
                where = postgres_connection.place(self._conninfo)
                raise StoreError("S008", path=where, reason="it is closed") from None
            except PoolTimeout as error:
                if time.monotonic() > deadline:
                    raise postgres_connection.refusal(error, self._conninfo) from None
            except _AGAIN as error:
                if time.monotonic() + _RESTS[0] > deadline:
                    raise postgres_connection.refusal(error, self._conninfo) from None
                time.sleep(_RESTS[0])
                with suppress(psycopg.Error):
                    self._pool.check()  # the others are likely broken too: after a restart of the server they all are
            except psycopg.Error as error:
                raise postgres_connection.refusal(error, self._conninfo) from None

    def _query(self, query: str, *values: object) -> list[Row]:
        def run(connection: Connection) -> list[Row]:
            return connection.execute(query.encode(), values).fetchall()

        rows: list[Row] = self._read(run)
        return rows

    def rounds(self) -> tuple[Round, ...]:
        return self._rounds(f"{ROUNDS} ORDER BY created_at DESC, id DESC")

    def round(self, round_id: int) -> Round | None:
        found = self._rounds(f"{ROUNDS} WHERE id = %s", round_id)
        return found[0] if found else None

    def _rounds(self, query: str, *values: object) -> tuple[Round, ...]:
        rows = self._query(query, *values)
        if missing := {row[0] for row in rows} - self._pinned.keys():
            pinned: dict[int, list[PinnedQuestionnaire]] = {round_id: [] for round_id in missing}
            for round_id, *facts in self._query(PINNED_OF, list(missing)):
                pinned[round_id].append(PinnedQuestionnaire(*facts))
            self._pinned |= {round_id: tuple(listed) for round_id, listed in pinned.items()}
        return tuple(Round(*(*row, self._pinned[row[0]])) for row in rows)

    def organisations(self, round_id: int) -> tuple[Organisation, ...]:
        rows = self._query(f"{ORGANISATIONS} WHERE round_id = %s ORDER BY country, name, id", round_id)
        return tuple(Organisation(*row) for row in rows)

    def organisation(self, organisation_id: int) -> Organisation | None:
        rows = self._query(f"{ORGANISATIONS} WHERE id = %s", organisation_id)
        return Organisation(*rows[0]) if rows else None

    def invitation(self, token_hash: str) -> Invitation | None:
        rows = self._query(f"{INVITATIONS} WHERE token_hash = %s", token_hash)
        return Invitation(*rows[0]) if rows else None

    def invitations(self, round_id: int, organisation_id: int | None = None) -> tuple[Invitation, ...]:
        rows = self._query(f"{INVITATIONS} WHERE round_id = %s ORDER BY created_at, token_hash", round_id)
        found = (Invitation(*row) for row in rows)
        return tuple(one for one in found if organisation_id in {None, one.organisation_id})

    def session(self, session_hash: str) -> Session | None:
        rows = self._query(f"{SESSIONS} WHERE session_hash = %s", session_hash)
        return Session(*rows[0]) if rows else None

    def responses(self, round_id: int) -> tuple[ResponseState, ...]:
        order = "organisation_id, questionnaire_id, respondent"
        rows = self._query(f"{RESPONSES} WHERE round_id = %s ORDER BY {order}", round_id)
        return tuple(ResponseState(*row) for row in rows)

    def response(self, response_id: int) -> ResponseState | None:
        rows = self._query(f"{RESPONSES} WHERE id = %s", response_id)
        return ResponseState(*rows[0]) if rows else None

    def answers(self, response_id: int) -> dict[str, StoredAnswer]:
        return {row[4]: stored_answer(row) for row in self._query(CURRENT, response_id)}

    def history(self, response_id: int, item_id: str) -> tuple[StoredAnswer, ...]:
        query = f"{ANSWERS} WHERE response_id = %s AND item_id = %s ORDER BY revision"
        return tuple(stored_answer(row) for row in self._query(query, response_id, item_id))

    def facts(self, kind: type[AFact], **where: int | str) -> tuple[AFact, ...]:
        return tuple(kind(*row) for row in self._query(facts_query(kind, where, "%s"), *where.values()))

    def audit(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        return tuple(AuditEntry(*row) for row in self._query(audit_query("%s"), after, limit))

    def audit_head(self) -> audit_chain.Head:
        return audit_chain.head_of(self._query(AUDIT_HEAD))

    def revision(self, round_id: int) -> int:
        known = self._signals.get(round_id)
        if known is not None:
            return known
        rows = self._query("SELECT round_id, revision FROM round_revisions WHERE round_id = %s", round_id)
        self._signals.learn(rows)
        return rows[0][1] if rows else 0

    def changes(self, round_id: int, after: int) -> tuple[StoredAnswer, ...]:
        query = f"{ANSWERS} WHERE round_id = %s AND sequence > %s ORDER BY sequence"
        return tuple(stored_answer(row) for row in self._query(query, round_id, after))

    def codes(self, round_id: int, items: Sequence[str], after: int) -> CodedAnswers:
        def run(connection: Connection) -> bytes:
            with connection.cursor(binary=True) as cursor:
                found = cursor.execute(_CODES.encode(), [list(items), round_id, after]).fetchone()
            return found[0] if found and found[0] else b""

        rows = np.frombuffer(self._read(run), dtype=_CODED)
        return CodedAnswers(
            sequence=rows["sequence"].astype(np.int64),
            response_id=rows["response_id"].astype(np.int64),
            item=rows["item"].astype(np.int64),
            code=rows["code"].astype(np.uint8),
            evidence=rows["evidence"].astype(np.uint8),
            saved_at=rows["saved_at"].astype(np.int64),
        )
