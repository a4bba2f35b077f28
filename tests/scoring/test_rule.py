"""The rule on hand-computed examples and its properties (docs/methodology.md, section "The rule")."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rule import NOT_RATED, RATED, WITHHELD
from scoring.score import score
from survey.questionnaire import Questionnaire
from survey.response import CODES
from survey.routing import route
from tests.builders import codes, item, questionnaire

PLAIN = questionnaire([item(f"i{n}", allow_na="true") for n in range(6)])
LAST_CRITICAL = questionnaire([*(item(f"i{n}", allow_na="true") for n in range(3)), item("last", critical="true")])


def one(of: Questionnaire, *answers: int | str):
    """Scores of one response; items beyond the answers given are not applicable."""
    row = [*answers, *["not_applicable"] * (len(of.items) - len(answers))]
    return score(of, codes(row))


def of_four(*answers: int | str, critical: bool = False):
    built = questionnaire(
        [item(f"i{n}", critical=str(critical and n == len(answers) - 1).lower()) for n in range(len(answers))]
    )
    return score(built, codes(list(answers)))


@pytest.mark.parametrize(
    ("answers", "critical", "level", "figure"),
    [
        ((4, 4, 4, 2), False, 4, 3.5),
        ((4, 4, 4, 2), True, 3, 3.5),
        ((5, 5, 5, 1), False, 3, 4.0),
        ((5, 5, 5, 1), True, 2, 4.0),
        ((5, 5, 1), False, 3, 11 / 3),
        ((4, 4, 3), False, 4, 11 / 3),
        ((3, 3, 2, 2), False, 2, 2.5),
    ],
)
def test_examples_of_the_specification(answers, critical, level, figure):
    found = of_four(*answers, critical=critical)
    assert found.level[0, 0] == level
    assert found.score[0, 0] == pytest.approx(figure, abs=1e-12)


def test_shares_explain_score_and_level():
    found = of_four(4, 4, 4, 2)
    assert found.shares[0, 0].tolist() == [1, 0.75, 0.75, 0]
    assert found.score[0, 0] == 1 + found.shares[0, 0].sum()


def test_unknown_counts_as_one_and_as_five_at_the_high_end():
    found = of_four(4, 4, 4, "dont_know")
    assert found.score[0, 0] == pytest.approx(3.25)
    assert found.score_high[0, 0] == pytest.approx(4.25)
    assert (found.level[0, 0], found.level_high[0, 0]) == (3, 4)
    assert found.status[0, 0] == RATED
    assert found.unknown[0, 0] == 0.25
    assert found.coverage[0, 0] == 1


def test_too_many_unknown_is_withheld_exactly_at_the_limit_is_not():
    assert of_four(3, 3, "").status[0, 0] == RATED
    assert of_four(3, 3, "", "").status[0, 0] == WITHHELD


def test_a_critical_item_unanswered_withholds_but_a_dont_know_counts_as_one():
    assert of_four(4, 4, 4, "", critical=True).status[0, 0] == WITHHELD
    known = of_four(4, 4, 4, "dont_know", critical=True)
    assert known.status[0, 0] == RATED
    assert known.level[0, 0] == 2
    assert known.held_by[0, 0] == 3


def test_not_applicable_leaves_both_sums_and_too_many_are_not_rated():
    assert one(PLAIN, 4, 4, 4, 4).status[0, 0] == RATED
    assert one(PLAIN, 4, 4, 4, 4).score[0, 0] == 4
    found = one(PLAIN, 4, 4, 4)
    assert found.status[0, 0] == NOT_RATED
    assert np.isnan(found.score[0, 0])
    assert np.isnan(found.shares[0, 0]).all()
    assert found.level[0, 0] == 0
    assert found.coverage[0, 0] == 1


def test_nothing_asked_has_no_coverage():
    hidden = questionnaire(
        [item("a"), item("b", asked_if={"item": "a", "at_least": "5"})],
        [item("c", asked_if={"item": "a", "at_least": "5"})],
    )
    found = score(hidden, codes([1, 3, 5]))
    assert found.status[0].tolist() == [RATED, NOT_RATED, RATED]
    assert np.isnan(found.coverage[0, 1])
    assert found.score[0, 2] == 1  # the questionnaire is its one rated dimension


def test_the_first_part_whose_cap_is_the_level_holds_it():
    found = of_four(5, 1, 5, 1, 5, 5, 5)
    assert found.level[0, 0] == 3
    assert found.held_by[0, 0] == 1


def test_a_dimension_holds_the_questionnaire():
    built = questionnaire([item("a")], [item("b")], [item("c")], [item("d")])
    found = score(built, codes([5, 5, 1, 5]))
    assert found.level[0, -1] == 3
    assert found.held_by[0, -1] == 2


def test_supported_levels_follow_the_evidence():
    built = questionnaire([item("a"), item("b"), item("c")])
    tiers = np.array([[0, 2, 3]], dtype=np.uint8)
    found = score(built, codes([5, 5, 5]), tiers)
    assert found.level[0, 0] == 5
    assert found.supported_score[0, 0] == pytest.approx(11 / 3)
    assert found.supported_level[0, 0] == 4


def test_no_evidence_given_means_no_supported_figures():
    found = of_four(5, 5, 5)
    assert np.isnan(found.supported_score[0, 0])
    assert found.supported_level[0, 0] == 0


def test_pulse_asks_only_pulse_items():
    built = questionnaire([item("a", critical="true"), item("b")])
    found = score(built, codes([4, 1]), form="pulse")
    assert found.score[0, 0] == 4
    assert found.coverage[0, 0] == 1


def test_chunks_do_not_show():
    rng = np.random.default_rng(5)
    many = rng.integers(0, 7, size=(20_000, 4)).astype(np.uint8)
    whole, rows = score(LAST_CRITICAL, many), [0, 8191, 8192, 16384, 19_999]
    for row in rows:
        single = score(LAST_CRITICAL, many[row : row + 1])
        assert np.array_equal(single.score[0], whole.score[row], equal_nan=True)
        assert np.array_equal(single.held_by[0], whole.held_by[row])


# --- properties -----------------------------------------------------------------------------------------------------
ANSWERS = st.sampled_from(sorted(CODES.values()))


@st.composite
def rated(draw: st.DrawFn):
    """A questionnaire without skip logic and one response."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    number = iter(range(100))
    built = questionnaire(
        *[
            [
                item(
                    f"i{next(number)}",
                    weight=draw(st.sampled_from(["1", "2", "3/2", "0.1"])),
                    critical=draw(st.sampled_from(["true", "false"])),
                )
                for _ in range(size)
            ]
            for size in sizes
        ]
    )
    row = draw(st.lists(ANSWERS, min_size=sum(sizes), max_size=sum(sizes)))
    return built, np.array([row], dtype=np.uint8)


@given(rated(), st.data())
def test_raising_an_answer_lowers_nothing(pair, data):
    built, row = pair
    levels = [index for index in range(row.shape[1]) if 1 <= row[0, index] <= 4]
    if not levels:
        return
    raised = row.copy()
    raised[0, data.draw(st.sampled_from(levels))] += 1
    before, after = score(built, row), score(built, raised)
    rates = before.status[0] != NOT_RATED
    assert (after.score[0][rates] >= before.score[0][rates] - 1e-12).all()
    assert (after.level[0] >= before.level[0]).all()


@given(rated())
def test_score_is_the_weighted_mean_and_lies_between_one_and_five(pair):
    built, row = pair
    found = score(built, row)
    weights = np.array([float(i.weight) for i in built.items])
    start = 0
    for place, dimension in enumerate(built.dimensions):
        own = slice(start, start + len(dimension.items))
        start = own.stop
        if found.status[0, place] == NOT_RATED:
            continue
        applicable = row[0, own] != CODES["not_applicable"]
        values = np.where((row[0, own] >= 1) & (row[0, own] <= 5), row[0, own], 1)
        mean = np.average(values[applicable], weights=weights[own][applicable])
        assert found.score[0, place] == pytest.approx(mean, abs=1e-12)
        assert 1 <= found.score[0, place] <= found.score_high[0, place] + 1e-12 <= 5 + 2e-12
        assert 1 <= found.level[0, place] <= found.level_high[0, place] <= 5


@given(rated(), st.sampled_from(["1/7", "3", "1000000"]))
def test_scaling_all_weights_changes_nothing_not_even_the_last_bit(pair, factor):
    from fractions import Fraction

    built, row = pair
    data = built.model_dump(mode="json")
    for dimension in data["dimensions"]:
        for entry in dimension["items"]:
            entry["weight"] = str(Fraction(entry["weight"]) * Fraction(factor))
            entry.pop("asked_if"), entry.pop("evidence")
    from survey.loader import from_data

    data = {key: value for key, value in data.items() if key != "levels"}
    scaled = from_data(data).questionnaire
    one_, other = score(built, row), score(scaled, row)
    for figure in ("score", "level", "score_high", "level_high", "held_by", "status", "unknown"):
        assert np.array_equal(
            getattr(one_, figure), getattr(other, figure), equal_nan=figure in ("score", "score_high", "unknown")
        ), figure


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5]), min_size=4, max_size=4), st.permutations(range(4)))
def test_order_of_items_is_irrelevant(levels, order):
    weights = ["1", "2", "3/2", "1"]

    def built(sequence):
        return questionnaire(
            [item(f"i{n}", weight=weights[n], critical="true" if n == 2 else "false") for n in sequence]
        )

    straight = score(built(range(4)), codes(levels))
    shuffled = score(built(order), codes([levels[n] for n in order]))
    for figure in ("score", "level", "level_high", "status"):
        assert getattr(straight, figure)[0, 0] == getattr(shuffled, figure)[0, 0]


@given(ANSWERS, ANSWERS)
def test_answers_off_the_path_are_inert(first, second):
    built = questionnaire([item("a"), item("b", asked_if={"item": "a", "at_least": "3"}), item("c")])
    one_, other = score(built, np.array([[2, first, 3]], np.uint8)), score(built, np.array([[2, second, 3]], np.uint8))
    for figure in ("score", "level", "coverage", "unknown", "status"):
        assert getattr(one_, figure).tolist() == getattr(other, figure).tolist()


def test_routing_returns_the_same_array_when_nothing_is_left_out():
    row = codes([1, 2, 3, 4, 5, 1])
    assert route(PLAIN, row) is row
