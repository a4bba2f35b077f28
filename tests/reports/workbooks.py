"""Workbooks in tests: made, filled in as a person would, taken apart."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl

from reports.invitation_files import in_english
from reports.offline import OfflineResponse
from reports.spreadsheet import read_spreadsheet
from reports.workbook import workbook_xlsx
from survey.loader import parse
from tests.workshops import QUESTIONNAIRE


def response(answers=None, revisions=None, questionnaire=None, **changes) -> OfflineResponse:
    """Agency North's response; every stored answer is of revision 1 unless said otherwise."""
    answers = answers or {}
    facts = {
        "response_id": 123456789012345678, "organisation": "Agency North", "country": "GE", "round_name": "Test round",
        "notice": "Who asks and why.", "invented": False, "form": "full", "content_hash": "abc",
    }  # fmt: skip
    asked = questionnaire or parse(QUESTIONNAIRE, "tiny").questionnaire
    return OfflineResponse(
        **{**facts, **changes}, questionnaire=asked, answers=answers, revisions=revisions or dict.fromkeys(answers, 1)
    )


def signature_of(text: str) -> str:
    return f"signed {len(text)}"


def made(*args, **changes) -> bytes:
    return workbook_xlsx(response(*args, **changes), signature_of, in_english, "en")


class Formula(str):
    """A cell's value that is a formula; every other text is one, whatever it begins with."""

    __slots__ = ()


def filled(data: bytes, cells: dict[tuple[str, str], object], change=None) -> bytes:
    """The workbook with these values in its cells, (sheet, "E4") → value, saved by openpyxl. `change`: what else is done to the book."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = str(value) if isinstance(value, Formula) else value
        if isinstance(value, str):
            book[sheet][cell].data_type = "f" if isinstance(value, Formula) else "s"
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rewritten(data: bytes, change) -> bytes:
    """The archive with `change(name, content)` in the place of each member's content; None leaves it out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = change(member, old.read(member))
            if content is not None:
                new.writestr(member, content)
    return file.getvalue()


def with_text(data: bytes, old: str, new: str) -> bytes:
    """The workbook with one of its texts written differently, as Excel writes it: what XML cannot have by its escape."""
    literal = re.sub("_x([0-9A-Fa-f]{4})_", r"_x005F_x\1_", new)
    written = "".join(f"_x{ord(char):04X}_" if _is_escaped(char) else char for char in literal)
    shown = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    places = 0

    def change(_: str, content: bytes) -> bytes:
        nonlocal places
        places += content.count(f">{old}<".encode())
        return content.replace(f">{old}<".encode(), f' xml:space="preserve">{shown}<'.encode())

    changed = rewritten(data, change)
    assert places == 1
    return changed


def _is_escaped(char: str) -> bool:
    code = ord(char)
    return code < 32 or 0xD800 <= code < 0xE000 or 0xFFFE <= code <= 0xFFFF


def strings_of(data: bytes) -> str:
    """Every text of a workbook, hidden ones too."""
    return "\n".join(cell.text for table in read_spreadsheet(data).values() for cell in table.cells.values())
