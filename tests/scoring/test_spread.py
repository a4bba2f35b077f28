"""The spread between agencies: worked by hand, what has none, and what must not happen on poor data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.distribution import gather
from scoring.panel import form, score_panels
from scoring.rule import rate
from scoring.scheme import scheme_of
from scoring.spread import TooFewInvitedError, jackknife, moderate, spread
from survey.response import NOT_APPLICABLE, NOT_ASKED
from tests.builders import codes, item, questionnaire

ONE = questionnaire([item("a", allow_na="true")])
T_2, T_4, T_6 = 4.302653, 2.776445, 2.446912  # two-sided 95 % quantiles of Student's t, as tabulated


def of(built, countries, invited=None, organisations=None, agreed=None):
    """Scores and spread of countries given as lists of rows."""
    rows = codes(*[row for country in countries for row in country])
    members = np.repeat(np.arange(len(countries)), [len(country) for country in countries])
    answers = gather(rows.reshape(-1, len(built.items)), members, len(countries), organisations)
    panel = form(answers.together, agreed)
    ratings = rate(scheme_of(built), panel.codes, panel.shares)
    return ratings, spread(scheme_of(built), ratings, answers, invited, agreed)


def column(*levels):
    return [[level] for level in levels]


def test_a_country_alone_has_the_plain_jackknife_which_for_a_mean_is_the_textbook_interval():
    _, found = of(ONE, [column(2, 3, 4)], [30])
    half = T_2 * np.sqrt(1 / 3 * 0.9)
    assert found.df[0].tolist() == [2, 2]
    assert found.variance[0] == pytest.approx([0.3, 0.3])
    assert (found.low[0, 0], found.high[0, 0]) == (max(1, 3 - half), min(5, 3 + half))
    _, four = of(ONE, [column(2, 3, 3, 4)])
    half = 3.182446 * np.sqrt((2 / 3) / 4)
    assert (four.low[0, 1], four.high[0, 1]) == pytest.approx((3 - half, 3 + half), abs=1e-6)


def test_variances_are_shrunk_to_the_pooled_one():
    # Between organisations 1 and 4; pooled 2.5; the prior weighs as the other country's 2 degrees of freedom.
    _, found = of(ONE, [column(2, 3, 4), column(1, 3, 5)], [4, None])
    assert found.df[:, 0].tolist() == [4, 4]
    assert found.variance[:, 0] == pytest.approx([1.75 / 3 * 0.25, 3.25 / 3])
    half = T_4 * np.sqrt(1.75 / 3 * 0.25)
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx((3 - half, 3 + half), abs=1e-6)
    assert (found.low[1, 0], found.high[1, 0]) == (1, 5)


def test_the_prior_weighs_at_most_four_degrees_of_freedom():
    _, found = of(ONE, [column(2, 3, 4), column(1, 3, 5), column(3, 3, 3), column(2, 4, 5, 5)])
    own = np.array([1, 4, 0, 2])
    pooled = (2 + 8 + 0 + 6) / 9
    df = np.array([2, 2, 2, 3])
    assert found.df[:, 0].tolist() == [6, 6, 6, 7]
    assert found.variance[:, 0] == pytest.approx((4 * pooled + df * own) / (4 + df) / [3, 3, 3, 4])
    half = T_6 * np.sqrt(4 * pooled / 6 / 3)
    assert found.high[2, 0] == pytest.approx(3 + half, abs=1e-6)
    assert not found.unanimous.any()


def test_all_invited_have_answered_leaves_nothing_open():
    ratings, found = of(ONE, [column(2, 3, 4)], [3])
    assert found.low[0, 0] == found.high[0, 0] == ratings.score[0, 0]
    assert not found.unanimous.any()


def test_identical_answers_everywhere_are_a_point_and_said_so():
    ratings, found = of(ONE, [column(3, 3, 3), column(4, 4, 4, 4)])
    np.testing.assert_array_equal(found.low, ratings.score)
    np.testing.assert_array_equal(found.high, ratings.score)
    assert found.unanimous.all()
    assert found.variance.tolist() == [[0, 0], [0, 0]]


def test_identical_scores_of_different_answers_are_no_spread_of_the_whole():
    built = questionnaire([item(f"i{n}") for n in range(6)])
    levels = [1, 2, 3, 4, 5, 2]  # six, as sums of sixths carry rounding errors
    _, found = of(built, [[levels[start:] + levels[:start] for start in range(6)]])
    assert found.unanimous.all()
    assert found.low[0].tolist() == found.high[0].tolist()


@pytest.mark.parametrize("country", [[], column(3), column(3, 4)])
def test_fewer_than_three_organisations_have_no_interval(country):
    _, found = of(ONE, [country, column(1, 3, 5)])
    for figure in (found.low, found.high, found.variance, found.df):
        assert np.isnan(figure[0]).all()
        assert not np.isnan(figure[1]).any()
    assert not found.unanimous[0].any()


def test_respondents_of_one_organisation_are_not_three_organisations():
    _, found = of(ONE, [column(2, 3, 4, 5)], organisations=np.array(["x", "x", "y", "y"]))
    assert np.isnan(found.low).all()
    _, apart = of(ONE, [column(2, 3, 4)])
    _, repeated = of(ONE, [column(2, 2, 3, 4)], organisations=np.array([1, 1, 2, 3]))
    np.testing.assert_array_equal(apart.low, repeated.low)
    np.testing.assert_array_equal(apart.variance, repeated.variance)


@pytest.mark.parametrize("answer", ["dont_know", "", "not_applicable"])
def test_without_a_level_there_is_no_interval(answer):
    _, found = of(ONE, [column(*[answer] * 5), column(1, 3, 5)])
    assert np.isnan(found.low[0]).all()
    assert found.variance[1] == pytest.approx([4 / 3, 4 / 3])


def test_those_who_gave_no_level_do_not_count_as_seen():
    built = questionnaire([item("a", allow_na="true")], [item("b")])
    _, found = of(built, [[[2, 2], [3, 3], [4, 4], ["not_applicable", 3]]])
    assert found.df[0].tolist() == [2, 3, 3]
    _, two = of(built, [[[2, 2], [3, 3], ["not_applicable", 3], ["not_applicable", 3]]])
    assert np.isnan(two.low[0]).tolist() == [True, False, False]


def test_where_leaving_one_out_leaves_nothing_to_rate_there_is_no_interval():
    rows = [[2], [3], [4], ["not_applicable"], ["not_applicable"], ["not_applicable"]]
    ratings, found = of(ONE, [rows])  # without one of the three, more than half do not apply
    assert ratings.score[0, 0] == 3
    assert np.isnan(found.low).all()
    assert np.isnan(found.df).all()


def test_an_agreed_answer_does_not_vary():
    built = questionnaire([item("a"), item("b")])
    rows = [[1, 2], [3, 3], [5, 4]]
    ratings, found = of(built, [rows], agreed=codes([4, ""]))
    assert ratings.score[0, 0] == 3.5
    assert found.variance[0, 0] == pytest.approx(1 / 4 / 3)  # half of the item that varies with variance 1
    _, settled = of(built, [rows], agreed=codes([4, 4]))
    assert settled.unanimous.all()
    assert settled.low[0].tolist() == [4, 4]


def test_more_answered_than_invited_is_refused():
    with pytest.raises(TooFewInvitedError) as refused:
        of(ONE, [column(1, 2, 3), column(1, 2, 3)], [3, 2])
    assert isinstance(refused.value, ValueError)
    assert (refused.value.group, refused.value.answered, refused.value.invited) == (1, 3, 2)


def test_nobody_invited_and_nobody_there():
    _, found = of(ONE, [[], column(1, 3, 5)], [0, 9])
    assert np.isnan(found.low[0]).all()
    _, empty = of(ONE, [[]])
    assert np.isnan(empty.low).all()


@pytest.mark.parametrize("weights", [("1e-9", "1e9"), ("1e9", "1e9"), ("1e-9", "1e-9")])
def test_enormous_and_tiny_weights_of_items(weights):
    built = questionnaire([item("a", weight=weights[0]), item("b", weight=weights[1])])
    _, found = of(built, [[[1, 2], [1, 3], [1, 4]], [[5, 1], [4, 1], [3, 1]]])
    assert np.isfinite(found.low).all()
    assert ((found.low >= 1) & (found.high <= 5) & (found.low <= found.high)).all()


def test_no_variance_to_share_leaves_nan_and_no_warning():
    moderated, df = moderate(np.full((2, 1), np.nan), np.zeros((2, 1)))
    assert np.isnan(moderated).all()
    assert np.isnan(df).all()


BUILT = questionnaire(
    [item("a", critical="true"), item("b", weight="2", allow_na="true"), item("c", weight="3")],
    [item("d", allow_na="true"), item("e", asked_if={"item": "a", "at_least": 3})],
)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(0, 12))
def test_the_jackknife_is_the_kernel_without_each_organisation_in_turn(seed, countries, responses):
    random = np.random.default_rng(seed)
    rows = random.integers(0, 9, (responses, 5), dtype=np.uint8)
    members, organisations = random.integers(0, countries, responses), random.integers(0, 6, responses)
    answers = gather(rows, members, countries, organisations)
    scores = score_panels(BUILT, rows, members, countries, organisations=organisations).score
    found, given_levels = jackknife(scheme_of(BUILT), scores, answers)
    for country in range(countries):
        mine = members == country
        without = [
            score_panels(BUILT, rows[kept], np.zeros(kept.sum(), np.intp), 1, organisations=organisations[kept]).score[
                0
            ]
            for kept in (mine & (organisations != label) for label in np.unique(organisations[mine]))
        ]
        n = len(without)
        if n < 3:
            assert np.isnan(found[country]).all()
            continue
        expected = (n - 1) * np.var(without, axis=0) * given_levels[country]
        expected[given_levels[country] < 3] = np.nan
        np.testing.assert_allclose(found[country], expected, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_intervals_hold_their_score_and_stay_on_the_scale(seed, responses):
    random = np.random.default_rng(seed)
    rows = random.choice(np.array([0, 1, 2, 3, 4, 5, 6, NOT_APPLICABLE, NOT_ASKED], np.uint8), (responses, 5))
    answers = gather(rows, random.integers(0, 3, responses), 3)
    panel = form(answers.together)
    ratings = rate(scheme_of(BUILT), panel.codes, panel.shares)
    found = spread(scheme_of(BUILT), ratings, answers, [None, 40, 30])
    there = ~np.isnan(found.low)
    assert (there == ~np.isnan(found.high)).all()
    assert (there == ~np.isnan(found.df)).all()
    assert (found.low[there] <= ratings.score[there]).all()
    assert (ratings.score[there] <= found.high[there]).all()
    assert (found.low[there] >= 1).all()
    assert (found.high[there] <= 5).all()
    assert not (found.unanimous & ~there).any()
