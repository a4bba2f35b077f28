"""Why a part stands where it stands, as data: what binds its level, and the cheapest way up. `charts.wording` puts it into words.

One response and a country's panel go the same way: a response is the panel of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scoring.panel import Panel, form_panels
from scoring.rule import NOT_RATED, RATED, TOLERANCE, WITHHELD, Floats, Ratings, rate
from scoring.scheme import Parts, scheme_of
from scoring.scorecard import STATUSES, Status
from scoring.way_up import Standings, WayUp, newly_asked
from survey.questionnaire import Form, Questionnaire
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes, route

Kind = Literal["share", "critical", "margin", "unknown", "not_applicable", "nothing_asked", "highest"]
_TOP = 5


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that keeps a part from the next level, or from a level at all. What a kind does not need stays None or empty.

    - `share`: `share` at the target level is below `limit`, the threshold.
    - `critical`, `margin`: `part` (id of an item, or of a dimension) stands at `level`, and the whole at most `headroom` levels
      above it; `is_unknown` when the item has no known answer and so counts as 1.
    - `unknown`: withheld. `share` of the weight is unknown, `limit` is allowed; `items` are the critical ones unanswered.
    - `not_applicable`: not rated. `share` of the asked weight (None for the questionnaire) does not apply, `limit` is allowed.
    - `nothing_asked`: not rated. `highest`: there is no level above.
    """

    kind: Kind
    share: float | None = None
    limit: float | None = None
    part: str = ""
    level: int | None = None
    headroom: int | None = None
    is_unknown: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part's level explained. `level` and `target` (the next level) are None unless rated; `target` also at level 5.

    `shares` at level 2..5 or better (0-1), None when not rated. `constraints`: all that bind the next level, the one that decides
    first (what the level is held by, else the share); there is always one. `way_up` is None when not rated and at level 5.
    """

    part: str
    kind: Literal["dimension", "questionnaire"]
    status: Status
    level: int | None
    target: int | None
    shares: tuple[float, float, float, float] | None
    constraints: tuple[Constraint, ...]
    way_up: WayUp | None

    @property
    def binding(self) -> Constraint:
        """The constraint that decides."""
        return self.constraints[0]


def explain(
    questionnaire: Questionnaire, codes: Codes, form: Form = "full", weights: Floats | None = None
) -> tuple[Explanation, ...]:
    """Explain every part: the dimensions in order, then the questionnaire.

    `codes` (r × items, stored) are one response, or the responses of one panel with their `weights` (r,), 1 each by default.
    """
    routed = route(questionnaire, codes, form)
    panel = form_panels(routed, np.zeros(len(routed), np.intp), 1, weights)
    scheme = scheme_of(questionnaire)
    ratings = rate(scheme, routed) if len(routed) == 1 else rate(scheme, panel.codes, panel.shares)
    row = _Row(questionnaire, panel, ratings, codes, form)
    return tuple(row.explain(index) for index in range(len(questionnaire.dimensions) + 1))


class _Row:
    """One panel with its ratings; explains its parts by index (the questionnaire's is the last)."""

    def __init__(self, questionnaire: Questionnaire, panel: Panel, ratings: Ratings, stored: Codes, form: Form) -> None:
        self._questionnaire, self._scheme = questionnaire, scheme_of(questionnaire)
        self._codes, self._ratings, self._stored, self._form = panel.codes[0], ratings, stored, form
        self._standings = Standings(questionnaire, panel, ratings, 0)
        self._whole = len(questionnaire.dimensions)

    def explain(self, index: int) -> Explanation:
        status, level = int(self._ratings.status[0, index]), int(self._ratings.level[0, index])
        shares = [float(share) for share in self._ratings.shares[0, index]]
        is_whole = index == self._whole
        return Explanation(
            part=self._questionnaire.id if is_whole else self._questionnaire.dimension_ids[index],
            kind="questionnaire" if is_whole else "dimension",
            status=STATUSES[status],
            level=level if status == RATED else None,
            target=level + 1 if status == RATED and level < _TOP else None,
            shares=(shares[0], shares[1], shares[2], shares[3]) if status != NOT_RATED else None,
            constraints=self._constraints(index, status, level),
            way_up=self._way_up(index, status, level),
        )

    def _way_up(self, index: int, status: int, level: int) -> WayUp | None:
        is_whole = index == self._whole
        if status == WITHHELD:
            answers = self._standings.answer_whole() if is_whole else self._standings.answer_dimension(index)
            return WayUp(answers=answers)
        if status == NOT_RATED or level == _TOP:
            return None
        raises = self._standings.raise_whole() if is_whole else self._standings.raise_dimension(index)
        return WayUp(raises, opens=newly_asked(self._questionnaire, self._stored, self._form, raises))

    def _constraints(self, index: int, status: int, level: int) -> tuple[Constraint, ...]:
        if status == NOT_RATED:
            return (self._not_rated(index),)
        if status == WITHHELD:
            return (self._withheld(index),)
        if level == _TOP:
            return (Constraint("highest"),)
        share = float(self._ratings.shares[0, index, level - 1])  # at level + 1
        limit = self._scheme.threshold
        short = [Constraint("share", share=share, limit=limit)] if share < limit * (1 - TOLERANCE) else []
        holders = list(self._holders(index, level))
        is_held = self._ratings.held_by[0, index] >= 0
        return tuple(holders + short if is_held else short + holders)

    def _holders(self, index: int, level: int) -> Iterator[Constraint]:
        """The parts whose own cap is the level, in order."""
        is_whole = index == self._whole
        parts = self._scheme.whole if is_whole else self._scheme.dimensions[index]
        for place, own in self._levels(index, parts):
            headroom = int(parts.headroom[place])
            if own + headroom > level:
                continue
            names = self._questionnaire.dimensions if is_whole else self._questionnaire.dimensions[index].items
            yield Constraint(
                "critical" if parts.critical[place] else "margin",
                part=names[place].id,
                level=own,
                headroom=headroom,
                is_unknown=not is_whole and not 1 <= self._codes[parts.start + place] <= _TOP,
            )

    def _levels(self, index: int, parts: Parts) -> Iterator[tuple[int, int]]:
        """(place, level) of the parts that can hold: not of what is not asked, not applicable or not rated."""
        if index == self._whole:
            for place, status in enumerate(self._ratings.status[0, :-1]):
                if status != NOT_RATED:
                    yield place, int(self._ratings.level[0, place])
            return
        for place, code in enumerate(self._codes[parts.start : parts.stop].tolist()):
            if code not in (NOT_ASKED, NOT_APPLICABLE):
                yield place, 1 if code in (UNANSWERED, DONT_KNOW) else code

    def _withheld(self, index: int) -> Constraint:
        urgent: tuple[str, ...] = ()
        if index != self._whole:
            dimension, start = self._questionnaire.dimensions[index], self._scheme.dimensions[index].start
            codes = self._codes[start : start + len(dimension.items)]
            listed = zip(dimension.items, codes, strict=True)
            urgent = tuple(item.id for item, code in listed if item.critical and code == UNANSWERED)
        return Constraint(
            "unknown", share=float(self._ratings.unknown[0, index]), limit=self._scheme.max_unknown, items=urgent
        )

    def _not_rated(self, index: int) -> Constraint:
        is_whole = index == self._whole
        if np.isnan(self._ratings.coverage[0, index]):
            return Constraint("nothing_asked")
        share = None if is_whole else self._not_applicable_share(self._scheme.dimensions[index])
        return Constraint("not_applicable", share=share, limit=self._scheme.max_not_applicable)

    def _not_applicable_share(self, parts: Parts) -> float:
        codes, weights = self._codes[parts.start : parts.stop], parts.weights.astype(np.float64)
        return float(weights[codes == NOT_APPLICABLE].sum() / weights[codes != NOT_ASKED].sum())
