"""How organisations answered each item: additive sums, from which panels of any set of organisations follow.

An organisation weighs the same whatever the number of its respondents: each of its n responses weighs 1/n. Weights are
kept as whole numbers of a small unit, so that their sums are exact whatever the order, and a panel without one
organisation is the difference of two sums, again exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from survey.response import NOT_ASKED
from survey.routing import Codes

Groups = NDArray[np.intp]
Floats = NDArray[np.float64]

# An organisation's weight where some organisation has several respondents: divisible by every n up to 28, and small
# enough that float64 holds the exact sum of 100,000 organisations. For larger n, 1/n is right to n · 6e-12.
_UNIT: Final = math.lcm(*range(1, 29))
STATES: Final = 8


@dataclass(frozen=True, slots=True)
class Distribution:
    """Weights behind each answer: `weights` (r × items × 8 states; the last index is the code 0..7 of `survey.response`).

    A row is an organisation or a panel. `unit` is an organisation's weight; `responses` (r,) the number of responses. A
    response that is not asked an item adds nothing there.
    """

    weights: Floats
    unit: float
    responses: Groups

    @property
    def counts(self) -> Floats:
        """The same in organisations: 2.0 at [row, item, 3] = as much as two whole organisations say level 3."""
        counts: Floats = self.weights / self.unit
        return counts


@dataclass(frozen=True, slots=True)
class Organisations:
    """The answers of o organisations in `count` groups: `own` (o rows), `together` (a row a group), `group` (o,).

    Organisations are sorted by group. `group[k]` is the group of organisation k.
    """

    own: Distribution
    together: Distribution
    group: Groups

    @property
    def number(self) -> Groups:
        """How many organisations each group has."""
        return np.bincount(self.group, minlength=len(self.together.responses))

    def others(self) -> Distribution:
        """For each organisation, its group without it."""
        rest = np.take(self.together.weights.transpose(2, 1, 0), self.group, axis=-1)
        rest -= self.own.weights.transpose(2, 1, 0)
        responses = self.together.responses[self.group] - self.own.responses
        return Distribution(rest.transpose(2, 1, 0), self.own.unit, responses)


def distribute(routed: Codes, members: Groups, count: int, weights: Floats | None = None) -> Distribution:
    """Distributions of routed responses (r × items). `members` (r,) names each response's row, 0..count-1; `weights` default to 1.

    Each row's sums are made from its own responses only, in their order. Raises ValueError for weights that are not positive and finite.
    """
    unit = 1.0
    if weights is not None and not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError("Weights of responses must be positive and finite.")
    planes = _one_hot(routed, weights)
    return Distribution(_add(planes, members, count).transpose(2, 1, 0), unit, np.bincount(members, minlength=count))


def gather(routed: Codes, members: Groups, count: int, organisations: NDArray[Any] | None = None) -> Organisations:
    """Sums by organisation and by group. `organisations` (r,) labels each response's organisation; by default each response is one.

    A label that occurs in two groups is two organisations.
    """
    if organisations is None:
        order = np.argsort(members, kind="stable")
        own = Distribution(
            _one_hot(routed[order], None).transpose(2, 1, 0), 1.0, np.ones(len(order), np.intp)
        )  # fmt: skip
        group = members[order]
    else:
        label = np.unique(organisations, return_inverse=True)[1].astype(np.intp)
        pairs, row, size = np.unique(
            members * (label.max(initial=0) + 1) + label, return_inverse=True, return_counts=True
        )
        unit = float(_UNIT) if size.max(initial=1) > 1 else 1.0
        planes = _one_hot(routed, np.rint(unit / size[row]))
        own = Distribution(_add(planes, row, len(pairs)).transpose(2, 1, 0), unit, size)
        group = pairs // (label.max(initial=0) + 1)
    together = _add(own.weights.transpose(2, 1, 0), group, count)
    responses = np.bincount(group, weights=own.responses, minlength=count).astype(np.intp)
    return Organisations(own, Distribution(together.transpose(2, 1, 0), own.unit, responses), group)


def _one_hot(routed: Codes, weights: Floats | None) -> Floats:
    """Planes (8 × items × r), rows along the fast axis as the kernel wants them."""
    codes = np.ascontiguousarray(routed.T)
    assert codes.max(initial=0) <= NOT_ASKED
    planes = np.empty((STATES, *codes.shape))
    for state in range(STATES):
        np.equal(codes, np.uint8(state), out=planes[state])
    if weights is not None:
        planes *= weights
    return planes


def _add(planes: Floats, rows: Groups, count: int) -> Floats:
    """Sums of the planes' columns by row (8 × items × count). Each sum has an order of its own, untouched by the other rows."""
    total = np.zeros((*planes.shape[:2], count))
    if not rows.size:
        return total
    if (rows[1:] < rows[:-1]).any():
        order = np.argsort(rows, kind="stable")
        planes, rows = planes[..., order], rows[order]
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    total[..., rows[starts]] = np.add.reduceat(planes, starts, axis=-1)
    return total
