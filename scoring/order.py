"""The order in which countries stand: alphabetical, or in groups by level. A rank is never an order by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """Countries with one level, by their positions in what was given, in alphabetical order. `level` None = no level is shown."""

    level: int | None
    members: tuple[int, ...]


def alphabetical(names: Sequence[SupportsRichComparison]) -> tuple[int, ...]:
    """Positions in the order of the names (or of their sorting keys in a language); equal ones as given.

    >>> alphabetical(["Laos", "Georgia"])
    (1, 0)
    """
    return tuple(sorted(range(len(names)), key=names.__getitem__))


def by_level(names: Sequence[SupportsRichComparison], levels: Sequence[int | None]) -> tuple[LevelGroup, ...]:
    """Groups from the highest level to the lowest, then those without a level; within a group by name, never by score.

    Raises ValueError when there are not as many levels as names.

    >>> by_level(["Laos", "Georgia", "Nepal"], [3, 3, None])
    (LevelGroup(level=3, members=(1, 0)), LevelGroup(level=None, members=(2,)))
    """
    if len(names) != len(levels):
        raise ValueError("There must be a level, or None, for each name.")
    order = alphabetical(names)
    present = sorted({level for level in levels if level is not None}, reverse=True)
    listed = [*present, None] if None in levels else present
    return tuple(LevelGroup(level, tuple(index for index in order if levels[index] == level)) for level in listed)
