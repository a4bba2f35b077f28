"""Worked cases: answers and the scorecard they must give, written by experts in `cases.yaml` beside a questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np

from scoring.score import score
from scoring.scorecard import Score, Scorecard, scorecard
from survey.loader import load
from survey.problems import Problem, ProblemsError
from survey.questionnaire import FORMS, Form, Questionnaire, parse_number
from survey.response import CODES, TIER_NUMBERS
from survey.yaml_source import Place, Source, read_yaml

FILE_NAME = "cases.yaml"
_FIGURES = (
    "status", "score", "level", "score_high", "level_high", "share_2", "share_3", "share_4", "share_5", "coverage", "unknown",
    "supported_score", "supported_level", "held_by",
)  # fmt: skip
_KEYS = {"id", "title", "form", "everywhere", "answers", "evidence", "expect"}


def check_cases(paths: Iterable[str | Path]) -> list[Problem]:
    """Every figure of every case below `paths` that the kernel does not give, at its line. Faulty questionnaires are skipped."""
    problems: list[Problem] = []
    for given in paths:
        root = Path(given)
        files = sorted(root.rglob(FILE_NAME)) if root.is_dir() else [root.parent / FILE_NAME]
        for file in files:
            if not file.exists():
                continue
            try:
                questionnaire = load(file.parent / "questionnaire.yaml" if root.is_dir() else root).questionnaire
            except ProblemsError:
                continue
            try:
                problems += check_source(questionnaire, read_yaml(file, str(file)))
            except ProblemsError as error:
                problems += error.problems
    return problems


def check_source(questionnaire: Questionnaire, source: Source) -> list[Problem]:
    """The problems of one file of cases."""
    cases = source.data.get("cases") if isinstance(source.data, dict) else None
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        return [
            source.problem((), "C002", case="?", value="cases", where="the file needs 'format: 1' and a list 'cases'")
        ]
    return [
        problem
        for number, case in enumerate(cases)
        for problem in _case(questionnaire, source, case, ("cases", number))
    ]


def _case(questionnaire: Questionnaire, source: Source, case: dict[str, Any], at: Place) -> list[Problem]:
    name = str(case.get("id", "?"))
    unknown = [source.problem((*at, place, key), "C002", case=name, value=value, where=where)
               for place, key, value, where in _unknown(questionnaire, case)]  # fmt: skip
    unknown += [
        source.problem((*at, key), "C002", on_key=True, case=name, value=key, where="a case")
        for key in case
        if key not in _KEYS
    ]
    if unknown:
        return unknown
    card = _score(questionnaire, case)
    expect = case.get("expect") or {}
    problems = list(
        _compare(source, name, card.whole, expect.get("questionnaire") or {}, (*at, "expect", "questionnaire"))
    )
    for part, figures in (expect.get("dimensions") or {}).items():
        problems += _compare(source, name, card.part(part), figures, (*at, "expect", "dimensions", part))
    return problems


def _unknown(questionnaire: Questionnaire, case: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(key of the case, key inside it, value, where) of everything that the questionnaire does not know."""
    if case.get("form", "full") not in FORMS:
        yield "form", "", case["form"], "form is full or pulse"
    if str(case.get("everywhere", "") or "") not in CODES:
        yield "everywhere", "", case["everywhere"], "an answer"
    for item, code in (case.get("answers") or {}).items():
        if item not in questionnaire.position:
            yield "answers", item, item, "an item of the questionnaire"
        elif str(code) not in CODES:
            yield "answers", item, code, "an answer"
    for item, tier in (case.get("evidence") or {}).items():
        if item not in questionnaire.position or tier not in TIER_NUMBERS:
            yield "evidence", item, f"{item}: {tier}", "an item and an evidence tier"
    for part in (case.get("expect") or {}).get("dimensions") or {}:
        if part not in questionnaire.dimension_ids:
            yield "expect", "dimensions", part, "a dimension of the questionnaire"


def _score(questionnaire: Questionnaire, case: dict[str, Any]) -> Scorecard:
    answers, evidence = case.get("answers") or {}, case.get("evidence") or {}
    everywhere = str(case.get("everywhere") or "")
    codes = [CODES[str(answers.get(item.id, everywhere))] for item in questionnaire.items]
    tiers = [TIER_NUMBERS[evidence.get(item.id, "none")] for item in questionnaire.items]
    form = cast("Form", case.get("form", "full"))
    scores = score(questionnaire, np.array([codes], dtype=np.uint8), np.array([tiers], dtype=np.uint8), form)
    return scorecard(questionnaire, scores, 0)


def _compare(source: Source, name: str, found: Score, expected: dict[str, Any], at: Place) -> Iterator[Problem]:
    values = dict(zip(_FIGURES, _values(found), strict=True))
    for figure, wanted in expected.items():
        if figure not in values:
            yield source.problem((*at, figure), "C002", on_key=True, case=name, value=figure, where="a figure")
        elif not _equal(values[figure], wanted):
            shown = "none" if values[figure] in (None, "") else values[figure]
            yield source.problem(
                (*at, figure), "C001", case=name, figure=f"{found.part} {figure}", expected=wanted or "none", found=shown
            )  # fmt: skip


def _values(score_: Score) -> tuple[Any, ...]:
    shares = score_.shares or (None, None, None, None)
    return (
        score_.status, score_.score, score_.level, score_.score_high, score_.level_high, *shares, score_.coverage, score_.unknown,
        score_.supported_score, score_.supported_level, score_.held_by,
    )  # fmt: skip


def _equal(found: Any, wanted: Any) -> bool:
    if wanted in (None, "", "none"):
        return found in (None, "")
    if isinstance(found, str) or found is None:
        return bool(found == wanted)
    try:
        return abs(Fraction(found) - parse_number(wanted)) <= Fraction(1, 10**12)
    except ValueError:
        return False
