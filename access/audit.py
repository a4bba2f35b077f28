"""The audit trail, for administrators: read page by page, and checked from its first entry to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from access.actor import Actor
from access.gate import authorise
from access.matrix import NOWHERE
from access.workshop import Workshop
from results.audit_chain import BEGINNING, Head, verify
from results.facts import AuditEntry

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking the chain has found. `head`: number and hash of the last entry that follows from the first; `broken`: the
    number of the first one that does not, None when all do; `reaches`: it holds the entry that was noted elsewhere, if one was given.
    """

    head: Head
    broken: int | None
    reaches: bool = True

    @property
    def is_whole(self) -> bool:
        return self.broken is None and self.reaches


def entries(workshop: Workshop, actor: Actor) -> Iterator[AuditEntry]:
    """Every entry, the oldest first."""
    authorise(workshop, actor, "read the audit trail", NOWHERE)
    return _all(workshop)


def newest(workshop: Workshop, actor: Actor, before: int, count: int) -> tuple[AuditEntry, ...]:
    """At most `count` entries below the number `before` (0: from the newest), the newest first."""
    last = length(workshop, actor)
    last = min(before - 1, last) if before else last
    first = max(0, last - count)
    return tuple(reversed(workshop.store.audit(first, last - first))) if last > first else ()


def length(workshop: Workshop, actor: Actor) -> int:
    """The number of the newest entry; 0 when there is none."""
    authorise(workshop, actor, "read the audit trail", NOWHERE)
    return workshop.store.audit_head()[0]


def check(workshop: Workshop, actor: Actor, noted: Head | None = None) -> Checked:
    """Whether each entry follows from the one before it. `noted`: an entry's number and hash, kept outside the database: a chain
    that was made anew does not hold it.
    """
    authorise(workshop, actor, "read the audit trail", NOWHERE)
    reaches = noted is None or noted == BEGINNING

    def watched() -> Iterator[AuditEntry]:
        nonlocal reaches
        for entry in _all(workshop):
            reaches = reaches or (entry.number, entry.sha256) == noted
            yield entry

    head, broken = verify(watched())
    return Checked(head, broken, reaches)


def _all(workshop: Workshop) -> Iterator[AuditEntry]:
    last = 0
    while page := workshop.store.audit(last, _AT_ONCE):
        yield from page
        last = page[-1].number
