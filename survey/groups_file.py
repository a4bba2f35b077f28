"""GROUPS.csv → which group and which organisation each response belongs to. Every problem is reported with its line.

Columns `response,group` and optionally `organisation` (default: the response itself) and `invited` (organisations invited
in that group, the same on each of its lines), in any order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from survey.csv_header import header_faults
from survey.problems import Problem, ProblemsError, message
from survey.text_file import read_text

REQUIRED = ("response", "group")
COLUMNS = (*REQUIRED, "organisation", "invited")
MAX_BYTES = 200_000_000  # a million responses with long names
MAX_PROBLEMS = 1_000
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class GroupsFile:
    """Groups and organisations in the order in which the file first names them, for the r responses of an answers file.

    `group_of`, `organisation_of` (r,): the place of each response's group in `groups`, of its organisation in
    `organisations`. `invited`: organisations invited in each group, None where the file does not say.
    """

    groups: tuple[str, ...]
    organisations: tuple[str, ...]
    group_of: NDArray[np.intp]
    organisation_of: NDArray[np.intp]
    invited: tuple[int | None, ...]


@dataclass(slots=True)
class _Seen:
    """What the lines so far say, each fact with the line that says it first."""

    name: str
    known: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    responses: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # response → group, organisation, line
    groups: dict[str, tuple[str, int]] = field(default_factory=dict)  # group → invited as written, line
    organisations: dict[str, tuple[str, int]] = field(default_factory=dict)  # organisation → group, line

    def report(self, line: int, code: str, **facts: object) -> None:
        self.problems.append(Problem(self.name, line, 1, code, message(code, **facts)))


def load_groups(responses: Sequence[str], path: Path, shown: str | None = None) -> GroupsFile:
    """Read the groups of `responses`, which an answers file has named. Raises ProblemsError listing every problem (G001-G016)."""
    name = shown or str(path)
    return parse_groups(responses, read_text(path, name, "G001", MAX_BYTES), name)


def parse_groups(responses: Sequence[str], text: str, name: str) -> GroupsFile:
    """The same from the file's text."""
    seen = _Seen(name, frozenset(responses))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(seen, header)
        places = [header.index(column) if column in header else -1 for column in COLUMNS]
        line = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                seen.report(line, "G005", found=len(row), wanted=len(header))
            elif row:
                _take(seen, line, *([*row, ""][place].strip() for place in places))
            line = reader.line_num + 1
    except csv.Error as error:
        seen.report(line, "G001", reason=str(error))
    else:
        _check_whole(seen, responses)
    if seen.problems:
        raise ProblemsError(_shown(sorted(seen.problems)))
    return _finished(seen, responses)


def _check_header(seen: _Seen, header: list[str]) -> None:
    """Raises ProblemsError: without the right columns no line can be read."""
    for code, column in header_faults(header, REQUIRED, COLUMNS, ("G002", "G003", "G004")):
        seen.report(1, code, column=column)
    if seen.problems:
        raise ProblemsError(seen.problems)


def _take(seen: _Seen, line: int, response: str, group: str, organisation: str, invited: str) -> None:
    if not response:
        seen.report(line, "G006")
    elif response not in seen.known:
        seen.report(line, "G007", response=response)
    elif not group:
        seen.report(line, "G008", response=response)
        seen.responses.setdefault(response, ("", "", line))
    elif response in seen.responses:
        _report_again(seen, line, response, group)
    else:
        organisation = organisation or response
        seen.responses[response] = group, organisation, line
        _take_organisation(seen, line, organisation, group)
        _take_invited(seen, line, group, invited)


def _report_again(seen: _Seen, line: int, response: str, group: str) -> None:
    other, _, first = seen.responses[response]
    if other in ("", group):
        seen.report(line, "G009", response=response, first=first)
    else:
        seen.report(line, "G010", response=response, group=group, other=other, first=first)


def _take_organisation(seen: _Seen, line: int, organisation: str, group: str) -> None:
    other, first = seen.organisations.setdefault(organisation, (group, line))
    if other != group:
        seen.report(line, "G011", organisation=organisation, group=group, other=other, first=first)


def _take_invited(seen: _Seen, line: int, group: str, invited: str) -> None:
    if invited and not (invited.isascii() and invited.isdigit() and len(invited) <= _MAX_DIGITS and int(invited) > 0):
        seen.report(line, "G012", value=invited)
        return
    other, first = seen.groups.setdefault(group, (invited, line))
    if other.lstrip("0") != invited.lstrip("0"):
        seen.report(line, "G013", group=group, value=invited or "no", other=other or "no", first=first)


def _check_whole(seen: _Seen, responses: Sequence[str]) -> None:
    """What only all lines together show: responses without a line, and groups with more organisations than were invited."""
    for response in responses:
        if response not in seen.responses:
            seen.report(1, "G015", response=response)
    members: dict[str, int] = {}
    for group, _ in seen.organisations.values():
        members[group] = members.get(group, 0) + 1
    for group, (invited, line) in seen.groups.items():
        if invited and members.get(group, 0) > int(invited):
            seen.report(line, "G014", group=group, count=members[group], invited=int(invited))


def _shown(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    last = problems[MAX_PROBLEMS]
    return [*problems[:MAX_PROBLEMS], Problem(last.path, last.line, 1, "G016", message("G016", limit=MAX_PROBLEMS))]


def _finished(seen: _Seen, responses: Sequence[str]) -> GroupsFile:
    groups = {group: place for place, group in enumerate(seen.groups)}
    organisations = {organisation: place for place, organisation in enumerate(seen.organisations)}
    return GroupsFile(
        groups=tuple(groups),
        organisations=tuple(organisations),
        group_of=np.array([groups[seen.responses[response][0]] for response in responses], dtype=np.intp),
        organisation_of=np.array([organisations[seen.responses[response][1]] for response in responses], dtype=np.intp),
        invited=tuple(int(invited) if invited else None for invited, _ in seen.groups.values()),
    )
