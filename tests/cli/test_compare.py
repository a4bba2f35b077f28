"""`readiness compare`: one JSON object in the public form; every mistake located, nothing compared."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import survey_cli
from results.csv_cell import csv_cell
from survey.text_file import NOT_TEXT
from tests.naughty import NAUGHTY

ROOT = Path(__file__).resolve().parents[2]
STRATEGY = str(ROOT / "questionnaires" / "strategy" / "questionnaire.yaml")
FIGURES = {
    "status", "score", "level", "score_high", "level_high", "shares", "held_by", "interval", "rank_set", "method_ranks",
}  # fmt: skip
GROUP = {"group", "n", "invited", "coverage", "provisional", "dimensions", "contested", *FIGURES}
# Country A: three agencies of five; B: four, two of them from one agency, invited not said; C: one of ten.
LEVELS = {"a1": 2, "a2": 3, "a3": 2, "b1": 4, "b2": 5, "b3": 4, "b4": 5, "c1": 3}
GROUPS = """response,group,organisation,invited
c1,C,,10
a1,A,,5
a2,A,,5
a3,A,,5
b1,B,,
b2,B,,
b3,B,shared,
b4,B,shared,
"""


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = survey_cli.main(("compare", STRATEGY, *arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def files(tmp_path):
    def written(groups: str = GROUPS, evidence: str = "none") -> list[str]:
        from survey.loader import load

        items = load(Path(STRATEGY)).questionnaire.items
        lines = [
            f"{name},{item.id},{level if number % 7 else 'dont_know'},{evidence}"
            for name, level in LEVELS.items()
            for number, item in enumerate(items, 1)
        ]
        answers, listed = tmp_path / "answers.csv", tmp_path / "groups.csv"
        answers.write_text("\n".join(["response,item,answer,evidence", *lines]) + "\n", encoding="utf-8")
        listed.write_text(groups, encoding="utf-8")
        return [str(answers), str(listed), "--replays", "200"]

    return written


def test_the_comparison_is_one_json_object_in_input_order(capsys, files):
    code, out, err = run(capsys, *files())
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["questionnaire", "seed", "replays", "groups", "ahead", "drivers"]
    assert set(found["questionnaire"]) == {"id", "version", "hash"}
    assert found["replays"] == 200
    assert [group["group"] for group in found["groups"]] == ["C", "A", "B"]
    third, first, second = found["groups"]
    for group in found["groups"]:
        assert set(group) == GROUP
        assert set(group["shares"]) == {"2", "3", "4", "5"}
        assert all(set(part) == FIGURES for part in group["dimensions"].values())
    assert len(first["dimensions"]) == 7
    # Below 60 % of the invited: its own figures, no rank.
    assert (third["n"], third["invited"], third["coverage"], third["provisional"]) == (1, 10, 0.1, True)
    assert (third["interval"], third["rank_set"], third["method_ranks"]) == (None, None, None)
    assert third["score"] is not None
    # How many were invited is not known: no coverage, never provisional.
    assert (second["n"], second["invited"], second["coverage"], second["provisional"]) == (3, None, None, False)
    assert (first["n"], first["coverage"]) == (3, 0.6)
    assert first["interval"][0] < first["score"] < first["interval"][1]
    assert (second["rank_set"], first["rank_set"]) == ([1, 1], [2, 2])
    assert second["method_ranks"] == {"median": 1.0, "p5": 1.0, "p95": 1.0}
    assert found["ahead"] == {"A": {"B": 0.0}, "B": {"A": 1.0}}
    assert set(found["drivers"]) == {"weights", "aggregation", "unknown", "evidence_caps", "threshold"}


def test_a_seed_repeats_the_comparison_byte_for_byte(capsys, files):
    arguments = files(evidence="described")
    first, again = (run(capsys, *arguments, "--seed", "7")[1] for _ in range(2))
    other = run(capsys, *arguments, "--seed", "8")[1]
    assert first == again
    assert json.loads(first)["seed"] == 7
    assert json.loads(other)["groups"][1]["score"] == json.loads(first)["groups"][1]["score"]


def test_the_answers_may_come_from_standard_input_and_the_result_go_to_a_file(capsys, files, tmp_path, monkeypatch):
    answers, groups, *rest = files()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(answers).read_bytes())))
    out = tmp_path / "comparison.json"
    code, shown, _ = run(capsys, "-", groups, *rest, "--out", str(out))
    assert (code, shown) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(run(capsys, answers, groups, *rest)[1])


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("c1,C,,10\n", "", ":1:1 G015 response 'c1'"),
        ("a1,A,,5", "x1,A,,5", ":3:1 G007 response 'x1'"),
        ("a1,A,,5", "a1,A,,2", ":4:1 G013 group 'A'"),
        ("c1,C,,10", "c1,,,10", ":2:1 G008 response 'c1'"),
        ("a2,A,,5", "a2,A,,many", ":4:1 G012 'many'"),
        (",10", ",0", ":2:1 G012 '0'"),
        ("b3,B,shared", "b3,C,shared", "G011 organisation 'shared'"),
    ],
)
def test_a_mistake_in_the_groups_is_located_and_nothing_compared(capsys, files, before, after, problem):
    arguments = files(GROUPS.replace(before, after, 1))
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (1, "")
    assert f"{arguments[1]}" in err
    assert problem in err


@pytest.mark.parametrize("value", ["0", "-1", "many", "1000001"])
def test_wrong_replays_are_wrong_usage(capsys, files, value):
    answers, groups, *_ = files()
    with pytest.raises(SystemExit) as raised:
        run(capsys, answers, groups, "--replays", value)
    assert raised.value.code == 2


def test_nobody_has_answered(capsys, tmp_path):
    answers, groups = tmp_path / "a.csv", tmp_path / "g.csv"
    answers.write_text("response,item,answer\n", encoding="utf-8")
    groups.write_text("response,group\n", encoding="utf-8")
    code, out, _ = run(capsys, str(answers), str(groups))
    assert code == 0
    assert json.loads(out)["groups"] == []


def test_s8_names_of_groups_stand_in_json_as_they_are(capsys, files, tmp_path):
    texts = [text.strip() for text in NAUGHTY.values() if not NOT_TEXT.search(text)]
    names = [text for text in dict.fromkeys(texts) if csv_cell(text) != text or '"' in text or "\\" in text]
    for start in range(0, len(names), len(LEVELS)):
        arguments = files()
        some = dict(zip(LEVELS, names[start : start + len(LEVELS)] * len(LEVELS), strict=False))
        with (tmp_path / "groups.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("response", "group"), *some.items()])
        code, out, err = run(capsys, *arguments[:2], "--replays", "1")
        assert (code, err) == (0, "")
        assert [group["group"] for group in json.loads(out)["groups"]] == list(dict.fromkeys(some.values()))
