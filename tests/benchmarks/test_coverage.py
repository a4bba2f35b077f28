"""A quick version of `python -m benchmarks coverage`: the same bounds, less three Monte Carlo standard errors."""

from __future__ import annotations

import math

import pytest

from benchmarks.coverage import INVITED, LEAST, METHODS, RANK_METHODS, interval_coverage, rank_coverage
from benchmarks.simulated_workshops import COUNTRIES, Simulation, Size

QUICK = Size(worlds=4, workshops=12, bootstrapped=1)
WORKSHOPS = QUICK.worlds * QUICK.workshops


def bound(least: float, trials: int) -> float:
    return least - 3 * math.sqrt(least * (1 - least) / trials)


@pytest.mark.parametrize("n", INVITED)
@pytest.mark.parametrize("finite", [False, True], ids=["of all there could be", "of those invited"])
def test_95_percent_intervals_hold_the_score(n, finite):
    found = interval_coverage(Simulation(n, QUICK), n, INVITED[n] if finite else None)
    least = bound(LEAST, WORKSHOPS * COUNTRIES)
    assert found[METHODS[-1], "questionnaire"].share >= least
    assert found[METHODS[-1], "dimensions"].share >= least
    if n == 3:  # the sample is large enough to find a method that falls short
        assert found["percentile bootstrap", "questionnaire"].share < least


@pytest.mark.parametrize("countries", ["tied, alike", "tied, unequal spreads", "nearly tied"])
def test_rank_sets_hold_all_true_ranks(countries):
    found = rank_coverage(Simulation(3, QUICK), 3, countries)
    least = bound(0.95, WORKSHOPS)
    assert found[RANK_METHODS[-1]].share >= least
    assert found[RANK_METHODS[0]].share < least
