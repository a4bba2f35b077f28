"""What a coordinator can keep of a submission: when, which revision, and a fingerprint of every answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from access.gate import refuse
from access.respondent import open_sheet
from survey.languages import DEFAULT

if TYPE_CHECKING:
    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Receipt:
    """A submitted response. The same for every press of the button and every retry, until it is reopened.

    `number`: what pages call the receipt. `fingerprint`: SHA-256 over every answer with its revision, `fingerprint_of`.
    """

    sheet: Sheet
    number: str
    submitted_at: int
    answered: int
    asked: int
    fingerprint: str


def receipt(workshop: Workshop, actor: Actor, questionnaire_id: str, language: str = DEFAULT) -> Receipt:
    """The receipt of the own response, its titles in a language. Raises RefusedError P001 when there is none, or it is not submitted."""
    sheet = open_sheet(workshop, actor, questionnaire_id, language)
    if sheet.state.status != "submitted":
        raise refuse(workshop, actor, "open a response")
    answered, asked = sheet.answered()
    return Receipt(sheet, number_of(sheet), sheet.state.changed_at, answered, asked, fingerprint_of(sheet))


def number_of(sheet: Sheet) -> str:
    """The response's number and the revision of its submission."""
    return f"{sheet.state.id}-{sheet.state.revision}"


def fingerprint_of(sheet: Sheet) -> str:
    """SHA-256 over the stored answers in order of their items' ids: as a JSON array of [item, revision, answer's fields]."""
    rows = [[item_id, one.revision, *astuple(one.answer)] for item_id, one in sorted(sheet.stored.items())]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
