"""A response without a connection: its workbook, its printed form, and the import of a filled workbook.

An import is looked at before it is done: `compare` says what would change, `save` saves what was chosen, answer by answer on the
one path of all answers. Who has saved meanwhile is asked about, never overwritten.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Final

from access.actor import Actor, RefusedError
from access.gate import authorise, refuse
from access.informed import PARTS, last_day, notice_of
from access.matrix import Action
from access.respondent import Sheet, open_sheet, own_response, save_answer, seen_answer
from access.secret import keyed_hash, keyed_id
from access.workshop import Workshop
from charts.wording import Translate
from reports import workbook_layout as layout
from reports.form_pdf import form_pdf
from reports.offline import OfflineResponse
from reports.spreadsheet import SpreadsheetError
from reports.workbook import workbook_xlsx
from reports.workbook_reader import Entry, Fault, FilledWorkbook
from results.store import Conflict, StoreError
from survey.languages import DEFAULT
from survey.problems import CodedError
from survey.questionnaire import Item
from survey.response import NOT_APPLICABLE, UNANSWERED, Answer, AnswerRefusedError, check_answer, with_line_ends_of

_KEY: Final = "workbook"


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer of a workbook that is not the stored one. `based_on`: the revision of `stored`.

    `conflict`: somebody has saved that since the workbook was made. `asked`: whether the question is asked at present.
    """

    item: Item
    sheet: str
    row: int
    stored: Answer
    filled: Answer
    based_on: int
    conflict: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. `unchanged`: how many answers are as they were, or as they are stored."""

    sheet: Sheet
    differences: tuple[Difference, ...]
    unchanged: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An answer to be saved over the revision that was looked at."""

    item_id: str
    answer: Answer
    based_on: int


@dataclass(frozen=True, slots=True)
class Left:
    """An answer that was not saved, and why."""

    item_id: str
    answer: Answer
    why: CodedError


@dataclass(frozen=True, slots=True)
class Outcome:
    saved: int
    left: tuple[Left, ...]


def workbook(workshop: Workshop, actor: Actor, questionnaire_id: str, t: Translate, language: str = DEFAULT) -> bytes:
    """The actor's organisation's workbook (.xlsx). Raises RefusedError P001 when there is none for this actor."""
    authorise(workshop, actor, "download the workbook", actor.home)
    response = taken_away(workshop, open_sheet(workshop, actor, questionnaire_id, language), t)
    return workbook_xlsx(response, lambda text: keyed_hash(workshop, _KEY, text), t, language)


def form(
    workshop: Workshop,
    actor: Actor,
    questionnaire_id: str,
    t: Translate,
    language: str = DEFAULT,
    *,
    empty: bool = True,
) -> bytes:
    """The questionnaire to be printed (PDF); unless `empty`, with the stored answers. Raises RefusedError as `workbook` does."""
    authorise(workshop, actor, "print the form", actor.home)
    sheet = open_sheet(workshop, actor, questionnaire_id, language)
    return form_pdf(taken_away(workshop, sheet, t, empty=empty), t, language)


def taken_away(workshop: Workshop, sheet: Sheet, t: Translate, *, empty: bool = False) -> OfflineResponse:
    """What of a sheet goes onto paper or into a file; `empty`: without the answers."""
    stored = {} if empty else sheet.stored
    newest = notice_of(workshop, sheet.round)
    day = last_day(newest)
    kept = t("Until {day}. After that day the answers are to be erased.", day=day) if day else t(newest.kept)
    notice = (*(t(getattr(newest, part)) for part in PARTS if part not in ("kept", "contact")), kept, t(newest.contact))
    return OfflineResponse(
        sheet.state.id, sheet.organisation.name, sheet.organisation.country, sheet.round.name, "\n".join(filter(None, notice)),
        sheet.round.invented, sheet.questionnaire, sheet.form, _content_hash(sheet),
        {item: one.answer for item, one in stored.items()}, {item: one.revision for item, one in stored.items()},
    )  # fmt: skip


def _content_hash(sheet: Sheet) -> str:
    return next(one.content_hash for one in sheet.round.questionnaires if one.id == sheet.questionnaire.id)


def compare(workshop: Workshop, actor: Actor, filled: FilledWorkbook, language: str = DEFAULT) -> Preview:
    """What would change, with its questions in a language. Changes nothing.

    Raises SpreadsheetError: W004 its hidden sheet is not as it was made, W006 it was made for another version; RefusedError: P001
    it is another organisation's, round's or nobody's, P002 the round is closed, P003 the response is submitted.
    """
    authorise(workshop, actor, "import a workbook", actor.home)
    identity = filled.identity
    signature = keyed_hash(workshop, _KEY, identity.signed_text())
    if not hmac.compare_digest(signature, filled.signature.encode("ascii", "replace").decode("ascii")):
        raise SpreadsheetError("W004")
    state = own_response(workshop, actor, identity.response_id, "import a workbook")
    sheet = open_sheet(workshop, actor, state.questionnaire_id, language)
    if (identity.content_hash, identity.form) != (_content_hash(sheet), sheet.form):
        raise SpreadsheetError("W006")
    _check_editable(workshop, actor, sheet, "import a workbook")
    differences: list[Difference] = []
    faults = list(filled.faults)
    for entry in filled.entries:
        difference, found = _difference(workshop, actor, sheet, entry)
        faults += found
        differences += [difference] if difference else []
    wrong = {(one.sheet, one.row) for one in faults}
    right = sum((entry.line.sheet, entry.line.row) not in wrong for entry in filled.entries)
    order = {name: place for place, name in enumerate(dict.fromkeys(line.sheet for line in identity.lines))}
    faults.sort(key=lambda one: (order.get(one.sheet, -1), one.row, one.column))
    return Preview(sheet, tuple(differences), right - len(differences), tuple(faults))


def save(workshop: Workshop, actor: Actor, response_id: int, changes: Sequence[Change], drawn: str) -> Outcome:
    """Save answers one by one; what cannot be saved is left, with the reason. `drawn` names this import: done again with the
    same changes it saves nothing twice.

    Raises RefusedError P001 when the response is not the actor's.
    """
    own_response(workshop, actor, response_id, "import a workbook")
    saved, left = 0, []
    for change in changes:
        why = _save(workshop, actor, response_id, change, drawn)
        if why is None:
            saved += 1
        else:
            left.append(Left(change.item_id, change.answer, why))
    return Outcome(saved, tuple(left))


def _save(workshop: Workshop, actor: Actor, response_id: int, change: Change, drawn: str) -> CodedError | None:
    """Save one; the reason when it is left."""
    item_id, answer, based_on = change.item_id, change.answer, change.based_on
    event_id = keyed_id(workshop, _KEY, repr((drawn, response_id, item_id, based_on, *astuple(answer))))
    try:
        result = save_answer(workshop, actor, response_id, item_id, answer, based_on=based_on, event_id=event_id)
    except RefusedError as error:
        if error.code == "P001":
            raise
        return error
    except (AnswerRefusedError, StoreError) as error:
        return error
    return RefusedError("P008") if isinstance(result, Conflict) else None


def _check_editable(workshop: Workshop, actor: Actor, sheet: Sheet, action: Action) -> None:
    if not sheet.editable:
        raise refuse(workshop, actor, action, "P002" if sheet.round.status != "open" else "P003")


def _difference(
    workshop: Workshop, actor: Actor, sheet: Sheet, entry: Entry
) -> tuple[Difference | None, tuple[Fault, ...]]:
    """The difference, or what is wrong with the row; neither when there is nothing to save."""
    item, line = sheet.questionnaire.item(entry.line.item_id), entry.line
    stored, revision = sheet.answer(item.id), sheet.revision(item.id)
    try:
        seen = seen_answer(workshop, actor, sheet.state.id, item.id, line.revision)
    except AnswerRefusedError:  # a revision that this store does not have (any more): a backup was restored
        seen = Answer()
    typed = _typed(entry, item, seen)
    if typed == seen:
        return None, ()
    if faults := _faults(sheet, entry, item, seen, typed):
        return None, faults
    # A reason goes with the choice that it was given for.
    filled = replace(typed, reason=typed.reason if typed.code in (NOT_APPLICABLE, seen.code) else "")
    if filled.code == UNANSWERED and stored.is_answered:  # a colleague has chosen where this workbook says nothing
        filled = replace(filled, code=stored.code, reason=filled.reason or stored.reason)
    filled = with_line_ends_of(stored, filled)
    if filled == stored:
        return None, ()
    conflict, asked = revision != line.revision, item.id in sheet.asked
    return Difference(item, line.sheet, line.row, stored, filled, revision, conflict, asked), ()


def _typed(entry: Entry, item: Item, seen: Answer) -> Answer:
    """The row as an answer; a text that fits into no cell is as it was."""
    texts = {part: getattr(seen, part) if text is None else text for part, text in entry.texts.items()}
    texts["link"] = texts["link"].strip() if entry.texts["link"] is not None else texts["link"]
    if not item.allow_na and texts["reason"] == layout.NO_REASON:
        texts["reason"] = ""
    return with_line_ends_of(seen, Answer(entry.code, entry.evidence, **texts))


def _faults(sheet: Sheet, entry: Entry, item: Item, seen: Answer, typed: Answer) -> tuple[Fault, ...]:
    """Everything in the row that cannot be stored, each at its cell."""
    line = entry.line
    found: list[Fault] = []

    def at(column: int, error: CodedError) -> None:
        found.append(Fault(line.sheet, line.row, column, error))

    if typed.code == UNANSWERED and seen.is_answered:
        at(layout.CODE, CodedError("W014"))
    if typed.code != NOT_APPLICABLE and typed.reason.strip() and typed.reason != seen.reason:
        at(layout.REASON, CodedError("R009"))
    for column, part in _parts(typed):
        try:
            check_answer(sheet.questionnaire, item.id, part, sheet.form)
        except AnswerRefusedError as error:
            at(layout.CODE if error.code in ("R002", "R003") else column, error)
    return tuple(found)


def _parts(typed: Answer) -> Iterable[tuple[int, Answer]]:
    """What the answer is made of, by column, each so that it can be checked by itself."""
    yield layout.REASON, Answer(typed.code, reason=typed.reason)
    yield layout.EVIDENCE, Answer(evidence=typed.evidence)
    for part in ("link", "note", "comment"):
        yield layout.TEXTS[part], Answer(**{part: getattr(typed, part)})
