"""Method uncertainty: the rule at nominal settings, a plain replay one by one, and properties."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.draws import draw, nominal
from scoring.panel import Panel, form_panels
from scoring.replays import prepare, replay, replay_levels, replay_scores
from scoring.rule import NOT_RATED, rate
from scoring.scheme import scheme_of
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from tests.builders import item, questionnaire

BUILT = questionnaire(
    [item("a", critical="true"), item("b", weight="2", allow_na="true"), item("c", allow_na="true")],
    {
        "id": "d2",
        "title": "Second",
        "weight": "3",
        "critical": "true",
        "items": [item("d", allow_na="true"), item("e")],
    },
    [item("f", allow_na="true")],
)
SCHEME = scheme_of(BUILT)
ITEMS, DIMENSIONS, PARTS = 6, 3, 4

# One country: three responses of six codes, of which item a is never not applicable.
ANSWER = st.sampled_from([1, 2, 3, 4, 5, DONT_KNOW, UNANSWERED, NOT_APPLICABLE, NOT_ASKED])
CRITICAL = st.sampled_from([1, 2, 3, 4, 5, DONT_KNOW, UNANSWERED])
RESPONSE = st.tuples(CRITICAL, *[ANSWER] * (ITEMS - 1))
COUNTRY = st.lists(RESPONSE, min_size=3, max_size=3)
COUNTRIES = st.lists(COUNTRY, min_size=1, max_size=5)
CAP = st.integers(2, 5)


def panels(countries, cap=5) -> tuple[Panel, Panel]:
    """The countries' declared and capped panels."""
    answers = np.array(countries, np.uint8).reshape(-1, ITEMS)
    members = np.arange(len(answers)) // 3
    capped = np.where(answers <= 5, np.minimum(answers, cap), answers).astype(np.uint8)
    return form_panels(answers, members, len(countries)), form_panels(capped, members, len(countries))


def alike(*rows) -> Panel:
    """Countries of one response each."""
    return panels([[row] * 3 for row in rows])[0]


@given(COUNTRIES, CAP)
def test_nominal_settings_are_the_rule(countries, cap):
    declared, capped = panels(countries, cap)
    cases = prepare(SCHEME, declared, capped)
    for panel, is_capped in ((declared, False), (capped, True)):
        rated, settings_ = rate(SCHEME, panel.codes, panel.shares), nominal(SCHEME, capped=is_capped)
        np.testing.assert_allclose(replay_scores(cases, settings_)[:, 0].T, rated.score, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(replay_levels(cases, settings_)[:, 0].T, rated.level)
        high = replace(settings_, unknown_as_five=np.ones(1, np.bool_))
        np.testing.assert_allclose(replay_scores(cases, high)[:, 0].T, rated.score_high, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(replay_levels(cases, high)[:, 0].T, rated.level_high)


def one_by_one(panel: Panel, row: int, drawn, replay_: int) -> list[float]:
    """Scores of one country in one replay, from the definition; not rated dimensions by the rule."""

    def mean(values, weights):
        if drawn.geometric[replay_]:
            return exp(sum(w * log(v) for v, w in zip(values, weights, strict=True)) / sum(weights))
        return sum(w * v for v, w in zip(values, weights, strict=True)) / sum(weights)

    rated = rate(SCHEME, panel.codes, panel.shares)
    found, weights = [], []
    for index, part in enumerate(SCHEME.dimensions):
        if rated.status[row, index] == NOT_RATED:
            found.append(np.nan)
            continue
        values, own = [], []
        for place in range(part.start, part.stop):
            code = panel.codes[row, place]
            if code in (NOT_APPLICABLE, NOT_ASKED):
                continue
            unknown = 5.0 if drawn.unknown_as_five[replay_] else 1.0
            values.append(unknown if code in (DONT_KNOW, UNANSWERED) else 1 + panel.shares[row, place].sum())
            own.append(part.weights[place - part.start] * drawn.items[replay_, place])
        found.append(mean(values, own))
        weights.append(SCHEME.whole.weights[index] * drawn.dimensions[replay_, index])
    rated_ones = [score for score in found if not np.isnan(score)]
    return [*found, mean(rated_ones, weights) if rated_ones else np.nan]


@settings(max_examples=40)
@given(COUNTRIES, CAP)
def test_scores_are_those_of_replays_done_one_by_one(countries, cap):
    both, drawn = panels(countries, cap), draw(ITEMS, DIMENSIONS, 16)
    scores = replay_scores(prepare(SCHEME, *both), drawn)
    for number in range(16):
        used = both[int(drawn.capped[number])]
        for row in range(len(countries)):
            np.testing.assert_allclose(scores[:, number, row], one_by_one(used, row, drawn, number), rtol=1e-12)


@settings(max_examples=40)
@given(COUNTRIES, CAP)
def test_levels_are_the_rules_under_each_replays_weights_and_threshold(countries, cap):
    both, drawn = panels(countries, cap), draw(ITEMS, DIMENSIONS, 12)
    levels = replay_levels(prepare(SCHEME, *both), drawn)
    nominal_status = rate(SCHEME, both[0].codes, both[0].shares).status
    for number in range(12):
        items = replace(SCHEME.items, weights=SCHEME.items.weights * drawn.items[number])
        whole = replace(SCHEME.whole, weights=SCHEME.whole.weights * drawn.dimensions[number])
        scheme = replace(SCHEME, items=items, equal=False, whole=whole, threshold=drawn.threshold[number])
        used = both[int(drawn.capped[number])]
        rated = rate(scheme, used.codes, used.shares)
        # A dimension is left out by the declared weights, in the rule by the weights it is given.
        same = (rated.status == NOT_RATED) == (nominal_status == NOT_RATED)
        expected = rated.level_high if drawn.unknown_as_five[number] else rated.level
        rows = same.all(axis=1)
        np.testing.assert_array_equal(levels[:, number].T[rows], expected[rows])


@settings(max_examples=40)
@given(COUNTRIES, CAP, st.randoms(use_true_random=False))
def test_permuting_countries_permutes_everything(countries, cap, random):
    order = random.sample(range(len(countries)), len(countries))
    found = replay(SCHEME, *panels(countries, cap), replays=50)
    moved = replay(SCHEME, *panels([countries[row] for row in order], cap), replays=50)
    for figure in ("median", "p5", "p95", "levels"):
        np.testing.assert_array_equal(getattr(moved, figure), getattr(found, figure)[order])
    np.testing.assert_array_equal(moved.ahead, found.ahead[np.ix_(order, order)])


@settings(max_examples=40)
@given(COUNTRIES, COUNTRY, CAP)
def test_another_country_leaves_scores_and_levels_alone(countries, another, cap):
    drawn = draw(ITEMS, DIMENSIONS, 20)
    alone, beside = (prepare(SCHEME, *panels(some, cap)) for some in (countries, [*countries, another]))
    np.testing.assert_allclose(
        replay_scores(beside, drawn)[..., :-1], replay_scores(alone, drawn), rtol=1e-12, equal_nan=True
    )
    np.testing.assert_array_equal(replay_levels(beside, drawn)[..., :-1], replay_levels(alone, drawn))


@settings(max_examples=20)
@given(COUNTRIES, st.integers(2, 1000))
def test_scaling_all_weights_changes_nothing(countries, factor):
    scaled = replace(
        SCHEME,
        dimensions=tuple(replace(part, weights=part.weights.astype(float) * factor) for part in SCHEME.dimensions),
        whole=replace(SCHEME.whole, weights=SCHEME.whole.weights.astype(float) * factor),
    )
    drawn, panel = draw(ITEMS, DIMENSIONS, 20), panels(countries)[0]
    first, second = prepare(SCHEME, panel), prepare(SCHEME, panel)
    second = replace(second, scheme=scaled)
    np.testing.assert_allclose(replay_scores(second, drawn), replay_scores(first, drawn), rtol=1e-12, equal_nan=True)
    np.testing.assert_array_equal(replay_levels(second, drawn), replay_levels(first, drawn))


@settings(max_examples=20)
@given(COUNTRY, COUNTRY)
def test_identical_countries_are_never_ahead_of_each_other(mine, other):
    found = replay(SCHEME, panels([mine, other, mine])[0], replays=200)
    if not np.isnan(found.ahead[0, 2]):
        assert (found.ahead[0, 2], found.ahead[2, 0]) == (0, 0)
    np.testing.assert_array_equal(found.median[0], found.median[2])


def test_equal_levels_tie_whatever_is_not_applicable():
    found = replay(SCHEME, alike([3] * 6, [3, 3, NOT_APPLICABLE, 3, 3, 3]), replays=500)
    assert found.ahead.tolist() == [[0, 0], [0, 0]]
    assert found.p95[:, -1].tolist() == [1, 1]


def test_countries_that_differ_by_evidence_only_tie_without_the_caps():
    declared = alike([4] * 6, [4] * 6)
    capped = alike([4] * 6, [2] * 6)
    found = replay(SCHEME, declared, capped, replays=400)
    assert found.ahead[0, 1] == draw(ITEMS, DIMENSIONS, 400).capped.mean()
    assert found.ahead[1, 0] == 0
    assert found.p95[1, -1] == 2


def test_one_always_better_is_first_in_every_replay():
    found = replay(SCHEME, alike([4] * 6, [2] * 6), replays=300)
    assert found.ahead.tolist() == [[0, 1], [0, 0]]
    assert found.median[:, -1].tolist() == found.p5[:, -1].tolist() == [1, 2]
    assert found.levels[0, -1].tolist() == [0, 0, 0, 1, 0]


def test_the_threshold_moves_a_level_whose_share_lies_between():
    four_of_six = questionnaire([item(f"i{n}") for n in range(6)])
    found = replay(scheme_of(four_of_six), alike([4, 4, 4, 4, 3, 3]), replays=1000)
    third, fourth = found.levels[0, 0, 2], found.levels[0, 0, 3]
    assert third + fourth == 1
    # share(4) is 2/3 give or take the weights, the threshold uniform in 0.6-0.8: about a third of replays reach level 4.
    assert 0.25 < fourth < 0.42


def test_one_replay_one_country_and_none():
    one = replay(SCHEME, alike([3] * 6), replays=1)
    assert one.median.tolist() == [[1, 1, 1, 1]]
    assert one.ahead.tolist() == [[0]]
    assert one.level_replays == 1
    none = replay(SCHEME, Panel(np.empty((0, ITEMS), np.uint8), np.empty((0, ITEMS, 4))), replays=5)
    assert none.median.shape == (0, PARTS)
    with pytest.raises(ValueError, match="at least 1"):
        replay(SCHEME, alike([3] * 6), replays=0)


def test_all_unknown_is_scored_one_or_five():
    cases, drawn = prepare(SCHEME, alike([DONT_KNOW] * 6)), draw(ITEMS, DIMENSIONS, 50)
    expected = np.where(drawn.unknown_as_five, 5, 1)
    np.testing.assert_allclose(replay_scores(cases, drawn)[-1, :, 0], expected)
    np.testing.assert_array_equal(replay_levels(cases, drawn)[-1, :, 0], expected)


def test_not_applicable_and_not_asked_are_unranked_and_others_keep_their_ranks():
    found = replay(SCHEME, alike([NOT_ASKED] * 6, [3] * 6, [NOT_APPLICABLE] * 6, [2] * 6), replays=20)
    assert found.median[[1, 3], -1].tolist() == [1, 2]
    assert np.isnan(found.median[[0, 2]]).all()
    assert np.isnan(found.levels[[0, 2]]).all()
    assert np.isnan(found.ahead[0]).all()
    assert np.isnan(found.ahead[:, 2]).all()
    assert found.ahead[1, 3] == 1


def test_a_dimension_that_is_not_asked_leaves_the_questionnaire():
    cases, drawn = prepare(SCHEME, alike([5, 5, 5, NOT_ASKED, NOT_ASKED, 5])), draw(ITEMS, DIMENSIONS, 20)
    scores = replay_scores(cases, drawn)
    assert np.isnan(scores[1]).all()
    np.testing.assert_allclose(scores[[0, 2, 3]], 5)
    assert replay_levels(cases, drawn)[1:, :, 0].tolist() == [[0] * 20, [5] * 20, [5] * 20]


def test_draws_are_the_same_every_time_and_fewer_are_the_first_of_more():
    few, many = draw(ITEMS, DIMENSIONS, 10), draw(ITEMS, DIMENSIONS, 2_000)
    assert few is draw(ITEMS, DIMENSIONS, 10)
    assert not many.items.flags.writeable
    np.testing.assert_array_equal(few.items, many.items[:10])
    assert (draw(ITEMS, DIMENSIONS, 10, seed=1).items != few.items).all()
    for factors in (many.items, many.dimensions):
        assert 0.75 <= factors.min() < 0.76
        assert 1.24 < factors.max() <= 1.25
    assert 0.6 <= many.threshold.min() < 0.602
    assert 0.798 < many.threshold.max() <= 0.8
    for switch in (many.geometric, many.unknown_as_five, many.capped):
        assert 0.45 < switch.mean() < 0.55


def test_chunks_change_nothing(monkeypatch):
    panel = alike([4, 3, 2, 5, 1, 3], [3, 3, 3, 2, 4, DONT_KNOW], [1, 5, 2, 3, 3, 4])
    whole = replay(SCHEME, panel, replays=300)
    monkeypatch.setattr("scoring.replays._CELLS", 100)
    pieces = replay(SCHEME, panel, replays=300)
    for figure in ("median", "p5", "p95", "ahead", "levels"):
        np.testing.assert_array_equal(getattr(pieces, figure), getattr(whole, figure))
