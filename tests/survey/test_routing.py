"""Skip logic: by example, and the vectorised form against one that looks at a single response."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaire import FORMS, Condition, Form, Questionnaire
from survey.response import CODE_NAMES, NOT_ASKED, UNANSWERED
from survey.routing import items_asked, route
from tests.builders import codes, item, questionnaire
from tests.survey.files import feature

SKIP_LOGIC = feature("skip_logic").questionnaire


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, "unless"),
        ({"start": 1}, "most named unless"),
        ({"start": 2}, "most unless"),
        ({"start": 2, "most": 1}, "most either unless"),
        ({"start": 3}, "least unless"),
        ({"start": 3, "least": 4}, "least both unless"),
        ({"start": 4, "least": 5}, "least both either"),
        ({"start": 6}, "named unless"),  # don't know is no level, but it can be named
        ({"start": 7}, "unless"),
        ({"start": 2, "least": 5, "most": 0}, "most unless"),  # `least` is not asked: its stored answer does not count
    ],
)
def test_each_kind_of_condition(answers, asked):
    assert items_asked(SKIP_LOGIC, answers) == ("start", *asked.split())


def test_the_short_form_leaves_out_and_hides():
    short = questionnaire(
        [item("a"), item("b", pulse=True, asked_if={"item": "a", "at_least": 2}), item("c", critical=True)]
    )
    assert items_asked(short, {"a": 5, "b": 5}, "pulse") == ("c",)
    assert items_asked(short, {"a": 5}, "full") == ("a", "b", "c")


def test_the_input_is_not_changed_and_not_copied_without_need():
    rows = codes([1, 5, 5, 5, 5, 5, 5])
    before = rows.copy()
    routed = route(SKIP_LOGIC, rows)
    assert (rows == before).all()
    assert routed is not rows
    always = questionnaire([item("a"), item("b")])
    rows = codes([1, 2])
    assert route(always, rows) is rows


def test_no_responses():
    assert route(SKIP_LOGIC, np.zeros((0, 7), dtype=np.uint8)).shape == (0, 7)


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Up to six items with conditions over earlier ones."""
    items = []
    for number in range(draw(st.integers(1, 6))):
        names = [f"i{earlier}" for earlier in range(number)]
        condition = draw(st.none() | conditions(names)) if names else None
        items.append(item(f"i{number}", asked_if=condition, pulse=draw(st.booleans())))
    return questionnaire(items)


def conditions(names: list[str]) -> st.SearchStrategy[dict]:
    levels = st.integers(1, 5)
    listed = st.lists(st.sampled_from([1, 2, 3, 4, 5, "dont_know", "not_applicable"]), min_size=1, max_size=3)
    one = st.one_of(
        st.fixed_dictionaries({"item": st.sampled_from(names), "at_least": levels}),
        st.fixed_dictionaries({"item": st.sampled_from(names), "at_most": levels}),
        st.fixed_dictionaries({"item": st.sampled_from(names), "is": listed}),
    )
    return st.recursive(
        one,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=5,
    )


def plainly_true(condition: Condition, seen: dict[str, int]) -> bool:
    match condition.kind:
        case "all":
            return all(plainly_true(part, seen) for part in condition.parts)
        case "any":
            return any(plainly_true(part, seen) for part in condition.parts)
        case "not":
            return not plainly_true(condition.parts[0], seen)
    code = seen[condition.item]
    match condition.kind:
        case "is":
            return CODE_NAMES[code] in condition.codes
        case "at_least":
            return 1 <= code <= 5 and code >= condition.level
        case _:
            return 1 <= code <= 5 and code <= condition.level


def plainly_routed(whole: Questionnaire, row: list[int], form: Form) -> list[int]:
    seen: dict[str, int] = {}
    routed = []
    for each, code in zip(whole.items, row, strict=True):
        asked = (form == "full" or each.pulse) and (each.asked_if is None or plainly_true(each.asked_if, seen))
        seen[each.id] = code if asked else UNANSWERED
        routed.append(code if asked else NOT_ASKED)
    return routed


@given(questionnaires(), st.data())
def test_many_responses_are_routed_as_one(whole, data):
    row = st.lists(st.integers(0, 7), min_size=len(whole.items), max_size=len(whole.items))
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    for form in FORMS:
        routed = route(whole, np.array(rows, dtype=np.uint8), form)
        assert routed.tolist() == [plainly_routed(whole, each, form) for each in rows]


@given(questionnaires(), st.data())
def test_answers_to_items_that_are_not_asked_are_inert(whole, data):
    row = data.draw(st.lists(st.integers(0, 7), min_size=len(whole.items), max_size=len(whole.items)))
    form = data.draw(st.sampled_from(FORMS))
    routed = route(whole, np.array([row], dtype=np.uint8), form)
    other = [
        data.draw(st.integers(0, 7)) if code == NOT_ASKED else code for code in routed[0].tolist()
    ]  # whatever is stored there
    assert (route(whole, np.array([other], dtype=np.uint8), form) == routed).all()
    assert (route(whole, routed, form) == routed).all()  # routing what is routed changes nothing
