"""The written form of skip logic → Condition. One small grammar: a comparison of an item, or all / any / not."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

from survey.problems import Problem
from survey.questionnaire import ID_PATTERN, Condition, parse_number
from survey.yaml_source import Place, Source, name_of

_COMPARISONS = ("at_least", "at_most", "is")
_CODES = ("1", "2", "3", "4", "5", "dont_know", "not_applicable")

Parsed = tuple[Condition | None, list[Problem]]


def parse_condition(source: Source, value: Any, at: Place) -> Parsed:
    """The condition written at `at`, or None and the problems that it has."""
    if not isinstance(value, dict) or not value:
        return None, [source.problem(at, "Q021", key=at[-1], wanted="a condition", found=name_of(value))]
    if "item" in value:
        return _comparison(source, value, at)
    unknown = [key for key in value if key not in ("all", "any", "not")]
    if unknown:
        return None, [source.problem((*at, key), "Q019", on_key=True, key=key) for key in unknown]
    if len(value) > 1:
        return None, [
            source.problem(
                at, "Q020", value=", ".join(value), key="asked_if", reason="write one of them; 'all' joins several"
            )
        ]
    return _combination(source, next(iter(value)), value, at)


def _combination(source: Source, kind: str, value: dict[str, Any], at: Place) -> Parsed:
    inner, here = value[kind], (*at, kind)
    if kind == "not":
        part, problems = parse_condition(source, inner, here)
        return (Condition(kind="not", parts=(part,)) if part else None), problems
    if not isinstance(inner, list) or not inner:
        return None, [
            source.problem(
                here, "Q021", key=kind, wanted="a list of conditions", found=name_of(inner) if inner else "empty"
            )
        ]
    parsed = [parse_condition(source, part, (*here, index)) for index, part in enumerate(inner)]
    problems = [problem for _, found in parsed for problem in found]
    parts = tuple(part for part, _ in parsed if part is not None)
    return (None if problems else Condition(kind=cast("Literal['all', 'any']", kind), parts=parts)), problems


def _comparison(source: Source, value: dict[str, Any], at: Place) -> Parsed:
    item = value["item"]
    unknown = [key for key in value if key != "item" and key not in _COMPARISONS]
    kinds = [key for key in value if key in _COMPARISONS]
    problems = [source.problem((*at, key), "Q019", on_key=True, key=key) for key in unknown]
    if not isinstance(item, str) or not re.fullmatch(ID_PATTERN, item):
        problems.append(source.problem((*at, "item"), "Q014", value="" if item is None else item))
    if not unknown and len(kinds) != 1:
        problems.append(
            source.problem(
                at, "Q020", value=", ".join(kinds), key="asked_if", reason="write one of at_least, at_most or is"
            )
        )
    if problems:
        return None, problems
    return _compared(source, item, kinds[0], value[kinds[0]], (*at, kinds[0]))


def _compared(source: Source, item: str, kind: str, given: Any, at: Place) -> Parsed:
    try:
        if kind == "is":
            return Condition(kind="is", item=item, codes=_codes(given)), []
        return Condition(kind=cast("Literal['at_least', 'at_most']", kind), item=item, level=given), []
    except ValueError:
        shown = given if isinstance(given, str | int) else name_of(given)
        reason = (
            "levels 1 to 5, dont_know and not_applicable are possible"
            if kind == "is"
            else "it must be a level 1, 2, 3, 4 or 5"
        )
        return None, [source.problem(at, "Q020", value=shown, key=kind, reason=reason)]


def _codes(given: Any) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    codes = tuple(code if code in _CODES else str(parse_number(code)) for code in listed)
    if not codes or any(code not in _CODES for code in codes):
        raise ValueError("not a code")
    return codes
