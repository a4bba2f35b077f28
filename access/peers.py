"""The range of the others' levels beside an organisation's own, when the facilitators allow it. Never whose they are, nor how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from access.facilitator import own_round
from access.gate import authorise, do
from access.matrix import Place
from access.visibility import agreeing
from results.facts import PeersShown
from results.ids import now
from results.store import Keep
from scoring.level_range import LevelRange, level_range

if TYPE_CHECKING:
    from access.actor import Actor
    from access.matrix import Action
    from access.workshop import Workshop

_ALLOW: Final[Action] = "show the peers' range"


def is_allowed(workshop: Workshop, actor: Actor) -> bool:
    """Whether the round's organisations see the range, for its facilitator."""
    found = _kept(workshop, own_round(workshop, actor).id)
    return found is not None and found.allowed


def allow(workshop: Workshop, actor: Actor, allowed: bool) -> None:
    """Let the round's organisations see the range, or no longer. Raises RefusedError P008 when somebody else did so at this moment."""
    round_ = own_round(workshop, actor, _ALLOW)
    before = _kept(workshop, round_.id)
    if allowed != (before is not None and before.allowed):
        fact = PeersShown(round_.id, allowed, actor.key, now())
        do(workshop, actor, _ALLOW, Place(round_.id), Keep(fact, before), subject="yes" if allowed else "no")


def peers_range(workshop: Workshop, actor: Actor, questionnaire_id: str) -> dict[str, LevelRange | None] | None:
    """Dimension id → the range of the others who show their levels at least blind, None where they are too few (under five).

    None altogether when it is not allowed. Levels are worked out once per data revision for everybody who asks.
    """
    authorise(workshop, actor, "open a response", actor.home)
    found = _kept(workshop, actor.round_id)
    round_ = workshop.round(actor.round_id)
    live = workshop.live(round_, questionnaire_id) if round_ and found and found.allowed else None
    if round_ is None or live is None:
        return None
    others = agreeing(workshop, round_) - {actor.home.organisation_id}
    rows = [levels for organisation_id, levels in live.levels().items() if organisation_id in others]
    ids = live.questionnaire.dimension_ids
    return {dimension_id: level_range(row[place] for row in rows) for place, dimension_id in enumerate(ids)}


def _kept(workshop: Workshop, round_id: int) -> PeersShown | None:
    return next(iter(workshop.store.facts(PeersShown, round_id=round_id)), None)
