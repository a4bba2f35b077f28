"""Groups (countries) compared: panels, spread, rank sets, method replays and contested items, in one pass over the answers.

Goalposts are fixed: no group's score, level, shares or coverage depends on which others are there. Intervals, rank sets
and ranks are relative by nature. Drivers cost more than all of this and are asked for apart (`scoring.drivers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreement, measure_agreement
from scoring.distribution import Groups, Organisations, gather
from scoring.draws import SEED
from scoring.drivers import Drivers, drivers
from scoring.panel import Panel, form, supported_panels
from scoring.rank_sets import RankSets, rank_sets
from scoring.replays import REPLAYS, Replays, replay
from scoring.rule import RATED, TOLERANCE, rate
from scoring.scheme import Scheme, scheme_of
from scoring.score import Scores, combine
from scoring.scorecard import Score, Scorecard, scorecard
from scoring.spread import Spread, spread
from survey.questionnaire import Questionnaire
from survey.routing import Codes

Flags = NDArray[np.bool_]

PROVISIONAL_BELOW: Final = 0.6  # of the invited organisations: fewer, and a group is provisional and unranked


@dataclass(frozen=True, slots=True)
class Members:
    """Who answered for whom. `groups`: names; `group_of` (r,): each response's group; `organisation_of` (r,): a number of its
    organisation, None = every response is one. `invited` (groups): organisations asked to answer, None = not known."""

    groups: tuple[str, ...]
    group_of: Groups
    organisation_of: Groups | None = None
    invited: tuple[int | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class MethodRanks:
    """Ranks over the method replays: 1 = the highest score, ties share the better one."""

    median: float
    p5: float
    p95: float


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part of one group. None where there is none: `interval` below three organisations or where nothing is rated,
    `rank_set` and `methods` also where the group is provisional or the figure is not shown. `levels`: share of replays
    at level 1..5."""

    score: Score
    interval: tuple[float, float] | None
    rank_set: tuple[int, int] | None
    methods: MethodRanks | None
    levels: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Contested:
    """An item on which a group's organisations disagree: AD in levels, consensus 0-1, organisations at level 1..5."""

    item: str
    ad: float
    consensus: float
    counts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group: `n` organisations have answered of `invited` (None = not known). Dimensions in the questionnaire's order."""

    name: str
    n: int
    invited: int | None
    dimensions: tuple[PartResult, ...]
    whole: PartResult
    contested: tuple[Contested, ...]
    card: Scorecard

    @property
    def coverage(self) -> float | None:
        """Answered ÷ invited (0-1); None when it is not known how many were invited."""
        return self.n / self.invited if self.invited else None

    @property
    def provisional(self) -> bool:
        """Too few of those invited have answered for a statement about the group."""
        return is_provisional(self.n, self.invited)


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """The groups in the order given. `ahead`: A → B → share of replays (0-1) in which A's score is above B's, ranked groups only.

    `panel` and `capped` (rows = groups) are declared and supported answers, from which `drivers` start; `ranked` are the rows ranked.
    """

    questionnaire: Questionnaire
    seed: int
    replays: int
    groups: tuple[GroupResult, ...]
    ahead: Mapping[str, Mapping[str, float]]
    panel: Panel
    capped: Panel | None
    ranked: tuple[int, ...]

    def drivers(self) -> Drivers | None:
        """Which assumption of the method moves the ranked groups most; None when fewer than two are ranked. Takes a while."""
        if len(self.ranked) < 2:
            return None
        rows = list(self.ranked)
        capped = None if self.capped is None else _rows(self.capped, rows)
        return drivers(scheme_of(self.questionnaire), _rows(self.panel, rows), capped, seed=self.seed)


def compare(
    questionnaire: Questionnaire,
    routed: Codes,
    members: Members,
    evidence: Codes | None = None,
    agreed: Codes | None = None,
    *,
    replays: int = REPLAYS,
    seed: int = SEED,
) -> GroupComparison:
    """Compare groups by their routed answers (r × items); `evidence` tiers in the same shape.

    `agreed` (groups × items): an answer agreed on after discussion in the place of the panel's, 0 = none. Missing data: a
    group without answers is not rated and has no figure. Raises TooFewInvitedError (a ValueError) when more organisations
    have answered than were invited, ValueError for fewer than one replay.
    """
    scheme, count = scheme_of(questionnaire), len(members.groups)
    answers = gather(routed, members.group_of, count, members.organisation_of)
    panel, capped = form(answers.together, agreed), None
    declared = rate(scheme, panel.codes, panel.shares)
    scores = combine(declared, None)
    if evidence is not None:
        capped = supported_panels(
            questionnaire, routed, members.group_of, count, evidence, members.organisation_of, agreed
        )
        supported = rate(scheme, capped.codes, capped.shares)
        scores = combine(declared, (supported.score, supported.level))
    invited = members.invited or (None,) * count
    spreads = spread(scheme, declared, answers, invited, agreed)
    shown = _may_be_ranked(scores, answers.number, invited)
    made = _Made(questionnaire, members, answers, scores, spreads, _sets(scores, spreads, shown))
    ranked = np.flatnonzero(shown[:, -1])
    again = _replay(scheme, panel, capped, ranked, replays, seed)
    place = {row: position for position, row in enumerate(ranked.tolist())}
    agreement = measure_agreement(answers.together.counts[..., 1:6], answers.known)
    groups = tuple(made.group(row, agreement, again, place.get(row)) for row in range(count))
    ahead = _ahead(members.groups, ranked.tolist(), again)
    return GroupComparison(questionnaire, seed, replays, groups, ahead, panel, capped, tuple(ranked.tolist()))


def is_provisional(n: int, invited: int | None) -> bool:
    """Whether fewer than 60 % of those invited have answered; never when it is not known how many were."""
    return bool(invited) and n / (invited or 1) < PROVISIONAL_BELOW * (1 - TOLERANCE)


def _may_be_ranked(scores: Scores, number: Groups, invited: tuple[int | None, ...]) -> Flags:
    """Groups × parts: the figure is shown, and enough of the invited have answered."""
    enough = [not is_provisional(int(n), total) for n, total in zip(number, invited, strict=True)]
    is_whole_rated = scores.status[:, -1] == RATED
    shown: Flags = (scores.status == RATED) & (np.array(enough, np.bool_) & is_whole_rated)[:, None]
    return shown


def _sets(scores: Scores, spreads: Spread, shown: Flags) -> tuple[RankSets, ...]:
    variance = np.where(shown, spreads.variance, np.nan)
    return tuple(
        rank_sets(scores.score[:, part], variance[:, part], spreads.df[:, part])
        for part in range(scores.score.shape[1])
    )


def _replay(scheme: Scheme, panel: Panel, capped: Panel | None, ranked: Groups, replays: int, seed: int) -> Replays:
    rows = ranked.tolist()
    return replay(scheme, _rows(panel, rows), None if capped is None else _rows(capped, rows), replays, seed)


def _rows(panel: Panel, rows: list[int]) -> Panel:
    return Panel(panel.codes[rows], panel.shares[rows])


def _ahead(names: tuple[str, ...], ranked: list[int], again: Replays) -> dict[str, dict[str, float]]:
    return {
        names[a]: {names[b]: float(again.ahead[i, j]) for j, b in enumerate(ranked) if b != a}
        for i, a in enumerate(ranked)
    }


@dataclass(frozen=True, slots=True)
class _Made:
    """What has been worked out for all groups; hands out one group's result."""

    questionnaire: Questionnaire
    members: Members
    answers: Organisations
    scores: Scores
    spreads: Spread
    sets: tuple[RankSets, ...]

    def group(self, row: int, agreement: Agreement, again: Replays, place: int | None) -> GroupResult:
        card = scorecard(self.questionnaire, self.scores, row)
        parts = [
            self._part(row, index, score, again, place) for index, score in enumerate((*card.dimensions, card.whole))
        ]
        counts = self.answers.together.counts[row, :, 1:6]
        contested = tuple(
            Contested(
                self.questionnaire.items[item].id,
                float(agreement.ad[row, item]),
                float(agreement.consensus[row, item]),
                tuple(counts[item].tolist()),
            )
            for item in np.flatnonzero(agreement.contested[row])
        )
        invited = self.members.invited[row] if self.members.invited else None
        return GroupResult(
            self.members.groups[row], int(self.answers.number[row]), invited, tuple(parts[:-1]), parts[-1], contested, card
        )  # fmt: skip

    def _part(self, row: int, index: int, score: Score, again: Replays, place: int | None) -> PartResult:
        low, high = float(self.spreads.low[row, index]), float(self.spreads.high[row, index])
        is_replayed = place is not None and score.status == "rated" and not np.isnan(again.median[place, index])
        methods, levels = None, None
        if is_replayed:
            figures = again.median[place, index], again.p5[place, index], again.p95[place, index]
            methods = MethodRanks(*(float(figure) for figure in figures))
            levels = tuple(again.levels[place, index].tolist())
        has_interval = score.score is not None and not np.isnan(low)
        return PartResult(score, (low, high) if has_interval else None, self.sets[index].of(row), methods, levels)
