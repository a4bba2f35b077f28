"""A live refresh: panels, spread, rank sets, 1,000 method replays and contested items of a workshop, from routed answers.

12 countries, 100 responses, the strategy questionnaire's size doubled to 60 items, evidence given. Nothing is kept from one
refresh to the next but the replays' and rank sets' draws, as in the app. CPU milliseconds, median; the floor beside it is
the kernel alone on the same panels.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Result
from benchmarks.scoring import questionnaire
from scoring.comparison import Members, compare
from scoring.panel import form_panels
from scoring.rule import rate
from scoring.scheme import scheme_of
from survey.response import DONT_KNOW
from survey.routing import route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COUNTRIES, RESPONSES, REPLAYS, REFRESHES = 12, 100, 1_000, 25


def run() -> Iterator[Result]:
    asked = questionnaire(("1", "2", "3/2"))
    random = np.random.default_rng(20_260_101)
    country = np.arange(RESPONSES) % COUNTRIES
    latent = random.normal(2.8, 0.6, COUNTRIES)[country, None] + random.normal(0, 0.5, (RESPONSES, 1))
    codes = np.clip(np.rint(latent + random.normal(0, 0.8, (RESPONSES, len(asked.items)))), 1, 5).astype(np.uint8)
    codes[random.random(codes.shape) < 0.05] = DONT_KNOW
    evidence = random.integers(0, 4, codes.shape).astype(np.uint8)
    members = Members(tuple(f"country {number}" for number in range(COUNTRIES)), country, None, (10,) * COUNTRIES)

    def refresh() -> object:
        return compare(asked, route(asked, codes), members, evidence, replays=REPLAYS)

    def kernel() -> object:
        panel = form_panels(route(asked, codes), country, COUNTRIES)
        return rate(scheme_of(asked), panel.codes, panel.shares)

    cpu = milliseconds(refresh)
    yield Result(f"{COUNTRIES} countries, {RESPONSES} responses, {REPLAYS:,} replays", cpu, "ms CPU", bound=30)
    floor = milliseconds(kernel)
    yield Result("routing, panels and the kernel alone", floor, "ms CPU")
    yield Result("  times that", cpu / floor, "×")


def milliseconds(work: Callable[[], object]) -> float:
    """Median CPU time of a call, after two that warm up."""
    taken = []
    for number in range(REFRESHES + 2):
        start = time.process_time()
        work()
        if number >= 2:
            taken.append((time.process_time() - start) * 1_000)
    return median(taken)
