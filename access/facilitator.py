"""What a facilitator sees of their own round: who has joined and how far they are, and the countries compared, live."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from access.actor import Actor
from access.gate import authorise, refuse
from access.matrix import Action, Place
from access.visibility import shown
from access.workshop import Workshop
from results.live import Comparison, Progress
from results.shown import Audience
from results.workshop import Organisation, Round
from survey.languages import DEFAULT
from survey.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class OrganisationProgress:
    """One organisation with its progress in each questionnaire, in the round's order.

    `sheets`: of its common responses. `alone`: for each of them, those of people who answer on their own.
    """

    organisation: Organisation
    sheets: tuple[Progress, ...]
    alone: tuple[tuple[Progress, ...], ...]

    @property
    def has_begun(self) -> bool:
        """Whether any of its responses has an answer."""
        return any(sheet.last_saved is not None for sheet in self._all)

    @property
    def answered(self) -> int:
        return sum(sheet.answered for sheet in self.sheets)

    @property
    def asked(self) -> int:
        return sum(sheet.asked for sheet in self.sheets)

    @property
    def submitted(self) -> int:
        """How many questionnaires are submitted."""
        return sum(sheet.submitted for sheet in self.sheets)

    @property
    def last_saved(self) -> int | None:
        return max((sheet.last_saved for sheet in self._all if sheet.last_saved), default=None)

    @property
    def _all(self) -> tuple[Progress, ...]:
        return (*self.sheets, *chain.from_iterable(self.alone))


def own_round(workshop: Workshop, actor: Actor, action: Action = "open a round") -> Round:
    """The facilitator's round, to do this in it."""
    authorise(workshop, actor, action, Place(actor.round_id))
    round_ = workshop.round(actor.round_id)
    if round_ is None:
        raise refuse(workshop, actor, action)
    return round_


def questionnaires(workshop: Workshop, actor: Actor, language: str = DEFAULT) -> tuple[Questionnaire, ...]:
    """What the round asks, in its order and in a language as far as it is translated."""
    round_ = own_round(workshop, actor)
    return tuple(
        workshop.translated(asked.questionnaire, language).questionnaire
        for pinned in round_.questionnaires
        if (asked := workshop.asked(round_, pinned.id))
    )


def progress(workshop: Workshop, actor: Actor) -> tuple[OrganisationProgress, ...]:
    """Every organisation of the round, by country code, then name."""
    round_ = own_round(workshop, actor, "see progress")
    columns = [live.progress() for pinned in round_.questionnaires if (live := workshop.live(round_, pinned.id))]
    by_organisation: dict[int, list[Progress]] = {}
    for column in columns:
        for entry in column:
            by_organisation.setdefault(entry.organisation.id, []).append(entry)
    return tuple(map(_progress_of, by_organisation.values()))


def _progress_of(entries: list[Progress]) -> OrganisationProgress:
    sheets = tuple(entry for entry in entries if not entry.respondent)
    alone = (
        tuple(entry for entry in entries if entry.respondent and entry.questionnaire_id == sheet.questionnaire_id)
        for sheet in sheets
    )
    return OrganisationProgress(entries[0].organisation, sheets, tuple(alone))


def comparison(workshop: Workshop, actor: Actor, questionnaire_id: str, audience: Audience = "room") -> Comparison:
    """What an audience may see of the countries in one questionnaire, at the newest durable revision."""
    round_ = own_round(workshop, actor, "compare countries")
    live = workshop.live(round_, questionnaire_id)
    if live is None:
        raise refuse(workshop, actor, "compare countries")
    return live.comparison(shown(workshop, round_, audience))
