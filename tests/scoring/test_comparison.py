"""The comparison as a whole: what each figure needs, who is ranked, and that no group's own figures depend on the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.comparison import Members, compare
from scoring.panel import score_panels
from scoring.scorecard import scorecard
from scoring.spread import TooFewInvitedError
from survey.response import DONT_KNOW, NOT_APPLICABLE
from survey.routing import route
from tests.builders import codes, item, questionnaire

BUILT = questionnaire([item("a1", critical=True), item("a2", allow_na=True)], [item("b1"), item("b2")])
WIDTH = 4


def members(sizes, invited=None):
    return Members(
        tuple(f"c{number}" for number in range(len(sizes))), np.repeat(np.arange(len(sizes)), sizes), None, invited
    )


def compared(rows, sizes, invited=None, **options):
    stored = np.array(rows, np.uint8).reshape(-1, WIDTH)
    return compare(BUILT, route(BUILT, stored), members(sizes, invited), replays=50, **options)


def test_every_figure_of_a_group():
    low, high = [[2, 2, 3, 3], [3, 3, 3, 3], [2, 3, 3, 2]], [[5, 5, 4, 5], [4, 5, 5, 5], [5, 4, 5, 5], [5, 5, 5, 4]]
    found = compared([*low, *high], [3, 4], invited=(5, 40))
    first, second = found.groups
    assert (first.n, first.invited, first.coverage, first.provisional) == (3, 5, 0.6, False)
    assert (second.n, second.coverage, second.provisional) == (4, 0.1, True)
    assert first.whole.interval[0] < first.whole.score.score < first.whole.interval[1]
    assert first.whole.rank_set == (1, 1)
    assert (first.whole.methods.median, first.whole.methods.p5, first.whole.methods.p95) == (1, 1, 1)
    assert sum(first.whole.levels) == pytest.approx(1)
    # Provisional: everything of its own, no rank.
    assert second.whole.interval is not None
    assert (second.whole.rank_set, second.whole.methods, second.dimensions[0].rank_set) == (None, None, None)
    assert found.ahead == {"c0": {}}
    assert found.drivers() is None


def test_ahead_and_drivers_of_ranked_groups():
    rows = [[2, 2, 3, 3], [3, 2, 2, 3], [2, 3, 2, 2]], [[5, 5, 4, 5], [4, 5, 5, 5], [5, 4, 5, 5]]
    found = compared([*rows[0], *rows[1]], [3, 3])
    assert found.ahead == {"c0": {"c1": 0.0}, "c1": {"c0": 1.0}}
    assert [group.whole.rank_set for group in found.groups] == [(2, 2), (1, 1)]
    assert found.groups[0].coverage is None
    assert set(found.drivers().ranks) == {"weights", "aggregation", "unknown", "evidence_caps", "threshold"}
    assert found.drivers().ranks_vary is False


def test_contested_items_carry_their_distribution():
    found = compared([[1, 3, 3, 3], [5, 3, 3, 4], [5, 3, 3, 3]], [3])
    (contested,) = found.groups[0].contested
    assert (contested.item, contested.counts) == ("a1", (1, 0, 0, 0, 2))
    assert contested.ad == pytest.approx(4 / 3)


def test_an_agreed_answer_replaces_the_panels():
    rows = [[1, 3, 3, 3], [5, 3, 3, 3], [5, 3, 3, 3]]
    agreed = codes([4, "", "", ""])
    found, plain = compared(rows, [3], agreed=agreed), compared(rows, [3])
    assert found.groups[0].dimensions[0].score.score == pytest.approx((4 + 3) / 2)
    assert plain.groups[0].contested == found.groups[0].contested  # the originals stay to be seen


def test_evidence_gives_supported_figures_and_a_driver():
    rows = [[4, 4, 4, 4]] * 3 + [[4, 4, 4, 4]] * 3
    tiers = np.array([[3] * WIDTH] * 3 + [[0] * WIDTH] * 3, np.uint8)
    found = compared(rows, [3, 3], evidence=tiers)
    assert [group.whole.score.supported_score for group in found.groups] == [4, 2]
    assert 0 < found.ahead["c0"]["c1"] < 1  # with caps ahead, without them equal


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_organisations_have_no_interval_and_no_rank_set(count):
    rows = [[3, 3, 3, 3]] * count + [[2, 3, 3, 3], [4, 4, 4, 4], [3, 2, 4, 4]]
    found = compared(rows, [count, 3])
    few = found.groups[0]
    assert (few.n, few.whole.interval, few.whole.rank_set) == (count, None, None)
    assert few.whole.score.status == ("rated" if count else "not_rated")
    assert few.card.whole.score == (3 if count else None)


@pytest.mark.parametrize(
    ("answer", "status"), [(DONT_KNOW, "withheld"), (NOT_APPLICABLE, "not_rated")], ids=["unknown", "not applicable"]
)
def test_nothing_known_is_unranked(answer, status):
    asked = questionnaire([item("a1", allow_na=True), item("a2", allow_na=True)])
    rows = np.array([[answer] * 2] * 3 + [[2, 3], [3, 3], [4, 4]], np.uint8)
    found = compare(asked, rows, members([3, 3]), replays=20)
    nothing, other = found.groups
    assert (nothing.whole.score.status, nothing.whole.rank_set, nothing.whole.methods) == (status, None, None)
    assert other.whole.rank_set == (1, 1)


def test_one_country_and_identical_answers():
    found = compared([[3, 3, 3, 3]] * 4, [4])
    assert found.groups[0].whole.interval == (3, 3)
    assert found.groups[0].whole.rank_set == (1, 1)
    assert found.groups[0].contested == ()
    tied = compared([[3, 3, 3, 3]] * 6, [3, 3])
    assert [group.whole.rank_set for group in tied.groups] == [(1, 2), (1, 2)]
    assert tied.ahead == {"c0": {"c1": 0.0}, "c1": {"c0": 0.0}}


def test_more_answered_than_invited_is_said():
    with pytest.raises(TooFewInvitedError) as raised:
        compared([[3, 3, 3, 3]] * 3, [3], invited=(2,))
    assert (raised.value.answered, raised.value.invited) == (3, 2)


ROW = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, DONT_KNOW]), min_size=WIDTH, max_size=WIDTH)


@settings(max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=6), st.lists(ROW, min_size=0, max_size=5), st.data())
def test_goalposts_are_fixed_and_a_group_is_its_panel(first, second, data):
    number = data.draw(st.lists(st.integers(0, 2), min_size=len(first), max_size=len(first)), label="organisations")
    alone = compare(
        BUILT, route(BUILT, np.array(first, np.uint8)),
        Members(("a",), np.zeros(len(first), np.intp), np.array(number)), replays=5,
    )  # fmt: skip
    both = np.array([*first, *second], np.uint8)
    organisations = np.array([*number, *range(10, 10 + len(second))])
    beside = compare(
        BUILT, route(BUILT, both),
        Members(("a", "b"), np.repeat([0, 1], [len(first), len(second)]), organisations), replays=5,
    )  # fmt: skip
    assert beside.groups[0].card == alone.groups[0].card
    assert beside.groups[0].contested == alone.groups[0].contested
    scores = score_panels(
        BUILT, route(BUILT, np.array(first, np.uint8)), np.zeros(len(first), np.intp), 1, None, np.array(number)
    )
    assert scorecard(BUILT, scores, 0) == alone.groups[0].card
