"""ANSWERS.csv → answer matrices. Every problem of the file is reported with its line; with any, nothing is returned.

Columns `response,item,answer` and optionally `evidence,reason`, in any order. What is kept are two bytes an item of each
response and the responses' names, however many rows there are; lines are read in blocks, plain ones in bulk
(`survey.answers_table`).
"""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from survey.answers_table import AnswersTable
from survey.csv_header import header_faults
from survey.problems import Problem, ProblemsError, message
from survey.response import CODES, NOT_APPLICABLE, TIER_NUMBERS
from survey.text_file import NOT_TEXT, not_text, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from survey.questionnaire import Questionnaire
    from survey.routing import Codes

REQUIRED = ("response", "item", "answer")
COLUMNS = (*REQUIRED, "evidence", "reason")
MAX_PROBLEMS = 10_000
# Small enough that one irregular line sends few others through the slow reader.
_BLOCK = 1 << 16

Row = tuple[int, str, int, int, int, str]  # line, response, column, code, tier, reason


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


def load_answers(questionnaire: Questionnaire, path: Path, shown: str | None = None) -> AnswersFile:
    """Read an answers file. Raises ProblemsError listing every problem (A001-A012)."""
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            return read_answers(questionnaire, file, name)
    except OSError as error:
        raise refusal(name, "A001", reason=error.strerror or "it is not a readable file") from None


def answers_at(questionnaire: Questionnaire, name: str) -> AnswersFile:
    """The answers of a file, or of standard input where its name is `-`. Raises ProblemsError listing every problem."""
    if name == "-":
        return read_answers(questionnaire, sys.stdin.buffer, name)
    return load_answers(questionnaire, Path(name), name)


def read_answers(questionnaire: Questionnaire, stream: IO[str] | IO[bytes], name: str) -> AnswersFile:
    """Read answers from an open file or from standard input, in text or (better, as UTF-8 is then checked) in bytes.

    What cannot be read twice (a pipe) is copied to a temporary file first: a double is told with the line it repeats.
    """
    with _rereadable(stream, name) as file:
        start = file.tell()
        table, reading = AnswersTable(questionnaire, MAX_PROBLEMS + 1), _Reading(questionnaire, name, file)
        for block in reading.blocks():
            if isinstance(block, bytes) and table.add_block(block, reading.places, reading.width):
                reading.line += block.count(b"\n")
                continue
            for row in reading.rows(block):
                table.add(*row)
        if table.doubles:
            file.seek(start)
            _report_doubles(reading, table, _Reading(questionnaire, name, file))
    if reading.problems:
        raise ProblemsError(reading.problems)
    codes, evidence = table.matrices()
    return AnswersFile(tuple(response.decode() for response in table.numbers), codes, evidence, table.reasons)


def _rereadable(stream: IO[Any], name: str) -> contextlib.AbstractContextManager[IO[Any]]:
    """The stream, which stays the caller's to close, or a temporary copy of it."""
    if stream.seekable():
        return contextlib.nullcontext(stream)
    try:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller's `with`
        shutil.copyfileobj(getattr(stream, "buffer", stream), copy)
        copy.seek(0)
    except OSError as error:
        raise refusal(name, "A001", reason=error.strerror or "it is not a readable file") from None
    return copy


@dataclass(slots=True)
class _Reading:
    """One pass through a file. `line`: the number of the first line that nobody has taken yet."""

    questionnaire: Questionnaire
    name: str
    file: IO[Any]
    line: int = 1
    width: int = 0
    places: tuple[int, ...] = ()  # where in a row each of COLUMNS stands, -1 if nowhere
    is_over: bool = False
    problems: list[Problem] = field(default_factory=list)

    def report(self, line: int, code: str, **facts: object) -> None:
        self.problems.append(Problem(self.name, line, 1, code, message(code, **facts)))

    def blocks(self) -> Iterator[bytes | str]:
        """Whole lines below the header, some at a time. Raises ProblemsError when the header is wrong."""
        header: list[str] = []
        for _, record in self._records(self.file.readline(), is_first=True):
            header = [column.strip() for column in record]
        if not self.problems:
            self._check_header(header)
        if self.problems:
            raise ProblemsError(self.problems)
        self.width = len(header)
        self.places = tuple(header.index(column) if column in header else -1 for column in COLUMNS)
        while not self.is_over and (block := self.file.read(_BLOCK)):
            yield block + self.file.readline()

    def rows(self, block: bytes | str) -> Iterator[Row]:
        """The rows that begin in a block and are right; the others are reported."""
        for line, record in self._records(block):
            if record and (row := self._checked(line, record)):
                yield row
            if len(self.problems) >= MAX_PROBLEMS:
                self.report(self.line, "A012", limit=MAX_PROBLEMS)
                self.is_over = True
                return

    def _records(self, block: bytes | str, *, is_first: bool = False) -> Iterator[tuple[int, list[str]]]:
        """Each record that begins in the block, with its line. The last may run on into lines after the block."""
        source: IO[Any] = io.BytesIO(block) if isinstance(block, bytes) else io.StringIO(block, newline="")
        lines = chain(source, iter(self.file.readline, block[:0]))
        reader = csv.reader(_text(lines, is_first=is_first), strict=True)
        before = self.line
        try:
            while source.tell() < len(block):
                record = next(reader, [])
                begun, self.line = self.line, before + reader.line_num
                yield begun, record
        except csv.Error as error:
            self.report(self.line, "A001", reason=str(error))
            self.is_over = True
        except _NotTextError as error:
            self.report(before + reader.line_num, "A001", reason=str(error))
            self.is_over = True

    def _check_header(self, header: list[str]) -> None:
        for code, column in header_faults(header, REQUIRED, COLUMNS, ("A002", "A003", "A011")):
            self.report(1, code, column=column)

    def _checked(self, line: int, record: list[str]) -> Row | None:
        """A record as a row if it is right."""
        if len(record) != self.width:
            self.report(line, "A009", found=len(record), wanted=self.width)
            return None
        record.append("")  # what place -1 finds
        response, item, answer, evidence, reason = [record[place].strip() for place in self.places]
        column = self.questionnaire.position.get(item)
        code = CODES.get(answer)
        tier = TIER_NUMBERS.get(evidence or "none")
        not_possible = code == NOT_APPLICABLE and column is not None and not self.questionnaire.items[column].allow_na
        if not response or column is None or code is None or tier is None or not_possible:
            self._report_row(line, (response, item, answer, evidence), not_possible=not_possible)
            return None
        return line, response, column, code, tier, reason

    def _report_row(self, line: int, values: tuple[str, str, str, str], *, not_possible: bool) -> None:
        response, item, answer, evidence = values
        if not response:
            self.report(line, "A010")
        if item not in self.questionnaire.position:
            self.report(line, "A004", item=item, questionnaire=self.questionnaire.id)
        if answer not in CODES:
            self.report(line, "A005", value=answer)
        if not_possible:
            self.report(line, "A006", item=item)
        if evidence and evidence not in TIER_NUMBERS:
            self.report(line, "A007", value=evidence)


class _NotTextError(Exception):
    """A line that is not text; the message says why."""


def _text(lines: Iterable[str] | Iterable[bytes], *, is_first: bool) -> Iterator[str]:
    """The lines as text, the file's first without a byte order mark. Decoded one by one, so that a fault is known by its line."""
    try:
        for raw in lines:
            line = raw.decode("utf-8") if isinstance(raw, bytes) else raw
            if is_first:
                line, is_first = line.removeprefix("\ufeff"), False
            if found := NOT_TEXT.search(line):
                raise _NotTextError(not_text(found.group()))
            yield line
    except UnicodeDecodeError:
        raise _NotTextError("it is not UTF-8 text") from None


def _report_doubles(reading: _Reading, table: AnswersTable, again: _Reading) -> None:
    """Report each row that answers what an earlier row has answered. The earlier one's line is found by reading `again`: to
    keep every row's line would take more memory than everything else.
    """
    first: dict[tuple[int, int], int] = {}
    wanted = {(number, column) for _, number, column in table.doubles}
    for line, response, column, *_ in chain.from_iterable(map(again.rows, again.blocks())):
        cell = table.numbers[response.encode()], column
        if cell in wanted:
            first.setdefault(cell, line)
            if len(first) == len(wanted):
                break
    names = list(table.numbers)
    for line, number, column in table.doubles:
        if len(reading.problems) >= MAX_PROBLEMS:
            reading.report(line, "A012", limit=MAX_PROBLEMS)
            break
        item = reading.questionnaire.items[column].id
        reading.report(line, "A008", response=names[number].decode(), item=item, first=first[number, column])
