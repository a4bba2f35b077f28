"""ANSWERS.csv → scores as CSV, the work of `readiness score`: one row per response and part, in full precision."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from scoring.score import score
from scoring.scorecard import Score, scorecard
from survey.answers_file import AnswersFile, load_answers, read_answers
from survey.loader import load
from survey.questionnaire import Form, Questionnaire

COLUMNS = (
    "response", "part", "kind", "status", "score", "level", "score_high", "level_high", "share_2", "share_3", "share_4", "share_5",
    "coverage", "unknown", "supported_score", "supported_level", "held_by",
)  # fmt: skip


def score_file(questionnaire_path: Path, answers_path: str, form: Form, out: str) -> None:
    """Score a file of answers into `out` (`-` = standard input and output). Raises ProblemsError and writes nothing then."""
    questionnaire = load(questionnaire_path).questionnaire
    if answers_path == "-":
        answers = read_answers(questionnaire, sys.stdin.buffer, "-")
    else:
        answers = load_answers(questionnaire, Path(answers_path), answers_path)
    if out == "-":
        write_scores(questionnaire, answers, form, sys.stdout)
        return
    with Path(out).open("w", encoding="utf-8", newline="") as stream:
        write_scores(questionnaire, answers, form, stream)


def write_scores(questionnaire: Questionnaire, answers: AnswersFile, form: Form, stream: TextIO) -> None:
    """Responses in input order; of each the dimensions in the questionnaire's order, then the questionnaire."""
    scores = score(questionnaire, answers.codes, answers.evidence, form)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row, response in enumerate(answers.responses):
        card = scorecard(questionnaire, scores, row)
        writer.writerows([response, *figures(part)] for part in (*card.dimensions, card.whole))


def figures(part: Score) -> Iterable[str]:
    """A part's figures as text, in the order of COLUMNS; a missing figure is empty."""
    shares = part.shares or (None, None, None, None)
    numbers = (
        part.score, part.level, part.score_high, part.level_high, *shares, part.coverage, part.unknown, part.supported_score,
        part.supported_level,
    )  # fmt: skip
    return [
        part.part,
        part.kind,
        part.status,
        *("" if number is None else repr(number) for number in numbers),
        part.held_by,
    ]
