"""Invitations as a table for a mail merge: XLSX, and CSV for other programs. One line an invitation, secrets in clear."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import xlsxwriter

from charts.countries import country_name
from charts.wording import Translate
from reports.invitations import Invitations, role_name
from results.csv_cell import csv_cell

COLUMNS: Final = ("role", "country_code", "country", "organisation", "label", "link", "code", "join_address", "round")
_WIDTHS: Final = (14, 13, 20, 44, 24, 56, 20, 36, 30)
_MOST_CHARACTERS: Final = 32_767  # of a cell, in UTF-16 units
_HALF_PAIR: Final = re.compile(r"[\ud800-\udfff]")


def invitations_csv(invitations: Invitations, t: Translate, language: str = "en") -> bytes:
    """UTF-8 with a byte order mark, without which Excel shows Khmer or Cyrillic as other letters; what could start a formula
    has a `'` before it (`results.csv_cell`)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_cell(column) for column in COLUMNS])
    for row in _rows(invitations, t, language):
        writer.writerow([csv_cell(_whole(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def invitations_xlsx(invitations: Invitations, t: Translate, language: str = "en") -> bytes:
    """A workbook of one sheet whose cells are all text, whatever they begin with. What is longer than a cell is cut, with "…"."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": f"{t('Invitations')}: {_cell(invitations.round_name)[:200]}"})
    heading = book.add_format({"bold": True, "bg_color": "#E9EDF5", "bottom": 1})
    text = book.add_format({"num_format": "@", "valign": "top"})
    sheet = book.add_worksheet("Invitations")
    for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, heading)
    for line, row in enumerate(_rows(invitations, t, language), 1):
        for column, value in enumerate(row):
            sheet.write_string(line, column, _cell(value), text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(invitations.lines), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return file.getvalue()


def _rows(invitations: Invitations, t: Translate, language: str) -> Iterator[tuple[str, ...]]:
    round_name = invitations.round_name
    if invitations.invented:
        round_name = f"{round_name} ({t('invented data')})"
    for line in invitations.lines:
        yield (
            role_name(t, line.role), line.country, country_name(line.country, language) if line.country else "",
            line.organisation, line.label, line.link, line.code, invitations.join_address, round_name,
        )  # fmt: skip


def _whole(text: str) -> str:
    # Half of a surrogate pair cannot be written as UTF-8.
    return _HALF_PAIR.sub("\ufffd", text)


def _cell(text: str) -> str:
    text = _whole(text)
    units = text.encode("utf-16-le")
    if len(units) // 2 <= _MOST_CHARACTERS:
        return text
    return units[: 2 * (_MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
