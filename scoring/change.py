"""Change between rounds: the same organisations, the same items, paired; and the smallest change that such data can show.

Both rounds are scored by the newer version's weights and limits, on the items that both versions ask (`survey.migration`).
The older answers are routed by the version that asked them. Items that only one version has leave both sides, so that a
new item cannot pass for a change. A change within the smallest detectable one is not told from none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.panel import score_panels
from scoring.rule import RATED, TOLERANCE, Floats
from scoring.spread import FEWEST, moderate, t_quantiles
from survey.migration import carry
from survey.questionnaire import Form, Questionnaire
from survey.response import NOT_ASKED
from survey.routing import Codes, route

Verdict = Literal["too_few", "no_detectable_change", "higher", "lower"]


@dataclass(frozen=True, slots=True)
class RoundAnswers:
    """One round's stored answers (r × items); `organisations` and `groups` (r,) name each response's organisation and country.

    Several responses of one organisation are its panel. An organisation is the same in two rounds when both names are.
    """

    questionnaire: Questionnaire
    codes: Codes
    organisations: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How far one part of one country has moved. `part`: a dimension's id or the questionnaire's.

    `pairs`: organisations rated in this part in both rounds. `change`: mean of their differences in score, newer − older
    (−4 to 4); None without pairs. `smallest`: the smallest detectable change, two-sided 95 %; None below three pairs.
    """

    part: str
    pairs: int
    change: float | None
    smallest: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One country: its dimensions in the questionnaire's order, and the questionnaire."""

    group: str
    dimensions: tuple[Change, ...]
    whole: Change


def measure_change(older: RoundAnswers, newer: RoundAnswers, form: Form = "full") -> tuple[GroupChange, ...]:
    """The change of each country that has answered in both rounds, by name; both rounds must have asked the same `form`.

    Missing data: an organisation that is not rated, or whose figure is withheld, in one of the rounds is no pair in that
    part. Raises ProblemsError when the versions are not comparable (Q050-Q053).
    """
    shared = carry(older.questionnaire, newer.questionnaire)
    asked = [
        (before, after)
        for before, after in zip(shared.older, shared.newer, strict=True)
        if older.questionnaire.items[before] in older.questionnaire.items_of(form)
        and newer.questionnaire.items[after] in newer.questionnaire.items_of(form)
    ]
    before, after = ([pair[side] for pair in asked] for side in (0, 1))
    keys = sorted(_keys(older) & _keys(newer))
    groups = sorted({group for group, _ in keys})
    difference = _scores(newer, newer, form, (after, after), keys) - _scores(older, newer, form, (before, after), keys)
    members = np.array([groups.index(group) for group, _ in keys], dtype=np.intp)
    return _changes(newer.questionnaire, groups, difference, members)


def _keys(answers: RoundAnswers) -> set[tuple[str, str]]:
    return set(zip(answers.groups, answers.organisations, strict=True))


def _scores(
    answers: RoundAnswers,
    newer: RoundAnswers,
    form: Form,
    columns: tuple[list[int], list[int]],
    keys: list[tuple[str, str]],
) -> Floats:
    """Scores (organisations, parts) on the shared items, by the newer questionnaire's scheme; NaN where not rated or withheld."""
    place = {key: number for number, key in enumerate(keys)}
    listed = zip(answers.groups, answers.organisations, strict=True)
    paired = [(row, place[key]) for row, key in enumerate(listed) if key in place]
    rows = np.array([row for row, _ in paired], dtype=np.intp)
    members = np.array([member for _, member in paired], dtype=np.intp)
    routed = np.full((len(rows), len(newer.questionnaire.items)), NOT_ASKED, dtype=np.uint8)
    routed[:, columns[1]] = route(answers.questionnaire, answers.codes[rows], form)[:, columns[0]]
    scores = score_panels(newer.questionnaire, routed, members, len(keys))
    return np.where(scores.status == RATED, scores.score, np.nan)


def _changes(
    questionnaire: Questionnaire, groups: list[str], difference: Floats, members: NDArray[np.intp]
) -> tuple[GroupChange, ...]:
    pairs = np.zeros((len(groups), difference.shape[1]), dtype=np.intp)
    total, squares = np.zeros(pairs.shape), np.zeros(pairs.shape)
    is_pair = ~np.isnan(difference)
    np.add.at(pairs, members, is_pair)
    np.add.at(total, members, np.where(is_pair, difference, 0.0))
    mean = total / np.maximum(pairs, 1)
    np.add.at(squares, members, np.where(is_pair, difference - mean[members], 0.0) ** 2)
    own = np.where(pairs >= 2, squares / np.maximum(pairs - 1, 1), np.nan)  # below two pairs nothing can be told
    variance, df = moderate(own, pairs.astype(np.float64) - 1)
    smallest = t_quantiles(df) * np.sqrt(variance / np.maximum(pairs, 1))
    parts = (*questionnaire.dimension_ids, questionnaire.id)
    found = []
    for row, group in enumerate(groups):
        changes = [
            _change(part, int(pairs[row, column]), float(mean[row, column]), float(smallest[row, column]))
            for column, part in enumerate(parts)
        ]
        found.append(GroupChange(group, tuple(changes[:-1]), changes[-1]))
    return tuple(found)


def _change(part: str, pairs: int, change: float, smallest: float) -> Change:
    if pairs < FEWEST:
        return Change(part, pairs, change if pairs else None, None, "too_few")
    # Equal scores may differ in their last bits.
    if abs(change) <= smallest * (1 + TOLERANCE) + TOLERANCE:
        return Change(part, pairs, change, smallest, "no_detectable_change")
    return Change(part, pairs, change, smallest, "higher" if change > 0 else "lower")
