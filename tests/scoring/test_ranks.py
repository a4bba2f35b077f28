"""Ranks of many replays at once, against their definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scoring.ranks import MOST, competition_ranks, count_ahead, count_ranks, quantiles

# Quarters tie often and are exact in binary, so that the definition below needs no tolerance.
SCORES = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=st.integers(4, 20).map(lambda n: n / 4)
)


def test_ties_share_the_better_rank():
    assert competition_ranks(np.array([[3.0, 5.0, 3.0, 1.0]])).tolist() == [[2, 1, 2, 4]]


def test_the_order_of_a_sum_is_no_difference_and_a_billionth_is_one():
    assert competition_ranks(np.array([[3.0, 3.0 + 4e-16, 3.0 + 1e-9]])).tolist() == [[2, 2, 1]]


@given(SCORES)
def test_a_rank_is_one_more_than_the_number_of_higher_scores(scores):
    higher = scores[:, None, :] > scores[:, :, None]
    np.testing.assert_array_equal(competition_ranks(scores), 1 + higher.sum(axis=2))


@given(SCORES)
def test_counts_of_ranks_and_of_who_is_ahead(scores):
    ranks, count = competition_ranks(scores), scores.shape[1]
    expected = [[(ranks[:, country] == rank).sum() for rank in range(1, count + 1)] for country in range(count)]
    np.testing.assert_array_equal(count_ranks(ranks), expected)
    np.testing.assert_array_equal(count_ahead(ranks), (scores[:, :, None] > scores[:, None, :]).sum(axis=0))


@given(SCORES, st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]))
def test_quantiles_are_those_of_the_ranks(scores, probability):
    ranks = competition_ranks(scores)
    found = quantiles(count_ranks(ranks), (probability,))
    np.testing.assert_allclose(found, np.quantile(ranks, [probability], axis=0), atol=1e-9)


@pytest.mark.parametrize("countries", [255, 256, 700])
def test_many_countries_and_more_replays_than_a_byte_holds(countries):
    scores = np.tile(np.linspace(1, 5, countries), (600, 1))
    ranks = competition_ranks(scores)
    assert ranks[0].tolist() == list(range(countries, 0, -1))
    ahead = count_ahead(ranks[:, :20])
    np.testing.assert_array_equal(ahead, 600 * np.tri(20, k=-1, dtype=int))


def test_no_country_and_too_many():
    assert competition_ranks(np.empty((3, 0))).shape == (3, 0)
    assert quantiles(np.zeros((0, 0), np.int64), (0.5, 0.95)).shape == (2, 0)
    with pytest.raises(ValueError, match="at most 65535"):
        competition_ranks(np.ones((1, MOST + 1)))
