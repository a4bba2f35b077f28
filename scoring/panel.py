"""From several responses to one panel: an organisation's respondents, or a country's organisations.

For each item, over the responses that were asked it: more than half not applicable → not applicable; else known less than
half of known + unknown → unknown; else the item's share at L is the weighted share of known answers at L or better. A
panel goes through the same rule as a response; the level of an item for margins is the lower median of its known
answers, which is always an answer somebody gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.distribution import Distribution, Groups, distribute, respondent_weights
from scoring.rule import TOLERANCE, Floats, rate
from scoring.scheme import scheme_of
from scoring.score import Scores, combine, supported_codes
from survey.questionnaire import Questionnaire
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes

_MORE_THAN_HALF = 0.5 * (1 + TOLERANCE)
_LESS_THAN_HALF = 0.5 * (1 - TOLERANCE)


@dataclass(frozen=True, slots=True)
class Panel:
    """g panels: `codes` (g × items) lower median or missing code; `shares` (g × items × 4), 0 where not known."""

    codes: Codes
    shares: Floats


def form_panels(
    routed: Codes, members: Groups, count: int, weights: Floats | None = None, agreed: Codes | None = None
) -> Panel:
    """Panels of routed responses (r × items). `members` (r,) names each response's panel, 0..count-1; `weights` (r,) default to 1.

    A panel without responses is asked nothing: every item NOT_ASKED. `agreed`: see `form`.
    """
    return form(distribute(routed, members, count, weights), agreed)


def form(answers: Distribution, agreed: Codes | None = None) -> Panel:
    """The panel of each row of a distribution.

    `agreed` (rows × items): a level, DONT_KNOW or NOT_APPLICABLE that was agreed on after discussion stands for the panel's
    answers to that item; 0 = none. Where the panel was not asked the item it changes nothing.
    """
    state = answers.weights.transpose(2, 1, 0)
    dont_know, unanswered, not_applicable = state[DONT_KNOW], state[UNANSWERED], state[NOT_APPLICABLE]
    at_least = state[1:6].copy()
    for level in (4, 3, 2, 1):
        at_least[level - 1] += at_least[level]
    known = at_least[0]
    answered = known + dont_know
    is_unknown = (known < (answered + unanswered) * _LESS_THAN_HALF) | (known == 0)
    answered += not_applicable
    total = answered + unanswered
    is_not_applicable = not_applicable > total * _MORE_THAN_HALF
    shares = np.zeros_like(at_least[1:])
    np.divide(at_least[1:], known, out=shares, where=~(is_unknown | is_not_applicable))
    codes = 1 + np.add.reduce(shares > _MORE_THAN_HALF, axis=0, dtype=np.uint8)
    codes[is_unknown] = DONT_KNOW
    codes[answered == 0] = UNANSWERED
    codes[is_not_applicable] = NOT_APPLICABLE
    codes[total == 0] = NOT_ASKED
    if agreed is not None:
        _replace(codes, shares, np.where(codes.T == NOT_ASKED, np.uint8(UNANSWERED), agreed).T)
    return Panel(codes.T, shares.transpose(2, 1, 0))


def _replace(codes: Codes, shares: Floats, agreed: Codes) -> None:
    """Put agreed answers (items × rows) in the place of the panel's, as one response would give them."""
    given = agreed != UNANSWERED
    is_level = (agreed >= 1) & (agreed <= 5)
    codes[given] = agreed[given]
    for place, level in enumerate((2, 3, 4, 5)):
        shares[place][given] = (is_level & (agreed >= level))[given]


def score_panels(
    questionnaire: Questionnaire,
    routed: Codes,
    members: Groups,
    count: int,
    evidence: Codes | None = None,
    organisations: NDArray[Any] | None = None,
    agreed: Codes | None = None,
) -> Scores:
    """Scores of `count` panels, by the rule of `scoring.rule`; `organisations` as in `scoring.distribution.gather`, `agreed` as in `form`.

    What stands behind an agreed level is the best evidence that a member of the panel gave for a level of that item.
    `coverage` counts the panel's items; coverage of invited is the caller's.
    """
    scheme = scheme_of(questionnaire)
    panel = form_panels(routed, members, count, _weights(members, organisations), agreed)
    declared = rate(scheme, panel.codes, panel.shares)
    if evidence is None:
        return combine(declared, None)
    capped = supported_panels(questionnaire, routed, members, count, evidence, organisations, agreed)
    supported = rate(scheme, capped.codes, capped.shares)
    return combine(declared, (supported.score, supported.level))


def supported_panels(
    questionnaire: Questionnaire,
    routed: Codes,
    members: Groups,
    count: int,
    evidence: Codes,
    organisations: NDArray[Any] | None = None,
    agreed: Codes | None = None,
) -> Panel:
    """The panels of what the evidence supports; arguments as in `score_panels`."""
    if agreed is not None:
        best = np.zeros((count, routed.shape[1]), np.uint8)
        np.maximum.at(best, members, np.where((routed >= 1) & (routed <= 5), evidence, 0).astype(np.uint8))
        agreed = supported_codes(questionnaire, agreed, best)
    supported = supported_codes(questionnaire, routed, evidence)
    return form_panels(supported, members, count, _weights(members, organisations), agreed)


def _weights(members: Groups, organisations: NDArray[Any] | None) -> Floats | None:
    return None if organisations is None else respondent_weights(members, organisations)
