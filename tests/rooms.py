"""Rounds whose agencies have chosen who sees their levels: one line an agency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from access import respondent
from access.actor import Actor
from access.setup import RoundPlan, add_organisation, create_round
from access.visibility import choose_visibility
from access.workshop import Workshop
from survey.response import Answer
from tests.workshops import QUESTIONNAIRE

if TYPE_CHECKING:
    from pathlib import Path

    from results.facts import Visibility
    from results.store import ResponseStore
    from results.workshop import Round

ITEMS = ("plan", "review", "training")
MARKER = ("KZ", "Marker Agency")
# In the way of the marker, so that a letter can stand: two blind countries, two named ones.
OTHERS = (
    ("GE", "Agency One", "blind", (2, 2, 2)),
    ("KH", "Agency Two", "blind", (2, 3, 2)),
    ("MN", "Agency Three", "named", (3, 3, 2)),
    ("VN", "Agency Four", "named", (3, 2, 2)),
)


@dataclass(frozen=True)
class Room:
    """The round, a coordinator for each agency by its name, and the facilitator."""

    workshop: Workshop
    round: Round
    coordinators: dict[str, Actor]
    facilitator: Actor

    def answer(self, agency: str, levels: tuple[int, ...]) -> None:
        actor = self.coordinators[agency]
        organisation = self.workshop.store.organisation(actor.organisation_id)
        response = self.workshop.responses_of(organisation)["tiny"]
        for item, level in zip(ITEMS, levels, strict=True):
            if level:
                respondent.save_answer(self.workshop, actor, response, item, Answer(level), based_on=None)


def room(
    store: ResponseStore,
    folder: Path,
    agencies: tuple[tuple[str, str, Visibility | None, tuple[int, ...]], ...],
    default: Visibility = "facilitators",
) -> Room:
    """Build it: each agency as (country, name, its choice or None, its levels; 0 = not answered)."""
    path = folder / "questionnaire.yaml"
    if not path.exists():
        path.write_text(QUESTIONNAIRE, encoding="utf-8")
    workshop = Workshop(store)
    round_ = create_round(workshop, RoundPlan("Test round", ((path, "full"),), visibility=default))
    built = Room(workshop, round_, {}, Actor("facilitator", round_.id, None, "Facilitator", "f"))
    for country, name, choice, levels in agencies:
        organisation = add_organisation(workshop, round_, country, name)
        actor = built.coordinators[name] = Actor("coordinator", round_.id, organisation.id, "Coordinator", f"c{name}")
        built.answer(name, levels)
        if choice:
            choose_visibility(workshop, actor, choice)
    return built
