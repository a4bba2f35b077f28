"""What binds a level: worked examples, and agreement with the kernel's figures (docs/methodology.md)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from scoring.explain import Constraint, explain
from scoring.panel import form_panels, score_panels
from scoring.scorecard import scorecard
from tests.builders import codes, item, questionnaire
from tests.scoring.panels import panels

DONT, NA = "dont_know", "not_applicable"
THRESHOLD = 2 / 3


def plain(count, **changes):
    return questionnaire([item(f"i{n}", **changes) for n in range(count)])


def test_four_four_four_two_is_short_of_five_and_the_two_holds_as_well():
    found = explain(plain(4), codes([4, 4, 4, 2]))[0]
    assert (found.status, found.level, found.target, found.shares) == ("rated", 4, 5, (1, 0.75, 0.75, 0))
    assert found.constraints == (
        Constraint("share", share=0, limit=THRESHOLD),
        Constraint("margin", part="i3", level=2, headroom=2),
    )


def test_four_four_four_and_a_critical_two_is_held_at_three():
    built = questionnaire([item("a"), item("b"), item("c"), item("last", critical="true")])
    found = explain(built, codes([4, 4, 4, 2]))[0]
    assert (found.level, found.target) == (3, 4)
    assert found.constraints == (Constraint("critical", part="last", level=2, headroom=1),)


def test_five_five_five_one_is_held_at_three_by_the_margin():
    found = explain(plain(4), codes([5, 5, 5, 1]))[0]
    assert found.level == 3
    assert found.binding == Constraint("margin", part="i3", level=1, headroom=2)


def test_all_that_hold_are_listed_in_order():
    found = explain(plain(7), codes([5, 1, 5, 1, 5, 5, 5]))[0]
    assert [constraint.part for constraint in found.constraints] == ["i1", "i3"]


def test_three_three_two_two_is_short_of_two_in_three():
    found = explain(plain(4), codes([3, 3, 2, 2]))[0]
    assert (found.level, found.constraints) == (2, (Constraint("share", share=0.5, limit=THRESHOLD),))


def test_a_dimension_holds_the_questionnaire():
    built = questionnaire([item("a")], [item("b")], [item("c")], [item("d")])
    whole = explain(built, codes([5, 5, 1, 5]))[-1]
    assert (whole.kind, whole.level) == ("questionnaire", 3)
    assert whole.binding == Constraint("margin", part="d3", level=1, headroom=2)


def test_an_unknown_critical_item_holds_as_one():
    built = questionnaire([item("a"), item("b"), item("c"), item("last", critical="true")])
    found = explain(built, codes([4, 4, 4, DONT]))[0]
    assert (found.level, found.binding) == (
        2,
        Constraint("critical", part="last", level=1, headroom=1, is_unknown=True),
    )


def test_withheld_says_what_is_unknown_and_which_critical_items_are_unanswered():
    built = questionnaire([item("a"), item("b", critical="true"), item("c"), item("d", critical="true")])
    found = explain(built, codes([4, "", 4, DONT]))[0]
    assert (found.status, found.level, found.target) == ("withheld", None, None)
    assert found.shares == (0.5, 0.5, 0.5, 0)
    assert found.constraints == (Constraint("unknown", share=0.5, limit=1 / 3, items=("b",)),)


def test_not_rated_says_why():
    found = explain(plain(3, allow_na="true"), codes([4, NA, NA]))
    assert found[0].constraints == (Constraint("not_applicable", share=2 / 3, limit=1 / 3),)
    assert found[1].constraints == (Constraint("not_applicable", limit=1 / 3),)
    hidden = questionnaire([item("a")], [item("b", asked_if={"item": "a", "at_least": "5"})])
    found = explain(hidden, codes([1, 3]))[1]
    assert (found.status, found.shares, found.constraints) == ("not_rated", None, (Constraint("nothing_asked"),))


def test_the_pulse_form_can_leave_nothing_to_ask():
    assert [e.binding.kind for e in explain(plain(2), codes([3, 3]), form="pulse")] == ["nothing_asked"] * 2


def test_the_highest_level():
    found = explain(plain(3), codes([5, 5, 4]))[0]
    assert (found.level, found.target, found.constraints) == (5, None, (Constraint("highest"),))


@pytest.mark.parametrize(
    ("row", "kind"), [([""] * 3, "unknown"), ([DONT] * 3, "unknown"), ([NA] * 3, "not_applicable")]
)
def test_nothing_known_at_all(row, kind):
    assert [e.binding.kind for e in explain(plain(3, allow_na="true"), codes(row))] == [kind, kind]


@given(panels(responses=5, sizes=5, dimensions=4))
def test_it_agrees_with_the_kernel(pair):
    built, stored = pair
    members = np.zeros(len(stored), np.intp)
    card = scorecard(built, score_panels(built, stored, members, 1), 0)
    levels = form_panels(stored, members, 1).codes[0]
    for score, found in zip((*card.dimensions, card.whole), explain(built, stored), strict=True):
        assert (found.part, found.kind, found.status) == (score.part, score.kind, score.status)
        assert (found.level, found.shares) == (score.level, score.shares)
        assert len(found.constraints) >= 1
        if found.target is None:
            assert found.binding.kind in ("unknown", "not_applicable", "nothing_asked", "highest")
            continue
        assert found.binding.part == score.held_by  # empty when the share decides
        for constraint in found.constraints:
            if constraint.kind == "share":
                assert constraint.share == score.shares[found.level - 1] < float(built.scoring.threshold)
            else:
                assert constraint.level + constraint.headroom == found.level
                if found.kind == "dimension":
                    known = levels[built.position[constraint.part]]
                    assert constraint.level == (known if 1 <= known <= 5 else 1)
                    assert constraint.is_unknown == (not 1 <= known <= 5)
        shares = [constraint for constraint in found.constraints if constraint.kind == "share"]
        assert bool(shares) == (score.shares[found.level - 1] < float(built.scoring.threshold) * (1 - 1e-9))
