"""Checks beyond single fields: ids across the file, the order of skip logic, thin places. Messages: `survey.problems`.

`cross_checks` looks at plain values, so that it also reports on a file whose fields have problems of their own;
`consistency` looks at the finished model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from survey.questionnaire import ID_PATTERN, LEVELS, TIERS, Item, Questionnaire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.problems import Problem
    from survey.yaml_source import Place, Source

SHORT_ANCHOR = 40
# Words that judge instead of describing; two readers would not agree on them by looking at documents.
JUDGEMENTS = re.compile(
    r"\b(good|adequate|adequately|fully|some progress|robust|comprehensive|appropriate|sufficiently)\b", re.IGNORECASE
)


def is_item(at: Place) -> bool:
    """Whether a place in the file is an item: dimensions/<n>/items/<m>."""
    return len(at) == 4 and at[0] == "dimensions" and at[2] == "items"


def value_at(source: Source, at: Place) -> Any:
    """The plain value at a place, or an empty text when there is none."""
    value = source.data
    for step in at:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return value


def cross_checks(source: Source) -> Iterator[Problem]:
    """Duplicate ids, forward and unknown references, critical with allow_na, wrong number of next steps."""
    yield from _duplicates(source)
    yield from _references(source)
    yield from _items(source)


def _dimensions(source: Source) -> Iterator[tuple[Place, dict[str, Any]]]:
    yield from _mappings(source, ("dimensions",))


def _mappings(source: Source, at: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    listed = value_at(source, at)
    for index, value in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(value, dict):
            yield (*at, index), value


def _raw_items(source: Source) -> Iterator[tuple[Place, dict[str, Any]]]:
    for at, _ in _dimensions(source):
        yield from _mappings(source, (*at, "items"))


def _duplicates(source: Source) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, value in [*_dimensions(source), *_raw_items(source)]:
        name = value.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            yield source.problem((*at, "id"), "Q015", value=name, first=first[name])
        else:
            first[name] = source.values.get((*at, "id"), (1, 1))[0]


def _references(source: Source) -> Iterator[Problem]:
    order: dict[str, int] = {}
    for number, (_, value) in enumerate(_raw_items(source)):
        if isinstance(value.get("id"), str):
            order.setdefault(value["id"], number)
    for number, (at, value) in enumerate(_raw_items(source)):
        for where, other in _mentions(value.get("asked_if"), (*at, "asked_if")):
            facts = {"item": value.get("id", "?"), "other": other}
            if not re.fullmatch(ID_PATTERN, other):
                continue  # the condition's own check says so
            if other not in order:
                yield source.problem(where, "Q013", **facts)
            elif order[other] == number:
                yield source.problem(where, "Q022", **facts)
            elif order[other] > number:
                yield source.problem(where, "Q012", **facts)


def _mentions(condition: Any, at: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(condition, list):
        for index, part in enumerate(condition):
            yield from _mentions(part, (*at, index))
    elif isinstance(condition, dict):
        if isinstance(condition.get("item"), str):
            yield (*at, "item"), condition["item"]
        for key in ("all", "any", "not"):
            yield from _mentions(condition.get(key), (*at, key))


def _items(source: Source) -> Iterator[Problem]:
    for at, value in _raw_items(source):
        name = value.get("id", "?")
        if value.get("critical") in ("true", True) and value.get("allow_na") in ("true", True):
            yield source.problem((*at, "allow_na"), "Q018", on_key=True, item=name)
        steps = value.get("next_steps")
        if isinstance(steps, list) and len(steps) != 4:
            yield source.problem((*at, "next_steps"), "Q017", on_key=True, item=name, count=len(steps))


def consistency(source: Source, questionnaire: Questionnaire) -> list[Problem]:
    """Checks of a questionnaire whose fields are right: the scale, the caps (errors) and thin places (warnings)."""
    problems: list[Problem] = []
    if tuple(level.level for level in questionnaire.levels) != LEVELS:
        problems.append(source.problem(("levels",), "Q031", on_key=True))
    caps = [getattr(questionnaire.scoring.evidence_caps, tier) for tier in TIERS]
    problems += [
        source.problem(("scoring", "evidence_caps", tier), "Q030", key=tier)
        for tier, cap, before in zip(TIERS[1:], caps[1:], caps, strict=False)
        if cap < before
    ]
    for row, dimension in enumerate(questionnaire.dimensions):
        if not any(item.pulse for item in dimension.items):
            problems.append(source.problem(("dimensions", row), "Q103", dimension=dimension.id))
        for column, item in enumerate(dimension.items):
            problems += _thin(source, questionnaire, item, ("dimensions", row, "items", column))
    return problems


def _thin(source: Source, questionnaire: Questionnaire, item: Item, at: Place) -> Iterator[Problem]:
    evidence = item.evidence
    parts = {
        "scope": item.scope, "why": item.why, "next steps": item.next_steps, "evidence request": evidence,
        "example of sufficient evidence": not evidence or evidence.sufficient,
        "example of insufficient evidence": not evidence or evidence.insufficient,
    }  # fmt: skip
    missing = [name for name, value in parts.items() if not value]
    if missing:
        yield source.problem(at, "Q102", item=item.id, missing=", ".join(missing))
    for level in LEVELS:
        anchor, place = item.anchor(level), (*at, "anchors", level - 1)
        if len(anchor) < SHORT_ANCHOR:
            yield source.problem(place, "Q101", item=item.id, level=level, count=len(anchor))
        if word := JUDGEMENTS.search(anchor):
            yield source.problem(place, "Q105", item=item.id, level=level, word=word.group())
    if item.pulse and item.asked_if:
        for other in item.asked_if.items():
            if other in questionnaire.position and not questionnaire.item(other).pulse:
                yield source.problem((*at, "asked_if"), "Q104", on_key=True, item=item.id, other=other)
