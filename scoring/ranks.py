"""Competition ranks of many replays at once, their quantiles, and who is ahead of whom."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.rule import Floats

Counts = NDArray[np.int64]
Ranks = NDArray[Any]

MOST: Final = 65_535  # countries; a country's place must fit 16 bits
TIE: Final = 1e-12  # scores closer than this differ by the order of floating-point sums only
_BITS: Final = 16
_SCALE: Final = 2.0**44  # scores up to 5 take 47 bits, the country's place 16: one signed 64-bit key
_GAP: Final = int(TIE * _SCALE)
_BLOCK: Final = 4_000_000  # bytes of one block of pairwise comparisons


def competition_ranks(scores: Floats) -> Ranks:
    """Rank 1 = the highest score; ties share the better rank. `scores` R × K within 0-5, no NaN → uint8 or uint16, R × K.

    Each row is sorted once as integers that hold the score (to 6e-14) and the country's place.
    """
    replays, count = scores.shape
    if count > MOST:
        raise ValueError(f"{count} countries: at most {MOST} can be ranked.")
    keys = ((5.0 - scores) * _SCALE).astype(np.int64)
    keys <<= _BITS
    keys |= np.arange(count)
    keys.sort(axis=1)
    kind: Any = np.uint8 if count <= np.iinfo(np.uint8).max else np.uint16
    place = np.broadcast_to(np.arange(1, count + 1, dtype=kind), keys.shape)
    ties = (keys[:, 1:] >> _BITS) - (keys[:, :-1] >> _BITS) <= _GAP
    if ties.any():
        place = place.copy()
        place[:, 1:][ties] = 0
        place = np.maximum.accumulate(place, axis=1)
    ranks = np.empty((replays, count), kind)
    keys &= MOST
    keys += np.arange(0, replays * count, count)[:, None]
    ranks.ravel()[keys] = place
    return ranks


def count_ranks(ranks: Ranks) -> Counts:
    """How often each country has each rank, K × K."""
    count = ranks.shape[1]
    cells = ranks + np.arange(-1, count * count - 1, count, dtype=np.int64)
    return np.bincount(cells.ravel(), minlength=count * count).reshape(count, count)


def count_ahead(ranks: Ranks) -> Counts:
    """In how many replays each country (row) is ranked above each other one (column), K × K."""
    replays, count = ranks.shape
    total = np.zeros((count, count), np.int64)
    # At most 255 replays a block, so that a byte holds their sum.
    step = min(255, max(1, _BLOCK // max(1, count * count)))
    for start in range(0, replays, step):
        block = ranks[start : start + step]
        above = block[:, :, None] < block[:, None, :]
        total += np.add.reduce(above.view(np.uint8), axis=0, dtype=np.uint8)
    return total


def quantiles(counts: Counts, probability: float) -> Floats:
    """Quantile of each country's ranks (linear between order statistics, as `numpy.quantile`) from `count_ranks`."""
    position = (counts[0].sum() - 1) * probability if len(counts) else 0.0
    reached = counts.cumsum(axis=1)
    low, high = (1.0 + (reached <= order).sum(axis=1) for order in (np.floor(position), np.ceil(position)))
    found: Floats = low + (position - np.floor(position)) * (high - low)
    return found
