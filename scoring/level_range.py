"""The range of several organisations' levels, shown to one that is not among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring.suppression import PUBLISHED_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class LevelRange:
    """Lowest, middle and highest level (1-5). `middle`: the median, the lower one of two."""

    lowest: int
    middle: int
    highest: int


def level_range(levels: Iterable[int], minimum: int = PUBLISHED_FROM) -> LevelRange | None:
    """The range of levels; 0 (no level) is left out. None when fewer than `minimum` are left: two figures of four tell too much.

    >>> level_range([3, 1, 2, 0, 5, 4])
    LevelRange(lowest=1, middle=3, highest=5)
    >>> level_range([3, 1, 2, 0, 5]) is None
    True
    """
    known = sorted(level for level in levels if level)
    if len(known) < minimum:
        return None
    return LevelRange(known[0], known[(len(known) - 1) // 2], known[-1])
