"""Does the questionnaire itself work? What its author can learn from many responses; it says nothing about one country or agency.

Reliability coefficients need many responses: below 100 none is given, and the report says so. Levels are taken as they
were answered; weights play no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import krippendorff_alpha
from scoring.panel import Groups, form_panels
from scoring.rule import TOLERANCE, Floats
from survey.questionnaire import Form, Questionnaire
from survey.response import DONT_KNOW, NOT_ASKED, UNANSWERED
from survey.routing import Codes, route

FEWEST_RESPONSES: Final = 100
UNANSWERABLE_ABOVE: Final = 0.5

# In this order a figure is withheld: too few responses, one item only, nothing varies, no groups were given.
Status = Literal["given", "too_few", "one_item", "no_variation", "no_groups"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient over `n` responses; `value` (at most 1) is None unless `status` is `given`."""

    value: float | None
    n: int
    status: Status


@dataclass(frozen=True, slots=True)
class ItemQuality:
    """One item. `asked`: responses that were asked it; `unknown`: their share of don't know and unanswered, None if `asked` is 0.

    `rest`: correlation of the item with the mean of its dimension's other items. `cannot_be_answered`: unknown in more than
    half of the responses that were asked. `never_varies`: two or more levels were given, all the same.
    """

    item: str
    asked: int
    unknown: float | None
    rest: Coefficient
    cannot_be_answered: bool
    never_varies: bool


@dataclass(frozen=True, slots=True)
class InstrumentReport:
    """The whole questionnaire over `responses` responses.

    `dimensions`: Cronbach's alpha of each by its id; `whole`: that of the questionnaire: whether the items of a part move
    together. `krippendorff`: ordinal alpha over (country, item), each with the levels its organisations gave: whether
    organisations of one country describe the same thing.
    """

    questionnaire_id: str
    version: str
    responses: int
    items: tuple[ItemQuality, ...]
    dimensions: tuple[tuple[str, Coefficient], ...]
    whole: Coefficient
    krippendorff: Coefficient


def examine_instrument(
    questionnaire: Questionnaire,
    codes: Codes,
    groups: Groups | None = None,
    organisations: Groups | None = None,
    form: Form = "full",
) -> InstrumentReport:
    """Examine stored answers (n × items); `groups`, `organisations` (n,) number each response's country and organisation.

    Missing data: coefficients of a part use the responses that give a level on each of the part's items that anybody is
    asked, and `n` counts these; an item that a skip rule hides shortens them to those who were asked.
    """
    routed = route(questionnaire, codes, form)
    rest: list[Coefficient] = []
    dimensions = []
    start = 0
    for dimension in questionnaire.dimensions:
        own = routed[:, start : start + len(dimension.items)]
        levels, is_asked = _complete(own)
        dimensions.append((dimension.id, _coefficient(levels, cronbach_alpha(levels))))
        found = iter(item_rest_correlations(levels))
        rest += [_coefficient(levels, next(found)) if asked else Coefficient(None, 0, "too_few") for asked in is_asked]
        start += len(dimension.items)
    whole, _ = _complete(routed)
    return InstrumentReport(
        questionnaire_id=questionnaire.id,
        version=questionnaire.version,
        responses=len(codes),
        items=tuple(_item(item.id, routed[:, place], rest[place]) for place, item in enumerate(questionnaire.items)),
        dimensions=tuple(dimensions),
        whole=_coefficient(whole, cronbach_alpha(whole)),
        krippendorff=_krippendorff(routed, groups, organisations),
    )


def _complete(routed: Codes) -> tuple[Floats, NDArray[np.bool_]]:
    """The levels of the responses that give one on every item that anybody is asked, and which items these are."""
    is_asked = (routed != NOT_ASKED).any(axis=0)
    levels = routed[:, is_asked]
    return levels[((levels >= 1) & (levels <= 5)).all(axis=1)].astype(np.float64), is_asked


def cronbach_alpha(levels: Floats) -> float | None:
    """k/(k−1) · (1 − Σ item variances ÷ variance of the sum) of levels (n × k): Cronbach, Psychometrika 16 (1951) 297-334.

    None for fewer than two items or responses, and where the sum does not vary.
    """
    count = levels.shape[1]
    if len(levels) < 2 or count < 2:
        return None
    total = float(np.var(levels.sum(axis=1)))
    if total <= TOLERANCE:
        return None
    return float(count / (count - 1) * (1 - np.var(levels, axis=0).sum() / total))


def item_rest_correlations(levels: Floats) -> tuple[float | None, ...]:
    """Pearson's correlation of each item with the sum of the others (n × k); None where one of the two does not vary."""
    count = levels.shape[1]
    if len(levels) < 2 or count < 2:
        nothing: tuple[None, ...] = (None,) * count
        return nothing
    centred = levels - levels.mean(axis=0)
    others = centred.sum(axis=1, keepdims=True) - centred
    size = np.sqrt((centred**2).sum(axis=0) * (others**2).sum(axis=0))
    return tuple(
        float(product / length) if length > TOLERANCE else None
        for product, length in zip((centred * others).sum(axis=0), size, strict=True)
    )


def _coefficient(levels: Floats, value: float | None) -> Coefficient:
    n, count = levels.shape
    if n < FEWEST_RESPONSES:
        return Coefficient(None, n, "too_few")
    if count < 2:
        return Coefficient(None, n, "one_item")
    return Coefficient(value, n, "no_variation" if value is None else "given")


def _item(name: str, answers: NDArray[np.uint8], rest: Coefficient) -> ItemQuality:
    asked = int((answers != NOT_ASKED).sum())
    unknown = int(((answers == DONT_KNOW) | (answers == UNANSWERED)).sum())
    given = answers[(answers >= 1) & (answers <= 5)]
    return ItemQuality(
        item=name,
        asked=asked,
        unknown=unknown / asked if asked else None,
        rest=rest,
        cannot_be_answered=unknown > asked * UNANSWERABLE_ABOVE * (1 + TOLERANCE),
        never_varies=len(given) >= 2 and len(np.unique(given)) == 1,
    )


def _krippendorff(routed: Codes, groups: Groups | None, organisations: Groups | None) -> Coefficient:
    """An organisation's value is its panel's: the lower median of its respondents' levels, where enough of them know."""
    if len(routed) < FEWEST_RESPONSES:
        return Coefficient(None, len(routed), "too_few")
    if groups is None:
        return Coefficient(None, len(routed), "no_groups")
    own = np.arange(len(routed)) if organisations is None else organisations
    labels, number = np.unique(own, return_inverse=True)
    home = np.zeros(len(labels), dtype=np.intp)
    home[number] = groups
    panels = form_panels(routed, number, len(labels)).codes
    counts = np.zeros((int(home.max()) + 1, routed.shape[1], 5), dtype=np.intp)
    for level in range(1, 6):
        np.add.at(counts[..., level - 1], home, panels == level)
    alpha = krippendorff_alpha(counts.reshape(-1, 5))
    return Coefficient(alpha, len(routed), "no_variation" if alpha is None else "given")
