"""`readiness admin instrument`."""

from __future__ import annotations

import json
from pathlib import Path

import survey_cli
from tests.survey.files import FEATURES

QUESTIONNAIRE = str(FEATURES / "not_applicable.yaml")


def files(folder: Path, responses: int) -> tuple[str, str]:
    answers, groups = folder / "answers.csv", folder / "groups.csv"
    rows = [f"r{n},{name},{1 + (n // 2 + n // 50) % 5}\n" for n in range(responses) for name in ("may", "must")]
    answers.write_text("response,item,answer\n" + "".join(rows), encoding="utf-8")
    lines = [f"r{n},{'ge' if n % 2 else 'kg'}\n" for n in range(responses)]
    groups.write_text("response,group\n" + "".join(lines), encoding="utf-8")
    return str(answers), str(groups)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = survey_cli.main(["admin", "instrument", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_program_reads_it(capsys, tmp_path):
    code, out, err = run(capsys, QUESTIONNAIRE, *files(tmp_path, 100), "--json")
    report = json.loads(out)
    assert (code, err, report["questionnaire_id"], report["responses"]) == (0, "", "not_applicable", 100)
    assert report["whole"] == {"value": 1.0, "n": 100, "status": "given"}
    assert report["krippendorff"]["status"] == "given"
    assert [item["item"] for item in report["items"]] == ["may", "must"]


def test_a_person_reads_it(capsys, tmp_path):
    answers, _ = files(tmp_path, 100)
    code, out, err = run(capsys, QUESTIONNAIRE, answers)
    assert (code, err) == (0, "")
    assert "the questionnaire        1.00 (100 responses)\n" in out
    assert "not given: it needs GROUPS.csv\n" in out
    assert "may                      asked 100, unknown   0%, rest 1.00 (100 responses)\n" in out


def test_few_responses_are_said(capsys, tmp_path):
    answers, groups = files(tmp_path, 3)
    _, out, _ = run(capsys, QUESTIONNAIRE, answers, groups)
    assert "not given: fewer than 100 responses (3 of them)\n" in out


def test_problems_of_the_files_are_located(capsys, tmp_path):
    answers, groups = files(tmp_path, 3)
    Path(groups).write_text("response,group\nr0,ge\nr1,\nr9,ge\n", encoding="utf-8")
    code, out, err = run(capsys, QUESTIONNAIRE, answers, groups)
    assert (code, out) == (1, "")
    assert [line.split(" ")[:2] for line in err.splitlines()] == [
        [f"{groups}:1:1", "G015"],
        [f"{groups}:3:1", "G008"],
        [f"{groups}:4:1", "G007"],
    ]
    assert run(capsys, QUESTIONNAIRE, str(tmp_path / "nothing.csv"))[0] == 1
