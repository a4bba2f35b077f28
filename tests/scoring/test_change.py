"""Change between rounds: by hand, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.change import RoundAnswers, measure_change
from scoring.spread import moderate, t_quantiles
from survey.problems import ProblemsError
from tests.builders import codes, item, questionnaire

ONE = questionnaire([item("a")])
TWO = questionnaire([item("a"), item("b", weight="3")], [item("c", allow_na="true")])


def answers(built, rows, names=None, groups=None):
    count = len(rows)
    table = codes(*rows) if count else np.zeros((0, len(built.items)), np.uint8)
    return RoundAnswers(built, table, tuple(names or (f"o{n}" for n in range(count))), tuple(groups or ["ge"] * count))


def test_by_hand_one_country():
    """Differences 1, 1, 2: mean 4/3, s² = 1/3, and t(2, 97.5 %) = 4.3027 (any table of Student's t)."""
    (found,) = measure_change(answers(ONE, [[1], [2], [3]]), answers(ONE, [[2], [3], [5]]))
    whole = found.whole
    assert (found.group, whole.part, whole.pairs, whole.verdict) == ("ge", "tiny", 3, "no_detectable_change")
    assert whole.change == pytest.approx(4 / 3)
    assert whole.smallest == pytest.approx(4.302653 * math.sqrt(1 / 9), abs=1e-6)
    assert [part.part for part in found.dimensions] == ["d1"]


def test_by_hand_beside_a_country_that_did_not_change():
    """Pooled variance (2 · 1/3 + 3 · 0) / 5; the prior is worth the other's 3 df: (3 · 2/15 + 2 · 1/3) / 5; t(5) = 2.5706."""
    names, groups = [f"o{n}" for n in range(7)], ["uz"] * 3 + ["ge"] * 4
    found = measure_change(
        answers(ONE, [[1], [2], [3], [4], [4], [4], [4]], names, groups),
        answers(ONE, [[2], [3], [5], [4], [4], [4], [4]], names, groups),
    )
    assert [country.group for country in found] == ["ge", "uz"]
    still, moved = (country.whole for country in found)
    assert moved.smallest == pytest.approx(2.570582 * math.sqrt((0.4 + 2 / 3) / 5 / 3), abs=1e-6)
    assert (moved.verdict, still.verdict, still.change) == ("higher", "no_detectable_change", 0)
    assert still.smallest > 0


def test_moderation_by_hand():
    variance, df = moderate(np.array([[1.0], [4.0], [np.nan]]), np.array([[2.0], [6.0], [0.0]]))
    pooled = (2 * 1 + 6 * 4) / 8
    # The prior has 4 df, but only 2 others stand behind the second country's.
    assert df.ravel().tolist() == pytest.approx([6, 8, np.nan], nan_ok=True)
    assert variance.ravel().tolist() == pytest.approx(
        [(4 * pooled + 2) / 6, (2 * pooled + 24) / 8, np.nan], nan_ok=True
    )


def test_quantiles_of_students_t():
    found = t_quantiles(np.array([1.0, 4.0, 30.0, 0.0]))
    assert found == pytest.approx([12.7062, 2.7764, 2.0423, np.nan], abs=1e-4, nan_ok=True)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_say_nothing(count):
    rows = [[2]] * count
    found = measure_change(answers(ONE, rows), answers(ONE, [[4]] * count))
    if not count:
        assert found == ()
        return
    assert (found[0].whole.pairs, found[0].whole.change) == (count, 2)
    assert (found[0].whole.smallest, found[0].whole.verdict) == (None, "too_few")


@pytest.mark.parametrize("answer", ["dont_know", "not_applicable", ""])
def test_nothing_known_is_no_pair(answer):
    before, after = answers(TWO, [[3, 3, 3]] * 4), answers(TWO, [[4, 4, answer]] * 4)
    (found,) = measure_change(before, after)
    assert (found.dimensions[0].change, found.dimensions[0].verdict) == (1, "higher")
    unknown = found.dimensions[1]
    assert (unknown.pairs, unknown.change, unknown.smallest, unknown.verdict) == (0, None, None, "too_few")


def test_only_organisations_of_both_rounds_count():
    before = answers(ONE, [[1]] * 4, ["a", "b", "c", "gone"])
    after = answers(ONE, [[3]] * 3 + [[5]], ["c", "b", "a", "new"])
    assert measure_change(before, after)[0].whole.change == 2
    elsewhere = answers(ONE, [[3]] * 3, ["a", "b", "c"], ["kg"] * 3)
    assert measure_change(before, elsewhere) == ()


def test_several_respondents_are_one_organisation():
    before = answers(ONE, [[1], [3], [2], [2]], ["a", "a", "b", "c"])
    after = answers(ONE, [[3], [3], [3]], ["a", "b", "c"])
    assert (measure_change(before, after)[0].whole.change, measure_change(before, after)[0].whole.pairs) == (1, 3)


def version(number, *items, **migration):
    return questionnaire(list(items), version=number, **({"migration": migration} if migration else {}))


def test_versions_that_cannot_be_compared_are_refused():
    with pytest.raises(ProblemsError, match="Q050"):
        measure_change(answers(ONE, [[1]]), answers(version("2.0.0", item("a")), [[1]]))


def test_a_new_item_and_a_dropped_one_leave_both_sides():
    older = version("1.0.0", item("a"), item("old"))
    newer = version("2.0.0", item("new"), item("a"), comparable_with=["1.0.0"], dropped=["old"])
    found = measure_change(answers(older, [[2, 5]] * 3), answers(newer, [[1, 3]] * 3))
    assert (found[0].whole.change, found[0].whole.verdict) == (1, "higher")


def test_what_was_not_asked_then_is_not_unanswered_now():
    older = questionnaire([item("a"), item("b", asked_if={"item": "a", "at_least": 2})])
    newer = questionnaire([item("a"), item("b")], version="1.1.0")
    found = measure_change(answers(older, [[1, ""]] * 3), answers(newer, [[1, 1]] * 3))
    assert found[0].whole.change == 0


def test_only_items_that_both_pulse_forms_ask():
    older = questionnaire([item("a", pulse="true"), item("b")])
    newer = questionnaire([item("a", pulse="true"), item("b", pulse="true")], version="1.1.0")
    found = measure_change(answers(older, [[2, ""]] * 3), answers(newer, [[3, 5]] * 3), "pulse")
    assert found[0].whole.change == 1


ROWS = st.lists(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6]), min_size=3, max_size=3), min_size=1, max_size=8)


@given(ROWS)
def test_no_change_is_zero(rows):
    table = np.array(rows, np.uint8)
    names = tuple(f"o{n}" for n in range(len(rows)))
    groups = tuple("ge" if n % 2 else "uz" for n in range(len(rows)))
    same = RoundAnswers(TWO, table, names, groups)
    for country in measure_change(same, same):
        for part in (*country.dimensions, country.whole):
            assert part.change in (None, 0)
            assert part.smallest in (None, 0)
            assert part.verdict in ("too_few", "no_detectable_change")


@given(ROWS, st.randoms())
def test_the_order_of_organisations_is_irrelevant(rows, random):
    table = np.array(rows, np.uint8)
    names = [f"o{n}" for n in range(len(rows))]
    groups = ["ge" if n % 3 else "uz" for n in range(len(rows))]
    before = RoundAnswers(TWO, table, tuple(names), tuple(groups))
    after = RoundAnswers(TWO, table[::-1], tuple(names), tuple(groups))
    order = random.sample(range(len(rows)), len(rows))
    mixed = RoundAnswers(
        TWO, table[::-1][order], tuple(names[n] for n in order), tuple(groups[n] for n in order)
    )  # fmt: skip
    assert measure_change(before, after) == measure_change(before, mixed)


@given(ROWS)
def test_a_rename_is_inert(rows):
    table = np.array(rows, np.uint8)
    names, groups = tuple(f"o{n}" for n in range(len(rows))), ("ge",) * len(rows)
    renamed = questionnaire(
        [item("a"), item("x", weight="3")],
        [item("c", allow_na="true")],
        version="1.1.0",
        migration={"renamed": {"b": "x"}},
    )
    before, after = RoundAnswers(TWO, table, names, groups), RoundAnswers(TWO, table[::-1], names, groups)
    assert measure_change(before, after) == measure_change(before, RoundAnswers(renamed, table[::-1], names, groups))
    assert measure_change(after, before) == measure_change(after, RoundAnswers(renamed, table, names, groups))


@given(ROWS, ROWS)
def test_another_country_changes_no_change(mine, others):
    rows = np.array([*mine, *others], np.uint8)
    names = tuple(f"o{n}" for n in range(len(rows)))
    groups = ("ge",) * len(mine) + ("uz",) * len(others)
    alone = [
        RoundAnswers(TWO, table[: len(mine)], names[: len(mine)], groups[: len(mine)]) for table in (rows, 7 - rows)
    ]
    both = [RoundAnswers(TWO, table, names, groups) for table in (rows, 7 - rows)]
    for one, two in zip(measure_change(*alone)[0].dimensions, measure_change(*both)[0].dimensions, strict=True):
        assert one.pairs == two.pairs
        assert one.change is two.change is None or one.change == pytest.approx(two.change, abs=1e-12)
