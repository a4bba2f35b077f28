"""The cheapest way up: the fewest items that, raised, raise a part's level by at least one; then the fewest steps in all, then
the larger weight gained, then the questionnaire's order.

Raising an item by k steps moves every known answer k levels up, at most to 5: share'(L) = share(L − k), with share(1) = 1, and
the level of the item (a panel's lower median) becomes min(5, level + k). An unknown item stands at 1. Which items are asked is left
as it is. The conditions are those of `scoring.rule`, in whole numbers instead of float64: weights are exact, shares are counted
in units of 1 / _UNIT.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.cheapest import Candidate, Chosen, Group, Option, cheapest
from scoring.panel import Panel
from scoring.rule import NOT_RATED, TOLERANCE, Ratings
from scoring.scheme import scheme_of, whole_weights
from survey.questionnaire import Form, Questionnaire
from survey.response import DONT_KNOW, NOT_ASKED, UNANSWERED
from survey.routing import Codes, route

# Shares of up to 30 equal answers are whole numbers of this unit; of others they are off by at most 3e-13, which is far below
# the tolerance of the rule's comparisons.
_UNIT = math.lcm(*range(1, 31))
_MOST_STEPS = 4
# At the very edge of that tolerance float64 and exact numbers may differ in the last bit: a way up then asks for more, not less.
_GUARD = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Raise:
    """One item of a way up: from `from_level` (1 when unknown) by `steps` levels to `to_level`, at most 5.

    `next_steps` are the questionnaire's own words for each step. `is_unknown`: nobody knows today's level, so the first
    step is to find it out. In a panel whose median is 5 already, the steps are those of the responses behind.
    """

    item: str
    from_level: int
    to_level: int
    steps: int
    next_steps: tuple[str, ...]
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class WayUp:
    """Either `raises`, to the next level, or `answers`, ids of unknown items to answer before a level is shown.

    `opens` are the items, by id, that the raised answers would newly ask of somebody.
    """

    raises: tuple[Raise, ...] = ()
    answers: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """One asked and applicable item: weight in its dimension, level, how far the dimension may stand above it, and its shares at
    1..5 or better in units of 1 / _UNIT."""

    column: int
    weight: int
    level: int
    headroom: int
    shares: tuple[int, ...]
    is_unknown: bool

    def gain(self, level: int, steps: int) -> int:
        """Weighted share gained at `level` when raised by `steps`."""
        return self.weight * (self.shares[max(0, level - 1 - steps)] - self.shares[level - 1])


class Standings:
    """One row of a panel, with the ratings the kernel gave it: what every way up of its parts starts from."""

    def __init__(self, questionnaire: Questionnaire, panel: Panel, ratings: Ratings, row: int) -> None:
        self.questionnaire = questionnaire
        self._scheme = scheme_of(questionnaire)
        self._codes, self._shares = panel.codes[row], panel.shares[row]
        self._levels, self._status = ratings.level[row], ratings.status[row]
        self._gate = questionnaire.scoring.threshold * (1 - Fraction(TOLERANCE) + _GUARD)
        self._allowed_unknown = questionnaire.scoring.max_unknown * (1 + Fraction(TOLERANCE) - _GUARD)
        self._items = [self._of_dimension(index) for index in range(len(questionnaire.dimensions))]
        self._applicable = [sum(standing.weight for standing in items) for items in self._items]

    def _of_dimension(self, index: int) -> tuple[_Standing, ...]:
        dimension, parts = self.questionnaire.dimensions[index], self._scheme.dimensions[index]
        weights = whole_weights([item.weight for item in dimension.items])
        codes = self._codes[parts.start : parts.stop].tolist()
        units = np.rint(self._shares[parts.start : parts.stop] * _UNIT).astype(np.int64).tolist()
        return tuple(
            _Standing(
                parts.start + place,
                weights[place],
                code if known else 1,
                int(parts.headroom[place]),
                (_UNIT, *units[place]) if known else (_UNIT, 0, 0, 0, 0),
                not known,
            )
            for place, code in enumerate(codes)
            if (known := 1 <= code <= 5) or code in (UNANSWERED, DONT_KNOW)
        )

    # --- a level higher -----------------------------------------------------------------------------------------------
    def raise_dimension(self, index: int) -> tuple[Raise, ...]:
        """The cheapest way from a dimension's computed level (1-4) to a higher one."""
        target, items = int(self._levels[index]) + 1, self._items[index]
        # Each item is a group of its own: what the dimension needs is needed in all.
        groups = [Group((_candidate(item, target, 1, target, 1),), 0) for item in items]
        return self._raises(cheapest(groups, self._needed(index, target)))

    def raise_whole(self) -> tuple[Raise, ...]:
        """The cheapest way from the questionnaire's computed level (1-4) to a higher one."""
        included = self._included()
        target = int(self._levels[-1]) + 1
        scales = self._scales(included)
        groups, have = [], 0
        for index in included:
            required = target - int(self._scheme.whole.headroom[index])
            candidates = tuple(
                _candidate(item, target, required, required, scales[index]) for item in self._items[index]
            )
            groups.append(Group(candidates, self._needed(index, required)))
            have += scales[index] * self._have(index, target)
        everything = sum(scales[index] * self._applicable[index] * _UNIT for index in included)
        return self._raises(cheapest(groups, math.ceil(self._gate * everything) - have))

    def _included(self) -> list[int]:
        return [index for index in range(len(self._items)) if self._status[index] != NOT_RATED]

    def _scales(self, included: Sequence[int]) -> dict[int, int]:
        """Weight of one unit of a dimension's item weight in the questionnaire, on a common scale of whole numbers."""
        weights = whole_weights([dimension.weight for dimension in self.questionnaire.dimensions])
        common = math.lcm(*(self._applicable[index] for index in included))
        return {index: weights[index] * (common // self._applicable[index]) for index in included}

    def _have(self, index: int, level: int) -> int:
        return sum(item.weight * item.shares[level - 1] for item in self._items[index])

    def _needed(self, index: int, level: int) -> int:
        """What a dimension lacks of the threshold at `level`, in units of weight × share; 0 or less: nothing."""
        if level <= 1:
            return 0
        return math.ceil(self._gate * self._applicable[index] * _UNIT) - self._have(index, level)

    def _raises(self, chosen: Chosen) -> tuple[Raise, ...]:
        standings = {item.column: item for items in self._items for item in items}
        return tuple(self._raise(standings[column], steps) for column, steps in chosen)

    def _raise(self, standing: _Standing, steps: int) -> Raise:
        item = self.questionnaire.items[standing.column]
        first = min(standing.level, 5 - steps)
        return Raise(
            item=item.id,
            from_level=standing.level,
            to_level=min(5, standing.level + steps),
            steps=steps,
            next_steps=item.next_steps[first - 1 : first - 1 + steps],
            is_unknown=standing.is_unknown,
        )

    # --- a level shown ------------------------------------------------------------------------------------------------
    def answer_dimension(self, index: int) -> tuple[str, ...]:
        """The fewest unknown items of a withheld dimension to answer: the unanswered critical ones, then the heaviest."""
        unknown = [item for item in self._items[index] if item.is_unknown]
        urgent = {item.column for item in unknown if self._is_unanswered_critical(item.column)}
        weights = [(item.column, item.weight) for item in unknown]
        return self._answers(weights, self._allowed_unknown * self._applicable[index], urgent)

    def answer_whole(self) -> tuple[str, ...]:
        """The same for the questionnaire, over all its dimensions; critical items withhold their dimension only."""
        included = self._included()
        scales = self._scales(included)
        weights = [
            (item.column, scales[index] * item.weight)
            for index in included
            for item in self._items[index]
            if item.is_unknown
        ]
        everything = sum(scales[index] * self._applicable[index] for index in included)
        return self._answers(weights, self._allowed_unknown * everything, set())

    def _is_unanswered_critical(self, column: int) -> bool:
        return bool(self._codes[column] == UNANSWERED) and self.questionnaire.items[column].critical

    def _answers(self, unknown: Sequence[tuple[int, int]], allowed: Fraction, urgent: set[int]) -> tuple[str, ...]:
        left = sum(weight for _, weight in unknown)
        chosen = []
        for column, weight in sorted(unknown, key=lambda pair: (pair[0] not in urgent, -pair[1], pair[0])):
            if column not in urgent and left <= allowed:
                break
            chosen.append(self.questionnaire.items[column].id)
            left -= weight
        return tuple(chosen)


def _candidate(item: _Standing, target: int, required: int, floor: int, scale: int) -> Candidate:
    """The useful ways to raise an item: gains at `target` (times `scale`) and at `required`; its dimension must reach `floor`."""
    least = max(0, floor - item.headroom - item.level)
    options = [] if least else [Option(0, 0, 0)]
    for steps in range(max(1, least), _MOST_STEPS + 1):
        option = Option(steps, item.gain(required, steps) if required > 1 else 0, scale * item.gain(target, steps))
        if not options or (option.reached, option.gain) != (options[-1].reached, options[-1].gain):
            options.append(option)
    return Candidate(item.column, tuple(options))


def newly_asked(questionnaire: Questionnaire, stored: Codes, form: Form, raises: Sequence[Raise]) -> tuple[str, ...]:
    """Items, by id, that skip logic would ask of at least one more of the responses (r × items, stored codes) once raised."""
    if all(item.asked_if is None for item in questionnaire.items):
        return ()
    before = route(questionnaire, stored, form)
    raised = stored.copy()
    for step in raises:
        column = questionnaire.position[step.item]
        own = before[:, column]
        known, unknown = (own >= 1) & (own <= 5), (own == UNANSWERED) | (own == DONT_KNOW)
        raised[known, column] = np.minimum(5, own[known] + step.steps)
        if step.is_unknown:
            raised[unknown, column] = 1 + step.steps
    opened = ((before == NOT_ASKED) & (route(questionnaire, raised, form) != NOT_ASKED)).any(axis=0)
    return tuple(item.id for item, is_new in zip(questionnaire.items, opened, strict=True) if is_new)
