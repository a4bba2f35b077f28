"""What an organisation's people do: read their sheet, answer, see what is missing, submit, see their own profile.

Their sheet is the organisation's common response, or that of somebody who answers independently: the actor says which.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from access.actor import Actor
from access.gate import authorise, do, log, refuse
from access.informed import require_informed
from access.late_keeping import LATE, LateError, keep_late
from access.matrix import Action, Place, may
from access.workshop import Asked, Workshop, finished
from results.ids import new_id, now
from results.live import own_scorecard
from results.store import ChangeStatus, Conflict, Done, Refused, Result, SaveAnswer, Saved
from results.workshop import Organisation, ResponseState, ResponseStatus, Round, StoredAnswer
from scoring.explain import Explanation, explain
from scoring.scorecard import Scorecard
from survey.duration import minutes
from survey.languages import DEFAULT
from survey.questionnaire import Form, Item, Questionnaire
from survey.response import UNANSWERED, Answer, AnswerRefusedError, check_answer
from survey.routing import Codes, items_asked
from survey.translation import Translated


@dataclass(frozen=True, slots=True)
class Sheet:
    """One organisation's response to one questionnaire, as its pages show it: everything stored, and what is asked.

    `questionnaire` is in the language that was asked for as far as it is translated; `translated` says which of its texts are not.
    """

    round: Round
    organisation: Organisation
    questionnaire: Questionnaire
    form: Form
    state: ResponseState
    stored: dict[str, StoredAnswer]
    asked: tuple[str, ...]
    translated: Translated

    @property
    def editable(self) -> bool:
        return self.round.status == "open" and self.state.status == "draft"

    def answer(self, item_id: str) -> Answer:
        """The stored answer, or an empty one."""
        stored = self.stored.get(item_id)
        return stored.answer if stored else Answer()

    def revision(self, item_id: str) -> int:
        stored = self.stored.get(item_id)
        return stored.revision if stored else 0

    def items(self, dimension_id: str | None = None) -> tuple[Item, ...]:
        """The items asked, of one dimension or of all."""
        dimensions = (
            self.questionnaire.dimensions if dimension_id is None else (self.questionnaire.dimension(dimension_id),)
        )
        return tuple(item for dimension in dimensions for item in dimension.items if item.id in self.asked)

    def missing(self, dimension_id: str | None = None) -> tuple[Item, ...]:
        """Items asked that have no answer yet, in order."""
        return tuple(item for item in self.items(dimension_id) if not self.answer(item.id).is_answered)

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        """The dimensions of which something is asked, in order."""
        return tuple(dimension.id for dimension in self.questionnaire.dimensions if self.items(dimension.id))

    @property
    def lacks_critical(self) -> bool:
        """Whether it cannot be submitted yet: a critical item that is asked has no answer."""
        return any(item.critical for item in self.missing())

    @property
    def size(self) -> int:
        """How many questions its form has, asked or not."""
        return len(self.questionnaire.items_of(self.form))

    @property
    def minutes(self) -> int:
        """About how long it takes to answer."""
        return minutes(self.size)

    def answered(self, dimension_id: str | None = None) -> tuple[int, int]:
        """(answered, asked), of one dimension or of all."""
        asked = len(self.items(dimension_id))
        return asked - len(self.missing(dimension_id)), asked


def my_sheets(workshop: Workshop, actor: Actor, language: str = DEFAULT) -> tuple[Sheet, ...]:
    """The actor's responses, in the round's order of questionnaires; the questionnaires in a language."""
    round_, organisation = _home(workshop, actor)
    mine = workshop.responses_of(organisation, actor.respondent)
    return tuple(
        _sheet(workshop, actor, round_, organisation, mine[p.id], language)
        for p in round_.questionnaires
        if p.id in mine
    )


def open_sheet(workshop: Workshop, actor: Actor, questionnaire_id: str, language: str = DEFAULT) -> Sheet:
    """The sheet of one questionnaire, in a language. Raises RefusedError P001 when there is none for this actor."""
    round_, organisation = _home(workshop, actor)
    response_id = workshop.responses_of(organisation, actor.respondent).get(questionnaire_id)
    if response_id is None:
        raise refuse(workshop, actor, "open a response")
    return _sheet(workshop, actor, round_, organisation, response_id, language)


def save_answer(
    workshop: Workshop,
    actor: Actor,
    response_id: int,
    item_id: str,
    answer: Answer,
    *,
    based_on: int | None,
    event_id: int | None = None,
) -> Saved | Conflict:
    """Check and save an answer; returns when it is durable.

    `event_id` names this write: a retry passes the same one and saves nothing twice. Raises AnswerRefusedError (the
    questionnaire does not know such an answer), RefusedError (not yours, closed, submitted, P062 the notice is not read) or
    StoreError (not kept). The stored answer stays as it is in each of these cases. What came too late, the round being closed or
    the response submitted, is kept as the actor's draft: LateError.
    """
    result = finished(queue_answer(workshop, actor, response_id, item_id, answer, based_on=based_on, event_id=event_id))
    if isinstance(result, Refused):
        refusal = refuse(workshop, actor, "save an answer", result.code)
        is_late = result.code in LATE and keep_late(workshop, actor, response_id, item_id, answer, based_on)
        raise LateError(result.code) if is_late else refusal
    assert isinstance(result, Saved | Conflict)
    return result


def queue_answer(
    workshop: Workshop,
    actor: Actor,
    response_id: int,
    item_id: str,
    answer: Answer,
    *,
    based_on: int | None,
    event_id: int | None = None,
) -> Future[Result]:
    """The same without waiting: for programs that answer many questions. The future is done when the answer is durable."""
    state = own_response(workshop, actor, response_id, "save an answer")
    require_informed(workshop, actor, "save an answer")
    asked = _asked(workshop, actor, state)
    try:
        check_answer(asked.questionnaire, item_id, answer, asked.form)
        _check_kept(workshop, response_id, item_id, answer)
    except AnswerRefusedError as error:
        log.warning(
            "refused an answer of %(key)s in response %(response)s: %(code)s",
            {"key": actor.key, "response": response_id, "code": error.code},
        )
        raise
    return workshop.store.write(
        SaveAnswer(event_id or new_id(), response_id, item_id, answer, based_on, actor.key, now())
    )


def _check_kept(workshop: Workshop, response_id: int, item_id: str, answer: Answer) -> None:
    """A choice can be changed but not taken back: Streamlit reads an unknown option in a forged message as no choice at all."""
    stored = workshop.store.answers(response_id).get(item_id)
    if answer.code == UNANSWERED and stored is not None and stored.answer.is_answered:
        raise AnswerRefusedError("R002")


def seen_answer(workshop: Workshop, actor: Actor, response_id: int, item_id: str, revision: int) -> Answer:
    """The answer as it stood at a revision that somebody saw; 0: before there was one.

    Raises RefusedError P001 (not yours), AnswerRefusedError R002 when there is no such revision.
    """
    own_response(workshop, actor, response_id, "open a response")
    if revision == 0:
        return Answer()
    stored = workshop.store.answers(response_id).get(item_id)
    known = (stored,) if stored and stored.revision == revision else workshop.store.history(response_id, item_id)
    found = next((one.answer for one in known if one.revision == revision), None)
    if found is None:
        raise AnswerRefusedError("R002")
    return found


def submits(actor: Actor) -> bool:
    """Whether submitting and reopening are theirs to do, for pages that offer it."""
    return may(actor.role, actor.home, "submit", actor.home)


def submit(workshop: Workshop, actor: Actor, response_id: int, event_id: int | None = None) -> int:
    """Submit; returns the receipt's revision. Raises RefusedError P004 while a critical item that is asked has no answer."""
    state = own_response(workshop, actor, response_id, "submit")
    sheet = open_sheet(workshop, actor, state.questionnaire_id)
    if sheet.lacks_critical:
        raise refuse(workshop, actor, "submit", "P004")
    return _change(workshop, actor, "submit", state, "submitted", event_id)


def reopen(workshop: Workshop, actor: Actor, response_id: int, event_id: int | None = None) -> int:
    """Reopen a submitted response while the round is open."""
    state = own_response(workshop, actor, response_id, "reopen")
    return _change(workshop, actor, "reopen", state, "draft", event_id)


def own_profile(sheet: Sheet) -> Scorecard:
    """The sheet's own scorecard, from its answers and nobody else's."""
    codes, evidence = _codes(sheet)
    return own_scorecard(sheet.questionnaire, sheet.form, codes, evidence)


def own_explanations(sheet: Sheet) -> tuple[Explanation, ...]:
    """Why each of the sheet's parts stands where it stands: the dimensions in order, then the questionnaire."""
    return explain(sheet.questionnaire, _codes(sheet)[0][None], sheet.form)


def _codes(sheet: Sheet) -> tuple[Codes, Codes]:
    """Stored codes and evidence tiers, each (items,)."""
    answers = [sheet.answer(item.id) for item in sheet.questionnaire.items]
    codes = np.array([answer.code for answer in answers], dtype=np.uint8)
    return codes, np.array([answer.evidence for answer in answers], dtype=np.uint8)


def _change(
    workshop: Workshop, actor: Actor, action: Action, state: ResponseState, status: ResponseStatus, event_id: int | None
) -> int:
    command = ChangeStatus(event_id or new_id(), state.id, status, actor.key, now())
    result = do(workshop, actor, action, actor.home, command, subject=str(state.id))
    assert isinstance(result, Done)
    return result.revision


def _home(workshop: Workshop, actor: Actor) -> tuple[Round, Organisation]:
    authorise(workshop, actor, "open a response", actor.home)
    round_ = workshop.round(actor.round_id)
    organisation = workshop.organisation(actor.organisation_id) if actor.organisation_id else None
    if round_ is None or organisation is None or organisation.round_id != round_.id:
        raise refuse(workshop, actor, "open a response")
    return round_, organisation


def own_response(workshop: Workshop, actor: Actor, response_id: int, action: Action) -> ResponseState:
    """The response, when the actor may do this with it. 'Not yours' and 'does not exist' are one refusal."""
    state = workshop.store.response(response_id)
    there = Place(state.round_id, state.organisation_id, state.respondent) if state else Place()
    authorise(workshop, actor, action, there)
    if state is None:
        raise refuse(workshop, actor, action)
    return state


def _asked(workshop: Workshop, actor: Actor, state: ResponseState) -> Asked:
    round_ = workshop.round(state.round_id)
    asked = round_ and workshop.asked(round_, state.questionnaire_id)
    if not asked:
        raise refuse(workshop, actor, "open a response")
    return asked


def _sheet(
    workshop: Workshop, actor: Actor, round_: Round, organisation: Organisation, response_id: int, language: str
) -> Sheet:
    state = own_response(workshop, actor, response_id, "open a response")
    return sheet_of(workshop, actor, round_, organisation, state, language)


def sheet_of(
    workshop: Workshop, actor: Actor, round_: Round, organisation: Organisation, state: ResponseState, language: str
) -> Sheet:
    """The sheet of a response, for who has been authorised to see it."""
    asked = _asked(workshop, actor, state)
    stored = workshop.store.answers(state.id)
    codes = {item: entry.answer.code for item, entry in stored.items() if entry.answer.code != UNANSWERED}
    routed = items_asked(asked.questionnaire, codes, asked.form)
    shown = workshop.translated(asked.questionnaire, language)
    return Sheet(round_, organisation, shown.questionnaire, asked.form, state, stored, routed, shown)
