"""ORGANISATIONS.csv → who is invited to a round: one organisation a line, under its country."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from survey.problems import Problem, ProblemsError, message
from survey.text_file import read_text, refusal

MAX_BYTES = 2_000_000
COLUMNS = ("country", "name")


@dataclass(frozen=True, slots=True)
class Invited:
    """An organisation to invite; `country` is an ISO 3166-1 alpha-2 code in capitals."""

    country: str
    name: str


def read_organisations(path: Path, is_country: Callable[[str], bool]) -> tuple[Invited, ...]:
    """The file's organisations in order. Raises ProblemsError with every problem at its line; `is_country` knows the codes."""
    shown = str(path)
    lines = list(_lines(read_text(path, shown, "A001", MAX_BYTES), shown))
    header = [column.strip().lower() for column in lines[0][1]] if lines else []
    if sorted(header) != sorted(COLUMNS):
        raise ProblemsError([Problem(shown, 1, 1, "O001", message("O001"))])
    place = {column: header.index(column) for column in COLUMNS}
    problems: list[Problem] = []
    found: dict[Invited, int] = {}
    for line, row in lines[1:]:
        if not any(value.strip() for value in row):
            continue
        values = [value.strip() for value in row] + [""] * 2
        invited = Invited(values[place["country"]].upper(), values[place["name"]])
        for code, facts in _faults(invited, is_country, found):
            problems.append(Problem(shown, line, 1, code, message(code, **facts)))
        found.setdefault(invited, line)
    if not found:
        problems.append(Problem(shown, 1, 1, "O001", message("O001")))
    if problems:
        raise ProblemsError(problems)
    return tuple(found)


def _lines(text: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line where it begins. Quotation marks that are not closed would swallow the lines after them: A001."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise refusal(shown, "A001", line, reason=str(error)) from None


def _faults(
    invited: Invited, is_country: Callable[[str], bool], found: dict[Invited, int]
) -> Iterator[tuple[str, dict[str, object]]]:
    if not re.fullmatch("[A-Z]{2}", invited.country) or not is_country(invited.country):
        yield "O002", {"value": invited.country}
    if not invited.name or len(invited.name) > 200 or "\n" in invited.name or "\r" in invited.name:
        yield "O003", {}
    if invited in found:
        yield "O004", {"name": invited.name, "first": found[invited]}
