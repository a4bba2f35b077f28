"""The codebook of each feature: labels, codes, missing codes, conditions in words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from survey.codebook import as_rows, codebook, in_words
from survey.response import CODES, TIER_NUMBERS
from tests.survey.files import REAL, feature, load


def test_one_variable_an_item():
    whole = feature("every_key").questionnaire
    first, second = codebook(whole)
    assert (first.name, first.label, first.dimension) == ("a_1", "Is the first thing done?", "first")
    assert (first.weight, first.critical, first.pulse, second.pulse) == (Fraction(2), True, False, True)
    assert [(code.code, code.meaning) for code in first.values] == list(enumerate(whole.items[0].anchors, 1))
    assert [code.name for code in first.missing] == ["unanswered", "dont_know", "not_asked"]
    assert [code.name for code in second.missing] == ["unanswered", "dont_know", "not_applicable", "not_asked"]
    assert [(code.code, code.name) for code in first.evidence] == [(n, name) for name, n in TIER_NUMBERS.items()]
    assert first.evidence[1].meaning == "Supports a level of at most 2."


def test_codes_are_those_of_the_answer_matrix():
    variable = codebook(feature("not_applicable").questionnaire)[0]
    named = {code.name: code.code for code in (*variable.values, *variable.missing)}
    assert {name: named[name or "unanswered"] for name in CODES} == CODES
    assert named["not_asked"] == 8


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("start", ""),
        ("least", "start is at level 3 or above"),
        ("most", "start is at level 2 or below"),
        ("named", "start is one of: level 1, 'don't know'"),
        ("both", "start is at level 2 or above and least is at level 4 or above"),
        ("either", "most is at level 1 or above or least is level 5"),
        ("unless", "it is not so that start is at level 4 or above"),
    ],
)
def test_conditions_in_words(item, words):
    variables = {variable.name: variable for variable in codebook(feature("skip_logic").questionnaire)}
    assert variables[item].asked_if == words


def test_conditions_in_conditions_are_in_brackets():
    items = feature("skip_logic").questionnaire.items
    both, either = items[4].asked_if, items[5].asked_if
    joined = both.model_copy(update={"parts": (both, either)})
    assert in_words(joined) == (
        "(start is at level 2 or above and least is at level 4 or above) and "
        "(most is at level 1 or above or least is level 5)"
    )


def test_a_table_has_the_same_columns_in_each_row():
    rows = as_rows(codebook(load(REAL["strategy"]).questionnaire))
    assert len({tuple(row) for row in rows}) == 1
    assert all(isinstance(value, str) for row in rows for value in row.values())
    assert len(rows) == 28 * (5 + 3 + 4) + 1  # one item allows not_applicable
    assert rows[0] == {
        "variable": "st_strategy", "label": "Does your government have an adopted strategy for using AI in the public sector?",
        "dimension": "direction", "weight": "1", "critical": "true", "pulse": "true", "asked_if": "", "kind": "level", "code": "1",
        "name": "1", "meaning": "No document on AI in the public sector has been drafted. Individual teams may have their own plans.",
    }  # fmt: skip
