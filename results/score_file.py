"""ANSWERS.csv → scores as CSV, the work of `readiness score`: one row per response and part, in full precision."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from scoring.score import score
from scoring.scorecard import Score, scorecard
from survey.answers_file import AnswersFile, load_answers, read_answers
from survey.loader import load
from survey.questionnaire import Form, Questionnaire

COLUMNS = (
    "response", "part", "kind", "status", "score", "level", "score_high", "level_high", "share_2", "share_3", "share_4", "share_5",
    "coverage", "unknown", "supported_score", "supported_level", "held_by",
)  # fmt: skip


def score_file(questionnaire_path: Path, answers_path: str, form: Form) -> Iterator[str]:
    """The lines of the scores of a file of answers (`-` = standard input).

    Raises ProblemsError, before the first line, when the questionnaire or any answer has a problem.
    """
    questionnaire = load(questionnaire_path).questionnaire
    if answers_path == "-":
        answers = read_answers(questionnaire, sys.stdin.buffer, "-")
    else:
        answers = load_answers(questionnaire, Path(answers_path), answers_path)
    return score_lines(questionnaire, answers, form)


def score_lines(questionnaire: Questionnaire, answers: AnswersFile, form: Form) -> Iterator[str]:
    """Responses in input order; of each the dimensions in the questionnaire's order, then the questionnaire."""
    scores = score(questionnaire, answers.codes, answers.evidence, form)
    yield _line(COLUMNS)
    for row, response in enumerate(answers.responses):
        card = scorecard(questionnaire, scores, row)
        for part in (*card.dimensions, card.whole):
            yield _line([response, *figures(part)])


def _line(values: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


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
