"""From several responses to a country, through the same rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.panel import form_panels, score_panels
from scoring.score import Scores, score
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from tests.builders import codes, item, questionnaire

BUILT = questionnaire(
    [item("a", critical="true"), item("b", weight="2", allow_na="true")], [item("c", allow_na="true"), item("d")]
)


def panel(*rows, weights=None):
    found = form_panels(codes(*rows), np.zeros(len(rows), np.intp), 1, weights)
    return found.codes[0].tolist(), found.shares[0]


def test_shares_are_averaged_and_the_level_is_the_lower_median():
    found, shares = panel([3], [4], [4], [5])
    assert found == [4]
    assert shares[0].tolist() == [1, 1, 0.75, 0.25]
    assert panel([3], [4])[0] == [3]
    assert panel([1], [3], [5])[0] == [3]


def test_known_less_than_half_is_unknown_exactly_half_is_known():
    assert panel([4], ["dont_know"], [""])[0] == [DONT_KNOW]
    assert panel([4], ["dont_know"])[0] == [4]
    assert panel([4], [""])[1][0].tolist() == [1, 1, 1, 0]


def test_unanswered_only_if_nobody_answered():
    assert panel([""], [""])[0] == [UNANSWERED]
    assert panel([""], ["dont_know"])[0] == [DONT_KNOW]


def test_more_than_half_not_applicable():
    assert panel(["not_applicable"], ["not_applicable"], [3])[0] == [NOT_APPLICABLE]
    assert panel(["not_applicable"], [3])[0] == [3]


def test_not_asked_when_nobody_was_asked_and_others_decide_otherwise():
    rows = np.array([[NOT_ASKED, NOT_ASKED], [NOT_ASKED, 4]], np.uint8)
    found = form_panels(rows, np.zeros(2, np.intp), 1)
    assert found.codes[0].tolist() == [NOT_ASKED, 4]


def test_an_organisation_weighs_the_same_whatever_its_respondents():
    built = questionnaire([item("a")])
    rows, members = codes([5], [5], [5], [1]), np.zeros(4, np.intp)
    apart = score_panels(built, rows, members, 1)
    together = score_panels(built, rows, members, 1, organisations=np.array(["x", "x", "x", "y"]))
    assert apart.score[0, 0] == 4
    assert together.score[0, 0] == 3


def test_a_group_without_responses_is_not_rated():
    found = score_panels(BUILT, codes([3, 3, 3, 3]), np.array([0]), 2)
    assert found.status[1].tolist() == [2, 2, 2]


def test_an_agreed_answer_stands_for_the_panels():
    rows = codes([3, 3, 3, 3], [5, "dont_know", 3, 3])
    before = form_panels(rows, np.zeros(2, np.intp), 1)
    agreed = codes([4, 2, "dont_know", ""])
    found = form_panels(rows, np.zeros(2, np.intp), 1, agreed=agreed)
    assert found.codes.tolist() == [[4, 2, DONT_KNOW, 3]]
    assert found.shares[0].tolist() == [[1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]]
    assert before.codes.tolist() == [[3, 3, 3, 3]]
    assert form_panels(rows, np.zeros(2, np.intp), 1, agreed=codes(["not_applicable"] * 4)).codes.tolist() == [[7] * 4]


def test_an_agreed_answer_to_an_item_that_nobody_was_asked_changes_nothing():
    rows = np.array([[NOT_ASKED, 3]], np.uint8)
    found = form_panels(rows, np.array([0]), 2, agreed=codes([5, ""], [5, 5]))
    assert found.codes.tolist() == [[NOT_ASKED, 3], [NOT_ASKED, NOT_ASKED]]
    assert found.shares[0, 0].tolist() == [0, 0, 0, 0]


def test_behind_an_agreed_answer_stands_the_best_evidence_that_was_given():
    rows, members = codes([4, 4, 3, 3], [3, 3, 3, 3]), np.zeros(2, np.intp)
    tiers = np.array([[0, 1, 0, 0], [2, 1, 0, 0]], np.uint8)
    found = score_panels(BUILT, rows, members, 1, tiers, agreed=codes([5, 5, 1, ""]))
    # a: document supports 4; b, which weighs twice: described supports 3; c: 1; d: none supports 2.
    assert found.supported_score[0].tolist() == pytest.approx([(4 + 2 * 3) / 3, 1.5, (10 / 3 + 1.5) / 2])
    assert found.score[0].tolist() == pytest.approx([5, 2, 3.5])


def test_an_agreed_answer_everywhere_is_scored_as_a_response_would_be():
    rows, members = codes([1, "dont_know", 3, 5], [5, 2, 3, ""], [3, 3, "not_applicable", 3]), np.zeros(3, np.intp)
    agreed = codes([4, 3, "not_applicable", 2])
    equal(score_panels(BUILT, rows, members, 1, agreed=agreed), score(BUILT, agreed))


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_weights_that_are_none_are_refused(weight):
    with pytest.raises(ValueError, match="positive and finite"):
        form_panels(codes([3], [4]), np.zeros(2, np.intp), 1, np.array([1.0, weight]))


def test_enormous_weights_beside_tiny_ones():
    found, shares = panel([5], [2], weights=np.array([1e9, 1e-9]))
    assert found == [5]
    assert shares[0].tolist() == [1, 1, 1, 1]
    assert panel([""], ["dont_know"], weights=np.array([1e9, 1e-9]))[0] == [DONT_KNOW]


@pytest.mark.parametrize(("answer", "status"), [("dont_know", [1, 1, 1]), ("", [1, 1, 1]), (4, [0, 0, 0])])
def test_panels_of_identical_answers(answer, status):
    found = score_panels(BUILT, codes(*[[answer] * 4] * 3), np.zeros(3, np.intp), 1)
    assert found.status[0].tolist() == status
    assert found.score[0].tolist() == [answer if answer == 4 else 1] * 3


def test_no_responses_at_all():
    found = score_panels(BUILT, codes()[:0].reshape(0, 4), np.zeros(0, np.intp), 2)
    assert found.status.tolist() == [[2, 2, 2]] * 2
    assert np.isnan(found.score).all()


FIGURES = ("status", "shares", "score", "score_high", "level", "level_high", "unknown", "coverage", "held_by")
# Long enough that numpy would add the items of one country in another order than those of several.
LONG = questionnaire(
    [item(f"i{n}", weight=str(1 + n % 3), allow_na="true") for n in range(19)],
    *([item(f"j{n}", allow_na="true")] for n in range(9)),
)
WIDTH = 28


def equal(found: Scores, expected: Scores, row: int = 0, of: int = 0) -> None:
    for figure in (*FIGURES, "score_high"):
        np.testing.assert_array_equal(getattr(found, figure)[row], getattr(expected, figure)[of], err_msg=figure)


ROW = st.lists(st.sampled_from(range(8)), min_size=4, max_size=4)


@given(ROW)
def test_a_panel_of_one_equals_its_response(row):
    row = [code if index in (1, 2) or code != NOT_APPLICABLE else 3 for index, code in enumerate(row)]
    answers = np.array([row], np.uint8)
    tiers = np.array([[0, 1, 2, 3]], np.uint8)
    alone, together = score(BUILT, answers, tiers), score_panels(BUILT, answers, np.array([0]), 1, tiers)
    for figure in (
        "status",
        "shares",
        "score",
        "level",
        "score_high",
        "level_high",
        "unknown",
        "coverage",
        "held_by",
        "supported_score",
        "supported_level",
    ):
        np.testing.assert_array_equal(getattr(alone, figure), getattr(together, figure), err_msg=figure)


ANSWERS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(ANSWERS, st.integers(1, 5), st.integers(1, 9), st.integers(1, 4))
def test_adding_or_removing_a_country_changes_no_other_countrys_figure(random, countries, responses, respondents):
    members = random.integers(0, countries, responses * countries)
    rows = random.integers(0, 9, (len(members), WIDTH), dtype=np.uint8)
    organisations = random.integers(0, respondents * countries, len(members))
    together = score_panels(LONG, rows, members, countries, organisations=organisations)
    for country in range(countries):
        own = members == country
        alone = score_panels(LONG, rows[own], np.zeros(own.sum(), np.intp), 1, organisations=organisations[own])
        equal(together, alone, row=country)


@given(ANSWERS, st.integers(1, 9))
def test_another_countrys_weights_change_nothing(random, responses):
    rows = random.integers(0, 9, (2 * responses, WIDTH), dtype=np.uint8)
    weights = 10 ** random.uniform(-9, 9, 2 * responses)
    members = random.permutation(np.repeat([0, 1], responses))
    beside = form_panels(rows, members, 2, weights)
    own = members == 0
    alone = form_panels(rows[own], np.zeros(responses, np.intp), 1, weights[own])
    np.testing.assert_array_equal(beside.codes[0], alone.codes[0])
    np.testing.assert_array_equal(beside.shares[0], alone.shares[0])


@given(ANSWERS, st.integers(1, 9))
def test_a_panel_of_one_equals_its_response_beside_others_and_whatever_its_respondents(random, respondents):
    row = random.integers(0, 9, (1, WIDTH), dtype=np.uint8)
    rows = np.repeat(row, respondents, axis=0)
    one = score(LONG, row)
    zeros = np.zeros(respondents, np.intp)
    equal(score_panels(LONG, rows, zeros, 1, organisations=zeros), one)
    equal(score_panels(LONG, rows, zeros, 1), one)
    equal(score(LONG, rows), one)


@given(ANSWERS, st.integers(1, 9), st.booleans(), st.booleans())
def test_the_level_of_an_item_is_an_answer_somebody_gave(random, responses, weighted, unequal):
    rows = random.integers(0, 9, (responses, WIDTH), dtype=np.uint8)
    weights = 10 ** random.uniform(-9, 9, responses) if unequal else random.integers(1, 4, responses).astype(float)
    found = form_panels(rows, np.zeros(responses, np.intp), 1, weights if weighted else None).codes[0]
    for column in np.flatnonzero((found >= 1) & (found <= 5)):
        assert found[column] in rows[:, column]
