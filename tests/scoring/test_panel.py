"""From several responses to a country, through the same rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.panel import form_panels, organisation_weights, score_panels
from scoring.score import score
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
    weights = organisation_weights(np.array([7, 7, 7, 9]))
    assert weights.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    _, shares = panel([5], [5], [5], [1], weights=weights)
    assert shares[0].tolist() == pytest.approx([0.5] * 4)


def test_a_group_without_responses_is_not_rated():
    found = score_panels(BUILT, codes([3, 3, 3, 3]), np.array([0]), 2)
    assert found.status[1].tolist() == [2, 2, 2]


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


@given(st.lists(ROW, min_size=1, max_size=7), st.lists(ROW, min_size=1, max_size=4))
def test_another_country_changes_nothing(mine, others):
    rows = np.array([*mine, *others], np.uint8)
    members = np.array([0] * len(mine) + [1] * len(others))
    alone = score_panels(BUILT, rows[: len(mine)], members[: len(mine)], 1)
    beside = score_panels(BUILT, rows, members, 2)
    for figure in ("status", "level", "level_high", "held_by"):
        np.testing.assert_array_equal(getattr(alone, figure)[0], getattr(beside, figure)[0])
    for figure in ("score", "shares", "unknown", "coverage"):
        np.testing.assert_allclose(getattr(alone, figure)[0], getattr(beside, figure)[0], atol=1e-12, equal_nan=True)


@given(st.lists(ROW, min_size=1, max_size=7))
def test_the_level_of_an_item_is_an_answer_somebody_gave(rows):
    answers = np.array(rows, np.uint8)
    found = form_panels(answers, np.zeros(len(rows), np.intp), 1)
    for column, code in enumerate(found.codes[0]):
        if 1 <= code <= 5:
            assert code in answers[:, column]
