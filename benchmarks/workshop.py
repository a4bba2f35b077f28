"""300 people answering at once: `benchmarks.answering` at the size of a whole workshop, with its bound on latency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.answering import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks import Result

SESSIONS = 300
P95_BOUND = 50.0  # milliseconds


def run() -> Iterator[Result]:
    yield from compare(SESSIONS, P95_BOUND)
