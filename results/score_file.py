"""ANSWERS.csv → scores as CSV, the work of `readiness score`: one row per response and part, in full precision."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from results.csv_cell import csv_cell
from scoring.rule import RATED, Floats
from scoring.score import Scores, score
from scoring.scorecard import STATUSES
from survey.answers_file import AnswersFile, answers_at
from survey.loader import load
from survey.questionnaire import LEVELS, Form, Questionnaire

COLUMNS = (
    "response", "part", "kind", "status", "score", "level", "score_high", "level_high", "share_2", "share_3", "share_4", "share_5",
    "coverage", "unknown", "supported_score", "supported_level", "held_by",
)  # fmt: skip

_BLOCK = 4096
_PLAIN = re.compile(r"[\w.:/@+-]+")


def score_file(questionnaire_path: Path, answers_path: str, form: Form, *, raw: bool = False) -> Iterator[str]:
    """The lines of the scores of a file of answers (`-` = standard input), many at a time. `raw`: as for `score_lines`.

    Raises ProblemsError, before the first line, when the questionnaire or any answer has a problem.
    """
    questionnaire = load(questionnaire_path).questionnaire
    answers = answers_at(questionnaire, answers_path)
    return score_lines(questionnaire, answers, form, raw=raw)


def score_lines(questionnaire: Questionnaire, answers: AnswersFile, form: Form, *, raw: bool = False) -> Iterator[str]:
    """The lines, those of some thousand responses at a time: responses in input order; of each the dimensions in the
    questionnaire's order, then the questionnaire.

    A response's name that a spreadsheet could take for a formula has `'` before it. `raw`: as it is, for programs.
    """
    yield ",".join(COLUMNS) + "\n"
    for start in range(0, len(answers.responses), _BLOCK):
        block = slice(start, start + _BLOCK)
        scores = score(questionnaire, answers.codes[block], answers.evidence[block], form)
        names = [_quoted(response if raw else csv_cell(response)) for response in answers.responses[block]]
        parts = [
            map("".join, zip(names, repeat(f",{part},{kind},"), figures, repeat("\n")))
            for (part, kind), figures in zip(_parts(questionnaire), _figures(questionnaire, scores), strict=True)
        ]
        yield "".join(chain.from_iterable(zip(*parts, strict=True)))


def _parts(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    return [*((part, "dimension") for part in questionnaire.dimension_ids), (questionnaire.id, "questionnaire")]


def _figures(questionnaire: Questionnaire, scores: Scores) -> Iterator[Iterable[str]]:
    """For each part, every response's figures as text, in the order of COLUMNS; a missing figure is empty (see `Score`)."""
    numbers, levels = _Numbers(), ("", *(str(level) for level in LEVELS))
    count = len(questionnaire.dimensions)
    items = [item.id for item in questionnaire.items]
    for part in range(count + 1):
        holders = [*(questionnaire.dimension_ids if part == count else items), ""]  # -1 finds the last
        status = scores.status[:, part]
        rated = status == RATED

        def number(values: Floats, of: int = part) -> Iterable[str]:
            return map(numbers.__getitem__, values[:, of].tolist())

        def named(names: Sequence[str], values: NDArray[Any]) -> Iterable[str]:
            return map(names.__getitem__, values.tolist())

        columns = (
            named(STATUSES, status),
            number(scores.score),
            named(levels, scores.level[:, part] * rated),
            number(scores.score_high),
            named(levels, scores.level_high[:, part]),
            *(number(scores.shares[:, :, place]) for place in range(4)),
            number(scores.coverage),
            number(scores.unknown),
            number(scores.supported_score),
            named(levels, scores.supported_level[:, part] * rated),
            named(holders, scores.held_by[:, part]),
        )
        yield map(",".join, zip(*columns, strict=True))


class _Numbers(dict[float, str]):
    """Figures as text in full precision, NaN as nothing. Many responses share a figure: 0.75 is written out once."""

    def __missing__(self, value: float) -> str:
        if math.isnan(value):
            return ""
        text = self[value] = repr(value)
        return text


def _quoted(value: str) -> str:
    """A value as CSV writes it within a row. (A writer of rows that end in \\r\\n is the one that also quotes a lone \\r.)"""
    if _PLAIN.fullmatch(value):
        return value
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow((value, ""))
    return text.getvalue().removesuffix(",\r\n")
