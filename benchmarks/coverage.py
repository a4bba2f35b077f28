"""How often the 95 % interval of a country's score holds the truth, and the rank sets all true ranks, in simulated workshops.

The model is that of `benchmarks.simulated_workshops`. Truth is the score by the kernel of the panel of a whole population:
`of ∞` = 2,000 organisations a country, of which n answer, N unknown to the method; `of N` = the organisations invited, of
which n answer. A world is one draw of 12 countries; in each, workshops are drawn again and again, and standard errors are
between worlds. A missing interval counts as one that misses.

Rank sets must hold, for every country at once, all ranks that the true scores allow: with 12 countries tied, 1 to 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Result
from benchmarks.simulated_workshops import COUNTRIES, Simulation, Size
from scoring.distribution import gather
from scoring.rank_sets import rank_sets
from scoring.scheme import scheme_of
from scoring.spread import jackknife, spread, t_quantiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INVITED = {3: 5, 5: 8, 8: 12}
BOOTSTRAPS = 400
LEAST = 0.94
METHODS = ("percentile bootstrap", "jackknife, t", "moderated jackknife, t")
RANK_METHODS = ("jackknife, normal", "moderated jackknife")
# Standard deviation of the countries' means; whether one population stands for all; whether true scores are subtracted.
COUNTRIES_ARE = {
    "tied, alike": (0.6, True, False),
    "tied, unequal spreads": (0.6, False, True),
    "nearly tied": (0.05, False, False),
    "different": (0.6, False, False),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals (or of workshops' rank sets) that hold the truth, its standard error between worlds, mean width."""

    share: float
    error: float
    width: float


def by_each_method(
    simulation: Simulation, answers: np.ndarray, invited: int | None, bootstrap: bool
) -> dict[str, tuple[np.ndarray, ...]]:
    """(low, high) of countries × parts by each method."""
    n = answers.shape[1]
    factor = 1.0 if invited is None else 1 - n / invited
    gathered, ratings = simulation.rated(answers)
    ours = spread(simulation.scheme, ratings, gathered, [invited] * COUNTRIES)
    variance, given = jackknife(simulation.scheme, ratings.score, gathered)
    half = t_quantiles(given - 1.0) * np.sqrt(variance / given * factor)
    found = {METHODS[1]: (ratings.score - half, ratings.score + half), METHODS[2]: (ours.low, ours.high)}
    if bootstrap:
        chosen = simulation.random.integers(0, n, (COUNTRIES, BOOTSTRAPS, n))
        again = answers[np.arange(COUNTRIES)[:, None, None], chosen]
        scores = simulation.scores(again.reshape(-1, n, answers.shape[-1])).reshape(COUNTRIES, BOOTSTRAPS, -1)
        found[METHODS[0]] = tuple(np.quantile(scores, (0.025, 0.975), axis=1))
    return found


def interval_coverage(simulation: Simulation, n: int, invited: int | None) -> dict[tuple[str, str], Coverage]:
    """By (method, `questionnaire`, `dimensions` or `most varied`, the questionnaire of each world's three most varied countries)."""
    hits: dict[tuple[str, str], list[list[float]]] = {}
    widths: dict[tuple[str, str], list[float]] = {}
    for _ in range(simulation.size.worlds):
        world = simulation.world(0.6)
        varied = np.argsort(world.between)[-3:]
        of_world: dict[tuple[str, str], list[float]] = {}
        for number in range(simulation.size.workshops):
            answers = simulation.workshop(world, invited or n)
            truth = world.truth if invited is None else simulation.scores(answers)
            with_bootstrap = number < simulation.size.bootstrapped
            for method, (low, high) in by_each_method(simulation, answers[:, :n], invited, with_bootstrap).items():
                held = (low <= truth + 1e-9) & (truth - 1e-9 <= high)
                for part, at in (
                    ("questionnaire", held[:, -1]),
                    ("dimensions", held[:, :-1]),
                    ("most varied", held[varied, -1]),
                ):
                    of_world.setdefault((method, part), []).append(float(at.mean()))
                widths.setdefault((method, "questionnaire"), []).append(float((high - low)[:, -1].mean()))
        for key, values in of_world.items():
            hits.setdefault(key, []).append(values)
    return {
        key: _summary([np.mean(world) for world in values], widths.get(key, [np.nan])) for key, values in hits.items()
    }


def rank_coverage(simulation: Simulation, n: int, countries: str) -> dict[str, Coverage]:
    """By method: workshops in which every country's set holds all ranks that its true score allows. `countries`: a key of COUNTRIES_ARE."""
    countries_sd, alike, centred = COUNTRIES_ARE[countries]
    hits: dict[str, list[float]] = {method: [] for method in RANK_METHODS}
    widths: dict[str, list[float]] = {method: [] for method in RANK_METHODS}
    for _ in range(simulation.size.worlds):
        world = simulation.world(countries_sd, alike)
        offset = world.truth[:, -1] if centred else 0
        truth = world.truth[:, -1] - offset
        best, worst = 1 + (truth[:, None] > truth).sum(axis=0), COUNTRIES - (truth[:, None] > truth).sum(axis=1)
        of_world: dict[str, list[bool]] = {method: [] for method in RANK_METHODS}
        for _ in range(simulation.size.workshops):
            gathered, ratings = simulation.rated(simulation.workshop(world, n))
            variance, given = jackknife(simulation.scheme, ratings.score, gathered)
            ours = spread(simulation.scheme, ratings, gathered)
            score = ratings.score[:, -1] - offset
            sets = (
                rank_sets(score, (variance / given)[:, -1], np.full(COUNTRIES, np.inf)),
                rank_sets(score, ours.variance[:, -1], ours.df[:, -1]),
            )
            for method, found in zip(RANK_METHODS, sets, strict=True):
                of_world[method].append(bool(((found.best <= best) & (found.worst >= worst)).all()))
                widths[method].append(float((found.worst - found.best + 1).mean()))
        for method, values in of_world.items():
            hits[method].append(float(np.mean(values)))
    return {method: _summary(hits[method], widths[method]) for method in RANK_METHODS}


def _summary(by_world: Iterable[float], widths: Iterable[float]) -> Coverage:
    found = np.array(list(by_world))
    return Coverage(float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found))), float(np.mean(list(widths))))


def run() -> Iterator[Result]:
    yield from intervals()
    yield from sensitivity()
    yield from ranks()
    yield speed()


def intervals() -> Iterator[Result]:
    """Table of the intervals' coverage; the bound is on the method in use."""
    print("| answered | of | method | questionnaire | mean width | dimensions | 3 most varied countries |")
    print("|---:|---:|---|---:|---:|---:|---:|")
    results = []
    for n, population in INVITED.items():
        for invited in (None, population):
            found = interval_coverage(Simulation(n, Size()), n, invited)
            for method in METHODS:
                whole, *rest = (found[method, part] for part in ("questionnaire", "dimensions", "most varied"))
                cells = " | ".join(_percent(part) for part in rest)
                print(
                    f"| {n} | {invited or '∞'} | {method} | {_percent(whole)} | {whole.width:.2f} | {cells} |",
                    flush=True,
                )
            for part in ("questionnaire", "dimensions"):
                share = found[METHODS[-1], part].share
                what = f"95 % interval, {n} of {invited or '∞'}, {part}"
                results.append(Result(what, share * 100, "%", LEAST * 100, at_least=True))
    yield from results


def sensitivity() -> Iterator[Result]:
    """The same interval when countries' variances are all alike, and when they are twice as unequal (on the log scale)."""
    for what, unequal in (("alike", 0.0), ("twice as unequal", 0.8)):
        found = interval_coverage(Simulation(50, Size(bootstrapped=0), unequal), 3, None)
        share = found[METHODS[-1], "questionnaire"].share
        yield Result(f"95 % interval, 3 of ∞, variances {what}", share * 100, "%", LEAST * 100, at_least=True)
        yield Result("  3 most varied countries", found[METHODS[-1], "most varied"].share * 100, "%")


def speed() -> Result:
    """CPU of everything a live refresh needs from here: 12 countries × 100 responses × 60 items."""
    from benchmarks.scoring import answers, questionnaire
    from scoring.panel import score_panels

    asked, codes, members = questionnaire(("1",)), answers(1200), np.repeat(np.arange(COUNTRIES), 100)

    def refresh() -> None:
        scores = score_panels(asked, codes, members, COUNTRIES)
        found = spread(scheme_of(asked), scores, gather(codes, members, COUNTRIES), [120] * COUNTRIES)
        rank_sets(scores.score[:, -1], found.variance[:, -1], found.df[:, -1])

    times = []
    for _ in range(51):
        began = process_time()
        refresh()
        times.append(process_time() - began)
    return Result("panel, intervals and rank sets, 12 × 100 × 60, median", median(times) * 1000, "ms CPU", bound=12)


def ranks() -> Iterator[Result]:
    print("\n| answered | countries | method | all true ranks held | ranks in a set |")
    print("|---:|---|---|---:|---:|")
    results = []
    for n in INVITED:
        for what in COUNTRIES_ARE:
            found = rank_coverage(Simulation(100 + n, Size(workshops=40)), n, what)
            for method, coverage in found.items():
                print(f"| {n} | {what} | {method} | {_percent(coverage)} | {coverage.width:.1f} |", flush=True)
            share = found[RANK_METHODS[-1]].share
            results.append(Result(f"rank sets, {n} organisations, {what}", share * 100, "%", 95, at_least=True))
    yield from results


def _percent(coverage: Coverage) -> str:
    return f"{coverage.share * 100:.1f} ± {coverage.error * 100:.1f} %"
