"""Small groups: which counts of organisations may be shown beside their totals so that no hidden one can be worked out.

A cell with fewer than `minimum` organisations, and not none, is hidden. Totals would give a single hidden cell away, so
others are hidden with it (complementary suppression, as in Willenborg & de Waal, Elements of Statistical Disclosure
Control, 2001, ch. 4), until every hidden cell has more than one possible value and the hidden cells of a line together
reach the minimum. A count of 0 shows nobody and may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SHOWN_FROM: Final = 3  # organisations: what looks inside a country, shown to others in the workshop
PUBLISHED_FROM: Final = 5  # the same in public files

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LineSuppression:
    """What of a line of counts may be shown: `hidden` (cells,), and whether their total may."""

    hidden: Flags
    total_shown: bool


@dataclass(frozen=True, slots=True)
class TableSuppression:
    """What of a table of counts may be shown: `hidden` (groups, categories), and which totals may.

    `group_totals_shown` (groups,). All totals are shown unless a table is too small to protect its cells beside them; then
    the totals over all groups are not, and not those of groups below the minimum.
    """

    hidden: Flags
    group_totals_shown: Flags
    category_totals_shown: bool


def suppress_line(counts: NDArray[Any], minimum: int = PUBLISHED_FROM) -> LineSuppression:
    """Hide as few cells of a line (cells,) as possible, of these the smallest. A total below the minimum is not shown either.

    Raises ValueError for counts that are not whole numbers of at least 0, and for a minimum below 2.
    """
    cells = _checked(counts, minimum)
    hidden = (cells > 0) & (cells < minimum)
    if not hidden.any():
        return LineSuppression(hidden, total_shown=True)
    if cells.sum() < minimum:
        return LineSuppression(hidden, total_shown=False)
    if hidden.sum() == 1 or cells[hidden].sum() < minimum:
        # One more is enough: those left are 0 or reach the minimum by themselves.
        hidden[_smallest(cells, hidden)] = True
    return LineSuppression(hidden, total_shown=True)


def suppress_table(counts: NDArray[Any], minimum: int = PUBLISHED_FROM) -> TableSuppression:
    """Hide cells of a table (groups, categories) whose two margins are shown. Raises ValueError as `suppress_line`."""
    cells = _checked(counts, minimum)
    hidden = (cells > 0) & (cells < minimum)
    _protect(cells, hidden, minimum)
    if all(_is_open(cells, hidden, cell) for cell in _cells_of(hidden)):
        return TableSuppression(hidden, np.ones(len(cells), np.bool_), category_totals_shown=True)
    lines = [suppress_line(row, minimum) for row in cells]
    return TableSuppression(
        np.array([line.hidden for line in lines]).reshape(cells.shape),
        np.array([line.total_shown for line in lines], np.bool_),
        category_totals_shown=False,
    )


def _checked(counts: NDArray[Any], minimum: int) -> Counts:
    cells = np.asarray(counts)
    if minimum < 2:
        raise ValueError("The minimum must be at least 2: a group of one is a person's answer.")
    if (cells < 0).any() or (cells != np.floor(cells)).any():
        raise ValueError("Counts of organisations must be whole numbers of at least 0.")
    return cells.astype(np.int64)


def _smallest(cells: Counts, hidden: Flags) -> int:
    """The smallest cell that is neither hidden nor 0 (the first of several)."""
    return int(np.argmin(np.where(hidden | (cells == 0), np.iinfo(np.int64).max, cells)))


def _protect(cells: Counts, hidden: Flags, minimum: int) -> None:
    """Hide more cells, in place. Hiding one never gives another away, so each hidden cell is looked at once."""
    done: set[tuple[int, int]] = set()
    while waiting := [cell for cell in _cells_of(hidden) if cell not in done]:
        for cell in waiting:
            if not _is_open(cells, hidden, cell):
                _hide_rectangle(cells, hidden, cell)
            done.add(cell)
        if all(cell in done for cell in _cells_of(hidden)):
            _fill_lines(cells, hidden, minimum)
            _fill_lines(cells.T, hidden.T, minimum)


def _cells_of(hidden: Flags) -> list[tuple[int, int]]:
    return [(int(row), int(column)) for row, column in np.argwhere(hidden)]


def _fill_lines(cells: Counts, hidden: Flags, minimum: int) -> None:
    """Let the hidden cells of each row reach the minimum, as far as the row does."""
    for row, flags in zip(cells, hidden, strict=True):
        while flags.any() and row[flags].sum() < min(minimum, row.sum()):
            flags[_smallest(row, flags)] = True


def _is_open(cells: Counts, hidden: Flags, cell: tuple[int, int]) -> bool:
    """Whether a hidden cell has more than one possible value, given everything shown and that no count is below 0.

    One organisation more in it must be balanced along its column and row by one fewer and one more in hidden cells, in turn:
    a cycle through the cell in the residual graph of the flow from groups to categories (Ahuja, Magnanti & Orlin, Network
    Flows, 1993, ch. 6). One fewer is the same cycle the other way round.
    """
    row, column = cell
    more = hidden.copy()
    more[row, column] = False
    fewer = more & (cells > 0)
    upwards = _reaches(column, row, fewer.T, more)
    return upwards or bool(cells[row, column] > 0 and _reaches(row, column, more, fewer.T))


def _reaches(start: int, end: int, there: Flags, back: Flags) -> bool:
    """Whether a walk from `start` on one side, by arcs `there` and `back` in turn, comes to `end` on the other side."""
    near, far = np.zeros(there.shape[0], np.bool_), np.zeros(there.shape[1], np.bool_)
    near[start] = True
    while not far[end]:
        reached = far | there[near].any(axis=0)
        if (reached == far).all():
            return False
        far = reached
        near = near | back[far].any(axis=0)
    return True


def _hide_rectangle(cells: Counts, hidden: Flags, cell: tuple[int, int]) -> None:
    """Hide the cheapest three cells that make a rectangle with this one in which its count can move; else the whole table.

    Cheapest: the fewest cells that were not hidden before, of these the fewest organisations.
    """
    row, column = cell
    beside, below = cells[row][None, :], cells[:, column][:, None]
    movable = ((beside > 0) & (below > 0)) | ((cells > 0) & bool(cells[row, column] > 0))
    movable[row], movable[:, column] = False, False
    if not movable.any():
        hidden[:] = True
        hidden[cells.sum(axis=1) == 0], hidden[:, cells.sum(axis=0) == 0] = False, False
        return
    added = [~hidden, ~hidden[row][None, :], ~hidden[:, column][:, None]]
    number = sum(part.astype(np.int64) for part in added)
    weight = sum(np.where(part, value, 0) for part, value in zip(added, (cells, beside, below), strict=True))
    cost = np.where(movable, number * (int(cells.sum()) * 3 + 1) + weight, np.iinfo(np.int64).max)
    other_row, other_column = np.unravel_index(int(np.argmin(cost)), cells.shape)
    hidden[other_row, other_column] = hidden[row, other_column] = hidden[other_row, column] = True
