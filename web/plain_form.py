"""What the plain page's form sends, question by question, and its saving through `access.respondent.save_answer`.

Browsers write line ends as CR LF, so a text that differs from the stored one in nothing else is the stored one. An answer that is
as it was when the page was drawn is not sent to the store, whatever colleagues have done since.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Final

from access import respondent
from access.actor import RefusedError
from access.secret import keyed_id
from results.store import Conflict, Saved, StoreError
from survey.response import (
    DONT_KNOW,
    NOT_APPLICABLE,
    TEXTS,
    UNANSWERED,
    Answer,
    AnswerRefusedError,
    as_lines,
    with_line_ends_of,
)
from web.forms import Form, one
from web.language import problem

if TYPE_CHECKING:
    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop
    from results.workshop import StoredAnswer

WHOLE: Final = "whole"  # the last field: without it a part of the form is missing, and empty fields mean nothing
DRAWN: Final = "drawn"  # names this drawing of the page
RESPONSE: Final = "response"
_NO_CHOICE: Final = -1  # what no questionnaire knows; refused as any forged choice is
_CODES: Final = {str(code): code for code in (1, 2, 3, 4, 5, DONT_KNOW, NOT_APPLICABLE)}


@dataclass(frozen=True, slots=True)
class Unsaved:
    """An answer that was sent and not saved: what was typed, the revision it was typed over, and why it is not saved.

    `theirs`: a colleague's newer version, where that is the reason.
    """

    item_id: str
    typed: Answer
    seen: int
    why: str
    theirs: StoredAnswer | None = None


def save_page(workshop: Workshop, actor: Actor, sheet: Sheet, dimension_id: str, form: Form) -> tuple[Unsaved, ...]:
    """Save every answer of a page that was changed on it, each by itself; returns those that are not saved.

    Raises RefusedError P001 when the response is not the actor's.
    """
    known = {item.id for item in sheet.questionnaire.items_of(sheet.form)}
    known &= {item.id for item in sheet.questionnaire.dimension(dimension_id).items}
    sent = [name.removeprefix("seen-") for name in form if name.startswith("seen-")]
    return tuple(
        unsaved
        for item_id in sent
        if (unsaved := _save(workshop, actor, sheet, item_id if item_id in known else "", form)) is not None
    )


def typed_texts(form: Form) -> list[str]:
    """Every text of a page's form."""
    return [one(form, name) for name in form if name.partition("-")[0] in TEXTS]


def _save(workshop: Workshop, actor: Actor, sheet: Sheet, item_id: str, form: Form) -> Unsaved | None:
    typed, seen = _answer(form, item_id, Answer()), 0
    try:
        seen, was = _seen(workshop, actor, sheet, item_id, form)
        typed = _answer(form, item_id, was)
        result = _change(workshop, actor, sheet, item_id, form, (seen, was, typed))
    except RefusedError as error:
        if error.code == "P001":
            raise
        return Unsaved(item_id, typed, seen, problem(error))
    except (AnswerRefusedError, StoreError) as error:
        return Unsaved(item_id, typed, seen, problem(error))
    return Unsaved(item_id, typed, seen, "", result.theirs) if isinstance(result, Conflict) else None


def _seen(workshop: Workshop, actor: Actor, sheet: Sheet, item_id: str, form: Form) -> tuple[int, Answer]:
    """The revision that the page was drawn with, and the answer it has. Raises AnswerRefusedError where there is none."""
    if not item_id:
        raise AnswerRefusedError("R001")
    seen = _number(one(form, f"seen-{item_id}"))
    return seen, respondent.seen_answer(workshop, actor, sheet.state.id, item_id, seen)


def _change(
    workshop: Workshop, actor: Actor, sheet: Sheet, item_id: str, form: Form, change: tuple[int, Answer, Answer]
) -> Saved | Conflict | None:
    """Save what is a change; None: there is nothing to save."""
    based_on, was, typed = change
    choice, shown = one(form, f"choose-{item_id}"), _number(one(form, f"theirs-{item_id}"))
    stored, response_id = sheet.answer(item_id), sheet.state.id
    if typed == was or with_line_ends_of(stored, typed) == stored:
        return None
    if choice == "theirs" and shown == sheet.revision(item_id):
        return None
    if typed.code != NOT_APPLICABLE and typed.reason.strip() and typed.reason != was.reason:
        raise AnswerRefusedError("R009")
    if choice == "mine":
        respondent.seen_answer(workshop, actor, response_id, item_id, shown)
        based_on = shown
    # A reason goes with the choice that it was given for.
    kept = replace(typed, reason=typed.reason if typed.code in (NOT_APPLICABLE, was.code) else "")
    event = event_id(workshop, form, response_id, item_id, based_on, *astuple(kept))
    return respondent.save_answer(workshop, actor, response_id, item_id, kept, based_on=based_on, event_id=event)


def event_id(workshop: Workshop, form: Form, *content: object) -> int:
    """The id of this very change of this very drawing of a page: sent again it is the same, changed it is another.

    It is made under a key, so that nobody can send the id of somebody else's change.
    """
    return keyed_id(workshop, "plain page", repr((one(form, DRAWN)[:64], content)))


def _answer(form: Form, item_id: str, was: Answer) -> Answer:
    """What the fields hold; a field that was not on the page is as it was."""
    codes = form.get(f"code-{item_id}", [])
    code = (_CODES.get(codes[0], _NO_CHOICE) if len(codes) == 1 else _NO_CHOICE) if codes else UNANSWERED
    tiers = form.get(f"evidence-{item_id}", [str(was.evidence)])
    tier = _number(tiers[0]) if len(tiers) == 1 else -1
    texts = {part: one(form, f"{part}-{item_id}") for part in TEXTS if f"{part}-{item_id}" in form}
    if "link" in texts:
        texts["link"] = texts["link"].strip()
    lines = {part: as_lines(text) for part, text in texts.items()}
    return with_line_ends_of(was, replace(was, code=code, evidence=tier, **lines))


def _number(text: str) -> int:
    """A whole number as our pages write it; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
