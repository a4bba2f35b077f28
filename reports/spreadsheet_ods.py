"""The sheets of an .ods file (OpenDocument 1.3, part 3, 9: tables; 6.1: text)."""

from __future__ import annotations

from typing import Final

from reports.spreadsheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Archive,
    Cell,
    Kind,
    Place,
    Spreadsheet,
    Table,
    Target,
    area,
    number,
)

MIME_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_CELLS: Final = ("table-cell", "covered-table-cell")
_KINDS: Final[dict[str, Kind]] = {
    "": "text", "string": "text", "float": "number", "percentage": "number", "currency": "number",
}  # fmt: skip
_MOST_SPACES: Final = 100_000
_MOST_KEPT: Final = 50_000  # cells: one that is repeated counts as often


def read_ods(archive: Archive) -> Spreadsheet:
    """Raises SpreadsheetError."""
    content = _Content()
    archive.parse("content.xml", content)
    return {name: Table(cells, frozenset(content.merged[name])) for name, cells in content.sheets.items()}


class _Content(Target):
    def __init__(self) -> None:
        self.sheets: dict[str, dict[Place, Cell]] = {}
        self.merged: dict[str, set[Place]] = {}
        self._name = ""
        self._row = self._column = self._rows = self._columns = 1
        self._depth_of_note = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[list[str]] = []
        self._in_paragraph = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "annotation" or self._depth_of_note:  # a remark at a cell has paragraphs of its own
            self._depth_of_note += 1
        elif tag == "table":
            self._name, self._row, self._rows = attributes.get("name", ""), 1, 0
            self.sheets[self._name], self.merged[self._name] = {}, set()
        elif tag == "table-row":
            self._row += self._rows
            self._rows = number(attributes.get("number-rows-repeated"))
            self._column = self._columns = 0
        elif tag in _CELLS:
            self._column += self._columns
            self._columns = number(attributes.get("number-columns-repeated"))
            self._cell, self._paragraphs = {**attributes, "tag": tag}, []
        elif self._cell is not None:
            self._text(tag, attributes)

    def end(self, tag: str) -> None:
        if self._depth_of_note:
            self._depth_of_note -= 1
        elif tag in _CELLS and self._cell is not None:
            self._keep(self._cell)
            self._cell = None
        elif tag == "p":
            self._in_paragraph = False

    def data(self, text: str) -> None:
        # Programs write a run of spaces as an element (6.1.3 would make it one space here), but LibreOffice writes it as it is in
        # a cell of several lines, and reads it so.
        if self._in_paragraph and not self._depth_of_note:
            self._paragraphs[-1].append(text)

    def _text(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p":
            self._paragraphs.append([])
            self._in_paragraph = True
        elif self._in_paragraph:
            count = min(number(attributes.get("c")), _MOST_SPACES)
            self._paragraphs[-1].append({"s": " " * count, "tab": "\t", "line-break": "\n"}.get(tag, ""))

    def _keep(self, cell: dict[str, str]) -> None:
        if not self._name or self._row > MOST_ROWS or self._column >= MOST_COLUMNS:
            return
        row, column = self._row, self._column
        last = (
            row + number(cell.get("number-rows-spanned")) - 1,
            column + number(cell.get("number-columns-spanned")) - 1,
        )
        if last != (row, column):
            self.merged[self._name].update(area((row, column), last))
        kept = self._value(cell)
        cells = self.sheets[self._name]
        if kept is None or cell["tag"] == "covered-table-cell":
            return
        for place in area((row, column), (row + self._rows - 1, column + self._columns - 1)):
            if len(cells) < _MOST_KEPT:
                cells[place] = kept

    def _value(self, cell: dict[str, str]) -> Cell | None:
        text = "\n".join("".join(parts) for parts in self._paragraphs)
        if "formula" in cell:
            return Cell("formula", text)
        kind = _KINDS.get(cell.get("value-type", ""), "other")
        if kind == "text" and "string-value" in cell:
            text = cell["string-value"]
        if kind == "number":
            text = cell.get("value", "")
        return Cell(kind, text) if text or kind == "other" else None
