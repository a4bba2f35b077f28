"""Small groups: nothing hidden can be worked out from what is shown, and no more is hidden than needed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.suppression import PUBLISHED_FROM, SHOWN_FROM, suppress_line, suppress_table


def ranges(counts, hidden, row_totals, column_totals):
    """Least and greatest possible value of each hidden cell, by integer programming over everything that is shown."""
    counts, hidden = np.atleast_2d(counts), np.atleast_2d(hidden)
    places = np.argwhere(hidden)
    rows = [(places[:, 0] == row, counts[row][hidden[row]].sum()) for row in range(len(counts)) if row_totals[row]]
    columns = [
        (places[:, 1] == column, counts[:, column][hidden[:, column]].sum())
        for column in range(counts.shape[1])
        if column_totals
    ]
    equations = [(plane.astype(float), total) for plane, total in rows + columns if plane.any()]
    constraints = [LinearConstraint(np.array([plane]), total, total) for plane, total in equations]
    upper = counts.sum() + 1  # what no total bounds can be more than all there is
    for place in range(len(places)):
        aim = np.eye(len(places))[place]
        ends = [
            milp(sign * aim, integrality=np.ones(len(places)), bounds=Bounds(0, upper), constraints=constraints).fun
            for sign in (1, -1)
        ]
        yield tuple(places[place]), round(ends[0]), round(-ends[1])


@pytest.mark.parametrize(
    ("counts", "hidden", "total_shown"),
    [
        ([7, 5, 9], [], True),
        ([0, 0, 8], [], True),
        ([2, 9, 7, 8], [0, 2], True),  # the smallest other one protects it
        ([1, 1, 9, 7], [0, 1, 3], True),  # two hidden, but 2 together
        ([2, 3, 9], [0, 1], True),
        ([4, 4, 0, 9], [0, 1], True),
        ([2, 0, 0], [0], False),
        ([1, 2, 0], [0, 1], False),
        ([], [], True),
        ([0, 0], [], True),
        ([3], [0], False),
        ([2, 6, 6], [0, 1], True),  # a tie: the first
    ],
)
def test_a_line_by_hand(counts, hidden, total_shown):
    found = suppress_line(np.array(counts, dtype=int), 5)
    assert np.flatnonzero(found.hidden).tolist() == hidden
    assert found.total_shown is total_shown


def test_a_table_by_hand():
    """The 2 alone would follow from either total; the rectangle with the fewest organisations protects it."""
    found = suppress_table(np.array([[2, 9, 8], [7, 6, 9], [8, 7, 6]]), 5)
    assert found.hidden.tolist() == [[True, True, False], [True, True, False], [False, False, False]]
    assert found.group_totals_shown.all()
    assert found.category_totals_shown


def test_one_category_cannot_be_protected_beside_its_totals():
    found = suppress_table(np.array([[2], [9]]), 5)
    assert found.hidden.tolist() == [[True], [False]]
    assert (found.group_totals_shown.tolist(), found.category_totals_shown) == ([False, True], False)


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (1, 1), (2, 5)])
def test_nobody_there(shape):
    found = suppress_table(np.zeros(shape, int))
    assert not found.hidden.any()
    assert found.category_totals_shown


def test_what_cannot_be_counts():
    for wrong in ([-1, 3], [0.5, 3], [float("nan")]):
        with pytest.raises(ValueError, match="whole numbers"):
            suppress_line(np.array(wrong))
    with pytest.raises(ValueError, match="at least 2"):
        suppress_table(np.ones((2, 2), int), 1)


def test_the_limits():
    assert (SHOWN_FROM, PUBLISHED_FROM) == (3, 5)
    assert not suppress_line(np.array([3, 4]), SHOWN_FROM).hidden.any()
    assert suppress_line(np.array([3, 4])).hidden.all()


LINES = st.lists(st.integers(0, 9), max_size=6)


@given(LINES, st.integers(2, 6))
def test_no_hidden_cell_of_a_line_can_be_worked_out(row, minimum):
    counts = np.array(row, dtype=int)
    found = suppress_line(counts, minimum)
    assert not ((counts > 0) & (counts < minimum) & ~found.hidden).any()
    assert found.total_shown or counts.sum() < minimum
    if found.hidden.any() and found.total_shown:
        assert counts[found.hidden].sum() >= minimum
        assert all(least < most for _, least, most in ranges(counts, found.hidden, [True], False))


@given(LINES, st.integers(2, 6))
def test_no_line_can_do_with_less(row, minimum):
    """Against every other choice of cells: none that is safe hides fewer, or as many with fewer organisations."""
    counts = np.array(row, dtype=int)
    found = suppress_line(counts, minimum)
    if not found.total_shown:
        return
    small = (counts > 0) & (counts < minimum)
    safe = []
    for choice in itertools.product([False, True], repeat=len(row)):
        hidden = np.array(choice, dtype=bool)
        enough = not hidden.any() or ((counts[hidden] > 0).sum() >= 2 and counts[hidden].sum() >= minimum)
        if enough and not (small & ~hidden).any():
            safe.append((int(hidden.sum()), int(counts[hidden].sum())))
    assert (int(found.hidden.sum()), int(counts[found.hidden].sum())) == min(safe)


TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 7), min_size=width, max_size=width).map(lambda row: [n if n != 1 else 0 for n in row]),
        min_size=1,
        max_size=4,
    )
) | st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=1, max_size=4)
)


@settings(max_examples=60)
@given(TABLES, st.integers(2, 5))
def test_no_hidden_cell_of_a_table_can_be_worked_out(rows, minimum):
    counts = np.array(rows)
    found = suppress_table(counts, minimum)
    assert not ((counts > 0) & (counts < minimum) & ~found.hidden).any()
    for _, least, most in ranges(counts, found.hidden, found.group_totals_shown, found.category_totals_shown):
        assert least < most
    for line, hidden, shown in zip(counts, found.hidden, found.group_totals_shown, strict=True):
        if hidden.any() and shown:
            assert line[hidden].sum() >= min(minimum, line.sum())
    if found.category_totals_shown:
        assert found.group_totals_shown.all()


def test_a_large_table_is_quick():
    counts = np.random.default_rng(1).poisson(4, (200, 5))
    found = suppress_table(counts)
    assert found.category_totals_shown
    assert not ((counts > 0) & (counts < 5) & ~found.hidden).any()
