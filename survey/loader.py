"""YAML → Questionnaire, with every problem of the file at once, each at `PATH:LINE:COL` and with what to do.

The only way to make a Questionnaire: `load` (a file), `parse` (text) and `from_data` (plain values, for tests and
pinned copies) share one path. Raises ProblemsError when there is an error; warnings are returned beside the value.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from survey import lint, lint_migration
from survey.conditions import parse_condition
from survey.problems import Problem, ProblemsError, message
from survey.questionnaire import (
    ID_PATTERN,
    Dimension,
    EvidenceCaps,
    EvidenceRequest,
    Frozen,
    Item,
    Level,
    Migration,
    Questionnaire,
    Scoring,
)
from survey.yaml_source import Place, Source, name_of, parse_yaml, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

_MODEL_AT: dict[str, type[Frozen]] = {
    "dimensions": Dimension,
    "items": Item,
    "levels": Level,
    "scoring": Scoring,
    "evidence_caps": EvidenceCaps,
    "migration": Migration,
    "evidence": EvidenceRequest,
}
_PLACE: dict[type[Frozen], str] = {
    Questionnaire: "the questionnaire",
    Dimension: "this dimension",
    Item: "this item",
    Level: "this level",
    Scoring: "scoring",
    EvidenceCaps: "evidence_caps",
    Migration: "migration",
    EvidenceRequest: "evidence",
}

MAX_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A questionnaire without errors, and the warnings about its thin places."""

    questionnaire: Questionnaire
    warnings: tuple[Problem, ...]


def load(path: Path, shown: str | None = None) -> Loaded:
    """Load a questionnaire file. Raises ProblemsError listing everything, warnings included, when there is an error."""
    return _build(read_yaml(path, shown))


def parse(text: str | bytes, name: str = "questionnaire.yaml") -> Loaded:
    """Parse questionnaire YAML, for example the copy that is pinned to a round."""
    return _build(parse_yaml(text, name))


def from_data(data: Any, name: str = "data") -> Loaded:
    """Build from plain values (numbers and booleans allowed); problems carry 1:1, as there are no lines."""
    return _build(Source(name, data))


def content_hash(questionnaire: Questionnaire) -> str:
    """SHA-256 of the questionnaire's meaning: neither the file's layout nor the language it is shown in counts."""
    plain = questionnaire.original.model_dump(mode="json")
    if plain["migration"] is None:
        del plain["migration"]  # so that the hash of a questionnaire from before this key stays what it was
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _build(source: Source) -> Loaded:
    if not isinstance(source.data, dict) or not source.data:
        raise ProblemsError([source.problem((), "Q007")])
    problems: list[Problem] = []
    data = _with_conditions(source, source.data, (), problems)
    questionnaire: Questionnaire | None = None
    try:
        questionnaire = Questionnaire.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)[: MAX_PROBLEMS + 1]
        problems += [found for detail in details if (found := _located(source, detail))]
    problems += islice(lint.cross_checks(source), MAX_PROBLEMS)
    if questionnaire is not None:
        problems += lint.consistency(source, questionnaire)
        problems += lint_migration.check(source, questionnaire)
    if questionnaire is None or any(problem.severity == "error" for problem in problems):
        raise ProblemsError(_shown(problems))
    return Loaded(questionnaire, tuple(sorted(problems)))


def _shown(problems: list[Problem]) -> list[Problem]:
    """Each problem once; of very many the first ones, and a last one that says so."""
    once = sorted(set(problems))
    if len(once) <= MAX_PROBLEMS:
        return once
    last = once[MAX_PROBLEMS - 1]
    return [*once[:MAX_PROBLEMS], replace(last, code="Q024", message=message("Q024", limit=MAX_PROBLEMS))]


def _with_conditions(source: Source, value: Any, at: Place, problems: list[Problem]) -> Any:
    """A copy of the plain values in which each `asked_if` is a parsed Condition, or left out when it has problems."""
    if isinstance(value, list):
        return [_with_conditions(source, part, (*at, index), problems) for index, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    copy = {}
    for key, part in value.items():
        if key == "asked_if" and lint.is_item(at):
            condition, found = parse_condition(source, part, (*at, key))
            problems += found
            if condition is not None:
                copy[key] = condition
        else:
            copy[key] = _with_conditions(source, part, (*at, key), problems)
    return copy


def _located(source: Source, detail: Any) -> Problem | None:
    """One pydantic error as a coded problem at its place in the file; None when it only repeats another one."""
    at: Place = tuple(detail["loc"])
    kind, found = detail["type"], detail["input"]
    key = next((part for part in reversed(at) if isinstance(part, str)), "value")
    if kind == "extra_forbidden":
        return source.problem(at, "Q010", on_key=True, key=key, hint=_suggestion(at))
    if kind == "missing":
        return source.problem(at[:-1], "Q011", key=key, where=_PLACE[_model_at(at[:-1])])
    if kind in ("too_short", "too_long"):
        return _wrong_length(source, at, key)
    if kind == "string_pattern_mismatch" and detail["ctx"]["pattern"] == ID_PATTERN:
        is_key = at[-1] == "[key]"  # where pydantic says that a key of a mapping is wrong
        return source.problem(at[:-1] if is_key else at, "Q014", on_key=is_key, value=found)
    if kind.endswith("_type"):
        return source.problem(at, "Q021", key=key, wanted=_wanted(kind), found=name_of(found))
    reason = str(detail.get("ctx", {}).get("error", "")) or _reason(kind, key, detail["msg"])
    shown = name_of(found) if isinstance(found, dict | list) else found
    return source.problem(at, "Q020", value="" if found is None else shown, key=key, reason=reason)


def _wrong_length(source: Source, at: Place, key: str) -> Problem | None:
    """A list with too few or too many entries; None when only entries with problems of their own were not counted."""
    count = len(lint.value_at(source, at))
    if key == "anchors" and count != 5:
        return source.problem(at, "Q016", on_key=True, item=lint.value_at(source, (*at[:-1], "id")) or "?", count=count)
    if key == "levels" and count != 5:
        return source.problem(at, "Q031", on_key=True)
    if count == 0:
        return source.problem(at, "Q021", key=key, wanted="a list with at least one entry", found="empty")
    return None


def _reason(kind: str, key: str, text: str) -> str:
    if key in ("version", "comparable_with"):
        return "write three numbers such as 1.0.0"
    if key == "language":
        return "write a language code such as en or km"
    if kind == "literal_error":
        return "only 1 is known" if key == "format" else text[0].lower() + text[1:]
    if kind == "string_too_short":
        return "it is empty"
    return text[0].lower() + text[1:]


def _wanted(kind: str) -> str:
    return {
        "string_type": "a text",
        "tuple_type": "a list",
        "model_type": "a group of keys",
        "mapping_type": "a group of keys",
    }.get(kind, "something else")


def _model_at(at: Place) -> type[Frozen]:
    key = next((part for part in reversed(at) if isinstance(part, str)), None)
    return _MODEL_AT.get(key or "", Questionnaire)


def _suggestion(at: Place) -> str:
    known = list(_model_at(at[:-1]).model_fields)
    close = difflib.get_close_matches(str(at[-1]), known, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join(known)}."
