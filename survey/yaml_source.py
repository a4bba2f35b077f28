"""YAML text → plain values with positions. Hostile or ambiguous YAML is refused here, before anything is built from it.

Every scalar stays the text that was written (`no`, `1.10` and `NO` are not booleans or numbers); the model converts.
Works on the event stream, so an alias bomb or 5,000 levels of nesting stop at their first event.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from survey.problems import Problem, ProblemsError, message

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 2_000_000
MAX_DEPTH = 32

TYPE_NAMES = {"dict": "a group of keys", "list": "a list", "str": "text", "NoneType": "empty"}
Place = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str"}
# What YAML does not count as text: control characters, lone surrogates, and the two non-characters.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML document: its plain `data` (dict, list, str, None), and where each value and key stands, from 1."""

    path: str
    data: Any
    values: dict[Place, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def problem(self, at: Place, code: str, *, on_key: bool = False, **facts: object) -> Problem:
        """A problem at a value's (or a key's) position; what is not there is reported where its parent begins."""
        where = at
        places = self.keys if on_key else self.values
        while where and where not in places:
            where, places = where[:-1], self.values
        line, column = places.get(where, (1, 1))
        return Problem(self.path, line, column, code, message(code, **facts))


def name_of(value: Any) -> str:
    """What a plain value is, in an author's words."""
    return TYPE_NAMES.get(type(value).__name__, "a value")


def read_yaml(path: Path, shown: str | None = None) -> Source:
    """Read and parse a YAML file. Raises ProblemsError with one located problem when it cannot be trusted."""
    name = shown or str(path)
    try:
        status = path.stat()
        # A pipe or a device may never end.
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(name, "Q001", reason="it is not a file")
        if status.st_size > MAX_BYTES:
            raise _refusal(name, "Q001", reason=f"it has {status.st_size:,} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise _refusal(name, "Q001", reason=error.strerror or "it is not a readable file") from None
    except ValueError:
        raise _refusal(name, "Q001", reason="its name holds a character that is not text") from None
    return parse_yaml(raw, name)


def parse_yaml(raw: bytes | str, name: str) -> Source:
    """Parse YAML text or bytes. Raises ProblemsError (Q001-Q006), never a parser's own exception."""
    text = _decoded(raw, name)
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = (error.problem or "it breaks off").rstrip(".")
        raise _refusal(name, "Q002", line, column, reason=reason, hint=_hint(text, line)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _refusal(name, "Q002", reason=str(error).splitlines()[0], hint="Check the characters near it.") from None
    return Source(name, builder.root, builder.values, builder.keys)


def _decoded(raw: bytes | str, name: str) -> str:
    size = len(raw)
    if size > MAX_BYTES:
        raise _refusal(name, "Q001", reason=f"it has {size:,} {'bytes' if isinstance(raw, bytes) else 'characters'}")
    text = raw if isinstance(raw, str) else _utf8(raw, name)
    if found := _NOT_TEXT.search(text):
        line, column = _line_and_column(text, found.start())
        reason = f"it holds the character U+{ord(found.group()):04X}, which is not text"
        raise _refusal(name, "Q001", line, column, reason=reason)
    return text


def _utf8(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(raw[: error.start].decode("utf-8", errors="replace"), error.start)
        raise _refusal(name, "Q001", line, column, reason="it is not UTF-8 text") from None


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _hint(text: str, line: int) -> str:
    lines = text.splitlines()
    row = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in row[: len(row) - len(row.lstrip())]:
        return "Indent with spaces, not with a tab."
    if row.count(": ") > 1:
        return "Put a text that contains ': ' in double quotes."
    return "Check the indentation, and quotation marks that are not closed."


def _refusal(path: str, code: str, line: int = 1, column: int = 1, /, **facts: object) -> ProblemsError:
    # Positional only: the facts of a message may themselves be called 'name' or 'line'.
    return ProblemsError([Problem(path, line, column, code, message(code, **facts))])


class _Builder:
    """Builds plain values from events, remembering positions and refusing what a questionnaire does not need."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Any = None
        self.values: dict[Place, tuple[int, int]] = {}
        self.keys: dict[Place, tuple[int, int]] = {}
        self._stack: list[tuple[Any, Place]] = []
        self._key: list[str | None] = []

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent | yaml.AliasEvent):
            self._check(event)
        if isinstance(event, yaml.ScalarEvent):
            empty = event.value == "" and event.style in (None, "")
            self._add(None if empty else event.value, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            if self._expects_key():
                raise self._refusal(event, "Q002", reason="a key must be a word", hint="Write 'key: value'.")
            path = self._add(value, event)
            if len(self._stack) >= MAX_DEPTH:
                raise self._refusal(event, "Q006", limit=MAX_DEPTH)
            self._stack.append((value, path))
            self._key.append(None)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
            self._key.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.values:
            raise self._refusal(event, "Q002", reason="a second document begins here", hint="Keep one per file.")

    def _check(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise self._refusal(event, "Q003", name=f"{sign}{event.anchor}")
        if event.tag not in _PLAIN_TAGS:
            raise self._refusal(event, "Q004", tag=event.tag)
        if self._expects_key() and getattr(event, "value", None) == "<<":
            raise self._refusal(event, "Q003", name="<<")

    def _expects_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1][0], dict) and self._key[-1] is None

    def _add(self, value: Any, event: Any) -> Place:
        here = _position(event)
        if not self._stack:
            self.root = value
            self.values[()] = here
            return ()
        parent, path = self._stack[-1]
        if isinstance(parent, list):
            child = (*path, len(parent))
            parent.append(value)
        elif self._key[-1] is None:
            return self._new_key(str(value or ""), (*path, str(value or "")), parent, event)
        else:
            child = (*path, self._key[-1])
            parent[self._key[-1]] = value
            self._key[-1] = None
        self.values[child] = here
        return child

    def _new_key(self, key: str, child: Place, parent: dict[str, Any], event: Any) -> Place:
        if key in parent:
            raise self._refusal(event, "Q005", key=key, first=self.keys[child][0])
        self.keys[child] = _position(event)
        self._key[-1] = key
        return child

    def _refusal(self, event: Any, code: str, **facts: object) -> ProblemsError:
        line, column = _position(event)
        return _refusal(self.name, code, line, column, **facts)


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
