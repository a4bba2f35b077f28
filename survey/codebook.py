"""The codebook: what each variable of an answer table is called and what its codes mean. Travels along with exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.questionnaire import LEVELS, TIERS
from survey.response import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED

if TYPE_CHECKING:
    from fractions import Fraction

    from survey.questionnaire import Condition, Questionnaire

# The names are those of ANSWERS.csv; unanswered (an empty cell there) and not_asked have none in it.
MISSING_CODES = (
    (UNANSWERED, "unanswered", "No answer has been given."),
    (DONT_KNOW, "dont_know", "The respondent does not know."),
    (NOT_APPLICABLE, "not_applicable", "The item does not apply to the respondent."),
    (NOT_ASKED, "not_asked", "The form or an earlier answer leaves the item out."),
)
_IN_WORDS = {"dont_know": "'don't know'", "not_applicable": "'not applicable'"}
_COLUMNS = (
    "variable", "label", "dimension", "weight", "critical", "pulse", "asked_if", "kind", "code", "name", "meaning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a variable, its name in files and what it means."""

    code: int
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Variable:
    """One item as a variable. `values`: levels 1-5 with their anchors; `missing`: codes that are not a level.

    `evidence`: tiers 0-3 with the highest level each supports. `asked_if` is empty when the item is always asked.
    """

    name: str
    label: str
    dimension: str
    weight: Fraction
    critical: bool
    pulse: bool
    asked_if: str
    values: tuple[Code, ...]
    missing: tuple[Code, ...]
    evidence: tuple[Code, ...]


def codebook(questionnaire: Questionnaire) -> tuple[Variable, ...]:
    """One variable an item, in the order of an answer matrix's columns. Labels are in the questionnaire's language."""
    caps = questionnaire.scoring.evidence_caps
    evidence = tuple(
        Code(number, tier, f"Supports a level of at most {getattr(caps, tier)}.") for number, tier in enumerate(TIERS)
    )
    return tuple(
        Variable(
            name=item.id,
            label=item.text,
            dimension=dimension.id,
            weight=item.weight,
            critical=item.critical,
            pulse=item.pulse,
            asked_if=in_words(item.asked_if) if item.asked_if else "",
            values=tuple(Code(level, str(level), item.anchor(level)) for level in LEVELS),
            # not_applicable is an answer only where the item allows it; the other codes can occur anywhere.
            missing=tuple(Code(*facts) for facts in MISSING_CODES if facts[0] != NOT_APPLICABLE or item.allow_na),
            evidence=evidence,
        )
        for dimension in questionnaire.dimensions
        for item in dimension.items
    )


def in_words(condition: Condition) -> str:
    """A condition as a person would say it, for example `st_strategy is at level 2 or above`."""
    if condition.kind == "not":
        return f"it is not so that {_nested(condition.parts[0])}"
    if condition.kind in ("all", "any"):
        return (" and " if condition.kind == "all" else " or ").join(_nested(part) for part in condition.parts)
    if condition.kind == "at_least":
        return f"{condition.item} is at level {condition.level} or above"
    if condition.kind == "at_most":
        return f"{condition.item} is at level {condition.level} or below"
    codes = ", ".join(_IN_WORDS.get(code, f"level {code}") for code in condition.codes)
    return f"{condition.item} is {codes}" if len(condition.codes) == 1 else f"{condition.item} is one of: {codes}"


def _nested(condition: Condition) -> str:
    words = in_words(condition)
    return words if condition.item is not None else f"({words})"


def as_rows(variables: tuple[Variable, ...]) -> list[dict[str, str]]:
    """The codebook as a table of texts: one row a variable and code, every row with the same columns."""
    return [
        dict(
            zip(
                _COLUMNS,
                (
                    variable.name, variable.label, variable.dimension, str(variable.weight), _flag(variable.critical),
                    _flag(variable.pulse), variable.asked_if, kind, str(code.code), code.name, code.meaning,
                ),
                strict=True,
            )
        )
        for variable in variables
        for kind, codes in (("level", variable.values), ("missing", variable.missing), ("evidence", variable.evidence))
        for code in codes
    ]  # fmt: skip


def _flag(value: bool) -> str:
    return "true" if value else "false"
