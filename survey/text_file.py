"""Bytes of a file → text that can be trusted to be text. The one place that says why a file cannot be read."""

from __future__ import annotations

import re
import stat
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from survey.problems import Problem, ProblemsError, message

if TYPE_CHECKING:
    from pathlib import Path

# What no text file of ours holds: control characters, lone surrogates, and the two non-characters (YAML's own rule).
NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_text(path: Path, shown: str, code: str, max_bytes: int) -> str:
    """The text of a file, without a byte order mark. Raises ProblemsError with one problem `code` if it is not text."""
    try:
        status = path.stat()
        # A pipe or a device may never end.
        if not stat.S_ISREG(status.st_mode):
            raise refusal(shown, code, reason="it is not a file")
        if status.st_size > max_bytes:
            raise refusal(shown, code, reason=f"it has {status.st_size:,} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise refusal(shown, code, reason=error.strerror or "it is not a readable file") from None
    except ValueError:
        raise refusal(shown, code, reason="its name holds a character that is not text") from None
    return checked_text(raw, shown, code, max_bytes)


def checked_text(raw: bytes | str, shown: str, code: str, max_bytes: int) -> str:
    """`raw` as text of at most `max_bytes` bytes (or characters). Raises ProblemsError where it is not."""
    if len(raw) > max_bytes:
        raise refusal(shown, code, reason=f"it has {len(raw):,} {'bytes' if isinstance(raw, bytes) else 'characters'}")
    text = raw if isinstance(raw, str) else _utf8(raw, shown, code)
    if found := NOT_TEXT.search(text):
        line, column = _line_and_column(text[: found.start()])
        raise refusal(shown, code, line, column, reason=not_text(found.group()))
    return text


def is_day(text: str) -> bool:
    """Whether it is a day of the calendar as in 2028-12-31."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def not_text(char: str) -> str:
    """Why a file with this character is refused, in words."""
    return f"it holds the character U+{ord(char):04X}, which is not text"


def is_one_line(text: str) -> bool:
    """Whether every store can keep it and every screen can show it in one line: no control character, no lone surrogate."""
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def refusal(path: str, code: str, line: int = 1, column: int = 1, /, **facts: object) -> ProblemsError:
    """One problem as an exception. Positional only, because a message's fact may itself be called `path` or `line`."""
    return ProblemsError([Problem(path, line, column, code, message(code, **facts))])


def _utf8(raw: bytes, shown: str, code: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(raw[: error.start].decode("utf-8", errors="replace"))
        raise refusal(shown, code, line, column, reason="it is not UTF-8 text") from None


def _line_and_column(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
