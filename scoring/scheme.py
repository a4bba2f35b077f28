"""A questionnaire's weights, critical parts and parameters as arrays: what the kernel needs and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.questionnaire import TIERS, Questionnaire

# Sums of weights are kept in the smallest integer type that holds a dimension's total: uint8 runs eight times as many
# lanes as float64. Weights with no such common scale (1e-9 beside 1e9) stay float64.
_INTEGER_TYPES: tuple[Any, ...] = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one rung: all items, one dimension's items, or the dimensions. Numbered `start` to `stop`; arrays (parts,).

    `weights` are on an arbitrary common scale within each whole, in a type that holds every whole's total. `headroom`: how
    many levels above this part's own level the whole may stand: `margin`, and for a critical part the smaller of it and
    `critical_margin`.
    """

    start: int
    stop: int
    weights: NDArray[Any]
    critical: NDArray[np.bool_]
    headroom: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring dimensions with equally many items (`size`): their items, and themselves; what is summed in one go."""

    items: slice
    dimensions: slice
    size: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rule's parameters for one questionnaire; `caps` = highest supported level by evidence tier, shape (4,).

    `sizes` = number of items of each dimension (dimensions, 1), in a type that holds it. `equal`: every item weighs 1.
    """

    items: Parts
    dimensions: tuple[Parts, ...]
    equal: bool
    sizes: NDArray[Any]
    runs: tuple[Run, ...]
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
    scoring, dimensions = questionnaire.scoring, questionnaire.dimensions
    margins = scoring.margin, min(scoring.margin, scoring.critical_margin)
    sizes = [len(dimension.items) for dimension in dimensions]
    weights = np.concatenate([_common_scale([item.weight for item in dimension.items]) for dimension in dimensions])
    items = _parts(weights, [item.critical for item in questionnaire.items], margins)
    stops = np.cumsum(sizes).tolist()
    return Scheme(
        items=items,
        dimensions=tuple(_some(items, stop - size, stop) for size, stop in zip(sizes, stops, strict=True)),
        equal=bool(weights.dtype != np.float64 and np.all(weights == 1)),
        sizes=np.array(sizes, np.min_scalar_type(max(sizes)))[:, None],
        runs=_runs(sizes),
        whole=_parts(
            _common_scale([dimension.weight for dimension in dimensions]).astype(np.float64),
            [dimension.critical for dimension in dimensions],
            margins,
        ),
        threshold=float(scoring.threshold),
        max_unknown=float(scoring.max_unknown),
        max_not_applicable=float(scoring.max_not_applicable),
        caps=np.array([getattr(scoring.evidence_caps, tier) for tier in TIERS], dtype=np.uint8),
    )


def _parts(weights: NDArray[Any], critical: Sequence[bool], margins: tuple[int, int]) -> Parts:
    flags = np.array(critical)
    headroom = np.where(flags, margins[1], margins[0]).astype(np.uint8)
    return Parts(0, len(flags), weights, flags, headroom)


def _some(parts: Parts, start: int, stop: int) -> Parts:
    own = slice(start, stop)
    return Parts(start, stop, parts.weights[own], parts.critical[own], parts.headroom[own])


def _runs(sizes: Sequence[int]) -> tuple[Run, ...]:
    runs, item, dimension = [], 0, 0
    for size, group in groupby(sizes):
        count = len(list(group))
        runs.append(Run(slice(item, item + count * size), slice(dimension, dimension + count), size))
        item, dimension = item + count * size, dimension + count
    return tuple(runs)


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
