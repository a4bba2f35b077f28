"""Which assumption matters most: Sobol's total indices of ranks and levels under the draws of `scoring.draws`.

A total index is the share of the variance that would remain if every other assumption were fixed, interactions
included, so the indices may sum to more than 1. Estimator and sample: Saltelli et al. (2010), as in `scipy.stats`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from scoring.draws import SEED, Draws, columns, from_uniform, width
from scoring.panel import Panel
from scoring.ranks import competition_ranks
from scoring.replays import Cases, chunks, prepare, replay_levels, replay_scores
from scoring.rule import Floats
from scoring.scheme import Scheme

SAMPLES: Final = 1_024  # points of each of the 2 + groups samples; a power of 2

Evaluate = Callable[[Floats], Floats]  # uniform numbers (n × d) → outputs (s × n)


@dataclass(frozen=True, slots=True)
class Drivers:
    """Total Sobol index of each assumption, averaged over countries by variance, for ranks and for levels of the questionnaire.

    All weights together are one assumption. `ranks_vary`, `levels_vary`: False when no assumption moves any country, and
    every index is then 0.0 because there is nothing to share out.
    """

    samples: int
    ranks: Mapping[str, float]
    ranks_vary: bool
    levels: Mapping[str, float]
    levels_vary: bool


def drivers(
    scheme: Scheme, panel: Panel, capped: Panel | None = None, samples: int = SAMPLES, seed: int = SEED
) -> Drivers:
    """What moves the countries' ranks and levels. Countries that are not rated are left out; `samples` is a power of 2.

    Raises ValueError (scipy) for another number of samples.
    """
    cases = prepare(scheme, panel, capped)
    items, dimensions = scheme.dimensions[-1].stop, len(scheme.dimensions)
    groups, numbers = columns(items, dimensions), width(items, dimensions)

    def indices(figures: Callable[[Cases, Draws], Floats]) -> tuple[Mapping[str, float], bool]:
        def evaluate(uniform: Floats) -> Floats:
            drawn = from_uniform(uniform, items, dimensions)
            return np.concatenate([figures(cases, drawn.take(rows)) for rows in chunks(len(drawn), cases)], axis=1)

        return total_indices(evaluate, groups, numbers, samples, seed)

    ranks, ranks_vary = indices(_ranks)
    levels, levels_vary = indices(_levels)
    return Drivers(samples, ranks, ranks_vary, levels, levels_vary)


def _ranks(cases: Cases, drawn: Draws) -> Floats:
    scores = replay_scores(cases, drawn)[-1][:, cases.is_rated[-1]]
    ranks: Floats = competition_ranks(scores).T.astype(np.float64)
    return ranks


def _levels(cases: Cases, drawn: Draws) -> Floats:
    return replay_levels(cases, drawn)[-1][:, cases.is_rated[-1]].T.astype(np.float64)


def total_indices(
    evaluate: Evaluate, groups: Mapping[str, slice], numbers: int, samples: int = SAMPLES, seed: int = SEED
) -> tuple[dict[str, float], bool]:
    """Total index of each group of inputs, outputs averaged by their variance, and whether any output varies at all.

    `groups` name columns of the `numbers` uniform inputs; `evaluate` is called (2 + groups) times on `samples` points.
    """
    from scipy.stats import sobol_indices  # noqa: PLC0415 (a second to import, and few need it)

    first, second = _points(numbers, samples, seed)
    swapped = []
    for own in groups.values():
        mixed = first.copy()
        mixed[:, own] = second[:, own]
        swapped.append(evaluate(mixed))
    f_a, f_b, f_ab = evaluate(first), evaluate(second), np.stack(swapped)
    variance = np.var(np.concatenate([f_a, f_b], axis=1), axis=1)
    moves = variance > 0
    if not moves.any():
        return dict.fromkeys(groups, 0.0), False
    given: Mapping[Literal["f_A", "f_B", "f_AB"], Floats] = {
        "f_A": f_a[moves], "f_B": f_b[moves], "f_AB": f_ab[:, moves],
    }  # fmt: skip
    totals = np.reshape(sobol_indices(func=given, n=samples).total_order, (-1, len(groups)))
    return dict(zip(groups, np.average(totals, axis=0, weights=variance[moves]).tolist(), strict=True)), True


@lru_cache(maxsize=4)
def _points(numbers: int, samples: int, seed: int) -> tuple[Floats, Floats]:
    """Two samples of `samples` × `numbers` from one scrambled Sobol sequence, read-only."""
    from scipy.stats import qmc  # noqa: PLC0415 (a second to import, and few need it)

    points: Floats = qmc.Sobol(2 * numbers, rng=seed).random(samples)
    points.setflags(write=False)
    return points[:, :numbers], points[:, numbers:]
