"""Independent respondents of an organisation, for its coordinator: how far they are, and their submitted answers side by side.

What somebody answers independently is theirs until they submit it, and again while they have it reopened: till then the
coordinator sees that it is there and how far it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from access.gate import authorise, refuse
from access.respondent import Sheet, open_sheet, save_answer, sheet_of
from scoring.agreement import measure_agreement
from survey.languages import DEFAULT

if TYPE_CHECKING:
    from access.actor import Actor
    from access.workshop import Workshop
    from results.live import Progress
    from results.store import Conflict, Saved
    from survey.questionnaire import Item
    from survey.response import Answer

_ACTION: Final = "compare respondents"
LEVELS: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class Independent:
    """Somebody who answers independently. `label`: of their newest link, `token_hash`: of the one that works, "" without one.

    `progress`: in each questionnaire, in the round's order.
    """

    respondent: str
    label: str
    token_hash: str
    progress: tuple[Progress, ...]


@dataclass(frozen=True, slots=True)
class ItemAnswers:
    """The answers to one item: the common one, and one for each respondent of `SideBySide`; None where it is not asked.

    `deviation`: the mean absolute deviation of the respondents' levels from their median, in levels; None with fewer than two
    levels. `contested`: it is above the limit of `scoring.agreement`. The common answer is not in them: it may follow from them.
    """

    item: Item
    common: Answer | None
    answers: tuple[Answer | None, ...]
    deviation: float | None
    contested: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One questionnaire's submitted independent responses beside the common one. `waiting`: how many are not submitted."""

    common: Sheet
    respondents: tuple[Independent, ...]
    items: tuple[ItemAnswers, ...]
    waiting: int


def independents(workshop: Workshop, actor: Actor) -> tuple[Independent, ...]:
    """The independent respondents of the coordinator's own organisation, in the order in which they were invited."""
    authorise(workshop, actor, _ACTION, actor.home)
    links = [one for one in workshop.store.invitations(actor.round_id, actor.organisation_id) if one.respondent]
    round_ = workshop.round(actor.round_id)
    if not links or round_ is None:
        return ()
    asked = [live for pinned in round_.questionnaires if (live := workshop.live(round_, pinned.id))]
    progress = [one for live in asked for one in live.progress() if one.organisation.id == actor.organisation_id]
    found = []
    for respondent in dict.fromkeys(link.respondent for link in links):
        mine = [link for link in links if link.respondent == respondent]
        works = next((link.token_hash for link in mine if link.revoked_at is None), "")
        sheets = tuple(one for one in progress if one.respondent == respondent)
        found.append(Independent(respondent, mine[-1].label, works, sheets))
    return tuple(found)


def side_by_side(workshop: Workshop, actor: Actor, questionnaire_id: str, language: str = DEFAULT) -> SideBySide:
    """The answers of those who have submitted, item by item, in a language.

    Raises RefusedError P001 for a questionnaire that is not asked.
    """
    authorise(workshop, actor, _ACTION, actor.home)
    common = open_sheet(workshop, actor, questionnaire_id, language)
    people, sheets, waiting = [], [], 0
    for one in independents(workshop, actor):
        sheet = _submitted(workshop, actor, common, one.respondent)
        if sheet is None:
            waiting += 1
        else:
            people.append(one)
            sheets.append(sheet)
    asked = set(common.asked).union(*(sheet.asked for sheet in sheets))
    items = [item for item in common.questionnaire.items if item.id in asked]
    given = [tuple(_answer(sheet, item) for sheet in sheets) for item in items]
    counts = np.array(
        [[sum(a is not None and a.code == level for a in row) for level in LEVELS] for row in given]
    ).reshape(len(items), len(LEVELS))
    agreement = measure_agreement(counts, counts.sum(axis=1))
    compared = (
        ItemAnswers(
            item=item,
            common=_answer(common, item),
            answers=given[number],
            deviation=float(agreement.ad[number]) if agreement.defined[number] else None,
            contested=bool(agreement.contested[number]),
        )
        for number, item in enumerate(items)
    )
    return SideBySide(common, tuple(people), tuple(compared), waiting)


def take_over(
    workshop: Workshop, actor: Actor, questionnaire_id: str, item_id: str, respondent: str, *, based_on: int
) -> Saved | Conflict:
    """Save a respondent's submitted answer, with its texts, as the common one. Errors and conflicts: as `respondent.save_answer`.

    Raises RefusedError P001 when there is no such submitted answer.
    """
    authorise(workshop, actor, _ACTION, actor.home)
    common = open_sheet(workshop, actor, questionnaire_id)
    theirs = _submitted(workshop, actor, common, respondent) if respondent else None
    if theirs is None or item_id not in theirs.stored:
        raise refuse(workshop, actor, _ACTION)
    return save_answer(workshop, actor, common.state.id, item_id, theirs.answer(item_id), based_on=based_on)


def _answer(sheet: Sheet, item: Item) -> Answer | None:
    return sheet.answer(item.id) if item.id in sheet.asked else None


def _submitted(workshop: Workshop, actor: Actor, common: Sheet, respondent: str) -> Sheet | None:
    """A respondent's response in the organisation of the common one, if there is one and it is submitted."""
    number = workshop.responses_of(common.organisation, respondent).get(common.questionnaire.id)
    state = workshop.store.response(number) if number else None
    if state is None or state.status != "submitted":
        return None
    sheet = sheet_of(workshop, actor, common.round, common.organisation, state, DEFAULT)
    # Reopened while its answers were read, they may be those of a draft.
    return sheet if workshop.store.response(state.id) == state else None
