"""Rank sets: the ranks that a country could have, all countries together, at 95 %.

Two countries differ significantly when |difference| ÷ its standard error exceeds the 95 % quantile of the largest such
ratio among all pairs when no two differ. A country's best rank is then 1 + the number significantly better, its worst
K − the number significantly worse; with 95 % confidence every country's true rank lies in its set. After Mogstad, Romano,
Shaikh & Wilhelm (2024), "Inference for Ranks with Applications to Mobility across Neighbourhoods and Academic
Achievement across Countries", Review of Economic Studies 91(1): the two-sided, simultaneous sets in a single step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.rule import TOLERANCE, Floats
from scoring.spread import CONFIDENCE

SEED: Final = 20260101
DRAWS: Final = 5_000  # the level is then met within ±0.3 percentage points (Monte Carlo standard error)


@dataclass(frozen=True, slots=True)
class RankSets:
    """Best and worst rank of each of g countries, 1 = the highest score; 0 = none, as the country has no interval.

    `ranked` is K, the number of countries with a set.
    """

    best: NDArray[np.intp]
    worst: NDArray[np.intp]
    ranked: int

    def of(self, index: int) -> tuple[int, int] | None:
        """(best, worst) of one country."""
        return (int(self.best[index]), int(self.worst[index])) if self.best[index] else None


def rank_sets(
    score: Floats, variance: Floats, df: Floats, confidence: float = CONFIDENCE, seed: int = SEED
) -> RankSets:
    """Rank sets from scores, their variances and the degrees of freedom of these (g,); infinite df = variances known exactly.

    A country whose score, variance or df is NaN has no set and takes no rank. Equal scores never differ significantly;
    a difference without any variance does.
    """
    count = len(score)
    best, worst = np.zeros(count, np.intp), np.zeros(count, np.intp)
    kept = np.flatnonzero(~(np.isnan(score) | np.isnan(variance) | np.isnan(df)))
    score, variance = score[kept], variance[kept]
    critical = critical_value(variance, df[kept], confidence, seed)
    ahead = score[:, None] - score
    is_ahead = (ahead > TOLERANCE) & (ahead > critical * np.sqrt(variance[:, None] + variance))
    best[kept] = 1 + is_ahead.sum(axis=0)
    worst[kept] = len(kept) - is_ahead.sum(axis=1)
    return RankSets(best, worst, len(kept))


def critical_value(variance: Floats, df: Floats, confidence: float = CONFIDENCE, seed: int = SEED) -> float:
    """The quantile of the largest |difference| ÷ standard error over all pairs of K independent estimates of equal means.

    Simulated from `DRAWS` draws, the same for a seed at every call: estimates normal with these variances, each variance itself
    estimated with its df. Pairs without variance (beside the largest, under 1e-30) take no part. 0 with fewer than two estimates.
    """
    if len(variance) < 2 or not variance.max():
        return 0.0
    # float32 takes half the time of float64 and is exact enough for draws.
    scale = np.sqrt(variance / variance.max()).astype(np.float32)[:, None]
    draws = [_draws(float(number), index, seed) for index, number in enumerate(df)]
    exact = variance <= variance.max() * 1e-30
    order = np.argsort(~exact, kind="stable")  # those without variance first
    estimate = (scale * np.stack([normal for normal, _ in draws]))[order]
    spread = (scale**2 * np.stack([chi for _, chi in draws]))[order]
    largest = np.zeros(DRAWS, np.float32)
    for index in range(len(variance) - 1):
        others = slice(max(index + 1, int(exact.sum())), None)
        ratio = estimate[others] - estimate[index]
        ratio *= ratio
        ratio /= spread[others] + spread[index]
        np.maximum(largest, np.maximum.reduce(ratio, axis=0), out=largest)
    return float(np.sqrt(np.quantile(largest, confidence)))


@lru_cache(maxsize=256)
def _draws(df: float, index: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draws for the country at a place: standard normal, and chi-square ÷ df independent of it (1 for infinite df)."""
    random = np.random.default_rng((seed, index))
    normal = random.standard_normal(DRAWS).astype(np.float32)
    chi = (random.chisquare(df, DRAWS) / df if np.isfinite(df) else np.ones(DRAWS)).astype(np.float32)
    for draws in (normal, chi):
        draws.setflags(write=False)
    return normal, chi
