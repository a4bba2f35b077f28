"""Simulated workshops on the strategy questionnaire, with the truth they should find. Used by `benchmarks.coverage`.

What an organisation's practice is at an item = the country + the country in this dimension + the item + the organisation +
the organisation in this dimension + the rest, all normal, rounded to the anchors 1-5. Countries differ in how much their
organisations differ (log-normal, so that variances of two countries in three lie within a factor of 5), and organisations
in how often they do not know (10 % on average). Skip logic is the questionnaire's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.distribution import Organisations, gather
from scoring.panel import form, form_panels
from scoring.rule import Ratings, rate
from scoring.scheme import scheme_of
from survey.loader import load
from survey.response import DONT_KNOW
from survey.routing import route

COUNTRIES = 12
POPULATION = 2000
QUESTIONNAIRE = Path(__file__).parent.parent / "questionnaires" / "strategy" / "questionnaire.yaml"


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

    def rated(self, answers: np.ndarray) -> tuple[Organisations, Ratings]:
        """Sums and ratings of countries (countries × organisations × items)."""
        flat = answers.reshape(-1, answers.shape[-1])
        gathered = gather(flat, np.repeat(np.arange(len(answers)), answers.shape[1]), len(answers))
        panel = form(gathered.together)
        return gathered, rate(self.scheme, panel.codes, panel.shares)
