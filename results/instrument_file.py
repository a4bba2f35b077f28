"""QUESTIONNAIRE.yaml and ANSWERS.csv → what an author can learn about the questionnaire, the work of `readiness admin instrument`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from scoring.instrument import FEWEST_RESPONSES, Coefficient, InstrumentReport, Status, examine_instrument
from survey.answers_file import answers_at
from survey.groups_file import load_groups
from survey.loader import load
from survey.questionnaire import Form

_WHY_NOT: dict[Status, str] = {
    "too_few": f"not given: fewer than {FEWEST_RESPONSES} responses",
    "one_item": "not given: it has one item",
    "no_variation": "not given: the answers do not vary",
    "no_groups": "not given: it needs GROUPS.csv",
}


def examine_file(questionnaire_path: Path, answers_path: str, groups_path: Path | None, form: Form) -> InstrumentReport:
    """The report on a file of answers (`-` = standard input). Raises ProblemsError when a file has a problem."""
    questionnaire = load(questionnaire_path).questionnaire
    answers = answers_at(questionnaire, answers_path)
    if groups_path is None:
        return examine_instrument(questionnaire, answers.codes, form=form)
    groups = load_groups(answers.responses, groups_path)
    return examine_instrument(questionnaire, answers.codes, groups.group_of, groups.organisation_of, form)


def as_json(report: InstrumentReport) -> str:
    """The report as one JSON object, in full precision; a figure that is not given is null and its status says why."""
    plain = dataclasses.asdict(report)
    plain["dimensions"] = dict(plain["dimensions"])
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_lines(report: InstrumentReport) -> Iterator[str]:
    """The report for a reader."""
    yield f"{report.questionnaire_id} {report.version}: {report.responses} responses\n\n"
    yield "Do the items of a part move together? Cronbach's alpha\n"
    for part, coefficient in (*report.dimensions, ("the questionnaire", report.whole)):
        yield f"  {part:<24} {_shown(coefficient)}\n"
    yield "\nDo organisations of one country describe the same thing? Krippendorff's alpha, ordinal\n"
    yield f"  {_shown(report.krippendorff)}\n"
    yield "\nItems: unknown = don't know or unanswered; rest = correlation with the dimension's other items\n"
    for item in report.items:
        unknown = "  - " if item.unknown is None else f"{item.unknown:4.0%}"
        notes = [
            note
            for note, applies in (
                ("more than half cannot answer", item.cannot_be_answered),
                ("the answers never vary", item.never_varies),
            )
            if applies
        ]
        shown = _shown(item.rest)
        yield f"  {item.item:<24} asked {item.asked}, unknown {unknown}, rest {shown}{''.join(f'; {n}' for n in notes)}\n"


def _shown(coefficient: Coefficient) -> str:
    if coefficient.value is None:
        why = _WHY_NOT[coefficient.status]
        return f"{why} ({coefficient.n} of them)" if coefficient.status == "too_few" else why
    return f"{coefficient.value:.2f} ({coefficient.n} responses)"
