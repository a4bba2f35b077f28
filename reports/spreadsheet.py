"""A spreadsheet that somebody sends, as cells: .xlsx and .ods, read within bounds and never believed.

Nothing is unpacked before the archive's own list of contents is found small; of a member no more is read than that list says.
No document type, entity or external file is looked at, and what is not a sheet (macros, images, links) is not opened. Libraries
for tables give values only: here a cell also says whether a formula stands in it, and its text is exactly the one that was
typed.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.etree.ElementTree import ParseError  # nosec B405  (the exception only; defusedxml reads)

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from survey.problems import CodedError

LARGEST_FILE: Final = 5_000_000  # bytes
LARGEST_UNPACKED: Final = 24_000_000  # bytes of all members; a workbook with every text full has some 11 MB
_HIGHEST_RATIO: Final = 200  # unpacked to packed; blank rows of a sheet have some 60
_SMALL: Final = 100_000  # bytes: members up to here may be packed better
_PASSWORD: Final = 1  # a member's flag
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the only ones that spreadsheets use
_MOST_MEMBERS: Final = 500
_MOST_ELEMENTS: Final = 120_000  # of all members together; some 5,000 are usual
_CHUNK: Final = 65_536

# Cells beyond are not kept: our sheets have ten columns and a row for each question.
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 40

Kind = Literal["text", "number", "formula", "other"]
Place = tuple[int, int]  # row from 1, column from 0


class SpreadsheetError(CodedError):
    """The file is none that can be read (W001), or too large (W002)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. `other`: a date, a truth value, an error. The text of a number is as the file has it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its cells that are not empty, and the places that are merged with others."""

    cells: dict[Place, Cell]
    merged: frozenset[Place]

    def text(self, row: int, column: int) -> str:
        """The text of a cell; "" when it is empty, or no text."""
        cell = self.cells.get((row, column))
        return cell.text if cell and cell.kind == "text" else ""


Spreadsheet = dict[str, Table]  # by the sheet's name


class Target:
    """Takes an XML document's events one after another; no tree is built. Names come without their namespaces."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


class Archive:
    """The members of a file that has passed the bounds."""

    def __init__(self, data: bytes) -> None:
        """Raises SpreadsheetError."""
        if len(data) > LARGEST_FILE:
            raise too_large()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
            raise SpreadsheetError("W001") from None
        members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_UNPACKED:
            raise too_large()
        if any(one.file_size > max(_SMALL, _HIGHEST_RATIO * one.compress_size) for one in members):
            raise too_large()
        if any(one.flag_bits & _PASSWORD or one.compress_type not in _PACKINGS for one in members):
            raise SpreadsheetError("W001")
        self.names = frozenset(one.filename for one in members)
        self._read: set[str] = set()
        self._elements = 0

    def read(self, name: str) -> bytes:
        """A member's bytes, once: a thousand sheets may all name the same one. Raises SpreadsheetError W001 when it is read
        already, missing or damaged."""
        if name in self._read:
            raise SpreadsheetError("W001")
        self._read.add(name)
        try:
            return self._zip.read(name)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError):
            raise SpreadsheetError("W001") from None

    def parse(self, name: str, target: Target) -> None:
        """Send the events of a member, an XML document, to `target`.

        Raises SpreadsheetError: W001 it is missing, damaged or has a document type, W002 there are too many elements.
        """
        counted = _Counted(target, _MOST_ELEMENTS - self._elements)
        parser = XMLParser(target=counted, forbid_dtd=True)
        document = self.read(name)
        try:
            for start in range(0, len(document), _CHUNK):
                parser.feed(document[start : start + _CHUNK])
            parser.close()
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise SpreadsheetError("W001") from None
        self._elements += counted.count


class _Counted:
    """What the parser sees of a Target."""

    def __init__(self, target: Target, most: int) -> None:
        self._target, self._most, self.count = target, most, 0
        self.data = target.data

    def start(self, tag: str, attributes: dict[str, Any]) -> None:
        self.count += 1
        if self.count > self._most:
            raise too_large()
        self._target.start(_local(tag), {_local(name): value for name, value in attributes.items()})

    def end(self, tag: str) -> None:
        self._target.end(_local(tag))

    def close(self) -> None: ...


def read_spreadsheet(data: bytes) -> Spreadsheet:
    """The sheets of an .xlsx or .ods file, by what is in it and whatever it is called. Raises SpreadsheetError."""
    from reports.spreadsheet_ods import MIME_TYPE, read_ods  # noqa: PLC0415  (both read by what stands here)
    from reports.spreadsheet_xlsx import BOOK, read_xlsx  # noqa: PLC0415

    archive = Archive(data)
    if BOOK in archive.names:
        return read_xlsx(archive)
    if "mimetype" in archive.names and archive.read("mimetype").strip() == MIME_TYPE:
        return read_ods(archive)
    raise SpreadsheetError("W001")


def too_large() -> SpreadsheetError:
    return SpreadsheetError("W002", limit=f"{LARGEST_FILE // 1_000_000} MB")


def number(text: str | None, missing: int = 1) -> int:
    """A count in an attribute. Raises SpreadsheetError W001 when it is none."""
    if text is None:
        return missing
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise SpreadsheetError("W001")
    return int(text)


def area(first: Place, last: Place) -> Iterable[Place]:
    """The places of a rectangle, as far as cells are kept."""
    rows = range(first[0], min(last[0], MOST_ROWS) + 1)
    columns = range(first[1], min(last[1], MOST_COLUMNS - 1) + 1)
    return ((row, column) for row in rows for column in columns)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
