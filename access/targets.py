"""The level an organisation wants in each dimension, and what the facilitators propose to all. No target is set beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from access.facilitator import own_round
from access.gate import authorise, do, refuse
from access.matrix import Place
from results.facts import Target
from results.ids import now
from results.store import Keep

if TYPE_CHECKING:
    from access.actor import Actor
    from access.matrix import Action
    from access.workshop import Workshop

ALL: Final = 0  # in the place of an organisation's id
NONE: Final = 0  # in the place of a level
_OWN: Final[Action] = "set own targets"
_PROPOSE: Final[Action] = "propose targets"


@dataclass(frozen=True, slots=True)
class Aim:
    """A dimension's own target and the one that the facilitators propose: levels 1-5, or None."""

    own: int | None
    proposed: int | None


def own_aims(workshop: Workshop, actor: Actor, questionnaire_id: str) -> dict[str, Aim]:
    """Dimension id → targets, for the people of an organisation; a dimension without any is left out."""
    authorise(workshop, actor, "open a response", actor.home)
    mine = _levels(workshop, actor.home, questionnaire_id)
    proposed = _levels(workshop, Place(actor.round_id), questionnaire_id)
    return {one: Aim(mine.get(one), proposed.get(one)) for one in mine | proposed}


def proposed_aims(workshop: Workshop, actor: Actor, questionnaire_id: str) -> dict[str, int]:
    """Dimension id → the level proposed to all, for the facilitator."""
    return _levels(workshop, Place(own_round(workshop, actor).id), questionnaire_id)


def set_target(workshop: Workshop, actor: Actor, questionnaire_id: str, dimension_id: str, level: int) -> None:
    """The coordinator's target for the own organisation; NONE takes it back. It can be set in a closed round too.

    Raises RefusedError: P001 for what the round does not ask or is no level, P008 when somebody else set it at this moment.
    """
    authorise(workshop, actor, _OWN, actor.home)
    _set(workshop, actor, _OWN, actor.home, (questionnaire_id, dimension_id, level))


def propose_target(workshop: Workshop, actor: Actor, questionnaire_id: str, dimension_id: str, level: int) -> None:
    """The facilitators' proposal to all organisations of the round. Raises as `set_target`."""
    _set(workshop, actor, _PROPOSE, Place(own_round(workshop, actor, _PROPOSE).id), (questionnaire_id, dimension_id, level))  # fmt: skip


def _set(workshop: Workshop, actor: Actor, action: Action, where: Place, target: tuple[str, str, int]) -> None:
    questionnaire_id, dimension_id, level = target
    round_ = workshop.round(where.round_id)
    asked = workshop.asked(round_, questionnaire_id) if round_ else None
    is_level = isinstance(level, int) and not isinstance(level, bool) and NONE <= level <= 5
    if asked is None or dimension_id not in asked.questionnaire.dimension_ids or not is_level:
        raise refuse(workshop, actor, action)
    key = {"round_id": where.round_id, "organisation_id": where.organisation_id}
    known = workshop.store.facts(Target, **key, questionnaire_id=questionnaire_id, dimension_id=dimension_id)
    before = known[0] if known else None
    if level != (before.level if before else NONE):
        fact = Target(
            where.round_id, where.organisation_id or ALL, questionnaire_id, dimension_id, level, actor.key, now()
        )
        do(workshop, actor, action, where, Keep(fact, before), subject=f"{dimension_id} {level}")


def _levels(workshop: Workshop, where: Place, questionnaire_id: str) -> dict[str, int]:
    key = {"round_id": where.round_id, "organisation_id": where.organisation_id or ALL}
    found = workshop.store.facts(Target, **key, questionnaire_id=questionnaire_id)
    return {one.dimension_id: one.level for one in found if one.level != NONE}
