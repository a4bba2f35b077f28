"""Who can help whom: in each dimension, countries that are far ahead beside those that are behind, if both have agreed to be named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from scoring.scorecard import Scorecard

HELPER_LEVEL: Final = 4  # integrated: the practice holds across government and is measured
LEAST_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Pairing:
    """In `dimension`, `helper` is at `helper_level` and `learner` at `learner_level` (1-5), at least the least gap below."""

    dimension: str
    helper: str
    learner: str
    helper_level: int
    learner_level: int

    @property
    def gap(self) -> int:
        """Levels between the two."""
        return self.helper_level - self.learner_level


def find_peers(
    cards: Mapping[str, Scorecard],
    consenting: Collection[str],
    helper_level: int = HELPER_LEVEL,
    least_gap: int = LEAST_GAP,
) -> tuple[Pairing, ...]:
    """All pairings of countries (`cards` by name): dimensions in the questionnaire's order, largest gap first, then by names.

    Missing data: a country takes part in a dimension only where it is rated. Only countries in `consenting` are named. The
    cards are of one questionnaire; raises StopIteration where one lacks a dimension of the first.
    """
    named = {name: cards[name] for name in sorted(cards) if name in consenting}
    dimensions = [part.part for part in next(iter(named.values())).dimensions] if named else []
    found: list[Pairing] = []
    for dimension in dimensions:
        levels = {name: card.part(dimension).level for name, card in named.items()}
        rated = {name: level for name, level in levels.items() if level is not None}
        pairs = [
            Pairing(dimension, helper, learner, ahead, behind)
            for helper, ahead in rated.items()
            if ahead >= helper_level
            for learner, behind in rated.items()
            if ahead - behind >= least_gap
        ]
        found += sorted(pairs, key=lambda pair: (-pair.gap, pair.helper, pair.learner))
    return tuple(found)
