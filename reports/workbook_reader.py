"""A filled workbook → whose it is, the answers in it, and every fault with its cell. What may be stored is decided by `access.workbook`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reports import workbook_layout as layout
from reports.spreadsheet import Spreadsheet, SpreadsheetError, Table, read_spreadsheet
from reports.workbook_layout import Identity, Line, cell_name, code_of, tier_of
from survey.problems import CodedError
from survey.response import UNANSWERED, as_lines

_ENDINGS: Final = (".xlsx", ".ods")
_PLACE: Final = re.compile(r"([0-9]{1,4}) ([0-9]{1,9})")
_OTHERS: Final = "DK, NA"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell, for the person who filled it in; its answer is left out. `row` 0: a whole sheet."""

    sheet: str
    row: int
    column: int
    error: CodedError

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column) if self.row else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the row of a question. `texts`: by part of an answer; None: it stays as it is stored."""

    line: Line
    code: int
    evidence: int
    texts: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class FilledWorkbook:
    """A workbook as it came back. `signature`: to be compared with one made over `identity`."""

    identity: Identity
    signature: str
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def read_workbook(data: bytes, file_name: str = "") -> FilledWorkbook:
    """Read what somebody sends. Raises SpreadsheetError: W001 no such file, W002 too large, W003 not one of ours, W004 its
    hidden sheet is changed.
    """
    is_known = file_name.lower().endswith(_ENDINGS)
    if file_name and not is_known:
        raise SpreadsheetError("W001")
    sheets = read_spreadsheet(data)
    if layout.HIDDEN not in sheets or sheets[layout.HIDDEN].text(1, 0) != layout.HIDDEN:
        raise SpreadsheetError("W003")
    identity, signature = _identity(sheets[layout.HIDDEN])
    entries: list[Entry] = []
    faults: list[Fault] = [
        _fault(name, 0, 0, "W007") for name in dict.fromkeys(one.sheet for one in identity.lines) if name not in sheets
    ]
    for line in identity.lines:
        if line.sheet in sheets:
            entry, found = _entry(sheets, line, identity)
            faults += found
            entries += [entry] if entry else []
    return FilledWorkbook(identity, signature, tuple(entries), tuple(faults))


def _identity(hidden: Table) -> tuple[Identity, str]:
    """Raises SpreadsheetError W004 when it has another form than it was made with."""
    heads = [hidden.text(row, 1) for row in range(2, 2 + len(layout.HEADS))]
    response, questionnaire, version, content, form, kept, signature = heads
    lines: list[Line] = []
    while item := hidden.text(layout.FIRST_LINE + len(lines), 0):
        row = layout.FIRST_LINE + len(lines)
        place = _PLACE.fullmatch(hidden.text(row, 2))
        if place is None:
            raise SpreadsheetError("W004")
        held = tuple(hidden.text(row, 3).split())
        lines.append(Line(item, hidden.text(row, 1), int(place[1]), int(place[2]), held))
    known = response.isascii() and response.isdigit() and len(response) <= 19 and form in ("full", "pulse")
    if hidden.text(1, 1) != layout.FORMAT or not known or not lines:
        raise SpreadsheetError("W004")
    number = int(response)
    asked: Identity = Identity(number, questionnaire, version, content, form, kept, tuple(lines))  # type: ignore[arg-type]
    return asked, signature


def _entry(sheets: Spreadsheet, line: Line, identity: Identity) -> tuple[Entry | None, list[Fault]]:
    table, row = sheets[line.sheet], line.row
    if table.text(row, layout.ID) != line.item_id:
        number = f"{list(dict.fromkeys(one.sheet for one in identity.lines)).index(line.sheet) + 1}.{row - layout.FIRST_QUESTION + 1}"
        return None, [_fault(line.sheet, row, layout.QUESTION, "W008", number=number)]
    faults = [_fault(line.sheet, row, column, "W009") for column in layout.FILLED if (row, column) in table.merged]
    faults += [found for column in layout.FILLED if (found := _wrong_kind(table, line, column))]
    if faults:
        return None, faults
    code, tier = UNANSWERED, 0
    if (said := _shown(table, row, layout.CODE)).strip():
        found_code = code_of(said)
        code = UNANSWERED if found_code is None else found_code
        if found_code is None:
            faults.append(_fault(line.sheet, row, layout.CODE, "W011", value=said, others=_OTHERS))
    if (said := _shown(table, row, layout.EVIDENCE)).strip():
        found_tier = tier_of(said)
        tier = found_tier or 0
        if found_tier is None:
            faults.append(_fault(line.sheet, row, layout.EVIDENCE, "W012", value=said))
    texts = {part: _said(table, line, part, identity.kept) for part in layout.TEXTS}
    return (None if faults else Entry(line, code, tier, texts)), faults


def _wrong_kind(table: Table, line: Line, column: int) -> Fault | None:
    """A formula anywhere; a number or date where a text belongs."""
    cell = table.cells.get((line.row, column))
    if cell is None or cell.kind == "text":
        return None
    if cell.kind == "formula":
        return _fault(line.sheet, line.row, column, "W010")
    is_choice = column in (layout.CODE, layout.EVIDENCE)
    return None if is_choice and cell.kind == "number" else _fault(line.sheet, line.row, column, "W013")


def _shown(table: Table, row: int, column: int) -> str:
    """What a cell of a choice says; a whole number as people write it."""
    cell = table.cells.get((row, column))
    if cell is None:
        return ""
    return re.sub(r"\.0*$", "", cell.text) if cell.kind == "number" else cell.text


def _said(table: Table, line: Line, part: str, kept: str) -> str | None:
    text = as_lines(table.text(line.row, layout.TEXTS[part]))
    return None if part in line.held and text == kept else text


def _fault(sheet: str, row: int, column: int, code: str, **facts: object) -> Fault:
    return Fault(sheet, row, column, CodedError(code, **facts))
