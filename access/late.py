"""Answers that came too late: the round was closed, or the response submitted. They are kept as drafts, and settled after a reopening.

One draft for each person and item, the last one, with texts no longer than an answer's: so their number is bounded by the
questions times the people invited.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Final

from access import respondent
from access.gate import authorise, do, refuse
from access.together import Person, people_of
from access.workshop import finished
from results.facts import LateAnswer
from results.ids import now
from results.store import Conflict, Keep, Refused, Saved
from survey.response import Answer

if TYPE_CHECKING:
    from access.actor import Actor
    from access.matrix import Action
    from access.respondent import Sheet
    from access.workshop import Workshop
    from survey.questionnaire import Item

_DISCARD: Final[Action] = "discard a draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """A late answer that nobody has settled: whose, to what, and over which revision it was given."""

    item: Item
    answer: Answer
    person: Person
    based_on: int
    given_at: int


def drafts(workshop: Workshop, actor: Actor, sheet: Sheet) -> tuple[Draft, ...]:
    """The drafts of a response in the order of its questions, then by person; without those that have been saved or answered over since."""
    authorise(workshop, actor, "open a response", actor.home)
    people = people_of(workshop, actor)
    late = workshop.store.facts(LateAnswer, response_id=sheet.state.id, settled_at=0)
    return tuple(
        Draft(item, _answer(one), people(one.author), one.based_on, one.given_at)
        for item in sheet.questionnaire.items_of(sheet.form)
        for one in late
        if one.item_id == item.id and not _is_answered(workshop, one)
    )


def take_over(
    workshop: Workshop, actor: Actor, response_id: int, item_id: str, author: str, over: int | None = None
) -> Saved | Conflict:
    """Save a draft as the answer, by the normal path, and settle it. `over`: the revision it shall replace; None: that it was given over.

    A Conflict leaves the draft. Raises as `respondent.save_answer` does; P008 when somebody has settled it meanwhile.
    """
    late = _find(workshop, actor, response_id, item_id, author, "save an answer")
    based_on = late.based_on if over is None else over
    queued = respondent.queue_answer(workshop, actor, response_id, item_id, _answer(late), based_on=based_on)
    result = finished(queued)
    if isinstance(result, Refused):
        raise refuse(workshop, actor, "save an answer", result.code)
    assert isinstance(result, Saved | Conflict)
    if isinstance(result, Saved):
        workshop.write(
            Keep(_settled(late), late)
        )  # refused when somebody settled it at this moment: then it is settled
    return result


def discard(workshop: Workshop, actor: Actor, response_id: int, item_id: str, author: str) -> None:
    """Settle a draft without saving it. Raises RefusedError P001 (not yours), P008 when somebody has settled it meanwhile."""
    late = _find(workshop, actor, response_id, item_id, author, _DISCARD)
    do(workshop, actor, _DISCARD, actor.home, Keep(_settled(late), late), subject=str(response_id))


def _find(workshop: Workshop, actor: Actor, response_id: int, item_id: str, author: str, action: Action) -> LateAnswer:
    respondent.own_response(workshop, actor, response_id, action)
    found = workshop.store.facts(LateAnswer, response_id=response_id, item_id=item_id, author=author, settled_at=0)
    if not found:
        raise refuse(workshop, actor, action, "P008")
    return found[0]


def _is_answered(workshop: Workshop, late: LateAnswer) -> bool:
    """Whether it was saved later by a page that still showed it, or its author has answered anew."""
    history = workshop.store.history(late.response_id, late.item_id)
    same = bool(history) and history[-1].answer == _answer(late)
    return same or any(one.author == late.author and one.saved_at >= late.given_at for one in history)


def _answer(late: LateAnswer) -> Answer:
    return Answer(late.code, late.evidence, late.link, late.note, late.reason, late.comment)


def _settled(late: LateAnswer) -> LateAnswer:
    """What is left of it: that there was one."""
    nothing = dict(zip(("code", "evidence", "link", "note", "reason", "comment"), astuple(Answer()), strict=True))
    return replace(late, **nothing, settled_at=now())
