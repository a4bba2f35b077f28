"""One line of the journal: a JSON object that ends with the SHA-256 of what stands before it and names the line before.

    {"add":{"answers":[{…}]},"alter":{},"at":…,"number":7,"previous":"…","rows":{"answers":12,…},"sequence":40,"sha256":"…"}

`sha256` is over the same object without that last member, which is canonical JSON: keys sorted, no spaces, UTF-8. `add`
and `alter` hold rows as they are after the batch, so that replaying a line twice changes nothing. `rows`: rows in each
table afterwards. The first line of a file is its base: the number and hash of the line it continues after.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from results.tables import COLUMNS, KEYS, LATER, Changes, Row, Rows, Totals

FORMAT: Final = 1
NOTHING: Final = "0" * 64  # the hash before the first line of all
_MARK: Final = b',"sha256":"'
_TAIL: Final = len(_MARK) + 64 + 2


@dataclass(frozen=True, slots=True)
class Head:
    """A state of the store: the journal's line that led to it, the highest sequence given, and the rows in each table."""

    number: int
    sha256: str
    sequence: int
    rows: Totals


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that holds a batch."""

    head: Head
    previous: str
    changes: Changes


class LineError(ValueError):
    """Why a line is not one of this journal."""


def encode_base(base: Head, at: int, erased: str = "") -> bytes:
    """The first line of a file that continues after `base`. `erased`: why an older journal was not kept."""
    body: dict[str, Any] = {
        "at": at,
        "continues": {"number": base.number, "sha256": base.sha256},
        "journal": FORMAT,
        "rows": base.rows,
        "sequence": base.sequence,
    }
    return _seal(body | ({"erased": erased} if erased else {}))[0]


def decode_base(line: bytes) -> Head:
    """Raises LineError."""
    body, _ = _open(line)
    if body.get("journal") != FORMAT:
        raise LineError("it does not begin as a journal of this program does")
    continued = body["continues"]
    return Head(continued["number"], continued["sha256"], body["sequence"], _totals(body["rows"]))


def encode(changes: Changes, before: Head, sequence: int, at: int) -> tuple[bytes, Head]:
    """The line that follows `before`, and the head it makes."""
    rows = dict(before.rows)
    for table, added in changes.added.items():
        rows[table] = rows.get(table, 0) + len(added)
    body = {
        "add": _named(changes.added),
        "alter": _named(changes.altered),
        "at": at,
        "number": before.number + 1,
        "previous": before.sha256,
        "rows": rows,
        "sequence": sequence,
    }
    line, sha256 = _seal(body)
    return line, Head(before.number + 1, sha256, sequence, rows)


def decode(line: bytes) -> Entry:
    """Raises LineError."""
    body, sha256 = _open(line)
    try:
        changes = Changes(_rows(body["add"]), _rows(body["alter"]))
        return Entry(Head(body["number"], sha256, body["sequence"], _totals(body["rows"])), body["previous"], changes)
    except (KeyError, TypeError, AttributeError):
        raise LineError("a part of it is missing") from None


def key_of(table: str, row: Row) -> Row:
    return tuple(row[COLUMNS[table].index(name)] for name in KEYS[table])


def _totals(rows: Totals) -> Totals:
    """Rows in each table; a line of an older schema does not count the tables that came later, which were empty."""
    return dict.fromkeys(COLUMNS, 0) | rows


def _named(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    return {table: [dict(zip(COLUMNS[table], row, strict=True)) for row in some] for table, some in rows.items()}


def _rows(named: dict[str, list[dict[str, Any]]]) -> Rows:
    """A line of an older schema lacks the columns that came later."""
    later = {table: dict(zip(COLUMNS[table][-len(values) :], values, strict=True)) for table, values in LATER.items()}
    return {
        table: [tuple((later.get(table, {}) | row)[name] for name in COLUMNS[table]) for row in some]
        for table, some in named.items()
    }


def _seal(body: dict[str, Any]) -> tuple[bytes, str]:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    sha256 = hashlib.sha256(text).hexdigest()
    return text[:-1] + _MARK + sha256.encode() + b'"}\n', sha256


def _open(line: bytes) -> tuple[dict[str, Any], str]:
    if not line.endswith(b'"}\n') or line[-_TAIL - 1 : -_TAIL - 1 + len(_MARK)] != _MARK:
        raise LineError("it is cut off")
    text, sha256 = line[: -_TAIL - 1] + b"}", line[-67:-3].decode("ascii", "replace")
    if hashlib.sha256(text).hexdigest() != sha256:
        raise LineError("its hash does not match its text")
    body = json.loads(text)
    assert isinstance(body, dict)
    return body, sha256
