"""The offline workbook: a sheet to begin with, one for each dimension, and a hidden one that says whose it is.

Only the cells of answers can be changed. Every text is written as text, so that none can become a formula; an answer's cell
offers the levels with their sentences. `reports.workbook_reader` reads it back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import xlsxwriter

from charts.wording import Translate
from reports import workbook_layout as layout
from reports.offline import OfflineResponse, tier_name
from reports.workbook_layout import Identity, Line, fits
from reports.workbook_sheets import Look, option, whole, write_dimension, write_start
from survey.questionnaire import TIERS
from survey.response import codes_offered

_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\\0-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NAME: Final = 31  # UTF-16 units of a sheet's name
_RESERVED: Final = "history"  # Excel keeps this name for itself


def workbook_xlsx(
    response: OfflineResponse, sign: Callable[[str], str], t: Translate, language: str, made_at: datetime | None = None
) -> bytes:
    """The workbook with every stored answer in it. `sign`: makes the signature of a text. `made_at`: now unless given."""
    identity = identity_of(response, t)
    moment = made_at or datetime.now(UTC)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": whole(response.questionnaire.title)[:200], "created": moment.replace(tzinfo=None)})
    look, names = Look(book), _sheet_names(response, t)
    write_start(book.add_worksheet(_start_name(t)), look, response, names, t, f"{moment:%Y-%m-%d %H:%M} UTC", language)
    for name, (dimension, items) in zip(names, response.parts(), strict=True):
        write_dimension(book.add_worksheet(name), look, response, t, dimension, items, identity)
    _write_hidden(book.add_worksheet(layout.HIDDEN), response, identity, sign(identity.signed_text()), t)
    book.close()
    return file.getvalue()


def identity_of(response: OfflineResponse, t: Translate) -> Identity:
    """What the hidden sheet says of this response, with the rows in which the questions will stand."""
    kept = t("This text stays as it is stored: it does not fit into a cell.")
    lines = [
        Line(item.id, name, row, response.revisions.get(item.id, 0), _held(response, item.id))
        for name, (_, items) in zip(_sheet_names(response, t), response.parts(), strict=True)
        for row, item in enumerate(items, layout.FIRST_QUESTION)
    ]
    asked = response.questionnaire
    return Identity(
        response.response_id, asked.id, asked.version, response.content_hash, response.form, kept, tuple(lines)
    )


def _held(response: OfflineResponse, item_id: str) -> tuple[str, ...]:
    return tuple(part for part in layout.TEXTS if not fits(getattr(response.answer(item_id), part)))


def _write_hidden(sheet: Any, response: OfflineResponse, identity: Identity, signature: str, t: Translate) -> None:
    """Whose it is, and the lists that the cells offer: one within a cell's rule may have 255 characters only."""
    tiers = (f"{tier}{layout.SEPARATOR}{tier_name(t, tier)}" for tier in range(len(TIERS)))
    rows: list[tuple[str, ...]] = [(layout.HIDDEN, layout.FORMAT, "", "", *tiers)]
    rows += zip(layout.HEADS, (*identity.heads(), signature), strict=True)
    for line in identity.lines:
        item = response.questionnaire.item(line.item_id)
        options = (option(t, item, code) for code in codes_offered(item))
        rows.append((line.item_id, line.sheet, f"{line.row} {line.revision}", " ".join(line.held), *options))
    assert len(rows) == layout.FIRST_LINE - 1 + len(identity.lines)
    assert layout.LISTS == 4
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value)
    sheet.protect()
    sheet.very_hidden()


def _start_name(t: Translate) -> str:
    return _sheet_name(t("Start"), {layout.HIDDEN, _RESERVED}) or "0"


def _sheet_names(response: OfflineResponse, t: Translate) -> list[str]:
    """The dimensions' titles as names that a sheet can have, no two alike."""
    taken = {layout.HIDDEN, _RESERVED, _start_name(t).lower()}
    names: list[str] = []
    for number, (dimension, _) in enumerate(response.parts(), 1):
        names.append(_sheet_name(dimension.title, taken) or str(number))
        taken.add(names[-1].lower())
    return names


def _sheet_name(title: str, taken: set[str]) -> str:
    """`title` as a sheet can be called, with a number behind it when the name is taken; "" when nothing is left of it."""
    words = " ".join(_NOT_IN_A_NAME.sub(" ", title).split()).strip("' ")
    for number in range(1, len(taken) + 2):
        ending = "" if number == 1 else f" {number}"
        units = words.encode("utf-16-le")[: 2 * (_LONGEST_NAME - len(ending))]
        name = units.decode("utf-16-le", "ignore").strip("' ") + ending
        if words and name.lower() not in taken:
            return name
    return ""
