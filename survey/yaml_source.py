"""YAML text → plain values with positions. Hostile or ambiguous YAML is refused here, before anything is built from it.

Every scalar stays the text that was written (`no`, `1.10` and `NO` are not booleans or numbers); the model converts.
Works on the event stream, so an alias bomb or 5,000 levels of nesting stop at their first event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from survey.problems import Problem, message
from survey.text_file import NOT_TEXT, checked_text, not_text, read_text, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from survey.problems import ProblemsError

MAX_BYTES = 2_000_000
MAX_DEPTH = 32
MAX_VALUES = 30_000  # the largest of our questionnaires has 900

TYPE_NAMES = {"dict": "a group of keys", "list": "a list", "str": "text", "NoneType": "empty"}
Place = tuple[str | int, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str"}


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
    return parse_yaml(read_text(path, name, "Q001", MAX_BYTES), name)


def parse_yaml(raw: bytes | str, name: str) -> Source:
    """Parse YAML text or bytes. Raises ProblemsError (Q001-Q006), never a parser's own exception."""
    text = checked_text(raw, name, "Q001", MAX_BYTES)
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = (error.problem or "it breaks off").rstrip(".")
        raise refusal(name, "Q002", line, column, reason=reason, hint=_hint(text, line)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise refusal(name, "Q002", reason=str(error).splitlines()[0], hint="Check the characters near it.") from None
    return Source(name, builder.root, builder.values, builder.keys)


def _hint(text: str, line: int) -> str:
    lines = text.splitlines()
    row = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in row[: len(row) - len(row.lstrip())]:
        return "Indent with spaces, not with a tab."
    if row.count(": ") > 1:
        return "Put a text that contains ': ' in double quotes."
    return "Check the indentation, and quotation marks that are not closed."


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
        if found := NOT_TEXT.search(getattr(event, "value", None) or ""):  # written as an escape such as "\\0"
            raise self._refusal(event, "Q001", reason=not_text(found.group()))
        if self._expects_key() and getattr(event, "value", None) == "<<":
            raise self._refusal(event, "Q003", name="<<")

    def _expects_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1][0], dict) and self._key[-1] is None

    def _add(self, value: Any, event: Any) -> Place:
        here = _position(event)
        if len(self.values) > MAX_VALUES:
            raise self._refusal(event, "Q023", limit=MAX_VALUES)
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
        return refusal(self.name, code, line, column, **facts)


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
