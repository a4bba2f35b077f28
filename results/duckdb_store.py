"""The embedded engine: one DuckDB file, one process, nothing to set up.

Reads use a cursor per thread, because a connection shared by threads returned wrong rows without an error. Answers are
appended to a log without an index, so a commit costs the same on ten million rows as on none; what pages need all the
time (rounds, responses, revisions, current answers) is resident instead (`results.writer`). Each batch goes into the
journal before it is committed (`results.journal`); a database that fails is closed, opened and compared with it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np

from results import audit_chain
from results.backup import Backup, back_up, prune
from results.duckdb_batch import CURRENT, Batch
from results.facts import AUDIT_HEAD, AuditEntry, audit_query, facts_query
from results.files import free_bytes
from results.journal_line import Head
from results.migrations import scripts
from results.opening import open_files
from results.places import backups_of
from results.reconcile import ReplayError, set_head
from results.store import AFact, CodedAnswers, Command, Result, StoreError
from results.tables import ANSWERS, INVITATIONS, ORGANISATIONS, SESSIONS, stored_answer
from results.workshop import Invitation, Organisation, ResponseState, Round, Session, StoredAnswer
from results.writer import GroupWriter, Probe, Task, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future


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
LEAST_FREE: Final = 64 * 2**20  # bytes; below it the app says that it is not ready, while it can still save
RESERVE: Final = (
    2 * 2**20
)  # bytes; below it nothing is begun: a full disk in the middle costs opening the database anew
HEAL_SECONDS: Final = 1.0  # at most one attempt a second to open a database that failed
_log: Final = logging.getLogger(__name__)
_OPEN: Final[set[Path]] = set()
_claiming: Final = threading.Lock()


def _claim(path: Path) -> None:
    """One store per file and process. (Only to look into the file would already release DuckDB's lock on it.)"""
    with _claiming:
        if path.resolve() in _OPEN:
            raise StoreError("S001", path=path, pid=os.getpid())
        _OPEN.add(path.resolve())


class DuckDBStore:
    """The `ResponseStore` protocol on the DuckDB file `path`; one store per file and process. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.local()
        self._closing = False
        self._owner = threading.RLock()  # held while the connection or the journal may change
        self._backing_up = threading.Lock()
        self._failed_at: float | None = None  # since when the database cannot be used
        _claim(path)
        try:
            self._open()
        except BaseException:
            _OPEN.discard(path.resolve())
            raise
        self._writer = GroupWriter(self._apply)

    def _open(self) -> None:
        try:
            opened = open_files(self.path)
        except ReplayError as error:
            raise StoreError("S002", path=self.path, reason=error) from None
        self._connection, self._journal, self.replayed = opened.connection, opened.journal, opened.replayed
        self._writing = self._connection.cursor()
        try:
            self._memory = remember(self._writing)
        except duckdb.Error as error:
            self._shut()
            raise StoreError("S002", path=self.path, reason=type(error).__name__) from None

    def _shut(self) -> None:
        self._journal.close()
        while True:
            try:
                self._connection.close()
            except duckdb.ResourceInUseException:  # a read is under way: they are short, and no new one begins
                time.sleep(0.001)
            else:
                return

    def write(self, command: Command) -> Future[Result]:
        return self._writer.submit(command)

    def close(self) -> None:
        self._writer.close()
        self._closing = True
        with self._backing_up, self._owner:
            self._shut()
            _OPEN.discard(self.path.resolve())

    # --- writing
    def _apply(self, commands: Sequence[Task]) -> Sequence[Result]:
        """One line of the journal and one transaction; `GroupWriter` calls it."""
        with self._owner:
            if free_bytes(self.path.parent) < RESERVE:
                raise StoreError("P007")
            self._heal()
            try:
                return self._attempt(commands)
            except duckdb.Error:
                if self._failed_at is None:  # the database is well: it is a command
                    raise
            self._heal()
            return self._attempt(commands)

    def _attempt(self, commands: Sequence[Task]) -> Sequence[Result]:
        try:
            self._writing.begin()
            batch = Batch(self._writing, self._memory)
            results = batch.run(commands)
            head = self._journalled(batch)
        except Exception:
            self._roll_back()
            raise
        try:
            self._writing.commit()
        except duckdb.Error:
            # It can fail after it was durable (disk full in the checkpoint that follows).
            self._settle(head)
            return results
        batch.publish()
        return results

    def _journalled(self, batch: Batch) -> Head | None:
        """The batch as the journal's next line, durable, and the database's head set to it; None when nothing changed."""
        if not batch.changes:
            return None
        line, head = self._journal.line(batch.changes, batch.sequence)
        set_head(self._writing, head)
        self._journal.append(line, head)
        return head

    def _settle(self, head: Head | None) -> None:
        """After a commit that failed: open anew, which replays the journal's last line where the database lacks it.

        Returns when the line is kept. Where it cannot be, it is taken out of the journal, and the error is raised.
        """
        self._failed_at = 0.0
        try:
            self._heal()
        except StoreError:
            kept = self._number_in_database()
            if head is not None and kept == head.number:
                return
            if head is not None and kept is not None and kept < head.number:
                self._journal.take_back()
            raise
        if head is None:  # a probe: its own failure is its answer
            raise StoreError("P007")

    def _number_in_database(self) -> int | None:
        """The journal's line that a database which cannot be opened for writing holds; None when nobody knows."""
        with suppress(duckdb.Error), duckdb.connect(str(self.path), read_only=True) as connection:
            row = connection.execute("SELECT number FROM journal_head").fetchone()
            return int(row[0]) if row else None
        return None

    def _roll_back(self) -> None:
        with suppress(duckdb.Error):  # there is nothing to roll back when a failed commit has ended the transaction
            self._writing.rollback()
        self._doubt()

    def _doubt(self) -> None:
        """After an error: a database that DuckDB has given up answers nothing any more, and has to be opened anew."""
        if self._failed_at is None:
            try:
                self._writing.execute("SELECT 1").fetchall()
            except duckdb.Error:
                self._failed_at = 0.0
        if self._journal.is_broken:
            self._failed_at = self._failed_at or 0.0

    def _heal(self) -> None:
        """Open a failed database anew, at most once a second. Under `_owner`. Raises StoreError."""
        if self._failed_at is None:
            return
        if self._closing or time.monotonic() < self._failed_at + HEAL_SECONDS:
            raise StoreError("S008", path=self.path, reason="it failed and is being opened again")
        self._shut()
        try:
            self._open()
        except StoreError:
            self._failed_at = time.monotonic()
            raise
        self._failed_at = None
        _log.warning("%(file)s failed and was opened again", {"file": self.path.name})

    # --- upkeep
    def backup(self, folder: Path | None = None, progress: Callable[[int], None] | None = None) -> Backup:
        """A verified backup, made while others read and write; the journal then begins anew. Raises StoreError S028.

        `folder`: by default the one beside the database, where outdated backups are removed.
        """
        with self._backing_up:
            if self._closing:
                raise StoreError("S008", path=self.path, reason="it is closed")
            home = backups_of(self.path)
            backup = back_up(self._connection, self.path, folder or home, progress)
            if folder is None:
                head = Head(backup.number, backup.journal, backup.sequence, backup.rows)
                try:
                    with self._owner:
                        self._journal.rotate(head, backup.lines)
                    prune(home, self.path.stem)
                except OSError as error:
                    raise StoreError("S028", reason=error.strerror or error) from None
            return backup

    def not_ready(self) -> list[str]:
        """Why an answer could not be saved now, or soon; empty when it can. Writes to the database, changes nothing."""
        probe = Probe()
        try:
            self._writer.submit(probe).result(timeout=5)
        except (StoreError, TimeoutError):
            return ["answers cannot be saved"]
        reasons = []
        with self._owner:
            head = (self._journal.head.number, self._journal.head.sha256)
            fault = self._journal.fault()
            number, schema = probe.found[-1]
        if number[0] > head[0] or (number[0] == head[0] and tuple(number) != head):
            reasons.append("the database and its journal differ")
        if fault:
            reasons.append(fault)
        if schema != len(scripts()):
            reasons.append("the database has another schema")
        if free_bytes(self.path.parent) < LEAST_FREE:
            reasons.append("the disk is almost full")
        return reasons

    # --- reading
    def _query(self, query: str, *values: object, fetch: str = "fetchall") -> Any:
        """A short read with this thread's cursor: it sees all that was acknowledged before. Raises StoreError S008."""
        if self._closing:
            raise StoreError("S008", path=self.path, reason="it is closed")
        connection = self._connection
        try:
            return self._read(connection, query, values, fetch)
        except duckdb.Error as error:
            reason = type(error).__name__
        # Perhaps the database was just opened anew, or has to be.
        with self._owner:
            if self._connection is connection:
                self._doubt()
            self._heal()
        try:
            return self._read(self._connection, query, values, fetch)
        except duckdb.Error:
            raise StoreError("S008", path=self.path, reason=reason) from None

    def _read(self, connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object], fetch: str) -> Any:
        held = getattr(self._threads, "held", None)
        if held is None or held[0] is not connection:
            held = self._threads.held = (connection, connection.cursor())
        return getattr(held[1].execute(query, values), fetch)()

    def rounds(self) -> tuple[Round, ...]:
        memory = self._memory
        with memory.lock:
            found = list(memory.rounds.values())
        return tuple(sorted(found, key=lambda round_: (round_.created_at, round_.id), reverse=True))

    def round(self, round_id: int) -> Round | None:
        return self._memory.rounds.get(round_id)

    def organisations(self, round_id: int) -> tuple[Organisation, ...]:
        rows = self._query(f"{ORGANISATIONS} WHERE round_id = ? ORDER BY country, name, id", round_id)
        return tuple(Organisation(*row) for row in rows)

    def organisation(self, organisation_id: int) -> Organisation | None:
        rows = self._query(f"{ORGANISATIONS} WHERE id = ?", organisation_id)
        return Organisation(*rows[0]) if rows else None

    def invitation(self, token_hash: str) -> Invitation | None:
        rows = self._query(f"{INVITATIONS} WHERE token_hash = ?", token_hash)
        return Invitation(*rows[0]) if rows else None

    def invitations(self, round_id: int, organisation_id: int | None = None) -> tuple[Invitation, ...]:
        rows = self._query(f"{INVITATIONS} WHERE round_id = ? ORDER BY created_at, token_hash", round_id)
        found = (Invitation(*row) for row in rows)
        return tuple(one for one in found if organisation_id in {None, one.organisation_id})

    def session(self, session_hash: str) -> Session | None:
        rows = self._query(f"{SESSIONS} WHERE session_hash = ?", session_hash)
        return Session(*rows[0]) if rows else None

    def responses(self, round_id: int) -> tuple[ResponseState, ...]:
        memory = self._memory
        with memory.lock:
            found = [response for response in memory.responses.values() if response.round_id == round_id]
        return tuple(sorted(found, key=lambda one: (one.organisation_id, one.questionnaire_id, one.respondent)))

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
            loaded = {row[4]: stored_answer(row) for row in self._query(CURRENT, [response_id])}
            with memory.lock:
                if memory.keep_answers(response_id, loaded):
                    return dict(loaded)

    def history(self, response_id: int, item_id: str) -> tuple[StoredAnswer, ...]:
        return tuple(stored_answer(row) for row in self._query(_HISTORY, response_id, item_id))

    def facts(self, kind: type[AFact], **where: int | str) -> tuple[AFact, ...]:
        return tuple(kind(*row) for row in self._query(facts_query(kind, where), *where.values()))

    def audit(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        return tuple(AuditEntry(*row) for row in self._query(audit_query(), after, limit))

    def audit_head(self) -> audit_chain.Head:
        return audit_chain.head_of(self._query(AUDIT_HEAD))

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
