"""The rule: answers → shares → score, level, band. One kernel for one response, a million, and a country's panel.

For a minister: level 3 means that at least two in three requirements are at level 3 or better, nothing critical is more
than one step behind, and nothing at all more than two. Exactly: docs/methodology.md.

Work is done part-major (one row per item, responses along the fast axis) in chunks that fit the cache, on bytes where
weights allow it. No Python loop runs over responses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.scheme import Parts, Scheme
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes

RATED: Final = 0
WITHHELD: Final = 1
NOT_RATED: Final = 2

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

# Every comparison with a threshold or a limit allows this relative error of the sums before it.
TOLERANCE: Final = 1e-9
_CHUNK: Final = 8192
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Ratings:
    """Figures of n responses (or panels) × p parts; the parts are the dimensions in order, then the questionnaire.

    `status` RATED, WITHHELD or NOT_RATED; `shares` (n, p, 4) for L = 2..5 in 0-1; `score`, `score_high` 1.0-5.0;
    `level`, `level_high` 1-5, computed also when withheld; `unknown` and `coverage` 0-1. Where NOT_RATED every number is
    NaN and every level 0, coverage excepted, which is NaN only when nothing is asked. `held_by` is the index of the
    first part that holds the level below what the shares alone give (an item's column; a dimension's index), else -1.
    """

    status: Bytes
    shares: Floats
    score: Floats
    level: Bytes
    level_high: Bytes
    unknown: Floats
    coverage: Floats
    held_by: NDArray[np.int16]

    @property
    def score_high(self) -> Floats:
        """The score with every unknown at 5 instead of 1."""
        high: Floats = self.score + 4 * self.unknown
        return high


def rate(scheme: Scheme, codes: Codes, shares: Floats | None = None) -> Ratings:
    """Rate routed answers (n × items; see `survey.routing`).

    `shares` (n × items × 4) is a panel's weighted share of known answers at level 2..5 or better, and `codes` then holds
    each item's lower median or missing code. Without it a response is the panel of one: its shares are 0 or 1.
    """
    n, parts = codes.shape[0], len(scheme.dimensions) + 1
    out = _Output(n, parts)
    for start in range(0, n, _CHUNK):
        stop = min(n, start + _CHUNK)
        known = None if shares is None else np.ascontiguousarray(shares[start:stop].transpose(2, 1, 0))
        _rate_chunk(scheme, np.ascontiguousarray(codes[start:stop].T), known, out, slice(start, stop))
    return out.ratings()


class _Output:
    """The result arrays, part-major while they are filled."""

    def __init__(self, n: int, parts: int) -> None:
        self.status = np.empty((parts, n), np.uint8)
        self.shares = np.empty((parts, 4, n))
        self.score = np.empty((parts, n))
        self.level = np.empty((parts, n), np.uint8)
        self.level_high = np.empty((parts, n), np.uint8)
        self.unknown = np.empty((parts, n))
        self.coverage = np.empty((parts, n))
        self.held_by = np.full((parts, n), -1, np.int16)

    def ratings(self) -> Ratings:
        return Ratings(
            self.status.T, self.shares.transpose(2, 0, 1), self.score.T, self.level.T, self.level_high.T,
            self.unknown.T, self.coverage.T, self.held_by.T,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of one chunk, one row per dimension: weights `at_level` (d, 4, b), `unknown`, `applicable`, `not_applicable`
    (d, b), counts `asked`, `answered` (d, b), and whether a critical item is unanswered.

    `caps` and `caps_high` hold, for each dimension, the highest level that each of its items allows (items, b), at the low
    and the high end of the band.
    """

    at_level: Floats
    unknown: Floats
    applicable: Floats
    not_applicable: Floats
    asked: Floats
    answered: Floats
    critical_unanswered: NDArray[np.bool_]
    caps: list[Bytes]
    caps_high: list[Bytes]


def _rate_chunk(scheme: Scheme, codes: Codes, shares: Floats | None, out: _Output, at: slice) -> None:
    """Fill one chunk: `codes` (items × b), `shares` (4 × items × b)."""
    sums = _add_up(scheme, codes, shares)
    dimensions = slice(0, len(scheme.dimensions))
    with np.errstate(invalid="ignore", divide="ignore"):
        np.divide(sums.answered, sums.asked, out=out.coverage[dimensions, at])
        np.divide(sums.answered.sum(axis=0), sums.asked.sum(axis=0), out=out.coverage[-1, at])
        np.divide(sums.at_level, sums.applicable[:, None], out=out.shares[dimensions, :, at])
        np.divide(sums.unknown, sums.applicable, out=out.unknown[dimensions, at])
    out.status[dimensions, at] = _dimension_status(scheme, sums)
    _fill(scheme, out, (dimensions, at), _lowest(sums.caps), _lowest(sums.caps_high))
    for index, part in enumerate(scheme.dimensions):
        _hold(out, (index, at), sums.caps[index], part.start)
    _rate_whole(scheme, out, at)


def _add_up(scheme: Scheme, codes: Codes, shares: Floats | None) -> _Sums:
    count, width = len(scheme.dimensions), codes.shape[1]
    levels = codes * (codes <= _TOP).view(np.uint8)  # 0 where the answer is not a level
    unanswered = codes == UNANSWERED
    unknown = unanswered | (codes == DONT_KNOW)
    not_asked, not_applicable = codes == NOT_ASKED, codes == NOT_APPLICABLE
    is_level = levels > 0
    planes = [levels >= level for level in (2, 3, 4, 5)] if shares is None else list(shares * is_level)
    # Unknown stands at 1 below and at 5 above; what is not applicable or not asked stands at 5 and so holds nothing.
    five = np.uint8(_TOP)
    outside = (not_asked | not_applicable).view(np.uint8) * five
    low = levels + unknown.view(np.uint8) + outside
    high = levels + unknown.view(np.uint8) * five + outside
    at_level = np.empty((count, 4, width))
    rows = np.empty((5, count, width))
    critical_unanswered = np.zeros((count, width), np.bool_)
    caps, caps_high = [], []
    for index, part in enumerate(scheme.dimensions):
        own = slice(part.start, part.stop)
        for place, plane in enumerate(planes):
            at_level[index, place] = _weigh(plane[own], part)
        rows[0, index] = _weigh(unknown[own], part)
        rows[1, index] = rows[0, index] + _weigh(is_level[own], part)
        rows[2, index] = _weigh(not_applicable[own], part)
        rows[3, index] = (part.stop - part.start) - _count(not_asked[own]).astype(np.float64)
        rows[4, index] = rows[3, index] - _count(unanswered[own])
        if part.any_critical:
            np.logical_or.reduce(unanswered[own][part.critical], axis=0, out=critical_unanswered[index])
        caps.append(low[own] + part.headroom[:, None])
        caps_high.append(high[own] + part.headroom[:, None])
    return _Sums(at_level, rows[0], rows[1], rows[2], rows[3], rows[4], critical_unanswered, caps, caps_high)


def _weigh(plane: NDArray[Any], part: Parts) -> NDArray[Any]:
    """Σ weight × plane over the items: exact integers for 0/1 planes and integer weights, else float64."""
    if plane.dtype == np.bool_:
        rows = plane.view(np.uint8)
        weighted = rows if part.equal else rows * part.weights[:, None]
        return _add_rows(weighted, part.total_type)
    return _add_rows(plane * part.weights[:, None].astype(np.float64), np.float64)


def _add_rows(rows: NDArray[Any], kind: Any) -> NDArray[Any]:
    """Sum along the first axis, row after row.

    numpy adds a single column in another order; but a country's figures must not change, not even in the last bit, with the
    number of countries beside it.
    """
    if rows.shape[1] == 1 and kind == np.float64:
        total: NDArray[Any] = np.add.accumulate(rows, axis=0, dtype=kind)[-1]
    else:
        total = np.add.reduce(rows, axis=0, dtype=kind)
    return total


def _count(plane: NDArray[np.bool_]) -> NDArray[Any]:
    """How many are true along the first axis (at most 65,535)."""
    small = plane.shape[0] <= np.iinfo(np.uint8).max
    total: NDArray[Any] = np.add.reduce(plane.view(np.uint8), axis=0, dtype=np.uint8 if small else np.uint16)
    return total


def _lowest(caps: list[Bytes]) -> Bytes:
    return np.stack([np.minimum.reduce(rows, axis=0) for rows in caps])


def _dimension_status(scheme: Scheme, sums: _Sums) -> Bytes:
    asked = sums.applicable + sums.not_applicable
    too_many = sums.not_applicable > asked * (scheme.max_not_applicable * (1 + TOLERANCE))
    withheld = sums.critical_unanswered | (sums.unknown > sums.applicable * (scheme.max_unknown * (1 + TOLERANCE)))
    status = withheld.astype(np.uint8)
    status[too_many | (sums.applicable == 0)] = NOT_RATED
    return status


def _rate_whole(scheme: Scheme, out: _Output, at: slice) -> None:
    """The questionnaire: the same rule, its parts being the dimensions that are not NOT_RATED, with their computed levels."""
    whole = scheme.whole
    dimensions = slice(0, whole.stop)
    included = out.status[dimensions, at] != NOT_RATED
    shares, unknown = out.shares[dimensions, :, at], out.unknown[dimensions, at]
    if not included.all():
        shares, unknown = np.where(included[:, None], shares, 0), np.where(included, unknown, 0)
    weights = whole.weights.astype(np.float64)[:, None] * included
    with np.errstate(invalid="ignore", divide="ignore"):
        weights /= _add_rows(weights, np.float64)
        np.add.reduce(weights[:, None, :] * shares, axis=0, out=out.shares[-1, :, at])
        out.unknown[-1, at] = _add_rows(weights * unknown, np.float64)
    status = (out.unknown[-1, at] > scheme.max_unknown * (1 + TOLERANCE)).astype(np.uint8)
    status[~included.any(axis=0)] = NOT_RATED
    out.status[-1, at] = status
    # A dimension that is not rated (computed level 0) stands at 5 and so holds nothing.
    neutral = (~included).view(np.uint8) * np.uint8(_TOP) + whole.headroom[:, None]
    caps, caps_high = out.level[dimensions, at] + neutral, out.level_high[dimensions, at] + neutral
    last = slice(whole.stop, whole.stop + 1)
    _fill(scheme, out, (last, at), _lowest([caps]), _lowest([caps_high]))
    _hold(out, (whole.stop, at), caps, 0)


def _fill(scheme: Scheme, out: _Output, at: tuple[slice, slice], cap: Bytes, cap_high: Bytes) -> None:
    """Score, level and band of some parts (k) of one rung, from their shares and unknown shares in `out` and their caps (k, b).

    `held_by` is 0 where a cap lowers the level and stays -1 elsewhere; `_hold` then names the part.
    """
    gate = scheme.threshold * (1 - TOLERANCE)
    shares, unknown, score = out.shares[at[0], :, at[1]], out.unknown[at], out.score[at]
    by_shares = _level(shares >= gate)
    level = np.minimum(by_shares, cap)
    level_high = np.minimum(_level(shares >= (gate - unknown)[:, None]), cap_high)
    np.add.reduce(shares, axis=1, out=score)
    score += 1
    missing = out.status[at] == NOT_RATED
    out.held_by[at][(level < by_shares) & ~missing] = 0
    if missing.any():
        score[missing], unknown[missing] = np.nan, np.nan
        shares.transpose(0, 2, 1)[missing] = np.nan
        level[missing], level_high[missing] = 0, 0
    out.level[at], out.level_high[at] = level, level_high


def _level(passes: NDArray[np.bool_]) -> Bytes:
    """1 + the number of levels whose share passes the gate; shares fall with the level, so this is the highest such level."""
    level: Bytes = 1 + np.add.reduce(passes.view(np.uint8), axis=1, dtype=np.uint8)
    return level


def _hold(out: _Output, at: tuple[int, slice], caps: Bytes, first: int) -> None:
    """Name the first part whose own cap equals the level that a cap has lowered; `caps` (parts, b)."""
    held = np.flatnonzero(out.held_by[at] == 0)
    if held.size:
        out.held_by[at][held] = first + np.argmax(caps[:, held] == out.level[at][held], axis=0)
