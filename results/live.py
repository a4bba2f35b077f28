"""Answers of a round → countries compared, kept up to date as answers arrive. Recomputed only when the round's data changed.

For each (round, questionnaire) a resident matrix (responses × items, uint8) follows the store's changes; a country's
panel and an organisation's own scores both come from it, through the one kernel. Each response with an answer counts, drafts
too; of an organisation that has several, the common one and those of single respondents, each of n weighs 1/n.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from results.shown import LEAST_BLIND, Audience, Shown, blinded
from results.store import ResponseStore
from results.workshop import Organisation, ResponseState, Round
from scoring.comparison import is_provisional
from scoring.panel import score_panels
from scoring.rule import RATED
from scoring.score import score_routed
from scoring.scorecard import Scorecard, scorecard
from survey.questionnaire import Form, Questionnaire
from survey.response import NOT_ASKED, UNANSWERED
from survey.routing import Codes, route


@dataclass(frozen=True, slots=True)
class CountryResult:
    """One country in one questionnaire. `invited` and `begun` count organisations; `begun` have given at least one answer.

    `coverage` = begun ÷ invited; `provisional` below 60 %. `scorecard` is None when nobody has begun: a gap, never a zero.
    Only organisations that the audience may see are counted. `blind`: `country` is a letter, the counts are 0 and the
    scorecard holds what may stand under a letter (`results.shown.blinded`).
    """

    country: str
    invited: int
    begun: int
    scorecard: Scorecard | None
    blind: bool = False

    @property
    def coverage(self) -> float:
        return self.begun / self.invited if self.invited else 0.0

    @property
    def provisional(self) -> bool:
        return is_provisional(self.begun, self.invited)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The countries that an audience may see, in one questionnaire: by country code, then those under a letter.

    `revision`: the round's data revision; in the room the one at which what is shown last changed, so that it does not tell
    of others' answers. `invented`: to be labelled. `left_out`: organisations that show their levels to nobody.
    """

    round_name: str
    invented: bool
    questionnaire: Questionnaire
    form: Form
    revision: int
    countries: tuple[CountryResult, ...]
    audience: Audience = "facilitators"
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one response is: counts of asked items, and whether it is submitted. `respondent`: as `ResponseState` has it."""

    organisation: Organisation
    questionnaire_id: str
    response_id: int
    respondent: str
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
        self._compared: dict[Audience, tuple[int, Shown, Comparison]] = {}
        self._progress: tuple[Progress, ...] = ()
        self._levels: dict[int, tuple[int, ...]] | None = None

    def comparison(self, shown: Shown) -> Comparison:
        """What an audience may see of the countries, at the newest durable revision. Worked out once for all viewers."""
        with self._lock:
            self._follow()
            known = self._compared.get(shown.audience)
            if known is not None and known[:2] == (self._seen, shown):
                return known[2]
            made = self._compare(shown)
            if known is not None and shown.audience == "room" and replace(made, revision=known[2].revision) == known[2]:
                made = known[2]
            self._compared[shown.audience] = (self._seen, shown, made)
            return made

    def progress(self) -> tuple[Progress, ...]:
        """Every response's progress, by country, then organisation's name, its common response first."""
        with self._lock:
            self._follow()
            if not self._progress:
                self._progress = self._count()
            return self._progress

    def levels(self) -> dict[int, tuple[int, ...]]:
        """Organisation id → its level in each dimension, 0 where it has none. Worked out once per data revision; not to be changed."""
        with self._lock:
            self._follow()
            if self._levels is None:
                owners = np.array([response.organisation_id for response in self._responses], np.int64)
                listed, members = np.unique(owners, return_inverse=True)
                begun = (self._codes != UNANSWERED).any(axis=1)
                scores = score_panels(self.questionnaire, self._route()[begun], members[begun], len(listed))
                rated = np.where(scores.status == RATED, scores.level, 0)[:, :-1].tolist()
                self._levels = {owner: tuple(row) for owner, row in zip(listed.tolist(), rated, strict=True)}
            return self._levels

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
        self._seen, self._routed, self._progress, self._levels = revision, None, (), None

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

    def _compare(self, shown: Shown) -> Comparison:
        listed = {o.id: o.country for o in self._organisations.values() if shown.includes(o.id)}
        countries = sorted(set(listed.values()))
        mine = np.array([response.organisation_id in listed for response in self._responses], np.bool_)
        owners = np.array([r.organisation_id for r in self._responses if r.organisation_id in listed], np.int64)
        routed, evidence = self._route()[mine], self._evidence[mine]
        begun = (self._codes[mine] != UNANSWERED).any(axis=1)
        members = np.array([countries.index(listed[int(owner)]) for owner in owners], dtype=np.intp)
        scores = score_panels(
            self.questionnaire, routed[begun], members[begun], len(countries), evidence[begun], owners[begun]
        )
        results = []
        for index, country in enumerate(countries):
            own = members == index
            count = len(np.unique(owners[own & begun]))
            card = scorecard(self.questionnaire, scores, index) if count else None
            results.append(CountryResult(country, len(np.unique(owners[own])), count, card))
        return Comparison(
            round_name=self._round.name,
            invented=self._round.invented,
            questionnaire=self.questionnaire,
            form=self.form,
            revision=self._seen,
            countries=_under_letters(results, dict(shown.letters)),
            audience=shown.audience,
            left_out=shown.left_out,
        )

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
                respondent=response.respondent,
                answered=int(asked[index] - missing[index].sum()),
                asked=int(asked[index]),
                critical_missing=int((missing[index] & critical).sum()),
                submitted=response.status == "submitted",
                last_saved=int(self._last_saved[index]) or None,
            )
            for index, response in enumerate(self._responses)
        ]
        return tuple(sorted(listed, key=_place))


def _place(one: Progress) -> tuple[str, str, int, str]:
    return one.organisation.country, one.organisation.name, one.organisation.id, one.respondent


def _under_letters(results: list[CountryResult], letters: dict[str, str]) -> tuple[CountryResult, ...]:
    """The results with each country that has a letter under it, after the others; these only where enough can be shown."""
    blind = [
        CountryResult(letters[result.country], 0, 0, blinded(result.scorecard), blind=True)
        for result in results
        # First answers would show in whose seats somebody has begun.
        if result.country in letters and result.scorecard is not None and not result.provisional
    ]
    named = [result for result in results if result.country not in letters]
    return (*named, *(sorted(blind, key=lambda result: result.country) if len(blind) >= LEAST_BLIND else ()))


def own_scorecard(questionnaire: Questionnaire, form: Form, codes: Codes, evidence: Codes) -> Scorecard:
    """One response's scorecard from its stored codes and tiers, each (items,)."""
    scores = score_routed(questionnaire, route(questionnaire, codes[None], form), evidence[None])
    return scorecard(questionnaire, scores, 0)
