"""The audit trail as a chain: each entry's hash covers the entry before it, so that none can be changed or left out unseen.

Whoever can write to the database can also make a whole new chain. Against that helps the hash of the newest entry, noted
somewhere else: `verify` finds the first entry that does not follow.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Final

from results.facts import AuditEntry, AuditEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Head = tuple[int, str]
BEGINNING: Final[Head] = (0, "0" * 64)
_EVENT: Final = len(AuditEvent.__slots__)


def head_of(rows: Sequence[tuple[int, str]]) -> Head:
    """What `results.facts.AUDIT_HEAD` has found."""
    return rows[0] if rows else BEGINNING


def entry(head: Head, event: AuditEvent) -> AuditEntry:
    """The entry that follows `head`: (number, hash) of the one before it."""
    number, previous = head[0] + 1, head[1]
    sha256 = _sha256(number, previous, astuple(event))
    return AuditEntry(**asdict(event), number=number, previous=previous, sha256=sha256)


def verify(entries: Iterable[AuditEntry], head: Head = BEGINNING) -> tuple[Head, int | None]:
    """The last (number, hash) that follows from `head`, and the number of the first entry that does not (None: all do)."""
    for one in entries:
        sound = (one.number, one.previous) == (head[0] + 1, head[1])
        if not sound or one.sha256 != _sha256(one.number, one.previous, astuple(one)[:_EVENT]):
            return head, one.number
        head = (one.number, one.sha256)
    return head, None


def _sha256(number: int, previous: str, event: tuple[int | str, ...]) -> str:
    text = json.dumps([number, previous, *event], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
