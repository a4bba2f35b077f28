"""Agreement: published values, and what holds for any answers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.agreement import krippendorff_alpha, mean_deviation, measure_agreement, medians
from scoring.distribution import gather
from survey.response import DONT_KNOW
from tests.builders import codes

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section D: 4 observers × 12 units, 0 = missing. The
# data and the ordinal value .815 also in the tests of fast-krippendorff and in the help of Stata's kalpha.
CANONICAL = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)
# Wikipedia, "Krippendorff's alpha", "A computational example": 3 coders × 15 units.
THREE_CODERS = np.array(
    [
        [0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3],
        [1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4],
    ]
)


def by_unit(values, levels: int = 5):
    return np.stack([(values == level).sum(axis=0) for level in range(1, levels + 1)], axis=-1)


@pytest.mark.parametrize(
    ("data", "difference", "published", "digits"),
    [
        (CANONICAL, "nominal", 0.743, 3),
        (CANONICAL, "ordinal", 0.815, 3),
        (CANONICAL, "interval", 0.849, 3),
        (THREE_CODERS, "nominal", 0.691358, 6),
        (THREE_CODERS, "interval", 0.810845, 6),
    ],
)
def test_published_alphas(data, difference, published, digits):
    assert round(krippendorff_alpha(by_unit(data), difference), digits) == published


def test_published_consensus():
    """R package agrmt, help of consensus(): 1,000 answers on seven levels, 0.7256876."""
    found = measure_agreement(np.array([30, 40, 210, 130, 530, 50, 10]), np.array(1000))
    assert round(float(found.consensus), 7) == 0.7256876


@pytest.mark.parametrize(
    ("counts", "consensus"),
    [
        ([5, 0, 0, 0, 0], 1),
        ([2, 0, 0, 0, 2], 0),  # half at each end: no consensus (Tastle & Wierman 2007, their requirement)
        ([1, 1, 1, 1, 1], 1 + 0.4 * (math.log2(0.5) + math.log2(0.75))),
    ],
)
def test_consensus_by_hand(counts, consensus):
    assert measure_agreement(np.array(counts), np.sum(counts)).consensus == pytest.approx(consensus)


def chance(judges: int, levels: int):
    """Every count of `judges` answers over `levels` and its probability when each answer is a fair draw."""
    rows = [row for row in itertools.product(range(judges + 1), repeat=levels - 1) if sum(row) <= judges]
    counts = np.array([(*row, judges - sum(row)) for row in rows])
    ways = [math.factorial(judges) / math.prod(math.factorial(int(count)) for count in row) for row in counts]
    return counts, np.array(ways) / levels**judges


def test_published_critical_value_of_rwg():
    """Dunlap, Burke & Smith-Crowe (J. Appl. Psychol. 88, 2003), table 2: ten judges, five options, 5 % level: 0.53."""
    counts, probability = chance(10, 5)
    rwg = measure_agreement(counts, np.full(len(counts), 10)).rwg
    reached = [value for value in np.unique(rwg.round(9)) if probability[rwg >= value - 1e-9].sum() <= 0.05]
    assert round(min(reached), 2) == 0.53


def test_published_critical_value_of_the_average_deviation():
    """The same, table 3 (about the mean): five judges, seven options, 5 % level: 0.64 or less."""
    counts, probability = chance(5, 7)
    shares = counts / 5
    deviation = mean_deviation(shares, shares @ np.arange(1.0, 8))
    reached = [value for value in np.unique(deviation.round(9)) if probability[deviation <= value + 1e-9].sum() <= 0.05]
    assert round(max(reached), 2) == 0.64


@pytest.mark.parametrize(
    ("answers", "ad", "rwg", "contested"),
    [
        ([3, 3, 3, 3], 0, 1, False),
        ([3, 4], 0.5, 0.75, False),  # variance 0.5 of 2
        ([2, 3, 4, 4, 5], 4 / 5, 1 - 1.3 / 2, False),  # below c/6: acceptable (Burke & Dunlap 2002)
        ([2, 2, 4, 4], 1, 1 - (4 / 3) / 2, True),
        ([1, 1, 5, 5], 2, 0, True),  # more than random: cut at 0
    ],
)
def test_by_hand(answers, ad, rwg, contested):
    counts = np.bincount(answers, minlength=6)[1:]
    found = measure_agreement(counts, np.array(len(answers)))
    assert (found.ad, found.rwg) == (pytest.approx(ad), pytest.approx(rwg))
    assert (bool(found.defined), bool(found.contested)) == (True, contested)


def test_undefined_is_said_and_never_nan():
    counts = np.array([[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 1]])
    found = measure_agreement(counts, np.array([0, 1, 2]))
    assert found.defined.tolist() == [False, False, True]
    assert found.contested.tolist() == [False, False, True]
    assert all(np.isfinite(figure).all() for figure in (found.ad, found.consensus, found.rwg))


@pytest.mark.parametrize(
    "rows", [[], [[1, 0, 0, 0, 0]], [[0, 3, 0, 0, 0], [0, 2, 0, 0, 0]], [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0]]]
)
def test_alpha_without_pairs_or_variation_is_none(rows):
    assert krippendorff_alpha(np.array(rows, dtype=float).reshape(-1, 5)) is None


def count_levels(routed, members, organisations, groups):
    """What `measure_agreement` takes, as a comparison makes it."""
    gathered = gather(routed, members, groups, organisations)
    return gathered.together.counts[..., 1:6], gathered.known


def test_two_respondents_weigh_as_one_organisation():
    routed = codes([5, "dont_know"], [1, 4], [1, 3], [2, 2])
    counts, answers = count_levels(routed, np.array([0, 0, 0, 1]), np.array([7, 7, 9, 4]), 3)
    assert counts[0].tolist() == [[1.5, 0, 0, 0, 0.5], [0, 0, 1, 0.5, 0]]
    assert answers.tolist() == [[2, 2], [1, 1], [0, 0]]
    found = measure_agreement(counts, answers)
    assert found.defined.tolist() == [[True, True], [False, False], [False, False]]
    assert found.ad[0, 0] == 1.0


def test_nobody_knows_or_nobody_is_there():
    counts, answers = count_levels(codes(["dont_know"], [""]), np.array([0, 0]), np.array([0, 1]), 1)
    assert not measure_agreement(counts, answers).defined.any()
    nobody = np.zeros(0, np.intp)
    assert count_levels(np.zeros((0, 2), np.uint8), nobody, nobody, 1)[0].shape == (1, 2, 5)


COUNTS = st.lists(st.integers(0, 6), min_size=5, max_size=5).filter(lambda row: sum(row) >= 2)


@given(COUNTS)
def test_turning_the_scale_round_changes_nothing(row):
    there, back = (measure_agreement(np.array(counts), np.array(sum(row))) for counts in (row, row[::-1]))
    for index in ("ad", "consensus", "rwg"):
        assert getattr(there, index) == pytest.approx(getattr(back, index), abs=1e-12)
        assert 0 <= getattr(there, index) <= (2 if index == "ad" else 1)
    assert (there.ad == 0) == (max(row) == sum(row)) == (there.consensus == 1)


@given(COUNTS, st.integers(1, 5))
def test_no_centre_is_nearer_than_the_median(row, centre):
    shares = np.array(row) / sum(row)
    assert mean_deviation(shares, medians(shares)) <= mean_deviation(shares, np.array(float(centre))) + 1e-12


@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_many_at_once_is_one_by_one(rows):
    together = measure_agreement(np.array(rows), np.sum(rows, axis=1))
    for place, row in enumerate(rows):
        alone = measure_agreement(np.array(row), np.array(sum(row)))
        for index in ("ad", "consensus", "rwg"):
            assert getattr(alone, index) == pytest.approx(getattr(together, index)[place], abs=1e-12)


@given(st.lists(COUNTS, min_size=1, max_size=6), st.permutations(range(5)))
def test_alpha_is_at_most_one_and_nominal_alpha_ignores_names(rows, order):
    counts = np.array(rows)
    ordinal, nominal = krippendorff_alpha(counts), krippendorff_alpha(counts, "nominal")
    assert ordinal is None or ordinal <= 1 + 1e-12
    renamed = krippendorff_alpha(counts[:, list(order)], "nominal")
    assert (nominal is None and renamed is None) or nominal == pytest.approx(renamed)


@given(
    st.integers(2, 5), st.lists(st.integers(0, 4), min_size=2, max_size=6).filter(lambda levels: len(set(levels)) > 1)
)
def test_perfect_agreement_that_tells_units_apart_is_one(observers, levels):
    assert krippendorff_alpha(np.eye(5)[levels] * observers) == pytest.approx(1)


def test_a_dont_know_is_not_a_value():
    assert count_levels(np.array([[DONT_KNOW]], np.uint8), np.array([0]), np.array([0]), 1)[1].tolist() == [[0]]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_counts_are_those_of_a_count_by_hand(rows):
    """`rows`: an answer, an organisation within its group, a group."""
    routed = np.array([[code] for code, _, _ in rows], np.uint8).reshape(-1, 1)
    groups = np.array([group for _, _, group in rows], np.intp)
    organisations = np.array([group * 10 + own for _, own, group in rows], np.intp)
    counts, answers = count_levels(routed, groups, organisations, 3)
    for group in range(3):
        mine = [(code, own) for code, own, home in rows if home == group]
        size = {own: sum(other == own for _, other in mine) for _, own in mine}
        for level in range(1, 6):
            weight = sum(1 / size[own] for code, own in mine if code == level)
            assert counts[group, 0, level - 1] == pytest.approx(weight)
        assert answers[group, 0] == len({own for code, own in mine if 1 <= code <= 5})
