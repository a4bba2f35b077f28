"""Method uncertainty: batched replays against a plain numpy loop that scores and ranks anew in every replay.

Both compute the same from the same draws: scores and competition ranks of ten dimensions and the questionnaire, and who
is ahead of whom. The plain loop runs a sample of the replays, its figures on them must agree, and its CPU time is scaled
to all of them. The draws are made once and kept, as in the app. Levels and Sobol indices are timed beside it, with no
peer. CPU seconds of all threads; run with OPENBLAS_NUM_THREADS=1 as the app does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Result, cpu_seconds
from benchmarks.scoring import DIMENSIONS, ITEMS, questionnaire
from scoring.draws import SEED, Draws, draw
from scoring.drivers import SAMPLES, drivers
from scoring.panel import Panel, form_panels
from scoring.ranks import competition_ranks, count_ahead
from scoring.replays import prepare, replay, replay_scores
from scoring.rule import NOT_RATED, rate
from scoring.scheme import Scheme, scheme_of
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE = 10_000, 200  # replays, countries
WORKSHOP = 1_000, 12
SAMPLE = 200  # replays of the plain loop
ORGANISATIONS = 5
MISSING = (DONT_KNOW, UNANSWERED, NOT_APPLICABLE)


def run() -> Iterator[Result]:
    scheme = scheme_of(questionnaire(("1", "2", "3/2")))
    declared, capped = panels(LARGE[1])
    drawn = draws(LARGE[0])
    cpu, _, found = cpu_seconds(lambda: replay(scheme, declared, capped, LARGE[0]))
    yield Result(f"{named(LARGE)}: scores, ranks, ahead, levels of {found.level_replays:,}", cpu, "s CPU", bound=1)

    plain, _, (scores, ranks, ahead) = cpu_seconds(
        lambda: one_by_one(scheme, declared, capped, drawn, SAMPLE), repeats=2
    )
    check(scheme, declared, capped, drawn.take(slice(0, SAMPLE)), scores, ranks, ahead)
    plain *= LARGE[0] / SAMPLE
    yield Result(f"plain numpy loop, {SAMPLE} replays scaled to all", plain, "s CPU")
    yield Result("  times the batched replays", plain / cpu, "×", bound=5, at_least=True)
    cpu, _, _ = cpu_seconds(lambda: drivers(scheme, declared, capped))
    yield Result(f"Sobol indices, {SAMPLES:,} × 7 points × {LARGE[1]} countries", cpu, "s CPU")

    few, few_capped = panels(WORKSHOP[1])
    cpu, _, _ = cpu_seconds(lambda: replay(scheme, few, few_capped, WORKSHOP[0]), repeats=20)
    yield Result(f"{named(WORKSHOP)}: the same, levels of all", cpu * 1000, "ms CPU", bound=10)
    cpu, _, _ = cpu_seconds(lambda: drivers(scheme, few, few_capped))
    yield Result(f"Sobol indices, {SAMPLES:,} × 7 points × {WORKSHOP[1]} countries", cpu * 1000, "ms CPU")


def named(size: tuple[int, int]) -> str:
    return f"{size[0]:,} replays × {size[1]} countries × {DIMENSIONS * ITEMS} items"


def draws(replays: int) -> Draws:
    return draw(DIMENSIONS * ITEMS, DIMENSIONS, replays, SEED)


def panels(countries: int) -> tuple[Panel, Panel]:
    """Declared and capped panels of countries of five organisations: levels around the country's own, one in ten missing."""
    random = np.random.default_rng(20260101)
    shape = countries * ORGANISATIONS, DIMENSIONS * ITEMS
    tendency = np.repeat(random.integers(1, 5, countries), ORGANISATIONS)[:, None]
    codes = (tendency + random.integers(0, 2, shape)).astype(np.uint8)
    supported = np.minimum(codes, random.integers(2, 6, shape)).astype(np.uint8)
    is_missing = random.random(shape) < 0.1
    missing = random.choice(MISSING, shape)
    # A country's own gap, not only that of a single organisation.
    is_missing |= np.repeat(random.random((countries, shape[1])) < 0.05, ORGANISATIONS, axis=0)
    codes[is_missing] = supported[is_missing] = missing[is_missing]
    members = np.repeat(np.arange(countries), ORGANISATIONS)
    return form_panels(codes, members, countries), form_panels(supported, members, countries)


def one_by_one(
    scheme: Scheme, declared: Panel, capped: Panel, drawn: Draws, replays: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores and ranks (replays × parts × countries) and who is ahead, each replay from the panels' shares anew."""
    excluded = rate(scheme, declared.codes, declared.shares).status == NOT_RATED
    parts, countries = len(scheme.dimensions) + 1, len(declared.codes)
    scores, ranks = np.empty((replays, parts, countries)), np.empty((replays, parts, countries))
    ahead = np.zeros((countries, countries))
    for number in range(replays):
        panel = capped if drawn.capped[number] else declared
        unknown = (panel.codes == DONT_KNOW) | (panel.codes == UNANSWERED)
        values = np.where(unknown, 5 if drawn.unknown_as_five[number] else 1, 1 + panel.shares.sum(axis=2))
        values = np.log(values) if drawn.geometric[number] else values
        counts = (panel.codes <= DONT_KNOW).astype(float)
        weights = np.concatenate([part.weights for part in scheme.dimensions]) * drawn.items[number]
        means = np.empty((countries, parts))
        for index, part in enumerate(scheme.dimensions):
            own = counts[:, part.start : part.stop] * weights[part.start : part.stop]
            means[:, index] = (own * values[:, part.start : part.stop]).sum(axis=1) / own.sum(axis=1)
        own = ~excluded[:, :-1] * (scheme.whole.weights * drawn.dimensions[number])
        means[:, -1] = (own * np.where(excluded[:, :-1], 0, means[:, :-1])).sum(axis=1) / own.sum(axis=1)
        means[excluded] = np.nan
        scores[number] = (np.exp(means) if drawn.geometric[number] else means).T
        for part, row in enumerate(scores[number]):
            ordered = np.sort(row)  # NaN last
            rated = len(row) - np.isnan(row).sum()
            ranks[number, part] = 1 + rated - np.searchsorted(ordered[:rated], row + 1e-12, side="right")
        ahead += ranks[number, -1][:, None] < ranks[number, -1][None, :]
    return scores, ranks, ahead


def check(
    scheme: Scheme,
    declared: Panel,
    capped: Panel,
    drawn: Draws,
    scores: np.ndarray,
    ranks: np.ndarray,
    ahead: np.ndarray,
) -> None:
    """Fail unless the batched replays and the plain loop agree."""
    ours = replay_scores(prepare(scheme, declared, capped), drawn).transpose(1, 0, 2)
    np.testing.assert_allclose(ours, scores, rtol=1e-12)
    for part in range(ours.shape[1]):
        rated = ~np.isnan(ours[0, part])
        np.testing.assert_array_equal(competition_ranks(ours[:, part][:, rated]), ranks[:, part][:, rated])
    np.testing.assert_array_equal(count_ahead(competition_ranks(ours[:, -1])), ahead)
