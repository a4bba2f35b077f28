"""The cheapest way up against a search through every subset and step count, applied through the kernel (docs/methodology.md)."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings

from scoring.explain import explain
from scoring.panel import Panel, form_panels
from scoring.rule import NOT_RATED, RATED, WITHHELD, rate
from scoring.scheme import scheme_of
from scoring.score import score
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED
from tests.builders import codes, item, questionnaire
from tests.scoring.panels import panels

DONT, NA = "dont_know", "not_applicable"


def panel_of(stored) -> Panel:
    return form_panels(stored, np.zeros(len(stored), np.intp), 1)


def raised(panel: Panel, steps: np.ndarray) -> Panel:
    """Panels (s × items) after each row of `steps`, by the definition: known answers k levels up, an unknown item from 1."""
    known = (panel.codes[0] >= 1) & (panel.codes[0] <= 5)
    unknown = (panel.codes[0] == UNANSWERED) | (panel.codes[0] == DONT_KNOW)
    level = np.where(known, panel.codes[0], 1)
    start = np.where(known[:, None], panel.shares[0], 0.0)
    at = np.concatenate([np.ones((len(start), 4)), start], axis=1)  # share at L in column L + 2: 1 up to level 1
    shares = np.stack(
        [at[np.arange(len(start)), np.maximum(0, wanted + 2 - steps)] for wanted in (2, 3, 4, 5)], axis=-1
    )
    moved = known | (unknown & (steps > 0))
    lifted = np.where(moved, np.minimum(5, level + steps), panel.codes[0])
    shares[~moved] = 0
    return Panel(lifted.astype(np.uint8), shares)


def share_at(stored, column: int, level: int) -> Fraction:
    """An item's exact share of known answers at `level` or better; 0 when the panel does not know it."""
    own = [int(code) for code in stored[:, column] if 1 <= code <= 5]
    if level <= 1:
        return Fraction(1)
    if not 1 <= panel_of(stored).codes[0, column] <= 5:
        return Fraction(0)
    return Fraction(sum(code >= level for code in own), len(own))


def gains_of(built, stored, index: int, target: int) -> list[list[Fraction]]:
    """Weight gained at `target` by each item and number of steps, on the scale of part `index`."""
    codes_ = panel_of(stored).codes[0]
    status = rate(scheme_of(built), panel_of(stored).codes, panel_of(stored).shares).status[0]
    gains = []
    for place, dimension in enumerate(built.dimensions):
        columns = [built.position[entry.id] for entry in dimension.items]
        applicable = sum(
            (e.weight for e, c in zip(dimension.items, columns, strict=True) if codes_[c] != NOT_APPLICABLE),
            Fraction(0),
        )
        whole = index == len(built.dimensions)
        counts = (status[place] != NOT_RATED) if whole else place == index
        for entry, column in zip(dimension.items, columns, strict=True):
            scale = dimension.weight / applicable if whole and applicable else Fraction(1)
            have = share_at(stored, column, target)
            gains.append(
                [
                    entry.weight * scale * (share_at(stored, column, target - steps) - have) if counts else Fraction(0)
                    for steps in range(5)
                ]
            )
    return gains


def best_by_trying_everything(built, stored, index: int, level: int):
    """Fewest items, fewest steps, largest gain, first in order: of all step counts that raise the part, by the kernel."""
    panel = panel_of(stored)
    can = [code != NOT_APPLICABLE for code in panel.codes[0]]
    steps = np.array(list(itertools.product(*[range(5) if ok else [0] for ok in can])), dtype=np.intp)
    after = raised(panel, steps)
    found = rate(scheme_of(built), after.codes, after.shares).level[:, index]
    gains = gains_of(built, stored, index, level + 1)
    choices = [
        (
            sum(s > 0 for s in row),
            sum(row),
            -sum(gains[column][s] for column, s in enumerate(row)),
            tuple((column, int(s)) for column, s in enumerate(row) if s),
        )
        for row in steps[found > level].tolist()
    ]
    least = min(choice[:2] for choice in choices)
    return min(choice for choice in choices if choice[:2] == least)[3]


@settings(max_examples=120)
@given(panels(sizes=3, dimensions=2))
def test_no_smaller_or_better_set_raises_a_level(pair):
    built, stored = pair
    for index, explanation in enumerate(explain(built, stored)):
        if explanation.target is None:
            continue
        found = tuple((built.position[r.item], r.steps) for r in explanation.way_up.raises)
        assert found == best_by_trying_everything(built, stored, index, explanation.level)


@given(panels(responses=7, sizes=6, dimensions=5))
@example(
    (questionnaire([item("a", weight="1e9"), item("b")]), codes([1, 1], [2, 1], [2, 1]))
)  # the tolerance's own edge
def test_the_way_up_applied_through_the_kernel_raises_the_level(pair):
    built, stored = pair
    panel = panel_of(stored)
    for index, explanation in enumerate(explain(built, stored)):
        if explanation.target is None:
            continue
        steps = np.zeros((1, len(built.items)), np.intp)
        for step in explanation.way_up.raises:
            steps[0, built.position[step.item]] = step.steps
        after = raised(panel, steps)
        ratings = rate(scheme_of(built), after.codes, after.shares)
        assert ratings.level[0, index] >= explanation.target
        assert ratings.status[0, index] == RATED


@given(panels(responses=1, sizes=5, dimensions=3))
@example((questionnaire([item("a"), item("b", critical="true")]), codes([5, ""])))
def test_answering_what_is_asked_for_shows_a_level_whatever_the_answers(pair):
    built, stored = pair
    for index, explanation in enumerate(explain(built, stored)):
        if explanation.status != "withheld":
            continue
        columns = [built.position[item_id] for item_id in explanation.way_up.answers]
        assert all(stored[0, column] in (UNANSWERED, DONT_KNOW) for column in columns)
        for level in (1, 5):
            answered = stored.copy()
            answered[0, columns] = level
            assert score(built, answered).status[0, index] == RATED
        for left_out in columns:
            fewer = stored.copy()
            fewer[0, [column for column in columns if column != left_out]] = 5
            assert score(built, fewer).status[0, index] == WITHHELD


def way(built, row, index=0):
    explanation = explain(built, codes(row))[index]
    return [(step.item, step.from_level, step.to_level) for step in explanation.way_up.raises]


def plain(count, **changes):
    return questionnaire([item(f"i{n}", **changes) for n in range(count)])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([3, 3, 2, 2], [("i2", 2, 3)]),  # 2/4 at level 3; a third one makes 3/4
        ([5, 5, 5, 1], [("i3", 1, 2)]),  # held at 3: no more than two above the 1
        (
            [4, 4, 4, 2],
            [("i0", 4, 5), ("i1", 4, 5), ("i3", 2, 5)],
        ),  # the 2 must reach 3 anyway, so it is one of the three
        (
            [1, 2, 2, 2],
            [("i1", 2, 3), ("i2", 2, 3), ("i3", 2, 3)],
        ),  # three items either way; the 1 would need two steps
        ([3, 1, 3, 3], [("i0", 3, 4), ("i1", 1, 4), ("i2", 3, 4)]),  # the 1 must reach 2 for level 4, so it comes along
    ],
)
def test_worked_examples(row, expected):
    assert way(plain(4), row) == expected


def test_of_equally_many_steps_the_larger_weight_wins_then_the_order():
    heavy = questionnaire([item("a"), item("b"), item("c", weight="2")])
    assert way(heavy, [1, 1, 3]) == [("a", 1, 2)]
    assert way(questionnaire([item("a"), item("b", weight="2"), item("c", weight="3")]), [1, 1, 2]) == [("b", 1, 2)]


def test_fewer_items_win_over_fewer_steps():
    built = questionnaire(
        [item("heavy", weight="2"), item("a"), item("b"), item("c", weight="2")], scoring={"margin": 3}
    )
    # Share(4) must grow from 2/6 to 4/6: the heavy one by three steps, not two others by one step each.
    assert way(built, [1, 3, 3, 4]) == [("heavy", 1, 4)]


def test_a_critical_item_is_raised_before_any_weight():
    built = questionnaire([item("a"), item("b"), item("c"), item("last", critical="true")])
    assert way(built, [4, 4, 4, 2]) == [("last", 2, 3)]


def test_a_dimension_that_holds_the_questionnaire_is_raised_by_its_own_rule():
    built = questionnaire([item("a")], [item("b")], [item("c"), item("d")])
    # Shares at 4: 2/3, so level 4 by the shares; the third dimension stands at 1 and holds the whole at 3.
    explanation = explain(built, codes([5, 5, 1, 2]))[-1]
    assert (explanation.level, explanation.binding.part) == (3, "d3")
    assert way(built, [5, 5, 1, 2], -1) == [("c", 1, 2)]


def test_what_a_dimension_needs_and_what_the_questionnaire_needs_can_be_one_item():
    first = {"id": "d1", "title": "One", "critical": "true", "items": [item(f"i{n}") for n in range(4)]}
    second = {"id": "d2", "title": "Two", "weight": "3/2", "items": [item("other")]}
    # The first dimension must reach 3, and share(4) must grow from 0.6: i1 by two steps does both, i0 by two only the first.
    assert way(questionnaire(first, second), [1, 2, 3, 3, 5], -1) == [("i1", 2, 4)]


def test_each_step_carries_the_questionnaires_own_words():
    (step,) = explain(questionnaire([item("a")]), codes([2]))[0].way_up.raises
    assert step.next_steps == ("Take step 2 of a.",)
    steps = explain(plain(4), codes([4, 4, 4, 2]))[0].way_up.raises[-1]
    assert steps.next_steps == ("Take step 2 of i3.", "Take step 3 of i3.", "Take step 4 of i3.")


def test_an_unknown_stands_at_one_and_is_marked():
    step = explain(plain(3), codes([2, 1, DONT]))[0].way_up.raises[0]
    assert (step.item, step.is_unknown) == ("i1", False)
    step = explain(plain(3, weight="1"), codes([3, 3, DONT]))[0].way_up.raises[-1]
    assert (step.item, step.from_level, step.is_unknown) == ("i2", 1, True)
    assert step.next_steps[0] == "Take step 1 of i2."


def test_a_panel_is_raised_answer_by_answer():
    built = plain(1)
    stored = codes([3], [4], [4], [5])  # shares 1, 1, 3/4, 1/4: level 4; one step up makes share(5) 3/4
    (step,) = explain(built, stored)[0].way_up.raises
    assert (step.from_level, step.to_level, step.steps) == (4, 5, 1)
    stored = codes([5], [5], [5], [2], [3])  # median 5, share(5) 3/5: level 3, as share(4) is 3/5 too
    (step,) = explain(built, stored)[0].way_up.raises
    assert (step.from_level, step.to_level, step.steps) == (5, 5, 1)
    assert step.next_steps == ("Take step 4 of i0.",)


def test_what_raised_answers_would_open_is_named():
    built = questionnaire(
        [
            item("a"),
            item("b", asked_if={"item": "a", "at_least": "3"}),
            item("c", asked_if={"item": "b", "at_least": "2"}),
        ]
    )
    assert explain(built, codes([2, "", ""]))[0].way_up.opens == ("b",)
    assert explain(built, codes([2, 4, ""]))[0].way_up.opens == (
        "b",
        "c",
    )  # what is stored for b counts once it is asked
    assert explain(built, codes([1, "", ""]))[0].way_up.opens == ()
    assert explain(built, codes([DONT, "", ""]), form="full")[0].way_up.answers == ("a",)


def test_opens_for_a_panel_names_what_somebody_would_be_asked():
    built = questionnaire([item("a"), item("b", asked_if={"item": "a", "at_least": "4"}), item("c")])
    panel = explain(built, codes([3, "", 5], [3, "", 5], [3, "", 5]))[0]
    assert panel.way_up.raises[0].item == "a"
    assert panel.way_up.opens == ("b",)


@pytest.mark.parametrize("row", [[5, 5, 5], [NA, NA, NA], [5, NA, 5]])
def test_no_way_up_from_the_top_or_from_nothing(row):
    assert [e.way_up for e in explain(plain(3, allow_na="true"), codes(row))] == [None, None]


def test_all_unknown_asks_for_the_fewest_answers():
    built = questionnaire([item("a"), item("b", weight="3"), item("c"), item("d", critical="true", weight="0.1")])
    explanations = explain(built, codes(["", "", "", ""]))
    assert explanations[0].way_up.answers == ("d", "b", "a")
    assert explanations[1].way_up.answers == ("b", "a")
    assert explain(built, codes([DONT] * 4))[0].way_up.answers == ("b", "a")


def test_weights_that_lie_far_apart():
    built = questionnaire([item("light", weight="1e-9"), item("heavy", weight="1e9"), item("other", weight="1e-9")])
    assert way(built, [3, 2, 3]) == [("heavy", 2, 3)]
    assert way(built, [1, 3, 3]) == [("light", 1, 2), ("heavy", 3, 4)]
    assert explain(built, codes(["", "", 3]))[0].way_up.answers == ("heavy",)


def test_one_item():
    built = plain(1)
    for level in (1, 2, 3, 4):
        assert way(built, [level]) == [("i0", level, level + 1)]
