"""Spread between agencies: how far a country's score could lie from what all of its organisations would give.

A delete-one jackknife over organisations through the kernel gives the variance of a country's score; one estimated from few
organisations is itself very uncertain, so it is moderated: shrunk to what the other countries show, as in Smyth (2004),
"Linear models and empirical Bayes methods for assessing differential expression", with a fixed prior. The interval is
centred on the score: t quantile × standard error, with the finite-population factor 1 − n/N of simple random sampling
(Cochran 1977, Sampling Techniques, section 2.6). Its coverage is measured by `python -m benchmarks coverage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.distribution import Groups, Organisations
from scoring.panel import form
from scoring.rule import TOLERANCE, Floats, Ratings, rate
from scoring.scheme import Scheme
from survey.routing import Codes

FEWEST: Final = 3  # organisations below which there is no interval
PRIOR_DF: Final = 4.0
CONFIDENCE: Final = 0.95
_CHUNK: Final = 256  # panels without one organisation at a time: what fits the cache


@dataclass(frozen=True, slots=True)
class Spread:
    """Of g countries × p parts (dimensions in order, then the questionnaire).

    `low`, `high` 1.0-5.0: the interval around the score; NaN where there is none: fewer than three organisations gave a level
    there, or leaving one out leaves nothing to rate. `variance` of the score, moderated, with the finite-population factor;
    `df` its degrees of freedom; both NaN where there is no interval. `unanimous`: no country's score would change whichever
    organisation were left out, so the interval is a point because nothing varies, not because all answered.
    """

    low: Floats
    high: Floats
    variance: Floats
    df: Floats
    unanimous: NDArray[np.bool_]


class TooFewInvitedError(ValueError):
    """More organisations of a group have answered than were invited."""

    def __init__(self, group: int, answered: int, invited: int) -> None:
        self.group, self.answered, self.invited = group, answered, invited
        super().__init__(f"Group {group}: {answered} organisations have answered, {invited} were invited.")


def spread(
    scheme: Scheme,
    ratings: Ratings,
    answers: Organisations,
    invited: Sequence[int | None] | None = None,
    agreed: Codes | None = None,
) -> Spread:
    """The 95 % interval of every figure of `ratings`, which are those of the panels of `answers` with `agreed`.

    `invited` (g): how many organisations were asked to answer; None = unknown, then the factor is 1. Agreed answers do not vary
    between organisations. Raises TooFewInvitedError, a ValueError.
    """
    number = answers.number
    factor = _finite_population(number, invited)[:, None]
    per_organisation, given = jackknife(scheme, ratings.score, answers, agreed)
    moderated, df = moderate(per_organisation, given.astype(np.float64) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = moderated / given * factor
    half = t_quantiles(df) * np.sqrt(variance)
    low, high = np.clip(ratings.score - half, 1, 5), np.clip(ratings.score + half, 1, 5)
    return Spread(low, high, variance, df, moderated == 0)


def _finite_population(number: Groups, invited: Sequence[int | None] | None) -> Floats:
    factor = np.ones(len(number))
    if invited is None:
        return factor
    for index, (answered, population) in enumerate(zip(number.tolist(), invited, strict=True)):
        if population is not None and answered > population:
            raise TooFewInvitedError(index, answered, population)
        if population:
            factor[index] = 1 - answered / population
    return factor


def jackknife(
    scheme: Scheme, score: Floats, answers: Organisations, agreed: Codes | None = None
) -> tuple[Floats, NDArray[np.intp]]:
    """Variance between organisations (g × p; NaN = cannot be told) and how many gave a level in each part (g × p).

    The variance of the score is that divided by the number. An organisation without a level in a part tells nothing about
    its spread, though it is left out in turn like the others.
    """
    group, number = answers.group, answers.number
    without = np.empty((len(group), score.shape[1]))
    for start in range(0, len(group), _CHUNK):
        at = slice(start, start + _CHUNK)
        panel = form(answers.others(at), None if agreed is None else agreed[group[at]])
        without[at] = rate(scheme, panel.codes, panel.shares).score
    given = _levels_given(scheme, answers)
    if not group.size:
        return np.full(score.shape, np.nan), given
    change = (without - score[group]).T
    change[np.abs(change) <= TOLERANCE] = 0
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    present, n = group[starts], number[group[starts]]
    total = np.add.reduceat(change, starts, axis=1)
    squares = np.add.reduceat((change - np.repeat(total / n, n, axis=1)) ** 2, starts, axis=1)
    variance = np.full(score.shape, np.nan)
    variance[present] = ((n - 1) / n * squares).T * given[present]
    variance[given < FEWEST] = np.nan
    return variance, given


def _levels_given(scheme: Scheme, answers: Organisations) -> NDArray[np.intp]:
    """g × p: organisations with a level for at least one item of the part."""
    planes = answers.own.weights.transpose(2, 1, 0)
    is_level = np.logical_or.reduce(planes[1:6] > 0, axis=0)
    parts = np.logical_or.reduceat(is_level, [part.start for part in scheme.dimensions], axis=0)
    parts = np.vstack([parts, parts.any(axis=0)])
    count = len(answers.together.responses)
    return np.stack([np.bincount(answers.group[row], minlength=count) for row in parts], axis=1)


def moderate(variance: Floats, df: Floats, prior_df: float = PRIOR_DF) -> tuple[Floats, Floats]:
    """Variances (g × p; NaN = none) shrunk to the pooled one, part by part, and their degrees of freedom.

    (prior · pooled + df · variance) ÷ (prior + df), where pooled is the mean over all countries, weighted by their df. The
    prior is never worth more than the other countries' own df: a country alone keeps its variance and its df.

    >>> moderated, df = moderate(np.array([[1.0], [4.0], [np.nan]]), np.array([[2.0], [2.0], [1.0]]))
    >>> moderated.ravel().tolist(), df.ravel().tolist()
    ([1.75, 3.25, nan], [4.0, 4.0, nan])
    """
    own = np.where(np.isnan(variance), 0, df)
    total = own.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.where(own > 0, own * variance, 0).sum(axis=0) / total
        prior = np.minimum(prior_df, total - own)
        together = np.where(own > 0, prior + own, np.nan)
        return (prior * pooled + own * variance) / together, together


def t_quantiles(df: Floats) -> Floats:
    """Two-sided 95 % quantiles of Student's t; NaN where df is NaN or not positive."""
    from scipy.special import stdtrit  # noqa: PLC0415  # scipy.stats would take a second to import

    quantiles: Floats = np.asarray(stdtrit(np.where(df > 0, df, np.nan), (1 + CONFIDENCE) / 2))
    return quantiles
