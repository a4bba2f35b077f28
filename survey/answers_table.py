"""The answers of a file while it is read: two matrices that grow with the responses, and whole blocks of lines at once.

A regular block (no quotes, no problem in any line) is split and looked up in bulk; any other is refused, so that the
caller reads it row by row, which gives the same matrices and says what is wrong where.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from survey.response import CODES, NOT_APPLICABLE, TIER_NUMBERS
from survey.text_file import NOT_TEXT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from survey.questionnaire import Questionnaire
    from survey.routing import Codes

_SEEN: Final = 4  # beside the tier (0-3): the cell has had its row
_ASCII_TEXT: Final = bytes((9, 10, 13, *range(0x20, 0x7F)))


class _Stripped(dict[bytes, int]):
    """Values by a cell's bytes, white space around which does not count. Raises KeyError for anything else."""

    def __missing__(self, cell: bytes) -> int:
        stripped = cell.decode().strip().encode()
        if stripped == cell:
            raise KeyError(cell)
        return self[stripped]


class _Numbers(_Stripped):
    """Numbers of responses in the order in which they are first looked up. Raises KeyError for a response without a name."""

    def __missing__(self, cell: bytes) -> int:
        stripped = cell.decode().strip().encode()
        if stripped != cell:
            return self[stripped]
        if not cell:
            raise KeyError(cell)
        return self.setdefault(cell, len(self))


_CODES = _Stripped({name.encode(): code for name, code in CODES.items()})
_TIERS = _Stripped({b"": 0, **{name.encode(): number for name, number in TIER_NUMBERS.items()}})


@dataclass(slots=True)
class AnswersTable:
    """The answers read so far. `doubles`: (line, response's number, column) of rows that answer what an earlier row has
    answered, as many as anybody will want to see (`most_doubles`); the earlier row stays.
    """

    questionnaire: Questionnaire
    most_doubles: int
    doubles: list[tuple[int, int, int]] = field(default_factory=list)
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: _Numbers = field(default_factory=_Numbers)
    _codes: Codes = field(init=False)
    _tiers: NDArray[np.uint8] = field(init=False)
    _columns: _Stripped = field(init=False)
    _may_leave: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        items = self.questionnaire.items
        self._codes, self._tiers = (np.zeros((0, len(items)), np.uint8) for _ in range(2))
        self._columns = _Stripped({item.id.encode(): column for column, item in enumerate(items)})
        self._may_leave = np.array([item.allow_na for item in items])

    def add(self, line: int, response: str, column: int, code: int, tier: int, reason: str) -> None:
        """One row that is right."""
        number = self.numbers[response.encode()]
        self._grow()
        if self._tiers[number, column]:
            if len(self.doubles) < self.most_doubles:
                self.doubles.append((line, number, column))
            return
        self._codes[number, column], self._tiers[number, column] = code, tier | _SEEN
        if reason:
            self.reasons[number, column] = reason

    def add_block(self, raw: bytes, places: tuple[int, ...], width: int) -> bool:
        """All rows of whole lines, or none and False if one is not plain or not right.

        `places`: where in a row of `width` cells response, item, answer, evidence and reason stand, -1 if nowhere.
        """
        columns = _split(raw, places, width)
        if columns is None:
            return False
        responses, items, answers, evidence, reasons = columns
        rows = len(responses)
        try:
            at = np.fromiter(map(self._columns.__getitem__, items), np.intp, rows)
            codes = np.frombuffer(bytes(map(_CODES.__getitem__, answers)), np.uint8)
            tiers = np.frombuffer(bytes(map(_TIERS.__getitem__, evidence)) or bytes(rows), np.uint8)
            if ((codes == NOT_APPLICABLE) & ~self._may_leave[at]).any():
                return False
            numbers = np.fromiter(map(self.numbers.__getitem__, responses), np.intp, rows)
        except KeyError:
            return False
        self._grow()
        cells = numbers * self._codes.shape[1] + at
        ordered = np.sort(cells)
        if (ordered[1:] == ordered[:-1]).any() or self._tiers.reshape(-1)[cells].any():
            return False
        self._codes.reshape(-1)[cells], self._tiers.reshape(-1)[cells] = codes, tiers | _SEEN
        if reasons.count(b"") < len(reasons):
            said = ((row, text.decode().strip()) for row, text in enumerate(reasons) if text)
            self.reasons.update({(int(numbers[row]), int(at[row])): text for row, text in said if text})
        return True

    def matrices(self) -> tuple[Codes, NDArray[np.uint8]]:
        """Codes and tiers, responses × items. The table is used up."""
        codes, tiers = self._codes, self._tiers
        for matrix in (codes, tiers):
            matrix.resize((len(self.numbers), matrix.shape[1]), refcheck=False)
        tiers &= _SEEN - 1
        return codes, tiers

    def _grow(self) -> None:
        """Room for every response; grown in place and a quarter at a time, so that no second copy is ever held."""
        if len(self.numbers) > len(self._codes):
            rows = len(self.numbers) + len(self.numbers) // 4 + 64
            for matrix in (self._codes, self._tiers):
                matrix.resize((rows, matrix.shape[1]), refcheck=False)


def _split(raw: bytes, places: tuple[int, ...], width: int) -> list[list[bytes]] | None:
    """The cells of plain lines, column by column; empty for a column that is not there. None if a line is not plain."""
    if b'"' in raw or len(raw) > csv.field_size_limit() or not _is_text(raw):
        return None
    raw = raw.replace(b"\r\n", b"\n")
    if b"\r" in raw:
        return None
    # The ends of lines become cells of their own: where they all stand in their places, every line has `width` cells.
    cells = raw.removesuffix(b"\n").replace(b"\n", b",\n,").split(b",")
    ends = cells[width :: width + 1]
    if len(cells) != len(ends) * (width + 1) + width or ends.count(b"\n") != len(ends) != cells.count(b"\n"):
        return None
    return [cells[place :: width + 1] if place >= 0 else [] for place in places]


def _is_text(raw: bytes) -> bool:
    if not raw.translate(None, _ASCII_TEXT):
        return True
    try:
        return NOT_TEXT.search(raw.decode()) is None
    except UnicodeDecodeError:
        return False
