"""Score files: every line is what the scorecard of its response says, however the lines are made."""

from __future__ import annotations

import csv
import io
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import score_file
from results.csv_cell import csv_cell
from results.score_file import COLUMNS, score_lines
from scoring.score import score
from scoring.scorecard import Score, scorecard
from survey.answers_file import AnswersFile
from survey.response import DONT_KNOW, NOT_APPLICABLE
from tests.builders import item, questionnaire
from tests.naughty import STORABLE

QUESTIONNAIRE = questionnaire(
    [item("a1", critical=True), item("a2", allow_na=True, weight="1/3"), item("a3", allow_na=True)],
    [item("b1", allow_na=True, asked_if={"item": "a1", "at_least": 2})],
)
NAMES = ["r", "ក្រុង", "two words", 'a "b"', "a,b", "a\nb", "-", "1.5", "=x", "'"]


def as_text(response: str, part: Score) -> list[str]:
    """One line's cells, from the frozen value that pages show."""
    shares = part.shares or (None, None, None, None)
    numbers = (
        part.score, part.level, part.score_high, part.level_high, *shares, part.coverage, part.unknown,
        part.supported_score, part.supported_level,
    )  # fmt: skip
    texts = ["" if number is None else repr(number) for number in numbers]
    return [response, part.part, part.kind, part.status, *texts, part.held_by]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=24 * 8), st.integers(1, 30), st.sampled_from(["full", "pulse"]))
def test_every_line_is_its_scorecard(raw, block, form):
    chosen = np.frombuffer(raw[: len(raw) // 8 * 8], np.uint8).reshape(-1, 8)
    codes, evidence = chosen[:, :4] % 8, chosen[:, 4:] % 4
    codes[:, 0][codes[:, 0] == NOT_APPLICABLE] = DONT_KNOW
    responses = tuple(f"{NAMES[row % len(NAMES)]}{row}" for row in range(len(codes)))
    with patch.object(score_file, "_BLOCK", block):
        found = "".join(score_lines(QUESTIONNAIRE, AnswersFile(responses, codes, evidence, {}), form))
    scores = score(QUESTIONNAIRE, codes, evidence, form)
    expected = io.StringIO()
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row, response in enumerate(responses):
        card = scorecard(QUESTIONNAIRE, scores, row)
        writer.writerows(as_text(csv_cell(response), part) for part in (*card.dimensions, card.whole))
    assert found == expected.getvalue()


@pytest.mark.parametrize("name", [*NAMES, " a ", "a\rb", '"', "a b\u00a0c"])
def test_names_are_quoted_as_csv_wants_it(name):
    answers = AnswersFile((name,), np.ones((1, 4), np.uint8), np.zeros((1, 4), np.uint8), {})
    text = "".join(score_lines(QUESTIONNAIRE, answers, "full"))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [row[0] for row in rows[1:]] == [csv_cell(name)] * 3
    assert {len(row) for row in rows} == {len(COLUMNS)}


@pytest.mark.parametrize("name", [name for name, text in STORABLE.items() if text.strip()])
def test_s8_a_spreadsheet_starts_no_formula_from_a_response(name):
    """The file has `'` before what could be one, and nothing else changed; a table for programs has the text as it is."""
    text = STORABLE[name]
    answers = AnswersFile((text,), np.ones((1, 4), np.uint8), np.zeros((1, 4), np.uint8), {})
    guarded, raw = ("".join(score_lines(QUESTIONNAIRE, answers, "full", raw=raw)) for raw in (False, True))
    rows, plain = (list(csv.reader(io.StringIO(lines, newline=""))) for lines in (guarded, raw))
    assert [row[0] for row in plain[1:]] == [text] * 3
    assert [row[0] for row in rows[1:]] == [csv_cell(text)] * 3
    assert [row[1:] for row in rows] == [row[1:] for row in plain]
    assert not rows[1][0].lstrip("\u200b \ufeff").startswith(tuple("=+-@\t\r\n＝＋－＠"))
