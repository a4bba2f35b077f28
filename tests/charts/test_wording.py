"""Explanations in words: each kind of constraint says what it is, and no percentage contradicts the level it explains."""

from __future__ import annotations

import pytest

from charts.wording import way_up, why
from scoring.explain import explain
from tests.builders import codes, item, questionnaire

DONT, NA = "dont_know", "not_applicable"
FOUR = questionnaire([item(f"i{n}", allow_na="true") for n in range(4)])
CRITICAL = questionnaire([item("a"), item("b"), item("c"), item("last", critical="true")])


def t(text: str, /, **facts: object) -> str:
    return text.format(**facts) if facts else text


def said(built, row, index=0):
    return why(t, built, explain(built, codes(row))[index])


@pytest.mark.parametrize(
    ("built", "row", "sentence"),
    [
        (FOUR, [3, 3, 2, 2], "2, not 3: 50% of the requirements are at level 3 or better. Needed: two in three."),
        (CRITICAL, [4, 4, 4, 2], "Held at 3 by the critical question “Is last done?”, which stands at 2."),
        (
            CRITICAL,
            [4, 4, 4, DONT],
            "Held at 2 by the critical question “Is last done?”. The answer is not known, so it counts as 1.",
        ),
        (FOUR, [5, 5, 5, 1], "Held at 3 by “Is i3 done?”, which stands at 1."),
        (FOUR, [5, 5, 5, DONT], "Held at 3 by “Is i3 done?”. The answer is not known, so it counts as 1."),
        (CRITICAL, [4, 4, 4, ""], "The critical question “Is last done?” has no answer."),
        (FOUR, [4, 4, "", ""], "50% of the answers are not known. At most one in three may be."),
        (FOUR, [4, 4, NA, NA], "Not rated: too many of the questions do not apply."),
        (FOUR, [5, 5, 5, 5], "The highest level."),
    ],
)
def test_one_sentence_says_what_binds(built, row, sentence):
    assert said(built, row) == sentence


def test_several_critical_questions_without_an_answer_are_counted():
    built = questionnaire([item("a", critical="true"), item("b", critical="true"), item("c")])
    assert said(built, ["", "", 3]) == "Critical questions without an answer: 2."


def test_a_dimension_that_holds_is_named_by_its_title():
    built = questionnaire([item("a")], [item("b")], [item("c")], [item("d")])
    assert said(built, [5, 5, 1, 5], -1) == "Held at 3 by “Dimension 3”, which stands at 1."
    critical = {"id": "base", "title": "The base", "critical": "true", "items": [item("c")]}
    built = questionnaire([item("a")], [item("b")], critical, [item("d")])
    assert said(built, [5, 5, 1, 5], -1) == "Held at 2 by the critical dimension “The base”, which stands at 1."


def test_nothing_asked():
    explanation = explain(FOUR, codes([3, 3, 3, 3]), form="pulse")[0]
    assert why(t, FOUR, explanation) == "Not rated: none of these questions is asked here."
    assert way_up(t, FOUR, explanation) is None


def test_a_share_just_short_of_the_limit_does_not_round_up_to_it():
    built = questionnaire([item("a", weight="599"), item("b", weight="401")], scoring={"threshold": "0.6"})
    assert "59% of the requirements" in said(built, [2, 1])
    assert "Needed: 60%." in said(built, [2, 1])


def test_an_unknown_share_just_above_the_limit_does_not_round_down_to_it():
    built = questionnaire([item("a", weight="401"), item("b", weight="599")], scoring={"max_unknown": "0.4"})
    assert said(built, ["", 3]) == "41% of the answers are not known. At most 40% may be."


def test_the_way_up_lists_questions_moves_and_steps():
    way = way_up(t, FOUR, explain(FOUR, codes([4, 4, 4, 2]))[0])
    assert way.heading == "From 4 to 5. Questions: 3"
    assert (way.lines[2].question, way.lines[2].move) == ("Is i3 done?", "2 → 5")
    assert way.lines[2].steps == ("Take step 2 of i3.", "Take step 3 of i3.", "Take step 4 of i3.")
    assert way.opens == ""


def test_an_unknown_is_first_found_out():
    way = way_up(t, CRITICAL, explain(CRITICAL, codes([4, 4, 4, DONT]))[0])
    assert way.lines[0].steps == (
        "First find out where you stand today. It counts as 1 until then.",
        "Take step 1 of last.",
    )


def test_questions_that_would_be_asked_are_named():
    built = questionnaire([item("a"), item("b", asked_if={"item": "a", "at_least": "2"})])
    assert way_up(t, built, explain(built, codes([1, ""]))[0]).opens == "Then these questions are asked too: Is b done?"


def test_a_withheld_part_lists_what_to_answer():
    way = way_up(t, FOUR, explain(FOUR, codes([4, 4, "", ""]))[0])
    assert way.heading == "To see a level. Questions: 1"
    assert [(line.question, line.move, line.steps) for line in way.lines] == [("Is i2 done?", "", ())]


def test_a_panel_whose_typical_agency_is_at_the_top_raises_those_below():
    built = questionnaire([item("a")])
    way = way_up(t, built, explain(built, codes([5], [5], [5], [2], [3]))[0])
    assert way.lines[0].move == "those below 5"
