"""Log lines that cannot hold anybody's answer, name, code, token or cookie: constant events, fields from an allow-list.

A line of ours is `log.warning("%(file)s was opened again", {"file": name})`: the text is a constant (tests/test_house.py
checks each call), and of the values only FIELDS are written. Other packages' lines keep their template, without its values,
and their place in the code. Of an exception its types and the lines it went through are written, never its text, which
may quote an answer. One JSON object a line, or a readable line on a terminal.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

from settings import HERE

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import EventDict

FIELDS: Final = frozenset(
    {
        "action",  # what was to be done: a constant
        "bytes",
        "code",  # of the message catalogue
        "command",  # a command of the store, by its type's name
        "count",
        "error",  # an exception, by its type's name
        "file",  # a file of the installation
        "incident",  # the number that the person's page shows too
        "key",  # the first letters of the hash of somebody's link
        "lines",
        "organisation",  # its number in the store
        "reason",  # a constant, or the operating system's words
        "response",  # its number in the store
        "role",
        "round",  # its number in the store
        "route",  # a route's template
        "rows",
        "seconds",
        "setting",
        "status",
    }
)
_LONGEST: Final = 300  # characters of a value
_OWN: Final = frozenset(
    {"readiness", "survey", "scoring", "results", "charts", "reports", "access", "demo", "web", "ui"}
)
_ENTRIES: Final = frozenset({"survey_app", "survey_cli", "settings", "logs"})
_log: Final = logging.getLogger("readiness")


def set_up(stream: TextIO | None = None, *, level: int = logging.INFO) -> logging.Handler:
    """Send every log record, warning and uncaught exception of this process to `stream` (default: stderr), in our form.

    Replaces the handlers of the root logger that an earlier call set. Returns the handler.
    """
    out = stream or sys.stderr
    is_terminal = out.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _Handler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[_allowed, renderer], pass_foreign_args=True, use_get_message=False
        )
    )
    root = logging.getLogger()
    for earlier in [known for known in root.handlers if isinstance(known, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda thread: _uncaught(thread.exc_type, thread.exc_value, thread.exc_traceback)
    return handler


def adopt(logger: logging.Logger) -> None:
    """Let a logger that has handlers of its own write through ours only."""
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def report(error: BaseException) -> str:
    """Write an exception that nobody expected to the log; the incident's number, to be shown to whom it happened."""
    incident = secrets.token_hex(4)
    _log.error("incident %(incident)s", {"incident": incident}, exc_info=error)
    return incident


class _Handler(logging.StreamHandler[TextIO]):
    """Ours. Left out: what others say below a warning (each socket's opening), and Streamlit's own line about an
    exception of a page, which `report` writes with its number.
    """

    def emit(self, record: logging.LogRecord) -> None:
        is_detail = (
            record.levelno < logging.WARNING and not _is_own(record) and logging.getLogger().level > logging.DEBUG
        )
        is_repeated = record.name == "streamlit.error_util" and record.msg == "Uncaught app execution"
        if not (is_detail or is_repeated):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's name)
        """Say so without the record, which logging itself would print with all its values."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(
                f'{{"level": "error", "event": "a line could not be written", "logger": "{record.name}"}}\n'
            )


def _allowed(_logger: object, _method: str, given: EventDict) -> EventDict:
    """The line: of the record only what is allowed."""
    record: logging.LogRecord = given["_record"]
    values = given.get("positional_args")
    line: EventDict = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": "",
        "logger": record.name,
    }
    if _is_own(record):
        line["event"] = str(record.msg)
        if isinstance(values, dict):
            line.update({name: _short(values[name]) for name in values if name in FIELDS})
    else:
        line["event"] = record.msg if values and isinstance(record.msg, str) else "(see its place)"
        line["place"] = f"{record.module}:{record.lineno}:{record.funcName}"
    raised = given.get("exc_info")
    if isinstance(raised, tuple) and raised[1] is not None:
        line.update(describe(raised[1]))
    return line


def describe(error: BaseException) -> dict[str, Any]:
    """An exception without its text: the types from it to its first cause, and the lines of ours that it came through.

    `frames` ends with the line that raised it, whosever that is.
    """
    kinds: list[str] = []
    seen = error
    while len(kinds) < 5:
        kinds.append(type(seen).__name__)
        following = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if following is None:
            break
        seen = following
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if _own_name(Path(frame.filename))]
    return {"errors": kinds, "frames": [_place(frame) for frame in (*ours, *frames[-1:])]}


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in _OWN


def _own_name(path: Path) -> str:
    """A file of ours relative to the program's folder, which an installation shares with other packages; "" for theirs."""
    if not path.is_relative_to(HERE):
        return ""
    relative = path.relative_to(HERE)
    return relative.as_posix() if relative.parts[0].removesuffix(".py") in _OWN | _ENTRIES else ""


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    return f"{_own_name(path) or '/'.join(path.parts[-2:])}:{frame.lineno}:{frame.name}"


def _short(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    # Nothing that begins another line, moves a terminal's cursor or cannot be encoded.
    return "".join(letter if letter.isprintable() else "?" for letter in str(value)[:_LONGEST])


def _uncaught(_kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt) or error is None:
        return
    _log.critical("uncaught", exc_info=error)
