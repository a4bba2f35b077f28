"""Setting up a round: for programs on the machine itself, whose owner owns the data. Pages go through an Actor instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from access.visibility import UNCHOSEN, WHOLE_ROUND
from access.workshop import Workshop
from results.facts import Consent, Visibility
from results.ids import new_id, now
from results.store import AddOrganisation, AddRound, Keep
from results.workshop import Organisation, PinnedQuestionnaire, ResponseState, Round
from survey.loader import content_hash, parse
from survey.questionnaire import Form


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a new round is to be. `questionnaires`: files and the form in which each is asked, in the order shown.

    `visibility`: who sees the levels of an organisation until it chooses for itself; the notice should say so.
    """

    name: str
    questionnaires: tuple[tuple[Path, Form], ...]
    notice: str = ""
    keep_until: str = ""
    invented: bool = False
    visibility: Visibility = UNCHOSEN


def create_round(workshop: Workshop, plan: RoundPlan) -> Round:
    """Open a new round; each questionnaire's text is pinned to it. Raises ProblemsError for a faulty questionnaire."""
    pinned = tuple(_pin(path, form) for path, form in plan.questionnaires)
    round_ = Round(new_id(), plan.name, "open", plan.invented, plan.notice, plan.keep_until, now(), pinned)
    workshop.write(AddRound(round_))
    workshop.write(Keep(Consent(round_.id, WHOLE_ROUND, plan.visibility, "setup", now())))
    return round_


def add_organisation(workshop: Workshop, round_: Round, country: str, name: str) -> Organisation:
    """Invite an organisation to a round, with one empty response for each of its questionnaires."""
    organisation = Organisation(new_id(), round_.id, country, name)
    responses: Iterable[ResponseState] = (
        ResponseState(new_id(), round_.id, organisation.id, pinned.id, "draft", 0, now())
        for pinned in round_.questionnaires
    )
    workshop.write(AddOrganisation(organisation, tuple(responses)))
    return organisation


def _pin(path: Path, form: Form) -> PinnedQuestionnaire:
    text = path.read_text(encoding="utf-8")
    questionnaire = parse(text, str(path)).questionnaire
    return PinnedQuestionnaire(questionnaire.id, questionnaire.version, content_hash(questionnaire), form, text)
