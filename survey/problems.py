"""The one catalogue of coded messages: what is wrong, where, and what to do about it.

A message is looked up by its code and filled with facts; no other module words a problem of a file. Codes are
public (people search for them) and are never reused. `Q` questionnaire, `T` translation, `A` answers file, `G` groups
file, `R` one answer, `P` not permitted or not now, `O` organisations file, `C` worked case, `S` store,
`W` filled workbook.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from survey.messages import MESSAGES
from survey.store_messages import STORE_MESSAGES
from survey.workbook_messages import WORKBOOK_MESSAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["error", "warning"]

CATALOGUE: Final = MESSAGES | STORE_MESSAGES | WORKBOOK_MESSAGES


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem of one file. `line` and `column` count from 1; a problem of the whole file stands at 1:1."""

    path: str
    line: int
    column: int
    code: str
    message: str
    is_strict: bool = field(default=False, compare=False)  # whether somebody asked for warnings to count as errors

    @property
    def severity(self) -> Severity:
        return "error" if self.is_strict else CATALOGUE[self.code][0]

    def __str__(self) -> str:
        """`PATH:LINE:COL CODE message`, the line that the terminal prints."""
        return f"{visible(self.path, 4096)}:{self.line}:{self.column} {self.code} {self.message}"


def message(code: str, **facts: object) -> str:
    """The catalogue's sentence for `code`, filled with facts, in which control characters are shown and not sent on."""
    return filled(CATALOGUE[code][1], facts)


def filled(sentence: str, facts: Mapping[str, object]) -> str:
    """A sentence of the catalogue, in whatever language, with its facts."""
    return sentence.format(**{key: visible(str(value)) for key, value in facts.items()})


def visible(text: str, limit: int = 200) -> str:
    """`text` on one line, control characters escaped; past `limit` characters it says how many more there are."""
    escaped = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return escaped if len(escaped) <= limit else f"{escaped[:limit]} ... ({len(escaped) - limit} characters more)"


class CodedError(Exception):
    """Something is refused, or cannot be done: `code` and text are the catalogue's, and safe to show.

    Pages say it in their reader's language: `survey.translation.problem_text`.
    """

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(message(code, **facts))


class ProblemsError(Exception):
    """A file has problems; `problems` lists all of them in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
