"""Which revision each round has, as the server tells: unchanged data costs no query.

Every commit sends a notification with the new revisions of its rounds. One connection of a process listens; every few
seconds, and whenever it has connected anew, it reads all revisions besides, so that nothing missed stays missed.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql

from results.postgres_connection import Connection, connect

if TYPE_CHECKING:
    from collections.abc import Iterable

HEARTBEAT: Final = 5.0  # seconds between two readings of all revisions
TRUSTED: Final = 10.0  # seconds after the last one that silence is believed to mean 'unchanged'
_REST: Final = 0.25  # seconds before the next attempt to connect
_READ: Final = "SELECT round_id, revision FROM round_revisions"
_log: Final = logging.getLogger(__name__)


class Signals:
    """Revisions of the rounds of one schema. Thread-safe. They only grow, in whatever order messages arrive."""

    def __init__(self, conninfo: str, channel: str) -> None:
        self._conninfo, self._channel = conninfo, channel
        self._lock = threading.Lock()
        self._revisions: dict[int, int] = {}
        self._read_at = float("-inf")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-signals", daemon=True)
        self._thread.start()

    def get(self, round_id: int) -> int | None:
        """The round's revision; None when it has to be asked for: it is not known, or nothing has been heard for too long."""
        with self._lock:
            return self._revisions.get(round_id) if time.monotonic() - self._read_at < TRUSTED else None

    def learn(self, revisions: Iterable[tuple[int, int]]) -> None:
        """(round, revision) of what was committed or read."""
        with self._lock:
            for round_id, revision in revisions:
                self._revisions[round_id] = max(revision, self._revisions.get(round_id, 0))

    def close(self) -> None:
        """Stop listening; a message of its own wakes the thread."""
        self._closing.set()
        with suppress(psycopg.Error), connect(self._conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_notify(%s, %s)", [self._channel, payload(0, 0)])
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with connect(self._conninfo, autocommit=True) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                with self._lock:
                    was_heard, self._read_at = self._read_at > float("-inf"), float("-inf")
                if was_heard:
                    _log.warning(
                        "changes of other replicas are asked for, not heard, for now: %(error)s",
                        {"error": type(error).__name__},
                    )
                self._closing.wait(_REST)

    def _listen(self, connection: Connection) -> None:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
        while not self._closing.is_set():
            # Before the reading: what it shows is at least as new as this moment.
            moment = time.monotonic()
            self.learn(connection.execute(_READ).fetchall())
            with self._lock:
                self._read_at = moment
            for heard in connection.notifies(timeout=HEARTBEAT):
                if self._closing.is_set():
                    return
                self.learn([parse(heard.payload)])


def payload(round_id: int, revision: int) -> str:
    return f"{round_id} {revision}"


def parse(text: str) -> tuple[int, int]:
    round_id, revision = text.split()
    return int(round_id), int(revision)
