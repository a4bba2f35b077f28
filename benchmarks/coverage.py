"""How often the 95 % interval of a country's score holds the truth, and the rank sets all true ranks, in simulated workshops.

Model, on the strategy questionnaire: what an organisation's practice is at an item = the country + the country in this
dimension + the item + the organisation + the organisation in this dimension + the rest, all normal, rounded to the anchors
1-5. Countries differ in how much their organisations differ (log-normal, so that variances of two countries in three lie
within a factor of 5), and organisations in how often they do not know (10 % on average). Skip logic is the questionnaire's.

Truth is the score by the kernel of the panel of a whole population: `all agencies there could be` = 2,000 organisations
a country, of which n answer (N unknown to the method); `all invited` = the N organisations invited, of which n answer.
A world is one draw of 12 countries; in each, workshops are drawn again and again. Standard errors are between worlds.

Rank sets must hold, for every country at once, all ranks that the true scores allow: with 12 countries tied, 1 to 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Result
from scoring.distribution import gather
from scoring.panel import form, form_panels
from scoring.rank_sets import rank_sets
from scoring.rule import rate
from scoring.scheme import scheme_of
from scoring.spread import jackknife, spread, t_quantiles
from survey.loader import load
from survey.response import DONT_KNOW
from survey.routing import route

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COUNTRIES = 12
POPULATION = 2000
INVITED = {3: 5, 5: 8, 8: 12}
BOOTSTRAPS = 400
LEAST = 0.94
QUESTIONNAIRE = Path(__file__).parent.parent / "questionnaires" / "strategy" / "questionnaire.yaml"
METHODS = ("percentile bootstrap", "jackknife, t", "moderated jackknife, t")
RANK_METHODS = ("jackknife, normal", "moderated jackknife")


@dataclass(frozen=True, slots=True)
class World:
    """Routed answers of the population (countries × organisations × items), and true scores (countries × parts)."""

    answers: np.ndarray
    truth: np.ndarray
    between: np.ndarray  # standard deviation between organisations, by country


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated."""

    worlds: int = 25
    workshops: int = 60
    bootstrapped: int = 6  # workshops a world in which the bootstrap takes part


class Simulation:
    """Draws worlds and workshops from one seed."""

    def __init__(self, seed: int, size: Size, unequal: float = 0.4) -> None:
        self.random, self.size, self.unequal = np.random.default_rng(seed), size, unequal
        self.questionnaire = load(QUESTIONNAIRE).questionnaire
        self.scheme = scheme_of(self.questionnaire)

    def world(self, countries_sd: float, alike: bool = False) -> World:
        """12 countries whose means have this standard deviation; `alike`: one population stands for all of them."""
        random, count = self.random, 1 if alike else COUNTRIES
        dimension = np.repeat(
            np.arange(len(self.scheme.dimensions)), [p.stop - p.start for p in self.scheme.dimensions]
        )
        between = 0.5 * np.exp(random.normal(0, self.unequal, count))
        mean = 2.6 + random.normal(0, countries_sd, (count, 1, 1))
        mean = mean + random.normal(0, 0.6 * countries_sd, (count, 1, len(self.scheme.dimensions)))[..., dimension]
        mean = mean + random.normal(0, 0.5, len(dimension))
        scale = between[:, None, None]
        organisation = random.normal(0, 1, (count, POPULATION, 1)) * scale
        focus = random.normal(0, 0.8, (count, POPULATION, len(self.scheme.dimensions)))[..., dimension] * scale
        practice = mean + organisation + focus + random.normal(0, 0.7, (count, POPULATION, len(dimension)))
        codes = np.clip(np.rint(practice), 1, 5).astype(np.uint8)
        knows = random.beta(5, 0.55, (count, POPULATION, 1))
        codes[random.random(codes.shape) > knows] = DONT_KNOW
        answers = route(self.questionnaire, codes.reshape(-1, len(dimension))).reshape(codes.shape)
        truth = self.scores(answers)
        return World(*(np.repeat(part, COUNTRIES // count, axis=0) for part in (answers, truth, between)))

    def scores(self, answers: np.ndarray) -> np.ndarray:
        """Scores (groups × parts) of panels (groups × organisations × items)."""
        flat = answers.reshape(-1, answers.shape[-1])
        panel = form_panels(flat, np.repeat(np.arange(len(answers)), answers.shape[1]), len(answers))
        return rate(self.scheme, panel.codes, panel.shares).score

    def workshop(self, world: World, organisations: int) -> np.ndarray:
        """Answers of different organisations drawn at random from each country's population."""
        keys = self.random.random((COUNTRIES, POPULATION))
        chosen = np.argpartition(keys, organisations, axis=1)[:, :organisations]
        return np.take_along_axis(world.answers, chosen[..., None], axis=1)

    def intervals(self, answers: np.ndarray, invited: int | None, bootstrap: bool) -> dict[str, tuple[np.ndarray, ...]]:
        """(low, high) of countries × parts by each method."""
        n = answers.shape[1]
        factor = 1.0 if invited is None else 1 - n / invited
        gathered, ratings = self.rated(answers)
        ours = spread(self.scheme, ratings, gathered, [invited] * COUNTRIES)
        variance, given = jackknife(self.scheme, ratings.score, gathered)
        half = t_quantiles(given - 1.0) * np.sqrt(variance / given * factor)
        found = {METHODS[1]: (ratings.score - half, ratings.score + half), METHODS[2]: (ours.low, ours.high)}
        if bootstrap:
            chosen = self.random.integers(0, n, (COUNTRIES, BOOTSTRAPS, n))
            again = answers[np.arange(COUNTRIES)[:, None, None], chosen]
            scores = self.scores(again.reshape(-1, n, answers.shape[-1])).reshape(COUNTRIES, BOOTSTRAPS, -1)
            found[METHODS[0]] = tuple(np.quantile(scores, (0.025, 0.975), axis=1))
        return found

    def rated(self, answers: np.ndarray):
        flat = answers.reshape(-1, answers.shape[-1])
        gathered = gather(flat, np.repeat(np.arange(len(answers)), answers.shape[1]), len(answers))
        panel = form(gathered.together)
        return gathered, rate(self.scheme, panel.codes, panel.shares)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals (or of workshops' rank sets) that hold the truth, its standard error between worlds, mean width."""

    share: float
    error: float
    width: float


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
            for method, (low, high) in simulation.intervals(answers[:, :n], invited, with_bootstrap).items():
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


def rank_coverage(simulation: Simulation, n: int, countries_sd: float) -> dict[str, Coverage]:
    """By method: workshops in which every country's set holds all ranks that its true score allows; 0 = all tied."""
    hits: dict[str, list[float]] = {method: [] for method in RANK_METHODS}
    widths: dict[str, list[float]] = {method: [] for method in RANK_METHODS}
    for _ in range(simulation.size.worlds):
        world = simulation.world(countries_sd or 0.6, alike=countries_sd == 0)
        truth = world.truth[:, -1]
        best, worst = 1 + (truth[:, None] > truth).sum(axis=0), COUNTRIES - (truth[:, None] > truth).sum(axis=1)
        of_world: dict[str, list[bool]] = {method: [] for method in RANK_METHODS}
        for _ in range(simulation.size.workshops):
            gathered, ratings = simulation.rated(simulation.workshop(world, n))
            variance, given = jackknife(simulation.scheme, ratings.score, gathered)
            known = np.full(COUNTRIES, np.inf)
            ours = spread(simulation.scheme, ratings, gathered)
            score = ratings.score[:, -1]
            sets = {
                RANK_METHODS[0]: rank_sets(score, (variance / given)[:, -1], known),
                RANK_METHODS[1]: rank_sets(score, ours.variance[:, -1], ours.df[:, -1]),
            }
            for method, found in sets.items():
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
    """Table of the intervals' coverage; the bound is on the questionnaire's, by the method in use."""
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
            whole = found[METHODS[-1], "questionnaire"]
            results.append(
                Result(f"95 % interval, {n} of {invited or '∞'}", whole.share * 100, "%", LEAST * 100, at_least=True)
            )
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
        for what, countries_sd in (("tied", 0.0), ("nearly tied", 0.05), ("different", 0.6)):
            found = rank_coverage(Simulation(100 + n, Size()), n, countries_sd)
            for method, coverage in found.items():
                print(f"| {n} | {what} | {method} | {_percent(coverage)} | {coverage.width:.1f} |", flush=True)
            share = found[RANK_METHODS[-1]].share
            results.append(Result(f"rank sets, {n} organisations, {what}", share * 100, "%", 95, at_least=True))
    yield from results


def _percent(coverage: Coverage) -> str:
    return f"{coverage.share * 100:.1f} ± {coverage.error * 100:.1f} %"
