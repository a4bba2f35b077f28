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

from survey.routing import Codes

Groups = NDArray[np.intp]
Floats = NDArray[np.float64]

# An organisation's weight where some organisation has several respondents: divisible by every n up to 28, and small
# enough that float64 holds the exact sum of 100,000 organisations. For larger n, 1/n is right to n · 6e-12.
_UNIT: Final = math.lcm(*range(1, 29))
STATES: Final = 8
_CHUNK: Final = 4096


@dataclass(frozen=True, slots=True)
class Distribution:
    """Weights behind each answer: `weights` (r × items × 8 states; the last index is the code 0..7 of `survey.response`).

    A row is an organisation or a panel. `unit` is an organisation's weight; `responses` (r,) the number of responses. A
    response that is not asked an item adds nothing there.
    """

    weights: NDArray[Any]
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

    @property
    def known(self) -> Groups:
        """How many organisations of each group gave a level (groups × items)."""
        given = self.own.weights[..., 1:6].any(axis=-1)
        total = np.zeros((len(self.together.responses), given.shape[1]), dtype=np.intp)
        np.add.at(total, self.group, given)
        return total

    def others(self, at: slice = slice(None)) -> Distribution:
        """For each organisation (of those at `at`), its group without it."""
        group = self.group[at]
        rest = np.take(self.together.weights.transpose(2, 1, 0), group, axis=-1)
        rest -= self.own.weights.transpose(2, 1, 0)[..., at]
        responses = self.together.responses[group] - self.own.responses[at]
        return Distribution(rest.transpose(2, 1, 0), self.own.unit, responses)


def distribute(routed: Codes, members: Groups, count: int, weights: Floats | None = None) -> Distribution:
    """Distributions of routed responses (r × items). `members` (r,) names each response's row, 0..count-1; `weights` default to 1.

    Raises ValueError for weights that are not positive and finite.
    """
    if weights is not None and not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError("Weights of responses must be positive and finite.")
    return Distribution(_add_up(routed, members, count, weights), 1.0, np.bincount(members, minlength=count))


def gather(routed: Codes, members: Groups, count: int, organisations: NDArray[Any] | None = None) -> Organisations:
    """Sums by organisation and by group. `organisations` (r,) labels each response's organisation; by default each response is one.

    A label that occurs in two groups is two organisations.
    """
    if organisations is None:
        organisations = np.arange(len(members))
    row, group, size, unit = _respondents(members, organisations)
    weights = None if unit == 1 else np.rint(unit / size[row])
    # Single respondents' weights are 0 or 1: bytes, for they are the largest table of a comparison.
    own = Distribution(_add_up(routed, row, len(group), weights, np.uint8 if unit == 1 else np.float64), unit, size)
    responses = np.bincount(members, minlength=count)
    return Organisations(own, Distribution(_add_up(routed, members, count, weights), unit, responses), group)


def respondent_weights(members: Groups, organisations: NDArray[Any]) -> Floats:
    """Each response's weight (r,): one n-th of a whole number that is the same for all organisations."""
    row, _, size, unit = _respondents(members, organisations)
    weights: Floats = np.rint(unit / size[row])
    return weights


def _respondents(members: Groups, organisations: NDArray[Any]) -> tuple[Groups, Groups, Groups, float]:
    """Each response's organisation (r,); of each organisation the group and the number of responses (o,); an organisation's weight."""
    labels, label = np.unique(organisations, return_inverse=True)
    pairs, row, size = np.unique(members * max(1, len(labels)) + label, return_inverse=True, return_counts=True)
    unit = float(_UNIT) if size.max(initial=1) > 1 else 1.0
    return row, pairs // max(1, len(labels)), size, unit


def _add_up(
    routed: Codes, rows: Groups, count: int, weights: Floats | None, kind: type[np.generic] = np.float64
) -> NDArray[Any]:
    """Sums of weights (count × items × 8), in memory state by state and rows along the fast axis, as the kernel wants them.

    Each sum is made from the row's own responses, one after the other, so that it is the same to the last bit whatever
    other rows there are.
    """
    items = routed.shape[1]
    total = np.zeros((STATES + 1, items, count), kind)  # the last state, NOT_ASKED, is dropped
    flat = total.reshape(-1)
    for start in range(0, len(rows), _CHUNK):
        at = slice(start, start + _CHUNK)
        place = (routed[at] * np.intp(items) + np.arange(items)) * count + rows[at, None]
        weight: Any = 1 if weights is None else np.repeat(weights[at], items)
        np.add.at(flat, place.reshape(-1), weight)
    return total[:STATES].transpose(2, 1, 0)
