"""Rank sets: a published example, tabulated critical values, ties and zero variances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import rank_sets as module
from scoring.rank_sets import critical_value, rank_sets

KNOWN = np.inf

# Mean mathematics score and its standard error, OECD countries, PISA 2018 (OECD), as in the data set `pisa2018` of the R package csranks.
PISA_2018 = {
    "Australia": (491.3600, 1.939833), "Austria": (498.9423, 2.970999), "Belgium": (508.0703, 2.262662),
    "Canada": (512.0169, 2.357476), "Chile": (417.4066, 2.415888), "Colombia": (390.9323, 2.989559),
    "Czech Republic": (499.4677, 2.460662), "Denmark": (509.3984, 1.735002), "Estonia": (523.4146, 1.743602),
    "Finland": (507.3014, 1.967920), "France": (495.4076, 2.320214), "Germany": (500.0438, 2.647083),
    "Greece": (451.3703, 3.091228), "Hungary": (481.0826, 2.319597), "Iceland": (495.1874, 1.953083),
    "Ireland": (499.6329, 2.198621), "Israel": (463.0345, 3.498563), "Italy": (486.5899, 2.780046),
    "Japan": (526.9733, 2.471475), "Korea": (525.9330, 3.121394), "Latvia": (496.1263, 1.962767),
    "Lithuania": (481.1912, 1.953282), "Luxembourg": (483.4215, 1.097632), "Mexico": (408.8015, 2.493226),
    "Netherlands": (519.2310, 2.632278), "New Zealand": (494.4897, 1.705943), "Norway": (500.9638, 2.219045),
    "Poland": (515.6479, 2.602085), "Portugal": (492.4874, 2.684570), "Slovak Republic": (486.1649, 2.555596),
    "Slovenia": (508.8975, 1.363878), "Spain": (481.3926, 1.462418), "Sweden": (502.3877, 2.654251),
    "Switzerland": (515.3147, 2.908004), "Turkey": (453.5078, 2.260407), "United Kingdom": (501.7699, 2.564428),
    "United States": (478.2447, 3.235444),
}  # fmt: skip
NAMES = tuple(PISA_2018)
MEANS, ERRORS = np.array(list(PISA_2018.values())).T


def sets(score, variance, df=KNOWN, **options):
    score = np.asarray(score, float)
    found = rank_sets(
        score, np.broadcast_to(np.asarray(variance, float), score.shape), np.full(score.shape, float(df)), **options
    )
    return [found.of(index) for index in range(len(score))]


def test_pisa_2018_as_published():
    """Vignette "Inference for Ranks" of csranks 1.2.2, section Simultaneous Confidence Sets (there with step-down, which here changes none of these)."""
    at_95 = dict(zip(NAMES, sets(MEANS, ERRORS**2), strict=True))
    assert set(range(at_95["Korea"][0], at_95["Korea"][1] + 1)) & set(
        range(at_95["Germany"][0], at_95["Germany"][1] + 1)
    ) == {7}
    last = {"Chile", "Mexico", "Colombia"}
    assert min(at_95[name][0] for name in last) > max(at_95[name][1] for name in NAMES if name not in last)
    at_75 = dict(zip(NAMES, sets(MEANS, ERRORS**2, confidence=0.75), strict=True))
    assert at_75["Korea"][1] < at_75["Germany"][0]
    # The published 95 % set of the possible top five, with step-down, lies within the single-step one.
    top = {name for name in NAMES if at_95[name][0] <= 5}
    assert top >= {
        "Belgium", "Canada", "Denmark", "Estonia", "Finland", "Japan", "Korea", "Netherlands", "Poland", "Slovenia",
        "Sweden", "Switzerland",
    }  # fmt: skip
    assert len(top) <= 13


@pytest.mark.parametrize(("count", "tabulated"), [(2, 2.772), (3, 3.314), (5, 3.858), (10, 4.474), (20, 5.012)])
def test_equal_known_variances_give_tukeys_critical_value(count, tabulated):
    """The studentised range's 95 % points at infinite degrees of freedom, as tabulated; ÷ √2 for differences."""
    found = critical_value(np.ones(count), np.full(count, KNOWN))
    assert found == pytest.approx(tabulated / np.sqrt(2), abs=0.03)


def test_two_countries_worked_by_hand():
    # Standard error of the difference 1, critical value 1.96.
    assert sets([3.0, 5.1], [0.5, 0.5]) == [(2, 2), (1, 1)]
    assert sets([3.0, 4.8], [0.5, 0.5]) == [(1, 2), (1, 2)]


def test_three_countries_worked_by_hand():
    # Critical value 2.34; differences 1, 4, 5 at standard error √2: 0.7, 2.8, 3.5.
    assert sets([1.0, 2.0, 6.0], [1, 1, 1]) == [(2, 3), (2, 3), (1, 1)]


def test_uncertain_variances_demand_more():
    certain = critical_value(np.ones(12), np.full(12, KNOWN))
    assert critical_value(np.ones(12), np.full(12, 30.0)) > certain
    assert critical_value(np.ones(12), np.full(12, 6.0)) > critical_value(np.ones(12), np.full(12, 30.0))


def test_ties_and_zero_variances():
    assert sets([3, 3, 3], 0) == [(1, 3)] * 3
    assert sets([3, 3.5, 3], 0) == [(2, 3), (1, 1), (2, 3)]
    assert sets([3, 3 + 1e-12], 0) == [(1, 2)] * 2
    assert sets([2, 2, 4.999], [0, 0, 1e-6]) == [(2, 3), (2, 3), (1, 1)]
    assert sets([3, 3], 1e-30) == [(1, 2)] * 2
    assert sets([3, 3.1, 4.9], [1e-300, 1e-300, 0.01]) == [(3, 3), (2, 2), (1, 1)]


def test_countries_without_an_interval_take_no_rank():
    found = rank_sets(np.array([1.0, np.nan, 5.0, 4.0]), np.array([0.1, 0.1, np.nan, 0.1]), np.array([6.0, 6, 6, 6]))
    assert [found.of(index) for index in range(4)] == [(2, 2), None, None, (1, 1)]
    assert found.ranked == 2
    nobody = rank_sets(np.full(2, np.nan), np.full(2, np.nan), np.full(2, np.nan))
    assert (nobody.ranked, nobody.of(0), nobody.of(1)) == (0, None, None)
    assert sets([3.2], 0.1) == [(1, 1)]
    assert sets([], 0.1) == []


def test_the_same_at_every_call_and_another_seed_nearly_so():
    variance, df = np.linspace(0.01, 0.2, 12), np.full(12, 6.0)
    first = critical_value(variance, df)
    module._draws.cache_clear()
    assert critical_value(variance, df) == first
    assert critical_value(variance, df, seed=7) != first
    assert critical_value(variance, df, seed=7) == pytest.approx(first, abs=0.1)


def test_200_countries():
    found = rank_sets(np.linspace(1, 5, 200), np.full(200, 0.01), np.full(200, 8.0))
    assert found.best[0] > 100
    assert found.best[-1] == 1
    assert found.worst[-1] < 100


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_sets_hold_the_observed_rank_and_follow_the_scores(seed, count):
    random = np.random.default_rng(seed)
    score = np.round(random.uniform(1, 5, count), 1)
    variance = random.choice([0, 1e-4, 0.01, 0.1], count)
    found = rank_sets(score, variance, np.full(count, 6.0))
    rank = 1 + (score[:, None] - score > 1e-9).sum(axis=0)
    assert (found.best <= rank).all()
    assert (found.worst >= rank).all()
    assert ((found.best >= 1) & (found.worst <= count)).all()
    reverse = rank_sets(6 - score, variance, np.full(count, 6.0))
    np.testing.assert_array_equal(reverse.best, count + 1 - found.worst)
    scaled = rank_sets(score * 8, variance * 64, np.full(count, 6.0))
    np.testing.assert_array_equal(scaled.best, found.best)
