"""Figures of one response or one country as frozen values, blanked as the method says, for pages, charts and files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scoring.rule import NOT_RATED, RATED
from scoring.score import Scores
from survey.questionnaire import Questionnaire

Status = Literal["rated", "withheld", "not_rated"]
STATUSES: tuple[Status, ...] = ("rated", "withheld", "not_rated")


@dataclass(frozen=True, slots=True)
class Score:
    """One part's figures. None = empty: `level` and `supported_level` unless rated, every number when not rated.

    `shares` are those at level 2, 3, 4, 5 or better (0-1). `coverage` is None only when nothing is asked. `held_by` is the id
    of the first item or dimension that holds the level below what the shares alone would give, else "".
    """

    part: str
    kind: Literal["dimension", "questionnaire"]
    status: Status
    score: float | None
    level: int | None
    score_high: float | None
    level_high: int | None
    shares: tuple[float, float, float, float] | None
    coverage: float | None
    unknown: float | None
    supported_score: float | None
    supported_level: int | None
    held_by: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The dimensions' scores in the questionnaire's order, and the questionnaire's own."""

    questionnaire_id: str
    version: str
    dimensions: tuple[Score, ...]
    whole: Score

    def part(self, part: str) -> Score:
        """The score of a dimension by its id. Raises StopIteration for an unknown one."""
        return next(score for score in self.dimensions if score.part == part)


def scorecard(questionnaire: Questionnaire, scores: Scores, row: int) -> Scorecard:
    """The scorecard of one row of a kernel's result."""
    count = len(questionnaire.dimensions)
    parts = tuple(_part(questionnaire, scores, row, index) for index in range(count))
    return Scorecard(questionnaire.id, questionnaire.version, parts, _part(questionnaire, scores, row, count))


def _part(questionnaire: Questionnaire, scores: Scores, row: int, index: int) -> Score:
    whole = index == len(questionnaire.dimensions)
    status = int(scores.status[row, index])
    rated, has_numbers = status == RATED, status != NOT_RATED
    held = int(scores.held_by[row, index])
    names = questionnaire.dimension_ids if whole else tuple(item.id for item in questionnaire.items)
    shares = tuple(float(share) for share in scores.shares[row, index])
    return Score(
        part=questionnaire.id if whole else questionnaire.dimension_ids[index],
        kind="questionnaire" if whole else "dimension",
        status=STATUSES[status],
        score=_number(scores.score[row, index]) if has_numbers else None,
        level=int(scores.level[row, index]) if rated else None,
        score_high=_number(scores.score_high[row, index]) if has_numbers else None,
        level_high=int(scores.level_high[row, index]) if has_numbers else None,
        shares=(shares[0], shares[1], shares[2], shares[3]) if has_numbers else None,
        coverage=_number(scores.coverage[row, index]),
        unknown=_number(scores.unknown[row, index]) if has_numbers else None,
        supported_score=_number(scores.supported_score[row, index]) if has_numbers else None,
        supported_level=int(scores.supported_level[row, index]) or None if rated else None,
        held_by=names[held] if held >= 0 else "",
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
