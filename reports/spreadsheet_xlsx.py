"""The sheets of an .xlsx file (ECMA-376, part 1, 18: SpreadsheetML)."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from reports.spreadsheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Archive,
    Cell,
    Kind,
    Place,
    Spreadsheet,
    SpreadsheetError,
    Table,
    Target,
    area,
    number,
)

BOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_KINDS: Final[dict[str, Kind]] = {"s": "text", "inlineStr": "text", "str": "text", "n": "number"}
_MOST_MERGED: Final = 10_000  # places


def read_xlsx(archive: Archive) -> Spreadsheet:
    """Raises SpreadsheetError."""
    book, relations, strings = _Book(), _Relations(), _Strings()
    archive.parse(BOOK, book)
    archive.parse(_RELATIONS, relations)
    if _STRINGS in archive.names:
        archive.parse(_STRINGS, strings)
    sheets: Spreadsheet = {}
    for name, relation in book.sheets:
        if relation not in relations.targets:
            raise SpreadsheetError("W001")
        member = posixpath.normpath(posixpath.join("/xl", relations.targets[relation])).lstrip("/")
        if not member.startswith("xl/worksheets/"):  # a sheet of charts or macros
            continue
        sheet = _Sheet(strings.texts)
        archive.parse(member, sheet)
        sheets[name] = Table(sheet.cells, frozenset(sheet.merged))
    return sheets


def place_of(reference: str) -> Place:
    """`B3` → (3, 1). Raises SpreadsheetError W001."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise SpreadsheetError("W001")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]), column - 1


def _unescaped(text: str) -> str:
    """`_x000D_` stands for a character that XML cannot have; a `_` before such letters is itself written as `_x005F_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _Book(Target):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self.sheets.append((attributes.get("name", ""), attributes.get("id", "")))


class _Relations(Target):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Strings(Target):
    """The shared texts. Readings above East Asian letters (`rPh`) are no part of them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] | None = None
        self._in_text = self._in_reading = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if tag == "si":
            self._parts = []
        self._in_reading = self._in_reading or tag == "rPh"
        self._in_text = tag == "t" and not self._in_reading

    def end(self, tag: str) -> None:
        if tag == "si" and self._parts is not None:
            self.texts.append(_unescaped("".join(self._parts)))
        elif tag == "rPh":
            self._in_reading = False
        self._in_text = False

    def data(self, text: str) -> None:
        if self._in_text and self._parts is not None:
            self._parts.append(text)


class _Sheet(Target):
    def __init__(self, strings: list[str]) -> None:
        self.cells: dict[Place, Cell] = {}
        self.merged: set[Place] = set()
        self._strings = strings
        self._place: Place = (0, -1)
        self._kind, self._tag, self._has_formula = "n", "", False
        self._value: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._tag = tag
        if tag == "row":
            self._place = (number(attributes.get("r"), self._place[0] + 1), -1)
        elif tag == "c":
            row, column = self._place
            self._place = place_of(attributes["r"]) if "r" in attributes else (row, column + 1)
            self._kind, self._value, self._has_formula = attributes.get("t", "n"), [], False
        elif tag == "f":
            self._has_formula = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        self._tag = ""
        row, column = self._place
        if tag == "c" and 0 < row <= MOST_ROWS and 0 <= column < MOST_COLUMNS:
            cell = self._cell("".join(self._value))
            if cell is not None:
                self.cells[self._place] = cell

    def data(self, text: str) -> None:
        if self._tag in ("v", "t"):
            self._value.append(text)

    def _cell(self, value: str) -> Cell | None:
        if self._has_formula:
            return Cell("formula", value)
        if self._kind == "s":
            place = number(value, -1) if value else -1
            if place >= len(self._strings):
                raise SpreadsheetError("W001")
            value = self._strings[place] if place >= 0 else ""
        elif self._kind in ("inlineStr", "str"):
            value = _unescaped(value)
        return Cell(_KINDS.get(self._kind, "other"), value) if value else None

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        self.merged.update(area(place_of(first), place_of(last or first)))
        if len(self.merged) > _MOST_MERGED:
            raise SpreadsheetError("W001")
