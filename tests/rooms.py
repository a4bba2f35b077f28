"""Rounds whose agencies have chosen who sees their levels: one line an agency."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from access import facilitator, respondent
from access.actor import Actor
from access.setup import RoundPlan, add_organisation, create_round
from access.visibility import choose_visibility
from access.workshop import Workshop
from charts.heatmap import heatmap
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.workshops import QUESTIONNAIRE, inform

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from results.facts import Visibility
    from results.live import Comparison
    from results.shown import Audience
    from results.store import ResponseStore
    from results.workshop import Round

Levels = int | tuple[int, int, int]


@dataclass(frozen=True)
class Room:
    """A round with a facilitator and coordinators by the name of their organisation."""

    workshop: Workshop
    round: Round
    facilitator: Actor
    coordinators: dict[str, Actor]

    def compared(self, audience: Audience) -> Comparison:
        return facilitator.comparison(self.workshop, self.facilitator, "tiny", audience)

    def sent(self, audience: Audience) -> str:
        """All that a page shows of a comparison, as text."""
        drawn = heatmap(self.compared(audience), scale="projector")
        return json.dumps(drawn.spec, ensure_ascii=False) + drawn.alt + drawn.title

    def answer(self, name: str, levels: Levels) -> None:
        """Levels of plan, review and training (0 = not answered), or one for the first and the last."""
        plan, review, training = levels if isinstance(levels, tuple) else (levels, 0, levels)
        actor = self.coordinators[name]
        (sheet,) = respondent.my_sheets(self.workshop, actor)
        for item, level in (("plan", plan), ("review", review), ("training", training)):
            if level:
                respondent.save_answer(self.workshop, actor, sheet.state.id, item, Answer(level), based_on=None)


def room(
    folder: Path,
    members: Iterable[tuple[str, str, Visibility | None, Levels]],
    default: Visibility = "named",
    store: ResponseStore | None = None,
) -> Room:
    """`members`: (country, organisation, choice or None, levels)."""
    path = folder / "questionnaire.yaml"
    path.write_text(QUESTIONNAIRE, encoding="utf-8")
    workshop = Workshop(store or ReferenceStore())
    round_ = create_round(workshop, RoundPlan("Round", ((path, "full"),), visibility=default))
    made = Room(workshop, round_, Actor("facilitator", round_.id, None, "", "f"), {})
    for country, name, choice, levels in members:
        organisation = add_organisation(workshop, round_, country, name)
        actor = inform(workshop, Actor("coordinator", round_.id, organisation.id, "", f"c{organisation.id}"))
        made.coordinators[name] = actor
        if choice:
            choose_visibility(workshop, actor, choice)
        made.answer(name, levels)
    return made
