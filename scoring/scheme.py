"""A questionnaire's weights, critical parts and parameters as arrays: what the kernel needs and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.questionnaire import TIERS, Questionnaire

# Sums of weights are kept in the smallest integer type that holds a dimension's total: uint8 runs eight times as many
# lanes as float64. Weights with no such common scale (1e-9 beside 1e9) stay float64.
_INTEGER_TYPES: tuple[Any, ...] = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one rung (items of a dimension, or dimensions of the questionnaire).

    `weights` and `headroom` have shape (parts,). Weights are on an arbitrary common scale. `headroom`: how many levels
    above this part's own level the whole may stand: `margin`, and for a critical part the smaller of it and `critical_margin`.
    """

    start: int
    stop: int
    weights: NDArray[Any]
    critical: NDArray[np.bool_]
    headroom: NDArray[np.uint8]

    equal: bool
    any_critical: bool
    total_type: Any


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rule's parameters for one questionnaire; `caps` = highest supported level by evidence tier, shape (4,)."""

    dimensions: tuple[Parts, ...]
    whole: Parts
    threshold: float
    max_unknown: float
    max_not_applicable: float
    caps: NDArray[np.uint8]


_compiled: dict[int, tuple[Questionnaire, Scheme]] = {}


def scheme_of(questionnaire: Questionnaire) -> Scheme:
    """The questionnaire's scheme, compiled once per object (the entry keeps the object, so its identity stays unique)."""
    found = _compiled.get(id(questionnaire))
    if found is not None and found[0] is questionnaire:
        return found[1]
    if len(_compiled) > 64:
        _compiled.clear()
    scheme = _compile(questionnaire)
    _compiled[id(questionnaire)] = (questionnaire, scheme)
    return scheme


def _compile(questionnaire: Questionnaire) -> Scheme:
    scoring = questionnaire.scoring
    margins = scoring.margin, min(scoring.margin, scoring.critical_margin)
    dimensions, start = [], 0
    for dimension in questionnaire.dimensions:
        stop = start + len(dimension.items)
        dimensions.append(_parts(start, stop, [(item.weight, item.critical) for item in dimension.items], margins))
        start = stop
    whole = _parts(0, len(dimensions), [(d.weight, d.critical) for d in questionnaire.dimensions], margins)
    return Scheme(
        dimensions=tuple(dimensions),
        whole=whole,
        threshold=float(scoring.threshold),
        max_unknown=float(scoring.max_unknown),
        max_not_applicable=float(scoring.max_not_applicable),
        caps=np.array([getattr(scoring.evidence_caps, tier) for tier in TIERS], dtype=np.uint8),
    )


def _parts(start: int, stop: int, listed: Sequence[tuple[Fraction, bool]], margins: tuple[int, int]) -> Parts:
    critical = np.array([flag for _, flag in listed])
    headroom = np.where(critical, margins[1], margins[0]).astype(np.uint8)
    weights = _common_scale([weight for weight, _ in listed])
    equal = weights.dtype != np.float64 and bool(np.all(weights == 1))
    return Parts(start, stop, weights, critical, headroom, equal, bool(critical.any()), weights.dtype)


def whole_weights(weights: Sequence[Fraction]) -> list[int]:
    """Weights in the same proportions, as whole numbers without a common divisor; of any size, so always exact."""
    denominator = math.lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * denominator) for weight in weights]
    divisor = math.gcd(*whole)
    return [number // divisor for number in whole]


def _common_scale(weights: Sequence[Fraction]) -> NDArray[Any]:
    """Weights as integers without a common divisor, so that scaling all weights changes no figure, not even its last bit."""
    whole = whole_weights(weights)
    for kind in _INTEGER_TYPES:
        if sum(whole) <= np.iinfo(kind).max:
            return np.array(whole, dtype=kind)
    largest = max(whole)
    return np.array([number / largest for number in whole])
