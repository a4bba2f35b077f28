"""The rule: answers → shares → score, level, band. One kernel for one response, a million, and a country's panel.

For a minister: level 3 means that at least two in three requirements are at level 3 or better, nothing critical is more
than one step behind, and nothing at all more than two. Exactly: docs/methodology.md.

Work is done part-major (one row per item, responses along the fast axis) in chunks that fit the cache, on bytes where
weights allow it: what a level needs is compared as integers, and only scores are divided. No Python loop runs over responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.scheme import Run, Scheme
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes

RATED: Final = 0
WITHHELD: Final = 1
NOT_RATED: Final = 2

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

# Every comparison with a threshold or a limit allows this relative error of the sums before it.
TOLERANCE: Final = 1e-9
_CHUNK: Final = 4096
_TOP: Final = 5
_WIDER: Final[dict[Any, Any]] = {np.dtype(np.uint8): np.uint16, np.dtype(np.uint16): np.uint32}


@dataclass(frozen=True, slots=True)
class Sums:
    """What n responses' figures are made of, part-major. Per dimension (d) `weights` (6, d, n): at level 2, 3, 4, 5 or better,
    unknown, applicable; and `counts` (2, d, n): asked, answered. For the questionnaire `whole` (5, n): the weighted means of
    its rated dimensions' four shares and unknown shares, 0-1.
    """

    weights: NDArray[Any]
    counts: NDArray[Any]
    whole: Floats


@dataclass(frozen=True)
class Ratings:
    """Figures of n responses (or panels) × p parts; the parts are the dimensions in order, then the questionnaire.

    `status` RATED, WITHHELD or NOT_RATED; `score`, `score_high` 1.0-5.0, the latter with every unknown at 5 instead of 1;
    `level`, `level_high` 1-5, computed also when withheld. `held_by` is the index of the first part that holds the level
    below what the shares alone give (an item's column; a dimension's index), else -1. Where NOT_RATED every number is NaN
    and every level 0, coverage excepted, which is NaN only when nothing is asked.

    `shares`, `unknown` and `coverage` are divided from `sums` when first asked for: they would be most of the memory.
    """

    status: Bytes
    score: Floats
    score_high: Floats
    level: Bytes
    level_high: Bytes
    held_by: NDArray[np.int16]
    sums: Sums

    @cached_property
    def shares(self) -> Floats:
        """Share of the weight at level L = 2..5 or better (n, p, 4), 0-1."""
        own = self.sums.weights[:4] / _divisor(self.sums.weights[5])
        together = np.concatenate([own, self.sums.whole[:4, None]], axis=1)
        together[:, self.status.T == NOT_RATED] = np.nan
        return together.transpose(2, 1, 0)

    @cached_property
    def unknown(self) -> Floats:
        """Share of the applicable weight that is unknown (n, p), 0-1."""
        own = self.sums.weights[4] / _divisor(self.sums.weights[5])
        together = np.concatenate([own, self.sums.whole[4:]])
        together[self.status.T == NOT_RATED] = np.nan
        return together.T

    @cached_property
    def coverage(self) -> Floats:
        """Answered ÷ asked items, by count (n, p), 0-1."""
        asked, answered = np.concatenate([self.sums.counts, self.sums.counts.sum(axis=1)[:, None]], axis=1)
        with np.errstate(invalid="ignore"):
            covered: Floats = answered / asked
        return covered.T


def rate(scheme: Scheme, codes: Codes, shares: Floats | None = None) -> Ratings:
    """Rate routed answers (n × items; see `survey.routing`).

    `shares` (n × items × 4) is a panel's weighted share of known answers at level 2..5 or better, and `codes` then holds
    each item's lower median or missing code. Without it a response is the panel of one: its shares are 0 or 1.
    """
    n = codes.shape[0]
    out = _output(scheme, n, scheme.items.weights.dtype if shares is None else np.dtype(np.float64))
    for at in _chunks(n):
        own = np.ascontiguousarray(codes[at].T)
        known = None if shares is None else shares[at].transpose(2, 1, 0)
        _rate_chunk(scheme, _add_up(scheme, own, _levels(own), known), out, at)
    return Ratings(
        out.status.T, out.score.T, out.score_high.T, out.level.T, out.level_high.T, out.held_by.T, out.sums
    )  # fmt: skip


def rate_supported(scheme: Scheme, codes: Codes, evidence: Codes) -> tuple[Floats, Bytes]:
    """Score and level (n, p each) of routed answers (n × items) that are lowered to what their evidence (tiers 0-3) supports.

    Tiers of answers that are not levels are ignored. The rest of the figures is not kept.
    """
    n, parts = codes.shape[0], len(scheme.sizes) + 1
    score, level = np.empty((parts, n)), np.empty((parts, n), np.uint8)
    out = _output(scheme, min(n, _CHUNK), scheme.items.weights.dtype)
    for at in _chunks(n):
        own, here = np.ascontiguousarray(codes[at].T), slice(0, at.stop - at.start)
        # A table looked up by bytes; `clip` spares the check of every index.
        caps = scheme.caps.take(np.ascontiguousarray(evidence[at].T), mode="clip")
        _rate_chunk(scheme, _add_up(scheme, own, np.minimum(_levels(own), caps), None), out, here)
        score[:, at], level[:, at] = out.score[:, here], out.level[:, here]
    return score.T, level.T


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, min(n, start + _CHUNK)) for start in range(0, n, _CHUNK))


def _levels(codes: Codes) -> Bytes:
    """0 where the answer is not a level."""
    levels: Bytes = codes * (codes <= _TOP).view(np.uint8)
    return levels


@dataclass(frozen=True, slots=True)
class _Output:
    """The result arrays, part-major (parts, n) while they are filled."""

    status: Bytes
    score: Floats
    score_high: Floats
    level: Bytes
    level_high: Bytes
    held_by: NDArray[np.int16]
    sums: Sums


def _output(scheme: Scheme, n: int, total_type: np.dtype[Any]) -> _Output:
    count = len(scheme.sizes)
    shape = (count + 1, n)
    weights, counts = np.empty((6, count, n), total_type), np.empty((2, count, n), scheme.sizes.dtype)
    status, level, level_high = np.empty((3, *shape), np.uint8)
    return _Output(
        status, np.empty(shape), np.empty(shape), level, level_high, np.empty(shape, np.int16),
        Sums(weights, counts, np.empty((5, n))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The sums of b responses, a row per dimension: `weights` (7, d, b) and `counts` (2, d, b), which begin as those of `Sums`
    and end with the weight that is not applicable; whether a critical item is unanswered; the least cap of its items with
    the first item that sets it (see `_keys`), and their least cap at the high end (d, b).
    """

    weights: NDArray[Any]
    counts: NDArray[Any]
    critical_unanswered: NDArray[np.bool_]
    held: NDArray[Any]
    cap_high: Bytes


def _add_up(scheme: Scheme, codes: Codes, levels: Bytes, shares: Floats | None) -> _Chunk:
    """Sum one chunk: `codes` and `levels` (items × b), `shares` (4 × items × b)."""
    unanswered = codes == UNANSWERED
    # Weighed: four levels, unknown, level at all, not applicable. Counted: not asked, unanswered, critical and unanswered.
    planes = np.empty((10, *codes.shape), np.bool_)
    for place, level in ((0, 2), (1, 3), (2, 4), (3, 5), (5, 1)):
        np.greater_equal(levels, level, out=planes[place])
    np.logical_or(unanswered, codes == DONT_KNOW, out=planes[4])
    np.equal(codes, NOT_APPLICABLE, out=planes[6])
    np.equal(codes, NOT_ASKED, out=planes[7])
    planes[8] = unanswered
    np.logical_and(unanswered, scheme.items.critical[:, None], out=planes[9])
    rows = planes.view(np.uint8)
    # Unknown stands at 1 below and at 5 above; what is not applicable or not asked stands at 5 and so holds nothing.
    cap = levels + scheme.items.headroom[:, None]
    cap += rows[4]
    cap += (rows[6] | rows[7]) * np.uint8(_TOP)
    keys, cap_high = _keys(cap), cap + rows[4] * np.uint8(_TOP - 1)
    shape = (len(scheme.sizes), codes.shape[1])
    weights = np.empty((7, *shape), scheme.items.weights.dtype)
    counts = np.empty((3, *shape), scheme.sizes.dtype)
    held, lowest_high = np.empty(shape, keys.dtype), np.empty(shape, np.uint8)
    for run in scheme.runs:
        weighed = rows[:7, run.items] if scheme.equal else rows[:7, run.items] * scheme.items.weights[run.items, None]
        _reduce(np.add, weighed, run, weights)
        _reduce(np.add, rows[7:, run.items], run, counts)
        _reduce(np.minimum, keys[run.items], run, held)
        _reduce(np.minimum, cap_high[run.items], run, lowest_high)
    if shares is not None:
        weights = weights.astype(np.float64)
        weighed = shares * planes[5] * scheme.items.weights[:, None]
        for run in scheme.runs:
            _reduce(np.add, weighed[:, run.items], run, weights[:4])
    weights[5] += weights[4]
    np.subtract(scheme.sizes, counts[0], out=counts[0])
    np.subtract(counts[0], counts[1], out=counts[1])
    return _Chunk(weights, counts[:2], counts[2] > 0, held, lowest_high)


def _reduce(ufunc: np.ufunc, rows: NDArray[Any], run: Run, out: NDArray[Any]) -> None:
    """Reduce the items of a run (…, items, b) to its dimensions, into `out` (…, d, b)."""
    apart = rows.reshape(*rows.shape[:-2], -1, run.size, rows.shape[-1])
    if rows.dtype == np.float64:
        out[..., run.dimensions, :] = _add(apart)
    else:
        ufunc.reduce(apart, axis=-2, dtype=out.dtype, out=out[..., run.dimensions, :])


def _add(rows: Floats) -> Floats:
    """Sums (…, b) of rows (…, k, b), row after row.

    numpy adds a single column in another order; but a country's figures must not change, not even in the last bit, with the
    number of countries beside it.
    """
    if rows.shape[-1] == 1:
        return np.add.accumulate(rows, axis=-2)[..., -1, :]
    total: Floats = np.add.reduce(rows, axis=-2)
    return total


def _keys(caps: Bytes) -> NDArray[Any]:
    """Caps (parts, b), at most 15, each in the upper four bits above its part's number: the least of a column is its least cap
    together with the first part that sets it."""
    keys: NDArray[Any] = caps.astype(np.uint16 if len(caps) <= 1 << 12 else np.uint32)
    keys <<= _number_bits(keys)
    keys |= np.arange(len(caps), dtype=keys.dtype)[:, None]
    return keys


def _number_bits(keys: NDArray[Any]) -> int:
    return 8 * keys.itemsize - 4


def _rate_chunk(scheme: Scheme, chunk: _Chunk, out: _Output, at: slice) -> None:
    """Rate the dimensions, then the questionnaire: the same rule, its parts being the dimensions that are not NOT_RATED, with
    their computed levels."""
    out.sums.weights[..., at], out.sums.counts[..., at] = chunk.weights[:6], chunk.counts
    count = len(scheme.sizes)
    dimensions, whole = slice(0, count), slice(count, count + 1)
    sums, divisor, not_applicable = chunk.weights[:5], _divisor(chunk.weights[5]), chunk.weights[6]
    asked = chunk.weights[5] + not_applicable
    not_rated = not_applicable > asked * (scheme.max_not_applicable * (1 + TOLERANCE))
    not_rated |= chunk.weights[5] == 0
    needed = chunk.weights[5] * (scheme.threshold * (1 - TOLERANCE))
    if sums.dtype.kind == "u":
        needed = np.ceil(needed).astype(sums.dtype)
    rung = _Rung(sums, divisor, needed, not_rated, chunk.critical_unanswered, chunk.held, chunk.cap_high)
    _fill(scheme, out, (dimensions, at), rung)

    included = ~not_rated
    weights = scheme.whole.weights[:, None] * included
    total = _divisor(_add(weights))
    weights /= divisor
    means = out.sums.whole[:, at]
    means[:] = _add(sums * weights)
    means /= total
    # A dimension that is not rated (computed level 0) stands at 5 and so holds nothing.
    neutral = not_rated.view(np.uint8) * np.uint8(_TOP) + scheme.whole.headroom[:, None]
    held = np.minimum.reduce(_keys(out.level[dimensions, at] + neutral), axis=0)
    cap_high = np.minimum.reduce(out.level_high[dimensions, at] + neutral, axis=0)
    needed = scheme.threshold * (1 - TOLERANCE)
    none_rated = not_rated.all(axis=0)[None]
    _fill(scheme, out, (whole, at), _Rung(means[:, None], 1.0, needed, none_rated, False, held[None], cap_high[None]))


@dataclass(frozen=True, slots=True)
class _Rung:
    """Some parts (k) of one rung in one chunk: `sums` (5, k, b; the four levels, then unknown), what divides them into shares and
    what a level needs of them, whether not rated or to be withheld for a critical item, keys of the caps, caps at the high end.
    """

    sums: NDArray[Any]
    divisor: Any
    needed: Any
    not_rated: NDArray[np.bool_]
    withheld: Any
    held: NDArray[Any]
    cap_high: Bytes


def _fill(scheme: Scheme, out: _Output, at: tuple[slice, slice], rung: _Rung) -> None:
    """Status, score, level, band and what holds the level."""
    at_level, unknown, not_rated = rung.sums[:4], rung.sums[4], rung.not_rated
    share = unknown / rung.divisor
    withheld = share > scheme.max_unknown * (1 + TOLERANCE)
    withheld |= rung.withheld
    status = withheld.view(np.uint8) * np.uint8(WITHHELD)
    np.maximum(status, not_rated.view(np.uint8) * np.uint8(NOT_RATED), out=out.status[at])
    # Four totals of bytes may need more than a byte.
    score = np.add.reduce(at_level, axis=0, dtype=_WIDER.get(at_level.dtype)) / rung.divisor
    score += 1
    share *= 4
    share += score
    bits = _number_bits(rung.held)
    by_shares, cap = _level(at_level >= rung.needed), (rung.held >> bits).astype(np.uint8)
    level = np.minimum(by_shares, cap)
    level_high = np.minimum(_level(at_level + unknown >= rung.needed), rung.cap_high)
    number = (rung.held & ((1 << bits) - 1)).astype(np.int16)
    number += 1
    number *= (level < by_shares) & ~not_rated
    number -= 1
    if not_rated.any():
        score[not_rated] = np.nan
        share[not_rated] = np.nan
        rated = (~not_rated).view(np.uint8)
        level *= rated
        level_high *= rated
    out.score[at], out.score_high[at], out.held_by[at] = score, share, number
    out.level[at], out.level_high[at] = level, level_high


def _level(passes: NDArray[np.bool_]) -> Bytes:
    """1 + the number of levels whose share passes the gate; shares fall with the level, so this is the highest such level."""
    level: Bytes = np.add.reduce(passes.view(np.uint8), axis=0, dtype=np.uint8)
    level += 1
    return level


def _divisor(total: NDArray[Any]) -> Floats:
    """0, where there is nothing to divide, becomes 1."""
    divisor = total.astype(np.float64)
    divisor += total == 0
    return divisor
