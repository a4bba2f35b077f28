"""Tables in, tables out: the same figures as the files' commands, the same checks."""

from __future__ import annotations

import pandas as pd
import pytest

from results.frames import compare_tables, comparison_table, score_table
from results.score_file import COLUMNS
from survey.problems import ProblemsError
from tests.builders import item, questionnaire

ASKED = questionnaire([item("a1"), item("a2")], [item("b1")])
ANSWERS = pd.DataFrame(
    [(name, column, level) for name, levels in {"NA": "233", "x,y": "454", "z": "3 5"}.items() for column, level in zip(["a1", "a2", "b1"], levels, strict=True)],
    columns=["response", "item", "answer"],
)  # fmt: skip
GROUPS = pd.DataFrame({"response": ["NA", "x,y", "z"], "group": ["A", "A", "B"], "invited": ["2", "2", "5"]})


def test_scores_in_full_precision_with_what_is_missing_missing():
    table = score_table(ASKED, ANSWERS.replace({"answer": {" ": ""}}))
    assert list(table.columns) == list(COLUMNS)
    assert list(table.response.unique()) == ["NA", "x,y", "z"]
    whole = table[table.kind == "questionnaire"].set_index("response")
    assert whole.loc["NA", "score"] == (2.5 + 3) / 2
    assert whole.loc["z", "score_high"] == (4 + 5) / 2
    withheld = table[(table.response == "z") & (table.part == "d1")].iloc[0]
    assert withheld.status == "withheld"
    assert withheld.level is pd.NA
    assert withheld.level_high == 3


def test_a_comparison_as_a_table():
    compared = compare_tables(ASKED, ANSWERS.replace({"answer": {" ": ""}}), GROUPS, replays=10)
    table = comparison_table(compared, parts=["tiny"])
    assert table[["group", "n", "invited"]].to_numpy().tolist() == [["A", 2, 2], ["B", 1, 5]]
    assert table["low"].isna().all()
    assert len(comparison_table(compared)) == 6
    assert comparison_table(compared, parts=[]).empty


def test_mistakes_are_located():
    with pytest.raises(ProblemsError) as raised:
        score_table(ASKED, pd.DataFrame({"response": ["r"], "item": ["zz"], "answer": ["9"]}))
    assert [str(problem)[:16] for problem in raised.value.problems] == ["answers:2:1 A004", "answers:2:1 A005"]
    with pytest.raises(ProblemsError, match="G015"):
        compare_tables(ASKED, ANSWERS.replace({"answer": {" ": ""}}), GROUPS[:1])
