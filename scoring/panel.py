"""From several responses to one panel: an organisation's respondents, or a country's organisations.

For each item, over the responses that were asked it: more than half not applicable → not applicable; else known less than
half of known + unknown → unknown; else the item's share at L is the weighted share of known answers at L or better. A
panel goes through the same rule as a response; the level of an item for margins is the lower median of its known
answers, which is always an answer somebody gave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.rule import TOLERANCE, Floats, rate
from scoring.scheme import scheme_of
from scoring.score import Scores, combine, supported_codes
from survey.questionnaire import Questionnaire
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes

Groups = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Panel:
    """g panels: `codes` (g × items) lower median or missing code; `shares` (g × items × 4), 0 where not known."""

    codes: Codes
    shares: Floats


def form_panels(routed: Codes, members: Groups, count: int, weights: Floats | None = None) -> Panel:
    """Panels of routed responses (r × items). `members` (r,) names each response's panel, 0..count-1; `weights` (r,) default to 1.

    A panel without responses is asked nothing: every item NOT_ASKED.
    """
    belongs = np.zeros((count, routed.shape[0]))
    belongs[members, np.arange(routed.shape[0])] = 1.0 if weights is None else weights

    def weigh(plane: NDArray[np.bool_]) -> Floats:
        total: Floats = belongs @ plane.astype(np.float64)
        return total

    is_level = (routed >= 1) & (routed <= 5)
    known, dont_know = weigh(is_level), weigh(routed == DONT_KNOW)
    unanswered, not_applicable = weigh(routed == UNANSWERED), weigh(routed == NOT_APPLICABLE)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.stack([weigh(is_level & (routed >= level)) / known for level in (2, 3, 4, 5)], axis=-1)
    total = known + dont_know + unanswered + not_applicable
    more_than_half = 0.5 * (1 + TOLERANCE)
    median = 1 + np.sum(shares > more_than_half, axis=-1)
    missing = np.where((known + dont_know + not_applicable) > 0, DONT_KNOW, UNANSWERED)
    is_unknown = known < (known + dont_know + unanswered) * (0.5 * (1 - TOLERANCE))
    codes = np.where(is_unknown | (known == 0), missing, median)
    codes = np.where(not_applicable > total * more_than_half, NOT_APPLICABLE, codes)
    codes = np.where(total == 0, NOT_ASKED, codes).astype(np.uint8)
    shares[codes > 5] = 0
    shares[codes == UNANSWERED] = 0
    return Panel(codes, shares)


def score_panels(
    questionnaire: Questionnaire,
    routed: Codes,
    members: Groups,
    count: int,
    evidence: Codes | None = None,
    weights: Floats | None = None,
) -> Scores:
    """Scores of `count` panels, by the rule of `scoring.rule`. `coverage` counts the panel's items; coverage of invited is the caller's."""
    scheme = scheme_of(questionnaire)
    panel = form_panels(routed, members, count, weights)
    declared = rate(scheme, panel.codes, panel.shares)
    if evidence is None:
        return combine(declared, None)
    capped = form_panels(supported_codes(questionnaire, routed, evidence), members, count, weights)
    supported = rate(scheme, capped.codes, capped.shares)
    return combine(declared, (supported.score, supported.level))


def organisation_weights(organisations: NDArray[np.int64]) -> Floats:
    """1/n for each of an organisation's n respondents, so that an organisation weighs the same whatever their number."""
    _, inverse, counts = np.unique(organisations, return_inverse=True, return_counts=True)
    weights: Floats = 1.0 / counts[inverse]
    return weights
