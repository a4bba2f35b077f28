"""What goes into a cell of a CSV file, so that a spreadsheet shows text as text and starts no formula from it."""

from __future__ import annotations

import unicodedata
from typing import Final, TypeVar, overload

_Value = TypeVar("_Value", int, float, None)

# What begins a formula or command in Excel, LibreOffice or Google Sheets; full-width forms are taken for the ASCII ones.
_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")


@overload
def csv_cell(value: str) -> str: ...
@overload
def csv_cell(value: _Value) -> _Value: ...
def csv_cell(value: str | _Value) -> str | _Value:
    """A text with `'` before it where a spreadsheet could take it for a formula; numbers and None as they are.

    For every text of a file, its headers included. What is invisible at the beginning does not hide a formula behind it. A
    reader gets the text back by removing one leading `'`; one that begins with `'` by itself is left as it is.

    >>> csv_cell("=1+1"), csv_cell("Statistics office"), csv_cell(-3.5)
    ("'=1+1", 'Statistics office', -3.5)
    """
    if not isinstance(value, str) or not value:
        return value
    return f"'{value}" if value[0] in _STARTS or _first_visible(value) in _STARTS else value


def _first_visible(text: str) -> str:
    return next((char for char in text if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf")), "")
