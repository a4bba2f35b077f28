"""Method uncertainty: countries scored again under other defensible assumptions (weights, mean, unknowns, caps, threshold).

Fixed goalposts: a country's replay scores do not depend on which other countries are there; only its ranks do. A
dimension that is not rated under the declared scheme leaves every replay, and a country that is not rated is unranked.

Replays that share mean, unknown and caps are one matrix product per dimension. Memory is bounded by chunks of replays of
about `_CELLS` figures, whatever the number of replays; the draws themselves take 8 bytes × (items + dimensions) each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.draws import SEED, Draws, draw
from scoring.panel import Panel
from scoring.ranks import competition_ranks, count_ahead, count_ranks, quantiles
from scoring.rule import NOT_RATED, TOLERANCE, Bytes, Floats, rate
from scoring.scheme import Scheme
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED

REPLAYS: Final = 10_000
LEVEL_REPLAYS: Final = 1_000  # levels take four sums where a score takes one
_CELLS: Final = 500_000  # replays × countries × parts in one chunk: 4 MB of scores, four times that for levels
_TOP: Final = 5

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Replays:
    """What R replays say of K countries × p parts (the dimensions in order, then the questionnaire).

    `median`, `p5`, `p95` (K × p): ranks, 1 = the highest score, ties share the better rank; NaN where the part is not rated.
    `ahead` (K × K): share of replays (0-1) in which the row's questionnaire score is above the column's; 0 on the
    diagonal, NaN where one of the two is unranked. `levels` (K × p × 5): share of the first `level_replays` replays at
    level 1..5, aggregation being by shares as in the rule, critical margins included; also where a level is withheld; NaN
    where the part is not rated.
    """

    seed: int
    replays: int
    level_replays: int
    median: Floats
    p5: Floats
    p95: Floats
    ahead: Floats
    levels: Floats


@dataclass(frozen=True, slots=True)
class Cases:
    """K countries prepared for any replay.

    `shares` (2 × 4 × items × K): at level 2..5 or better, declared and capped, 0 where not known. `codes` (2 × items × K),
    the same two. `unknown`, `applicable` (items × K) as 0 or 1. `included` (dimensions × K): the dimension is rated or withheld.
    """

    scheme: Scheme
    shares: Floats
    codes: Bytes
    unknown: Floats
    applicable: Floats
    included: Flags

    @property
    def count(self) -> int:
        """K."""
        return int(self.codes.shape[2])

    @property
    def is_rated(self) -> Flags:
        """Which parts have figures, parts × K."""
        return np.vstack([self.included, self.included.any(axis=0)])


def prepare(scheme: Scheme, panel: Panel, capped: Panel | None = None) -> Cases:
    """Countries ready for replays. `capped` is the panel of supported codes; without it evidence caps change nothing."""
    both = panel, panel if capped is None else capped
    codes = np.stack([one.codes.T for one in both])
    is_level = (codes >= 1) & (codes <= _TOP)
    shares = np.stack([one.shares.transpose(2, 1, 0) for one in both]) * is_level[:, None]
    unknown = (codes[0] == DONT_KNOW) | (codes[0] == UNANSWERED)
    applicable = (codes[0] != NOT_APPLICABLE) & (codes[0] != NOT_ASKED)
    status = rate(scheme, panel.codes, panel.shares).status[:, :-1].T
    return Cases(scheme, shares, codes, unknown.astype(np.float64), applicable.astype(np.float64), status != NOT_RATED)


def replay(
    scheme: Scheme, panel: Panel, capped: Panel | None = None, replays: int = REPLAYS, seed: int = SEED
) -> Replays:
    """Replay the comparison of a panel's countries. Give only the countries that are to be ranked with each other.

    Raises ValueError when `replays` is below 1 or there are more countries than can be ranked (65,535).
    """
    if replays < 1:
        raise ValueError(f"{replays} replays: at least 1 is needed.")
    cases = prepare(scheme, panel, capped)
    drawn = draw(scheme.dimensions[-1].stop, len(scheme.dimensions), replays, seed)
    is_rated, count = cases.is_rated, cases.count
    counts = [np.zeros((own.sum(), own.sum()), np.int64) for own in is_rated]
    ahead = np.zeros_like(counts[-1])
    for rows in chunks(replays, cases):
        scores = replay_scores(cases, drawn.take(rows))
        for part, own in enumerate(is_rated):
            ranks = competition_ranks(scores[part] if own.all() else scores[part][:, own])
            counts[part] += count_ranks(ranks)
        ahead += count_ahead(ranks)  # of the last part, the questionnaire
    found = np.full((3, len(is_rated), count), np.nan)
    for part, own in enumerate(is_rated):
        for place, probability in enumerate((0.5, 0.05, 0.95)):
            found[place, part, own] = quantiles(counts[part], probability)
    pairs = np.full((count, count), np.nan)
    pairs[np.ix_(is_rated[-1], is_rated[-1])] = ahead / replays
    levels = min(replays, LEVEL_REPLAYS)
    shares = _level_shares(cases, drawn.take(slice(0, levels)))
    return Replays(seed, replays, levels, found[0].T, found[1].T, found[2].T, pairs, shares)


def chunks(replays: int, cases: Cases) -> Iterator[slice]:
    """Slices of replays whose figures of every country and part are about `_CELLS` numbers."""
    step = max(1, _CELLS // max(1, cases.is_rated.size))
    return (slice(start, min(replays, start + step)) for start in range(0, replays, step))


def replay_scores(cases: Cases, drawn: Draws) -> Floats:
    """Scores 1.0-5.0 of parts × R × K; NaN where a part is not rated. Size R by `chunks`."""
    out = np.empty((len(cases.included) + 1, len(drawn), cases.count))
    for rows, (geometric, as_five, capped) in _alike(drawn.geometric, drawn.unknown_as_five, drawn.capped):
        values = 1 + cases.shares[int(capped)].sum(axis=0) + (_TOP - 1) * as_five * cases.unknown
        values = (np.log(values) if geometric else values) * cases.applicable
        means = _means(cases, drawn.take(rows), values[None])[0]
        out[:, rows] = np.exp(means, out=means) if geometric else means
    out.transpose(0, 2, 1)[~cases.is_rated] = np.nan
    return out


def _alike(*switches: Flags) -> Iterator[tuple[Rows, tuple[bool, ...]]]:
    """The replays that share every switch, with the switches' settings."""
    for settings in product((False, True), repeat=len(switches)):
        pairs = zip(switches, settings, strict=True)
        rows = np.flatnonzero(np.logical_and.reduce([switch == setting for switch, setting in pairs]))
        if rows.size:
            yield rows, settings


def _means(cases: Cases, drawn: Draws, values: Floats) -> Floats:
    """Weighted means, q × parts × R × K, of q sorts of `values` (q × items × K, 0 where an item does not count).

    Dimension by dimension, then of the dimensions that are included.
    """
    scheme = cases.scheme
    out = np.empty((len(values), len(scheme.dimensions) + 1, len(drawn), cases.count))
    with np.errstate(invalid="ignore", divide="ignore"):
        for index, part in enumerate(scheme.dimensions):
            own = slice(part.start, part.stop)
            weights = drawn.items[:, own] * part.weights
            mean = np.matmul(weights, values[:, own], out=out[:, index])
            mean /= _total(weights, cases.applicable[own])
            if not cases.included[index].all():
                mean[..., ~cases.included[index]] = 0  # adds nothing to the questionnaire
        weights = drawn.dimensions * scheme.whole.weights
        np.einsum("rd,qdrk->qrk", weights, out[:, :-1], out=out[:, -1])
        out[:, -1] /= _total(weights, cases.included.astype(np.float64))
    return out


def _total(weights: Floats, counted: Floats) -> Floats:
    """The weight that counts, R × K, or R × 1 where it is the same for every country."""
    return weights.sum(axis=1, keepdims=True) if counted.all() else weights @ counted


def replay_levels(cases: Cases, drawn: Draws) -> Bytes:
    """Levels 1-5 of parts × R × K by the rule, from shares under each replay's weights and threshold; 0 where not rated.

    The means of shares are arithmetic whatever `drawn.geometric` says. Size R by `chunks`.
    """
    out = np.empty((len(cases.included) + 1, len(drawn), cases.count), np.uint8)
    for rows, (as_five, capped) in _alike(drawn.unknown_as_five, drawn.capped):
        own = drawn.take(rows)
        gate = (own.threshold * (1 - TOLERANCE))[:, None]
        passes = _means(cases, own, cases.shares[int(capped)] + as_five * cases.unknown) >= gate
        by_shares = 1 + np.add.reduce(passes.view(np.uint8), axis=0, dtype=np.uint8)
        out[:, rows] = _hold(cases, by_shares, as_five=as_five, capped=capped)
    out.transpose(0, 2, 1)[~cases.is_rated] = 0
    return out


def _hold(cases: Cases, by_shares: Bytes, *, as_five: bool, capped: bool) -> Bytes:
    """Levels held at most a margin above the lowest part: dimensions by their items, the questionnaire by its dimensions."""
    scheme = cases.scheme
    # An unknown stands at 1 or 5; what is not applicable or not asked stands at 5 and so holds nothing.
    stands = np.where(cases.unknown > 0, _TOP if as_five else 1, np.minimum(cases.codes[int(capped)], _TOP))
    stands = np.where(cases.applicable > 0, stands, _TOP).astype(np.uint8)
    whole = by_shares[-1]
    for index, part in enumerate(scheme.dimensions):
        highest = (stands[part.start : part.stop] + part.headroom[:, None]).min(axis=0)
        level = np.minimum(by_shares[index], highest, out=by_shares[index])
        excluded = ~cases.included[index] * np.uint8(_TOP)
        np.minimum(whole, np.maximum(level, excluded) + scheme.whole.headroom[index], out=whole)
    return by_shares


def _level_shares(cases: Cases, drawn: Draws) -> Floats:
    parts, count = cases.is_rated.shape
    totals = np.zeros((count, parts, _TOP))
    for rows in chunks(len(drawn), cases):
        levels = replay_levels(cases, drawn.take(rows))
        for level in range(1, _TOP + 1):
            totals[:, :, level - 1] += np.count_nonzero(levels == level, axis=1).T
    totals[~cases.is_rated.T] = np.nan
    return totals / len(drawn)
