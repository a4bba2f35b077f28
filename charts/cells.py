"""A comparison's figures as plain records, one for each cell of the heat map, in the words that its tooltips show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from charts.finding import HALF, NO_ANSWER, TOO_FEW, Row
from charts.theme import INK, LEVEL_INKS, MISSING_INK
from results.live import Comparison
from scoring.scorecard import Score
from survey.questionnaire import Questionnaire

OVERALL = "Overall"
NONE = "–"
NOT_APPLICABLE = "Not rated: does not apply"
MISSING_KIND = "none"
GAP = 0.14  # between "Overall" and the dimensions, in columns


def cells(comparison: Comparison, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "country": row.result.country,
            "name": row.name,
            "dimension": title,
            "left": left,
            "centre": left + HALF,
            "right": left + 1,
            **_figures(row, score, comparison.questionnaire),
        }
        for row in rows
        for (title, left), score in zip(columns(comparison.questionnaire), _scores(row, comparison), strict=True)
    ]


def columns(questionnaire: Questionnaire) -> tuple[tuple[str, float], ...]:
    """(header, left edge in columns): overall first and set apart."""
    return ((OVERALL, 0.0), *((part.title, 1 + GAP + at) for at, part in enumerate(questionnaire.dimensions)))


def _scores(row: Row, comparison: Comparison) -> list[Score | None]:
    card = row.result.scorecard
    if card is None:
        return [None] * (1 + len(comparison.questionnaire.dimensions))
    return [card.whole, *card.dimensions]


def _figures(row: Row, score: Score | None, questionnaire: Questionnaire) -> dict[str, Any]:
    level = score.level if score is not None and score.status == "rated" else None
    result = row.result
    hollow = level is not None and result.provisional
    ink = MISSING_INK if level is None else INK if hollow else LEVEL_INKS[level - 1]
    shares = (score.shares if score is not None else None) or (None,) * 4
    return {
        "kind": MISSING_KIND if level is None else str(level),
        "hollow": hollow,
        "ink": ink,
        "digit": NONE if level is None else str(level),
        "score": "" if level is None or score is None or score.score is None else f"{score.score:.1f}",
        "level": _level_words(score, questionnaire, provisional=hollow),
        "band": _band(score),
        **{f"at{at}": _percent(share) for at, share in enumerate(shares, 2)},
        "answered": _percent(score.coverage if score is not None else None),
        "agencies": NONE if result.blind else f"{result.begun} of {result.invited} have begun",
        "held": _held_by(score, questionnaire),
    }


def _level_words(score: Score | None, questionnaire: Questionnaire, *, provisional: bool) -> str:
    if score is None:
        return NO_ANSWER
    if score.level is None:
        return TOO_FEW if score.status == "withheld" else NOT_APPLICABLE
    return f"{score.level} {questionnaire.level_name(score.level)}" + (" (provisional)" if provisional else "")


def _band(score: Score | None) -> str:
    if score is None or score.score is None:
        return NONE
    low, high = f"{score.score:.1f}", f"{score.score if score.score_high is None else score.score_high:.1f}"
    return low if low == high else f"{low}–{high}"


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.0%}"


def _held_by(score: Score | None, questionnaire: Questionnaire) -> str:
    if score is None or not score.held_by:
        return NONE
    if score.kind == "questionnaire":
        return questionnaire.dimension(score.held_by).title
    return questionnaire.item(score.held_by).text
