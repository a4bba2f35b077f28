"""The smallest choice that gains enough: an exact search over candidates in groups, for `scoring.way_up`.

Each candidate may be raised by some steps; a choice must gain `need` in all, and in each group reach that group's own `need`. The
best choice has the fewest candidates, then the fewest steps, then the largest gain, then comes first in the given order. All
amounts are whole numbers, so sums and ties are exact.

Two nested dynamic programmes: within a group over its candidates, leaving out what another choice beats in every respect; then
over the groups, a knapsack table of the largest gain by count and steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Chosen = tuple[tuple[int, int], ...]
# Gain by (count, steps): int64, or Python's whole numbers where those would overflow. Negative: cannot be done.
Table = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Option:
    """Raising a candidate by `steps`: what it adds in its group (`reached`) and in all (`gain`). 0 steps: left as it is."""

    steps: int
    reached: int
    gain: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be raised; `options` by growing steps. Without an option of 0 steps it must be raised."""

    key: int
    options: tuple[Option, ...]

    @property
    def must(self) -> bool:
        return self.options[0].steps > 0

    @property
    def most(self) -> Option:
        return self.options[-1]


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that together must reach `need` (0 or less: nothing)."""

    candidates: tuple[Candidate, ...]
    need: int


@dataclass(frozen=True, slots=True)
class _Entry:
    count: int
    steps: int
    reached: int
    gain: int
    chosen: Chosen

    def beats(self, other: _Entry) -> bool:
        """At least as good in every respect, and better in one that the order of preference looks at."""
        return (
            self.count <= other.count
            and self.steps <= other.steps
            and self.reached >= other.reached
            and self.gain >= other.gain
            and (self.count, self.steps, -self.gain) != (other.count, other.steps, -other.gain)
        )


_NOTHING = _Entry(0, 0, 0, 0, ())


def cheapest(groups: Sequence[Group], need: int) -> Chosen:
    """The best choice as (key, steps) in the order of the candidates.

    Keys grow in the given order. Raises ValueError when even raising everything by the most steps is not enough.
    """
    groups = list(_split(groups))
    fewest = [_fewest(group) for group in groups]
    total = sum(len(group.candidates) for group in groups)
    for limit in range(_at_least(groups, need, sum(fewest)), total + 1):
        spare = limit - sum(fewest)
        choices = [_choices(group, own + spare) for group, own in zip(groups, fewest, strict=True)]
        found = _search(choices, need, limit)
        if found is not None:
            return found
    raise ValueError("no choice gains enough")


def _split(groups: Iterable[Group]) -> Iterator[Group]:
    """The same problem, with a group of its own for each candidate whose group needs nothing by itself."""
    for group in groups:
        if group.need > 0:
            yield group
        else:
            yield from (Group((candidate,), 0) for candidate in group.candidates)


def _fewest(group: Group) -> int:
    """How many of a group's candidates must be raised at least, whatever the others do."""
    must = [candidate for candidate in group.candidates if candidate.must]
    left = group.need - sum(candidate.most.reached for candidate in must)
    count = len(must)
    for reached in sorted((c.most.reached for c in group.candidates if not c.must), reverse=True):
        if left <= 0:
            break
        left -= reached
        count += 1
    if left > 0:
        raise ValueError("no choice reaches what a group needs")
    return count


def _at_least(groups: Sequence[Group], need: int, fewest: int) -> int:
    """A count below which no choice gains `need`."""
    everything = [candidate for group in groups for candidate in group.candidates]
    left = need - sum(candidate.most.gain for candidate in everything if candidate.must)
    count = sum(candidate.must for candidate in everything)
    for gain in sorted((c.most.gain for c in everything if not c.must), reverse=True):
        if left <= 0:
            break
        left -= gain
        count += 1
    return max(count, fewest)


def _search(choices: Sequence[Sequence[_Entry]], need: int, limit: int) -> Chosen | None:
    """The best choice of at most `limit` candidates, one entry of each group, or None."""
    need = max(0, need)
    unit = math.gcd(*(entry.gain for entries in choices for entry in entries)) or 1
    total = sum(max(entry.gain for entry in entries) for entries in choices) // unit
    steps = sum(max(entry.steps for entry in entries) for entries in choices)
    impossible = -1 - total
    table: Table = np.full((limit + 1, steps + 1), impossible, np.int64 if total < 2**62 else object)
    table[0, 0] = 0
    tables = [table]
    for entries in reversed(choices):
        table = np.full_like(table, impossible)
        for entry in entries:
            into = table[entry.count :, entry.steps :]
            before = tables[-1][: limit + 1 - entry.count, : steps + 1 - entry.steps]
            np.maximum(into, before + entry.gain // unit, out=into)
        tables.append(table)
    enough = np.argwhere(table >= -(-need // unit))
    if not len(enough):
        return None
    return _read(choices, tables[::-1], unit, (int(enough[0][0]), int(enough[0][1])))


def _read(choices: Sequence[Sequence[_Entry]], tables: Sequence[Table], unit: int, at: tuple[int, int]) -> Chosen:
    """The choice behind one cell of the first table; of equal ones the first in order."""
    chosen: Chosen = ()
    count, steps = at
    for place, entries in enumerate(choices):
        gain = tables[place][count, steps]
        fits = [
            entry
            for entry in entries
            if entry.count <= count
            and entry.steps <= steps
            and tables[place + 1][count - entry.count, steps - entry.steps] + entry.gain // unit == gain
        ]
        # Where one choice begins another, what follows in later groups comes after the longer one's next candidate.
        best = min(fits, key=lambda entry: (*entry.chosen, (math.inf, 0)))
        chosen, count, steps = chosen + best.chosen, count - best.count, steps - best.steps
    return chosen


def _choices(group: Group, limit: int) -> list[_Entry]:
    """What can be done within one group with at most `limit` candidates, without what another choice beats."""
    cap = max(0, group.need)
    known: dict[tuple[int, int, int], _Entry] = {(0, 0, 0): _NOTHING}
    for candidate in reversed(group.candidates):
        extended: dict[tuple[int, int, int], _Entry] = {}
        for entry in known.values():
            for option in candidate.options:
                count = entry.count + (option.steps > 0)
                if count > limit:
                    break
                reached = min(cap, entry.reached + option.reached)
                chosen = ((candidate.key, option.steps), *entry.chosen) if option.steps else entry.chosen
                _keep(extended, _Entry(count, entry.steps + option.steps, reached, entry.gain + option.gain, chosen))
        known = {(e.count, e.steps, e.reached): e for e in _unbeaten(extended.values())}
    return [entry for entry in known.values() if entry.reached >= cap]


def _keep(best: dict[tuple[int, int, int], _Entry], entry: _Entry) -> None:
    key = entry.count, entry.steps, entry.reached
    found = best.get(key)
    if found is None or (-entry.gain, entry.chosen) < (-found.gain, found.chosen):
        best[key] = entry


def _preference(entry: _Entry) -> tuple[int, int, int, Chosen]:
    return entry.count, entry.steps, -entry.gain, entry.chosen


def _unbeaten(entries: Iterable[_Entry]) -> list[_Entry]:
    kept: list[_Entry] = []
    for entry in sorted(entries, key=_preference):
        if not any(other.beats(entry) for other in kept):
            kept.append(entry)
    return kept
