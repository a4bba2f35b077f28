"""ANSWERS.csv → answer matrices. Every problem of the file is reported with its line; with any, nothing is returned.

Columns `response,item,answer` and optionally `evidence,reason`, in any order. Rows stream into flat arrays (14 bytes a
row) and become matrices at the end, so a million rows need tens of megabytes.
"""

from __future__ import annotations

import csv
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from survey.problems import Problem, ProblemsError, message
from survey.response import CODES, NOT_APPLICABLE, TIER_NUMBERS
from survey.text_file import NOT_TEXT, not_text, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from survey.questionnaire import Questionnaire
    from survey.routing import Codes

REQUIRED = ("response", "item", "answer")
COLUMNS = (*REQUIRED, "evidence", "reason")
MAX_PROBLEMS = 10_000


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """The answers of n responses, in the order in which the file first names them.

    `codes` and `evidence`: n × items, uint8, columns in the questionnaire's order; an item without a row is UNANSWERED
    with tier none. `reasons`: (row, column) → what was written beside the answer, where anything was.
    """

    responses: tuple[str, ...]
    codes: Codes
    evidence: NDArray[np.uint8]
    reasons: Mapping[tuple[int, int], str]


@dataclass(slots=True)
class _Rows:
    """What has been read so far: one entry a row in each array, and the problems."""

    questionnaire: Questionnaire
    name: str
    width: int = 0
    problems: list[Problem] = field(default_factory=list)
    responses: dict[str, int] = field(default_factory=dict)
    cells: array[int] = field(default_factory=lambda: array("q"))
    codes: array[int] = field(default_factory=lambda: array("B"))
    evidence: array[int] = field(default_factory=lambda: array("B"))
    lines: array[int] = field(default_factory=lambda: array("I"))
    reasons: dict[tuple[int, int], str] = field(default_factory=dict)

    def report(self, line: int, code: str, **facts: object) -> None:
        self.problems.append(Problem(self.name, line, 1, code, message(code, **facts)))


def load_answers(questionnaire: Questionnaire, path: Path, shown: str | None = None) -> AnswersFile:
    """Read an answers file. Raises ProblemsError listing every problem (A001-A012)."""
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            return read_answers(questionnaire, file, name)
    except OSError as error:
        raise refusal(name, "A001", reason=error.strerror or "it is not a readable file") from None


def read_answers(questionnaire: Questionnaire, stream: Iterable[str] | Iterable[bytes], name: str) -> AnswersFile:
    """Read answers from an open file or from standard input, in text or (better, as UTF-8 is then checked) in bytes."""
    rows = _Rows(questionnaire, name)
    reader = csv.reader(_lines(stream), strict=True)
    line = 1
    try:
        header = [column.strip() for column in next(reader, [])]
        if not _header_is_right(rows, header):
            raise ProblemsError(rows.problems)
        rows.width = len(header)
        places = tuple(header.index(column) if column in header else -1 for column in COLUMNS)
        line = reader.line_num + 1
        for row in reader:
            if row:
                _take(rows, line, places, row)
            line = reader.line_num + 1
            if len(rows.problems) >= MAX_PROBLEMS:
                rows.report(line, "A012", limit=MAX_PROBLEMS)
                break
    except csv.Error as error:
        rows.report(line, "A001", reason=str(error))
    except _NotTextError as error:
        rows.report(reader.line_num + 1, "A001", reason=str(error))
    return _finished(rows)


class _NotTextError(Exception):
    """A line that is not text; the message says why."""


def _lines(stream: Iterable[str] | Iterable[bytes]) -> Iterator[str]:
    """The lines as text, without a byte order mark. Decoded one by one, so that a fault is known by its line."""
    first = True
    try:
        for raw in stream:
            line = raw.decode("utf-8") if isinstance(raw, bytes) else raw
            if first:
                line, first = line.removeprefix("\ufeff"), False
            if found := NOT_TEXT.search(line):
                raise _NotTextError(not_text(found.group()))
            yield line
    except UnicodeDecodeError:
        raise _NotTextError("it is not UTF-8 text") from None


def _header_is_right(rows: _Rows, header: list[str]) -> bool:
    for column in REQUIRED:
        if column not in header:
            rows.report(1, "A002", column=column)
    for place, column in enumerate(header):
        if column not in COLUMNS:
            rows.report(1, "A003", column=column)
        elif column in header[:place]:
            rows.report(1, "A011", column=column)
    return not rows.problems


def _take(rows: _Rows, line: int, places: tuple[int, ...], row: list[str]) -> None:
    """Check one row and keep it if it is right. `places`: where in a row each of COLUMNS stands, -1 if nowhere."""
    if len(row) != rows.width:
        rows.report(line, "A009", found=len(row), wanted=rows.width)
        return
    row.append("")  # what place -1 finds
    response, item, answer, evidence, reason = [row[place].strip() for place in places]
    column = rows.questionnaire.position.get(item)
    code = CODES.get(answer)
    tier = TIER_NUMBERS.get(evidence or "none")
    not_possible = code == NOT_APPLICABLE and column is not None and not rows.questionnaire.items[column].allow_na
    if not response or column is None or code is None or tier is None or not_possible:
        _report_row(rows, line, (response, item, answer, evidence), not_possible=not_possible)
        return
    number = rows.responses.setdefault(response, len(rows.responses))
    rows.cells.append(number * len(rows.questionnaire.items) + column)
    rows.codes.append(code)
    rows.evidence.append(tier)
    rows.lines.append(line)
    if reason:
        rows.reasons[number, column] = reason


def _report_row(rows: _Rows, line: int, values: tuple[str, str, str, str], *, not_possible: bool) -> None:
    response, item, answer, evidence = values
    if not response:
        rows.report(line, "A010")
    if item not in rows.questionnaire.position:
        rows.report(line, "A004", item=item, questionnaire=rows.questionnaire.id)
    if answer not in CODES:
        rows.report(line, "A005", value=answer)
    if not_possible:
        rows.report(line, "A006", item=item)
    if evidence and evidence not in TIER_NUMBERS:
        rows.report(line, "A007", value=evidence)


def _finished(rows: _Rows) -> AnswersFile:
    """The matrices. Raises ProblemsError when there was a problem or a (response, item) is answered twice."""
    cells = np.array(rows.cells, dtype=np.int64)
    _report_doubles(rows, cells)
    if rows.problems:
        raise ProblemsError(rows.problems)
    shape = (len(rows.responses), len(rows.questionnaire.items))
    codes, evidence = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
    codes.reshape(-1)[cells] = np.array(rows.codes, dtype=np.uint8)
    evidence.reshape(-1)[cells] = np.array(rows.evidence, dtype=np.uint8)
    return AnswersFile(tuple(rows.responses), codes, evidence, rows.reasons)


def _report_doubles(rows: _Rows, cells: NDArray[np.int64]) -> None:
    """Report each row that answers what an earlier row has answered, in the order of the file."""
    order = np.argsort(cells, kind="stable")  # equal cells stay in the order of the file
    ordered = cells[order]
    again = np.sort(order[1:][ordered[1:] == ordered[:-1]])
    names = list(rows.responses)
    for row in again.tolist():
        if len(rows.problems) >= MAX_PROBLEMS:
            rows.report(rows.lines[row], "A012", limit=MAX_PROBLEMS)
            break
        response, column = divmod(rows.cells[row], len(rows.questionnaire.items))
        first = rows.lines[int(order[np.searchsorted(ordered, rows.cells[row])])]
        item = rows.questionnaire.items[column].id
        rows.report(rows.lines[row], "A008", response=names[response], item=item, first=first)
