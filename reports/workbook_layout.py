"""Where things stand in the offline workbook, for its writer and its reader: columns, the hidden sheet, the codes in cells.

What is read never depends on a language: an answer's cell begins with a level's number or a short code, evidence with a tier's
number. The hidden sheet says whose workbook it is, in which row each question stands and which revision of its answer was
written; a signature over all of that shows whether it is as it was made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from survey.questionnaire import LEVELS, TIERS, Form
from survey.response import DONT_KNOW, NOT_APPLICABLE, as_lines

HIDDEN: Final = "readiness"  # the hidden sheet's name, and what its first cell says
FORMAT: Final = "1"
HEADS: Final = ("response", "questionnaire", "version", "content", "form", "kept", "signature")
FIRST_LINE: Final = len(HEADS) + 2  # the hidden sheet's first row about a question, counted from 1

# Columns of a dimension's sheet, counted from 0, as rows are from 1. The first is hidden and holds the question's id.
ID, NUMBER, QUESTION, ANCHORS, CODE, REASON, EVIDENCE, LINK, NOTE, COMMENT = range(10)
COLUMNS: Final = "ABCDEFGHIJ"
TEXTS: Final = {"reason": REASON, "link": LINK, "note": NOTE, "comment": COMMENT}
FILLED: Final = (CODE, REASON, EVIDENCE, LINK, NOTE, COMMENT)
FIRST_QUESTION: Final = 4
LISTS: Final = 4  # of the hidden sheet: the first column of what cells offer
SEPARATOR: Final = " · "
NO_REASON: Final = "–"  # where a question cannot be answered with "not applicable"

CODES: Final = {**{str(level): level for level in LEVELS}, "DK": DONT_KNOW, "NA": NOT_APPLICABLE}
LETTERS: Final = {code: letters for letters, code in CODES.items()}
_CODE: Final = re.compile(rf"\s*({'|'.join(CODES)})\s*(?:·.*)?", re.IGNORECASE | re.DOTALL | re.ASCII)
_TIER: Final = re.compile(rf"\s*([0-{len(TIERS) - 1}])\s*(?:·.*)?", re.DOTALL | re.ASCII)

MOST_IN_A_CELL: Final = 32_767  # UTF-16 units; what every spreadsheet program can hold
# What XML cannot carry or a program replaces on the way: control characters, halves of a pair, noncharacters.
_NOT_IN_A_CELL: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """Where a question stands, and what of its answer was written. `held`: the texts that fit into no cell and stay as stored."""

    item_id: str
    sheet: str
    row: int
    revision: int
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose workbook it is. `kept`: what stands in the cells of held texts."""

    response_id: int
    questionnaire_id: str
    version: str
    content_hash: str
    form: Form
    kept: str
    lines: tuple[Line, ...]

    def signed_text(self) -> str:
        """What the signature is made over: all of it, in one way of writing."""
        lines = [[one.item_id, one.sheet, one.row, one.revision, *one.held] for one in self.lines]
        return json.dumps([FORMAT, *self.heads(), lines])

    def heads(self) -> tuple[str, ...]:
        """The values of HEADS but the signature."""
        return (str(self.response_id), self.questionnaire_id, self.version, self.content_hash, self.form, self.kept)


def cell_name(row: int, column: int) -> str:
    """As a spreadsheet calls it. `row` counts from 1, `column` from 0."""
    return f"{COLUMNS[column]}{row}"


def code_of(text: str) -> int | None:
    """The answer that a cell's text begins with: `3`, `3 · The plan is adopted`, `dk`; None when it is none."""
    found = _CODE.fullmatch(text)
    return CODES[found[1].upper()] if found else None


def tier_of(text: str) -> int | None:
    """The evidence tier that a cell's text begins with; None when it is none."""
    found = _TIER.fullmatch(text)
    return int(found[1]) if found else None


def fits(text: str) -> bool:
    """Whether a cell can hold the text so that every program gives it back unchanged, but for its line ends."""
    shown = as_lines(text)
    return not _NOT_IN_A_CELL.search(shown) and len(shown.encode("utf-16-le", "surrogatepass")) <= 2 * MOST_IN_A_CELL
