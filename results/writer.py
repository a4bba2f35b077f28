"""The writing side of the embedded engine: group commit, and what stays resident between commits.

One thread takes whatever commands are waiting and keeps them together, in the order they came: one commit (one fsync)
per batch, 7 times as many durable answers a second with 32 respondents, and a single writer cannot conflict with
itself. A lone command does not wait for company.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from results.store import Command, Result, StoreError
from results.tables import PINNED, RESPONSES, ROUNDS, Row
from results.workshop import Answers, PinnedQuestionnaire, ResponseState, Round

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from duckdb import DuckDBPyConnection

MOST_AT_ONCE: Final = 512  # bounds how long a batch's first command waits for its last, and what a failed batch repeats
RESIDENT_RESPONSES: Final = 4_000
RECENT_EVENTS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Probe:
    """A command of the engine's own: find out whether it can write. `found`: ((journal's number, hash), schema version)."""

    found: list[tuple[Row, int]] = field(default_factory=list)


Task = Command | Probe
_Task = TypeVar("_Task")
_log = logging.getLogger(__name__)


# --- group commit ---------------------------------------------------------------------------------------------------
class GroupWriter(Generic[_Task]):
    """Keeps commands in the order they are submitted; thread-safe.

    `apply` keeps a batch durably as a whole and returns a result per command, or raises and keeps nothing. One thread
    alone calls it.
    """

    def __init__(self, apply: Callable[[Sequence[_Task]], Sequence[Result]]) -> None:
        self._apply = apply
        self._queue: queue.SimpleQueue[tuple[_Task, Future[Result]] | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, command: _Task) -> Future[Result]:
        """Queue a command. Its future gets the result after the commit, or StoreError P007 when nothing was kept."""
        future: Future[Result] = Future()
        # The gate keeps every command in front of the end mark: one behind it would wait for ever.
        with self._gate:
            if not self._closed:
                self._queue.put((command, future))
                return future
        future.set_exception(StoreError("P007"))
        return future

    def close(self) -> None:
        """Keep what is queued, then stop. A second call only waits."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            batch, more = self._take()
            if batch:
                self._keep(batch)

    def _take(self) -> tuple[list[tuple[_Task, Future[Result]]], bool]:
        """What is waiting: at least one command, or the end mark (then False)."""
        batch: list[tuple[_Task, Future[Result]]] = []
        entry = self._queue.get()
        while entry is not None:
            # A future that its owner cancelled is left out; from here on it cannot be cancelled.
            if entry[1].set_running_or_notify_cancel():
                batch.append(entry)
            if len(batch) >= MOST_AT_ONCE:
                return batch, True
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _keep(self, batch: list[tuple[_Task, Future[Result]]]) -> None:
        try:
            results = self._apply([command for command, _ in batch])
        except StoreError as error:
            if error.code == "P007":
                self._keep_singly(batch, error)
                return
            # The store is away, not a command wrong: none of them could be kept alone. (Its text is for whoever runs it.)
            _log.error("%(count)d command(s) were not kept: %(code)s", {"count": len(batch), "code": error.code})
            for _, future in batch:
                future.set_exception(StoreError("P007"))
            return
        except Exception as error:  # noqa: BLE001  (whatever it is, the thread lives on and every future gets an answer)
            self._keep_singly(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    def _keep_singly(self, batch: list[tuple[_Task, Future[Result]]], error: Exception) -> None:
        """One bad command must not fail its neighbours: each is tried alone, in the same order."""
        if len(batch) > 1:
            for entry in batch:
                self._keep([entry])
            return
        command, future = batch[0]
        # Kinds only: a driver's message can quote an answer's text, which does not belong in a log.
        _log.error(
            "%(command)s was not kept: %(error)s", {"command": type(command).__name__, "error": type(error).__name__}
        )
        future.set_exception(StoreError("P007"))


# --- what is resident -----------------------------------------------------------------------------------------------
@dataclass
class Memory:
    """The state after the last commit. The writer alone changes it, under `lock`; readers look under `lock`."""

    rounds: dict[int, Round] = field(default_factory=dict)
    responses: dict[int, ResponseState] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)  # round → sequence of its last change
    sequence: int = 0
    # Every event id in the log is in `recent` or at most `old`; any other is new and needs no look-up. True for ids in
    # any order (several nodes, clocks that differ): were they far out of order, there would only be more look-ups.
    old: int = 0
    recent: OrderedDict[int, None] = field(default_factory=OrderedDict)
    current: OrderedDict[int, Answers] = field(default_factory=OrderedDict)  # its dicts are replaced, never changed
    newest: dict[int, int] = field(default_factory=dict)  # response → sequence of its last answer since the start
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, response_id: int) -> Answers | None:
        """The current answers if resident. Under `lock`."""
        found = self.current.get(response_id)
        if found is not None:
            self.current.move_to_end(response_id)
        return found

    def keep_answers(self, response_id: int, answers: Answers) -> bool:
        """Make them resident, unless a commit has overtaken whoever read them (then False). Under `lock`."""
        if max((stored.sequence for stored in answers.values()), default=0) < self.newest.get(response_id, 0):
            return False
        self.current[response_id] = answers
        self.current.move_to_end(response_id)
        if len(self.current) > RESIDENT_RESPONSES:
            self.current.popitem(last=False)
        return True

    def perhaps_known(self, event_ids: Iterable[int]) -> list[int]:
        """Those the log may hold. From now on it may hold them all, even if this commit fails. For the writer only."""
        found = []
        for event_id in event_ids:
            if event_id <= self.old or event_id in self.recent:
                found.append(event_id)
            self.recent[event_id] = None
        while len(self.recent) > RECENT_EVENTS:
            self.old = max(self.old, self.recent.popitem(last=False)[0])
        return found


def remember(cursor: DuckDBPyConnection) -> Memory:
    """The memory as the tables have it: at the start, and when it is not certain what a commit has done."""
    pinned: dict[int, list[PinnedQuestionnaire]] = {}
    for round_id, *facts in cursor.execute(f"{PINNED} ORDER BY position").fetchall():
        pinned.setdefault(round_id, []).append(PinnedQuestionnaire(*facts))
    rounds = [Round(*(*row, tuple(pinned.get(row[0], ())))) for row in cursor.execute(ROUNDS).fetchall()]
    responses = [ResponseState(*row) for row in cursor.execute(RESPONSES).fetchall()]
    query = """
        SELECT round_id, max(sequence) FROM (
            SELECT round_id, sequence FROM answers UNION ALL SELECT round_id, sequence FROM status_changes
            UNION ALL SELECT id, sequence FROM rounds UNION ALL SELECT round_id, sequence FROM organisations
            UNION ALL SELECT round_id, sequence FROM invitations
        ) GROUP BY round_id"""
    revisions = dict(cursor.execute(query).fetchall())
    row = cursor.execute("SELECT (SELECT max(event_id) FROM answers), (SELECT sequence FROM journal_head)").fetchone()
    assert row is not None, "journal_head has one row"
    return Memory(
        rounds={round_.id: round_ for round_ in rounds},
        responses={response.id: response for response in responses},
        revisions=revisions,
        sequence=max([row[1], *revisions.values()]),
        old=row[0] or 0,
    )
