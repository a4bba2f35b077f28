"""ANSWERS.csv + GROUPS.csv → the groups compared, as one JSON object: the work of `readiness compare` ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scoring.comparison import GroupComparison, GroupResult, Members, PartResult, compare
from scoring.drivers import Drivers
from scoring.scorecard import Score
from survey.answers_file import answers_at
from survey.groups_file import load_groups
from survey.loader import content_hash, load
from survey.questionnaire import Form
from survey.routing import route


def compare_file(
    questionnaire_path: Path, answers_path: str, groups_path: Path, form: Form, replays: int, seed: int
) -> str:
    """The comparison as JSON text (`-` = answers from standard input). Raises ProblemsError when a file has a problem."""
    questionnaire = load(questionnaire_path).questionnaire
    answers = answers_at(questionnaire, answers_path)
    groups = load_groups(answers.responses, groups_path)
    members = Members(groups.groups, groups.group_of, groups.organisation_of, groups.invited)
    routed = route(questionnaire, answers.codes, form)
    # A file in which nobody offers evidence did not ask for it: capping all answers alike would say nothing of the method.
    evidence = answers.evidence if answers.evidence.any() else None
    compared = compare(questionnaire, routed, members, evidence, replays=replays, seed=seed)
    return json.dumps(as_object(compared, compared.drivers()), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_object(compared: GroupComparison, found: Drivers | None) -> dict[str, Any]:
    """The comparison in plain values: numbers in full precision, null where a figure does not exist."""
    questionnaire = compared.questionnaire
    return {
        "questionnaire": {
            "id": questionnaire.id,
            "version": questionnaire.version,
            "hash": content_hash(questionnaire),
        },
        "seed": compared.seed,
        "replays": compared.replays,
        "groups": [_group(group) for group in compared.groups],
        "ahead": {name: dict(others) for name, others in compared.ahead.items()},
        "drivers": dict(found.ranks) if found else {},
    }


def _group(group: GroupResult) -> dict[str, Any]:
    return {
        "group": group.name,
        "n": group.n,
        "invited": group.invited,
        "coverage": group.coverage,
        "provisional": group.provisional,
        **_part(group.whole),
        "dimensions": {part.score.part: _part(part) for part in group.dimensions},
        "contested": [
            {"item": item.item, "ad": item.ad, "consensus": item.consensus, "counts": _counts(item.counts)}
            for item in group.contested
        ],
    }


def _part(part: PartResult) -> dict[str, Any]:
    score, methods = part.score, part.methods
    return {
        **_figures(score),
        "interval": list(part.interval) if part.interval else None,
        "rank_set": list(part.rank_set) if part.rank_set else None,
        "method_ranks": {"median": methods.median, "p5": methods.p5, "p95": methods.p95} if methods else None,
    }


def _figures(score: Score) -> dict[str, Any]:
    return {
        "status": score.status,
        "score": score.score,
        "level": score.level,
        "score_high": score.score_high,
        "level_high": score.level_high,
        "shares": dict(zip("2345", score.shares, strict=True)) if score.shares else None,
        "held_by": score.held_by,
    }


def _counts(counts: tuple[float, ...]) -> dict[str, float]:
    """Level → organisations; whole numbers unless an organisation's respondents differ."""
    return {str(level): int(count) if count == int(count) else count for level, count in enumerate(counts, 1)}
