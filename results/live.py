"""Answers of a round → countries compared, kept up to date as answers arrive. Recomputed only when the round's data changed.

For each (round, questionnaire) a resident matrix (responses × items, uint8) follows the store's changes; a country's
panel and an organisation's own scores both come from it, through the one kernel.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.store import ResponseStore
from results.workshop import Organisation, ResponseState, Round
from scoring.comparison import is_provisional
from scoring.panel import score_panels
from scoring.score import score_routed
from scoring.scorecard import Scorecard, scorecard
from survey.questionnaire import Form, Questionnaire
from survey.response import NOT_ASKED, UNANSWERED
from survey.routing import Codes, route


@dataclass(frozen=True, slots=True)
class CountryResult:
    """One country in one questionnaire. `invited` and `begun` count organisations; `begun` have given at least one answer.

    `coverage` = begun ÷ invited; `provisional` below 60 %. `scorecard` is None when nobody has begun: a gap, never a zero.
    """

    country: str
    invited: int
    begun: int
    scorecard: Scorecard | None

    @property
    def coverage(self) -> float:
        return self.begun / self.invited if self.invited else 0.0

    @property
    def provisional(self) -> bool:
        return is_provisional(self.begun, self.invited)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All countries of a round in one questionnaire, by country code, at one data revision. `invented`: to be labelled."""

    round_name: str
    invented: bool
    questionnaire: Questionnaire
    form: Form
    revision: int
    countries: tuple[CountryResult, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one organisation is with one questionnaire: counts of asked items, and whether it has submitted."""

    organisation: Organisation
    questionnaire_id: str
    response_id: int
    answered: int
    asked: int
    critical_missing: int
    submitted: bool
    last_saved: int | None


class LiveQuestionnaire:
    """The resident matrix of one questionnaire in one round. Thread-safe; readers get frozen values."""

    def __init__(self, store: ResponseStore, round_: Round, questionnaire: Questionnaire, form: Form) -> None:
        self._store, self._round, self.questionnaire, self.form = store, round_, questionnaire, form
        self._lock = threading.Lock()
        self._items = tuple(item.id for item in questionnaire.items)
        self._seen = -1
        self._after = 0
        self._responses: tuple[ResponseState, ...] = ()
        self._organisations: dict[int, Organisation] = {}
        # One row for each response, by rising id; `_routed` is made from them once per revision.
        self._ids = np.zeros(0, np.int64)
        self._codes = np.zeros((0, len(self._items)), np.uint8)
        self._evidence = np.zeros((0, len(self._items)), np.uint8)
        self._last_saved = np.zeros(0, np.int64)
        self._routed: Codes | None = None
        self._comparison: Comparison | None = None
        self._progress: tuple[Progress, ...] = ()

    def comparison(self) -> Comparison:
        """The countries compared at the newest durable revision."""
        with self._lock:
            self._follow()
            if self._comparison is None:
                self._comparison = self._compare()
            return self._comparison

    def progress(self) -> tuple[Progress, ...]:
        """Every organisation's progress, by country, then name."""
        with self._lock:
            self._follow()
            if not self._progress:
                self._progress = self._count()
            return self._progress

    def _follow(self) -> None:
        """Take over what has been written since the last look; nothing at all when the revision is the same."""
        revision = self._store.revision(self._round.id)
        if revision == self._seen:
            return
        # Answers first: whatever response has one is listed by then.
        new = self._store.codes(self._round.id, self._items, self._after)
        listed = [r for r in self._store.responses(self._round.id) if r.questionnaire_id == self.questionnaire.id]
        self._organisations = {o.id: o for o in self._store.organisations(self._round.id)}
        self._responses = tuple(sorted(listed, key=lambda response: response.id))
        self._keep_rows(np.array([response.id for response in self._responses], np.int64))
        rows = np.searchsorted(self._ids, new.response_id)
        mine = rows < len(self._ids)
        mine[mine] = self._ids[rows[mine]] == new.response_id[mine]
        rows, columns = rows[mine], new.item[mine]
        # In order of sequence: of several revisions of one answer the last one stays.
        self._codes[rows, columns] = new.code[mine]
        self._evidence[rows, columns] = new.evidence[mine]
        np.maximum.at(self._last_saved, rows, new.saved_at[mine])
        # What was read holds all changes up to `revision`, those of other questionnaires too.
        self._after = max(revision, int(new.sequence[-1]) if len(new.sequence) else 0)
        self._seen, self._routed, self._comparison, self._progress = revision, None, None, ()

    def _keep_rows(self, ids: NDArray[np.int64]) -> None:
        """Rows for these responses (rising ids) and no others: new ones are blank, erased ones go."""
        if np.array_equal(ids, self._ids):
            return
        _, to, of = np.intersect1d(ids, self._ids, assume_unique=True, return_indices=True)
        codes, evidence = (np.zeros((len(ids), len(self._items)), np.uint8) for _ in range(2))
        last_saved = np.zeros(len(ids), np.int64)
        codes[to], evidence[to], last_saved[to] = self._codes[of], self._evidence[of], self._last_saved[of]
        self._ids, self._codes, self._evidence, self._last_saved = ids, codes, evidence, last_saved

    def _route(self) -> Codes:
        if self._routed is None:
            self._routed = route(self.questionnaire, self._codes, self.form)
        return self._routed

    def _compare(self) -> Comparison:
        countries = sorted({organisation.country for organisation in self._organisations.values()})
        of_response = [self._organisations[response.organisation_id].country for response in self._responses]
        routed, evidence = self._route(), self._evidence
        begun = (self._codes != UNANSWERED).any(axis=1)
        members = np.array([countries.index(country) for country in of_response], dtype=np.intp)
        scores = score_panels(self.questionnaire, routed[begun], members[begun], len(countries), evidence[begun])
        results = []
        for index, country in enumerate(countries):
            mine = members == index
            count = int((mine & begun).sum())
            card = scorecard(self.questionnaire, scores, index) if count else None
            results.append(CountryResult(country, int(mine.sum()), count, card))
        return Comparison(
            self._round.name, self._round.invented, self.questionnaire, self.form, self._seen, tuple(results)
        )  # fmt: skip

    def _count(self) -> tuple[Progress, ...]:
        critical = np.array([item.critical for item in self.questionnaire.items])
        routed = self._route()
        asked = (routed != NOT_ASKED).sum(axis=1)
        missing = routed == UNANSWERED
        listed = [
            Progress(
                organisation=self._organisations[response.organisation_id],
                questionnaire_id=self.questionnaire.id,
                response_id=response.id,
                answered=int(asked[index] - missing[index].sum()),
                asked=int(asked[index]),
                critical_missing=int((missing[index] & critical).sum()),
                submitted=response.status == "submitted",
                last_saved=int(self._last_saved[index]) or None,
            )
            for index, response in enumerate(self._responses)
        ]
        return tuple(sorted(listed, key=lambda p: (p.organisation.country, p.organisation.name, p.organisation.id)))


def own_scorecard(questionnaire: Questionnaire, form: Form, codes: Codes, evidence: Codes) -> Scorecard:
    """One response's scorecard from its stored codes and tiers, each (items,)."""
    scores = score_routed(questionnaire, route(questionnaire, codes[None], form), evidence[None])
    return scorecard(questionnaire, scores, 0)
