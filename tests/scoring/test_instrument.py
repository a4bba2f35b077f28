"""What many responses say about a questionnaire."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.agreement import krippendorff_alpha
from scoring.instrument import FEWEST_RESPONSES, cronbach_alpha, examine_instrument, item_rest_correlations
from survey.response import NOT_APPLICABLE
from tests.builders import item, questionnaire

BUILT = questionnaire(
    [item("a"), item("b", allow_na="true"), item("c", asked_if={"item": "a", "at_least": 2})], [item("d")]
)


def random_answers(count, seed=1):
    """Answers that share one trait, from 2 up, so that nothing is skipped."""
    generator = np.random.default_rng(seed)
    trait = generator.integers(2, 6, (count, 1))
    return np.clip(trait + generator.integers(-1, 2, (count, 4)), 2, 5).astype(np.uint8)


def test_cronbach_by_hand():
    """Variances 2/3 and 2/3, of the sums 3, 3 and 6 it is 2."""
    levels = np.array([[1.0, 2], [2, 1], [3, 3]])
    assert cronbach_alpha(levels) == pytest.approx(2 * (1 - (4 / 3) / 2))
    assert cronbach_alpha(np.array([[1.0, 3], [2, 2], [3, 1]])) is None  # the sum is 4 throughout


def test_item_rest_by_hand():
    levels = np.array([[1.0, 2, 5], [2, 1, 5], [3, 3, 5]])
    first, second, third = item_rest_correlations(levels)
    assert first == second == pytest.approx(0.5)
    assert third is None


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 1), (0, 0)])
def test_too_little_for_any_coefficient(shape):
    assert cronbach_alpha(np.ones(shape)) is None
    assert item_rest_correlations(np.ones(shape)) == (None,) * shape[1]


LEVELS = st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=3, max_size=20).map(
    lambda rows: np.array(rows, float)
)


@given(LEVELS)
def test_cronbach_is_that_of_the_covariance_matrix(levels):
    covariance = np.cov(levels.T)
    alpha = cronbach_alpha(levels)
    if alpha is None:
        assert covariance.sum() == pytest.approx(0, abs=1e-6)
    else:
        assert alpha == pytest.approx(3 / 2 * (1 - np.trace(covariance) / covariance.sum()), abs=1e-6)
        assert alpha <= 1 + 1e-12


@given(LEVELS)
def test_item_rest_is_pearsons_correlation(levels):
    for column, value in enumerate(item_rest_correlations(levels)):
        rest = np.delete(levels, column, axis=1).sum(axis=1)
        if value is None:
            assert min(np.ptp(levels[:, column]), np.ptp(rest)) == 0
        else:
            assert value == pytest.approx(np.corrcoef(levels[:, column], rest)[0, 1], abs=1e-9)


@given(st.integers(3, 10))
def test_two_items_that_are_the_same_are_perfectly_reliable(count):
    column = np.arange(count) % 5 + 1.0
    assert cronbach_alpha(np.stack([column, column], axis=1)) == pytest.approx(1)


def test_below_a_hundred_no_coefficient_is_given():
    answers = random_answers(FEWEST_RESPONSES - 1)
    report = examine_instrument(BUILT, answers, np.zeros(len(answers), np.intp))
    listed = [report.whole, report.krippendorff, *(c for _, c in report.dimensions), *(i.rest for i in report.items)]
    assert {(c.value, c.status) for c in listed} == {(None, "too_few")}
    assert {c.n for c in listed} == {FEWEST_RESPONSES - 1}


def test_from_a_hundred_on():
    answers = random_answers(FEWEST_RESPONSES)
    groups, organisations = np.arange(100) % 4, np.arange(100) // 2 * 4 + np.arange(100) % 4
    report = examine_instrument(BUILT, answers, groups, organisations)
    (first, alpha), (second, none) = report.dimensions
    assert (first, second, alpha.n, none.status, none.value) == ("d1", "d2", 100, "one_item", None)
    assert alpha.value == cronbach_alpha(answers[:, :3].astype(float))
    assert report.whole.value == cronbach_alpha(answers.astype(float))
    assert [round(i.rest.value, 12) for i in report.items[:3]] == [
        round(value, 12) for value in item_rest_correlations(answers[:, :3].astype(float))
    ]
    assert report.items[3].rest.status == "one_item"


def test_krippendorff_is_over_country_and_item():
    """Each response an organisation: the counts of the levels in each country, item by item."""
    answers, groups = random_answers(120), np.arange(120) % 5
    counts = [
        [(answers[groups == group, column] == level).sum() for level in range(1, 6)]
        for group in range(5)
        for column in range(4)
    ]
    report = examine_instrument(BUILT, answers, groups)
    assert report.krippendorff.value == pytest.approx(krippendorff_alpha(np.array(counts)))


def test_respondents_of_one_organisation_are_one_observer():
    answers, groups = random_answers(100), np.arange(100) % 5
    twice = examine_instrument(BUILT, np.repeat(answers, 2, axis=0), np.repeat(groups, 2), np.repeat(np.arange(100), 2))
    assert twice.krippendorff.value == examine_instrument(BUILT, answers, groups).krippendorff.value


def test_no_groups_no_variation():
    same = np.full((100, 4), 3, np.uint8)
    report = examine_instrument(BUILT, same)
    assert report.krippendorff.status == "no_groups"
    assert examine_instrument(BUILT, same, np.zeros(100, np.intp)).krippendorff.status == "no_variation"
    assert (report.whole.status, report.dimensions[0][1].status) == ("no_variation", "no_variation")
    assert all(item.never_varies for item in report.items)


def test_items_nobody_can_answer():
    answers = np.array([[3, 6, 2, 1], [3, 0, 2, 1], [4, 3, 6, 1], [1, 7, 0, 1]], np.uint8)
    found = {item.item: item for item in examine_instrument(BUILT, answers).items}
    assert {name: found[name].asked for name in found} == {"a": 4, "b": 4, "c": 3, "d": 4}
    assert [found[name].unknown for name in "abc"] == [0, 0.5, pytest.approx(1 / 3)]
    assert not found["b"].cannot_be_answered  # exactly half
    assert (found["c"].never_varies, found["d"].never_varies) == (True, True)
    worse = np.vstack([answers, [[3, 6, 2, 1]]]).astype(np.uint8)
    assert examine_instrument(BUILT, worse).items[1].cannot_be_answered


@pytest.mark.parametrize("answer", [0, 6, NOT_APPLICABLE])
def test_nothing_known_and_nobody_there(answer):
    for count in (0, 1, 2, 150):
        answers = np.full((count, 4), answer, np.uint8)
        report = examine_instrument(BUILT, answers, np.zeros(count, np.intp))
        assert report.whole.value is None
        assert report.krippendorff.value is None
        assert not any(item.never_varies for item in report.items)
        assert report.items[2].unknown is None  # not asked
