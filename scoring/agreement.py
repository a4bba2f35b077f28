"""How far a panel agrees on an item, from the weights of its known answers at each level. No answers, no I/O: counts in, indices out.

Three indices of one item's answers, which need two answers or more: AD (mean absolute deviation from the median; Burke,
Finkelstein & Dusig 1999), consensus (Tastle & Wierman 2007) and rwg (James, Demaree & Wolf 1984). One of a whole
instrument: Krippendorff's alpha, which says whether the answers tell the countries and items apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.rule import TOLERANCE, Floats

# Burke & Dunlap (2002): agreement is acceptable up to c/6 for c response options.
CONTESTED_ABOVE: Final = 0.83

Difference = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Indices of agreement, each of the shape (...) of the counts without its last axis.

    `defined` where at least two organisations gave a known answer; elsewhere every index is 0 and says nothing. `ad` in
    levels, 0 (all the same) to 2; `consensus` 1 (all the same) to 0 (half at each end); `rwg` 1 to 0 (no better than answers
    at random). `contested`: AD above 0.83.
    """

    defined: NDArray[np.bool_]
    ad: Floats
    consensus: Floats
    rwg: Floats

    @property
    def contested(self) -> NDArray[np.bool_]:
        flags: NDArray[np.bool_] = self.defined & (self.ad > CONTESTED_ABOVE * (1 + TOLERANCE))
        return flags


def measure_agreement(counts: NDArray[Any], answers: NDArray[Any]) -> Agreement:
    """Agreement of many items at once.

    `counts` (..., levels): weight of the known answers at each level, an organisation weighing 1 however many answer for it.
    `answers` (...): how many organisations stand behind them. Missing data: only known answers are in the counts.
    """
    weights = np.asarray(counts, dtype=np.float64)
    defined = (np.asarray(answers) >= 2) & (weights.sum(axis=-1) > 0)
    # Where nothing is defined, one answer stands in, so that no division by zero needs to be caught.
    weights = np.where(defined[..., None], weights, np.eye(weights.shape[-1])[0])
    shares = weights / weights.sum(axis=-1, keepdims=True)
    mean = shares @ np.arange(1.0, shares.shape[-1] + 1)
    figures = (
        mean_deviation(shares, medians(shares)),
        _consensus(shares, mean),
        _rwg(shares, mean, np.asarray(answers)),
    )
    ad, consensus, rwg = (np.where(defined, figure, 0.0) for figure in figures)
    return Agreement(defined, ad, consensus, rwg)


def medians(shares: Floats) -> Floats:
    """The lower median level (...) of shares (..., levels)."""
    below = np.cumsum(shares, axis=-1) < 0.5 * (1 - TOLERANCE)
    lower: Floats = 1.0 + below.sum(axis=-1)
    return lower


def mean_deviation(shares: Floats, centre: Floats) -> Floats:
    """Mean absolute deviation (...) from a centre (...), in levels. About the median it is least, whichever median is taken."""
    levels = np.arange(1.0, shares.shape[-1] + 1)
    deviation: Floats = np.sum(shares * np.abs(levels - np.asarray(centre)[..., None]), axis=-1)
    return deviation


def _consensus(shares: Floats, mean: Floats) -> Floats:
    """1 + Σ p·log2(1 − |level − mean| / (levels − 1)): Tastle & Wierman, Int. J. Approx. Reasoning 45 (2007) 531-545."""
    count = shares.shape[-1]
    near = 1 - np.abs(np.arange(1.0, count + 1) - mean[..., None]) / (count - 1)
    # A level without answers can stand at the greatest distance, where the logarithm has no value; its term is 0.
    terms = shares * np.log2(np.where(shares > 0, near, 1.0))
    consensus: Floats = np.clip(1 + terms.sum(axis=-1), 0.0, 1.0)
    return consensus


def _rwg(shares: Floats, mean: Floats, answers: NDArray[Any]) -> Floats:
    """1 − s² / ((levels² − 1) / 12), at least 0: James, Demaree & Wolf, J. Appl. Psychol. 69 (1984) 85-98."""
    count = shares.shape[-1]
    spread = np.sum(shares * (np.arange(1.0, count + 1) - mean[..., None]) ** 2, axis=-1)
    unbiased = spread * answers / np.maximum(answers - 1, 1)
    rwg: Floats = np.maximum(0.0, 1 - unbiased / ((count**2 - 1) / 12))
    return rwg


def krippendorff_alpha(counts: NDArray[Any], difference: Difference = "ordinal") -> float | None:
    """Krippendorff's alpha, 1 (units are told apart perfectly) over 0 (as by chance) to below 0 (worse than chance).

    `counts` (units, levels): how many observers gave the unit each level. Missing data: an observer without a value is not
    counted, and a unit with fewer than two values pairs with nothing. None where alpha has no value: no unit has two
    values, or all values are the same. Source: Krippendorff, Content Analysis (4th ed. 2019), ch. 12.
    """
    values = np.asarray(counts, dtype=np.float64)
    values = values[values.sum(axis=-1) >= 2]
    others = values.sum(axis=-1) - 1
    coincidences = (values / others[:, None]).T @ values - np.diag((values / others[:, None]).sum(axis=0))
    margin = coincidences.sum(axis=0)
    distance = _squared_difference(margin, difference)
    expected = margin @ distance @ margin
    if expected <= 0:
        return None
    return float(1 - (margin.sum() - 1) * np.sum(coincidences * distance) / expected)


def _squared_difference(margin: Floats, difference: Difference) -> Floats:
    """Krippendorff's δ² between levels (levels, levels). Ordinal: how many values lie between two levels, each end by half."""
    ranks = np.arange(margin.size, dtype=np.float64)
    if difference == "nominal":
        return 1.0 - np.eye(margin.size)
    if difference == "ordinal":
        ranks = np.cumsum(margin) - margin / 2
    squared: Floats = (ranks[:, None] - ranks) ** 2
    return squared
