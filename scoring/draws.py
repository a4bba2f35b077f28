"""Random draws of the assumptions behind a score: one row a replay, the same rows for every country and every refresh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.rule import Floats
from scoring.scheme import Scheme

SEED: Final = 20_260_101
WEIGHT_RANGE: Final = (0.75, 1.25)
THRESHOLD_RANGE: Final = (0.6, 0.8)
ASSUMPTIONS: Final = ("weights", "aggregation", "unknown", "evidence_caps", "threshold")
_SINGLE: Final = len(ASSUMPTIONS) - 1  # every assumption but the weights is one number


@dataclass(frozen=True, slots=True)
class Draws:
    """R replays' assumptions, read-only.

    `items` (R × items) and `dimensions` (R × dimensions) multiply the weights; `geometric`, `unknown_as_five` and `capped`
    (R,) choose the mean, what an unknown counts as and whether evidence caps apply; `threshold` (R,) is the level's gate.
    """

    items: Floats
    dimensions: Floats
    geometric: NDArray[np.bool_]
    unknown_as_five: NDArray[np.bool_]
    capped: NDArray[np.bool_]
    threshold: Floats

    def __len__(self) -> int:
        return len(self.threshold)

    def take(self, rows: slice | NDArray[np.intp]) -> Draws:
        """Some of the replays."""
        return Draws(
            self.items[rows], self.dimensions[rows], self.geometric[rows], self.unknown_as_five[rows],
            self.capped[rows], self.threshold[rows],
        )  # fmt: skip


def width(items: int, dimensions: int) -> int:
    """Uniform numbers that one replay takes."""
    return items + dimensions + _SINGLE


def columns(items: int, dimensions: int) -> dict[str, slice]:
    """The columns of the uniform numbers that belong to each assumption; all weights together are one assumption."""
    first = items + dimensions
    singles = {name: slice(first + place, first + place + 1) for place, name in enumerate(ASSUMPTIONS[1:])}
    return {ASSUMPTIONS[0]: slice(0, first), **singles}


def from_uniform(uniform: Floats, items: int, dimensions: int) -> Draws:
    """Uniform numbers in 0-1 (R × `width`) as assumptions."""
    own = columns(items, dimensions)
    factors = _between(WEIGHT_RANGE, uniform[:, own["weights"]])
    is_on = {name: uniform[:, own[name]][:, 0] >= 0.5 for name in ASSUMPTIONS[1:4]}
    threshold = _between(THRESHOLD_RANGE, uniform[:, own["threshold"]][:, 0])
    drawn = Draws(
        factors[:, :items],
        factors[:, items:],
        is_on["aggregation"],
        is_on["unknown"],
        is_on["evidence_caps"],
        threshold,
    )
    for array in (factors, *is_on.values(), threshold, drawn.items, drawn.dimensions):
        array.setflags(write=False)
    return drawn


def _between(limits: tuple[float, float], uniform: Floats) -> Floats:
    low, high = limits
    return low + (high - low) * uniform


@lru_cache(maxsize=4)
def draw(items: int, dimensions: int, replays: int, seed: int = SEED) -> Draws:
    """`replays` draws. They depend on the arguments only, and fewer replays are the first of more."""
    uniform = np.random.default_rng(seed).random((replays, width(items, dimensions)))
    return from_uniform(uniform, items, dimensions)


def nominal(scheme: Scheme, *, capped: bool = False) -> Draws:
    """The one replay that is the rule itself: given weights, arithmetic mean, unknown as 1, the declared threshold."""
    items, dimensions = scheme.dimensions[-1].stop, len(scheme.dimensions)
    no = np.zeros(1, np.bool_)
    return Draws(
        np.ones((1, items)), np.ones((1, dimensions)), no, no, np.full(1, capped), np.array([scheme.threshold])
    )
