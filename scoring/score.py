"""Answers → every figure: routing, the rule on declared answers, and the rule on what the evidence supports."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from scoring.rule import Bytes, Floats, Ratings, rate, rate_supported
from scoring.scheme import scheme_of
from survey.questionnaire import Form, Questionnaire
from survey.routing import Codes, route


@dataclass(frozen=True)
class Scores(Ratings):
    """Ratings of declared answers, and beside them the supported figures (NaN and 0 when no evidence was given or NOT_RATED)."""

    supported_score: Floats
    supported_level: Bytes


def score(questionnaire: Questionnaire, codes: Codes, evidence: Codes | None = None, form: Form = "full") -> Scores:
    """Score stored answers (n × items, codes of `survey.response`); `evidence` holds tiers 0-3 in the same shape.

    Missing data: unanswered and don't know count as 1 (5 at the high end); not applicable and not asked leave both sums.
    """
    return score_routed(questionnaire, route(questionnaire, codes, form), evidence)


def score_routed(questionnaire: Questionnaire, routed: Codes, evidence: Codes | None = None) -> Scores:
    """The same for answers that are already routed."""
    scheme = scheme_of(questionnaire)
    supported = None if evidence is None else rate_supported(scheme, routed, evidence)
    return combine(rate(scheme, routed), supported)


def supported_codes(questionnaire: Questionnaire, routed: Codes, evidence: Codes) -> Codes:
    """Each level lowered to the cap of its evidence tier; answers that are not levels stay."""
    caps = scheme_of(questionnaire).caps[evidence]
    is_level = (routed >= 1) & (routed <= 5)
    return np.where(is_level, np.minimum(routed, caps), routed)


def combine(declared: Ratings, supported: tuple[Floats, Bytes] | None) -> Scores:
    """Declared ratings with the supported score and level of the same rows beside them."""
    shape = declared.score.shape
    score, level = supported or (np.broadcast_to(np.nan, shape), np.broadcast_to(np.uint8(0), shape))
    return Scores(
        **{field.name: getattr(declared, field.name) for field in fields(Ratings)},
        supported_score=score,
        supported_level=level,
    )
