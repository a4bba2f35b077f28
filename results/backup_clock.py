"""Backups inside the running app: at an interval, and when the terminal asks for one.

Only the process that has a database open can copy it. The terminal leaves a file beside the database; the app takes
it, makes the backup and writes how far it is. Whoever may write into that folder may do anything with the data anyway.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from results.backup import backups_in
from results.files import write_durably
from results.ids import now
from results.places import backups_of
from results.store import StoreError
from survey.problems import message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from results.upkeep import Upkeep

POLL_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 600.0  # after a backup that failed
ANSWER_SECONDS: Final = 10.0  # within which a running app takes a request
_HOUR: Final = 3_600_000_000
_log: Final = logging.getLogger(__name__)


def _request(database: Path) -> Path:
    return database.with_name(f"{database.stem}.backup-request")


def _answer(database: Path) -> Path:
    return database.with_name(f"{database.stem}.backup-answer")


class BackupClock:
    """A thread of the store's owner. `hours` between backups; 0: only when asked."""

    def __init__(self, store: Upkeep, hours: float) -> None:
        self._store, self._hours = store, hours
        self._end = threading.Event()
        self._not_before = time.monotonic() + min(60.0, hours * 1800)  # the first viewers come first
        self._thread = threading.Thread(target=self._run, name="backup-clock", daemon=True)
        _request(store.path).unlink(missing_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """A backup under way is finished first."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(POLL_SECONDS):
            try:
                self._look()
            except Exception:  # noqa: BLE001  (whatever it is, the thread lives on)
                self._not_before = time.monotonic() + RETRY_SECONDS
                _log.exception("the backup was not made")

    def _look(self) -> None:
        asked = _take(_request(self._store.path))
        if asked is not None:
            self._answer(asked)
        elif self._hours and time.monotonic() >= self._not_before:
            self._not_before = time.monotonic() + 60
            if self._is_due():
                made = self._store.backup()
                _log.info("backup %(file)s", {"file": str(made.file)})

    def _is_due(self) -> bool:
        folder = backups_of(self._store.path)
        newest = next(iter(backups_in(folder)), None)
        return newest is None or now() - newest.created_at >= self._hours * _HOUR

    def _answer(self, asked: str) -> None:
        target = _answer(self._store.path)

        def say(**facts: Any) -> None:
            write_durably(target, json.dumps({"request": asked, **facts}).encode())

        try:
            made = self._store.backup(None, lambda percent: say(percent=percent))
        except StoreError as error:
            say(code=error.code, message=str(error))
        else:
            say(percent=100, file=str(made.file.resolve()))


def _take(request: Path) -> str | None:
    try:
        text = request.read_text(encoding="ascii", errors="replace")[:64]
    except FileNotFoundError:
        return None
    request.unlink()
    return text


class RemoteError(StoreError):
    """The running app's own refusal, as it said it."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.facts = code, {}
        Exception.__init__(self, text)


def ask_running_app(database: Path, pid: str, progress: Callable[[int], None]) -> str:
    """A backup made by the process that has the database open: the file's name.

    Raises StoreError S026 when it does not answer, RemoteError when it refuses.
    """
    mine = secrets.token_hex(16)
    request, answer = _request(database), _answer(database)
    said, deadline = -1, time.monotonic() + ANSWER_SECONDS
    try:
        write_durably(request, mine.encode())
        while time.monotonic() < deadline:
            time.sleep(0.1)
            found = _read(answer)
            if found.get("request") != mine:
                continue
            if "message" in found:
                raise RemoteError(found["code"], found["message"])
            if found.get("percent", 0) > said:
                said, deadline = found["percent"], time.monotonic() + 600
                progress(said)
            if "file" in found:
                return str(found["file"])
    except OSError as error:
        raise StoreError("S028", reason=error.strerror or message("S026", path=database, pid=pid)) from None
    finally:
        request.unlink(missing_ok=True)
        if _read(answer).get("request") == mine:
            answer.unlink(missing_ok=True)
    raise StoreError("S026", path=database, pid=pid)


def _read(answer: Path) -> dict[str, Any]:
    try:
        found = json.loads(answer.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
