"""Checking paths: every file's problems, shown under the caller's names, and no file ends the run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from survey.check import check
from tests.survey.files import FEATURES, ROOT, changed, text_of

EVERY_KEY = text_of("every_key")


@pytest.fixture
def tree(tmp_path, monkeypatch) -> Path:
    """A folder with one right questionnaire, which is also the current folder."""
    monkeypatch.chdir(tmp_path)
    write("q/right/questionnaire.yaml", EVERY_KEY)
    return tmp_path


def write(name: str, text: str | bytes) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def lines(problems: list) -> list[str]:
    return [f"{problem.path}:{problem.line} {problem.code}" for problem in problems]


def test_the_questionnaires_of_this_repository_have_no_problem():
    found = check([ROOT / "questionnaires"])
    # Translations may be drafts, and of the long forms incomplete: tests/survey/test_shipped_translations.py.
    assert {problem.code for problem in found} <= {"T002", "T003"}
    assert not any(problem.path.endswith(".yaml") for problem in found)


def test_no_file_ends_the_run(tree):
    write("q/binary/questionnaire.yaml", b"\xff\xfe")
    write("q/faulty/questionnaire.yaml", changed(EVERY_KEY, ("id: every_key", "id: BAD"), ("margin: 3", "margin: 9")))
    write(
        "q/other/questionnaire.yaml",
        changed(EVERY_KEY, ("id: every_key", "id: other")).replace("    items:", "    itms:", 1),
    )
    assert lines(check(["q"])) == [
        "q/binary/questionnaire.yaml:1 Q001",
        "q/faulty/questionnaire.yaml:3 Q014",
        "q/faulty/questionnaire.yaml:16 Q020",
        "q/other/questionnaire.yaml:26 Q011",
        "q/other/questionnaire.yaml:30 Q010",
    ]


def test_a_file_of_any_name(tree):
    write("draft.yml", changed(EVERY_KEY, ("format: 1", "format: 2")))
    assert lines(check(["draft.yml"])) == ["draft.yml:2 Q020"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("q", "q/right"),
        ("q/", "q/right"),
        ("./q", "./q/right"),
        ("q/right", "q/right"),
        ("q/../q", "q/../q/right"),
        (".", "./q/right"),
        ("q/right/questionnaire.yaml", "q/right"),
        (Path("q"), "q/right"),
    ],
)
def test_paths_are_shown_as_the_caller_wrote_them(tree, given, shown):
    write("q/right/questionnaire.yaml", changed(EVERY_KEY, ("format: 1", "format: 2")))
    assert lines(check([given])) == [f"{shown}/questionnaire.yaml:2 Q020"]
    assert lines(check([str(tree / "q")])) == [f"{tree}/q/right/questionnaire.yaml:2 Q020"]


def test_paths_with_nothing_to_check(tree):
    Path("empty").mkdir()
    os.mkfifo("pipe")
    problems = check(["nowhere", "empty", "pipe", "q"])
    assert lines(problems) == ["nowhere:1 Q008", "empty:1 Q008", "pipe:1 Q008"]
    assert str(problems[0]) == (
        "nowhere:1:1 Q008 There is no questionnaire to check here: this path does not exist. "
        "Name a questionnaire.yaml, or a folder with one."
    )


def test_an_id_twice_in_one_tree(tree):
    write("q/second/questionnaire.yaml", EVERY_KEY)
    assert [str(problem) for problem in check(["q"])] == [
        (
            "q/second/questionnaire.yaml:3:5 Q009 the questionnaire id 'every_key' is already used by "
            "q/right/questionnaire.yaml. Give one of the two another id."
        )
    ]
    assert check(["q/right", "q/second"]) == []  # two trees, for example two releases


def test_an_id_is_taken_even_by_a_faulty_file(tree):
    write("q/a/questionnaire.yaml", changed(EVERY_KEY, ("format: 1", "format: 2")))
    assert lines(check(["q"])) == ["q/a/questionnaire.yaml:2 Q020", "q/right/questionnaire.yaml:3 Q009"]


def test_a_file_that_is_named_twice_is_checked_once(tree):
    write("q/right/questionnaire.yaml", changed(EVERY_KEY, ("format: 1", "format: 2")))
    assert len(check(["q", "q/right/questionnaire.yaml", "./q"])) == 1


def test_translations_beside_a_questionnaire_are_checked(tree):
    shutil.copytree(FEATURES / "translated", "t")
    write("t/locale/tg.po", "broken")
    write("t/locale/russian.po", 'msgctxt "title"\nmsgid "Rule-making"\nmsgstr "Правила"\n')
    write("t/locale/translated.pot", "broken too, but no translation")
    for given in ("t", "t/questionnaire.yaml"):
        found = [line for line in lines(check([given])) if " Q" not in line]
        assert found == [
            f"t/locale/ky.po:{line_of('ky.po', 'title')} T002",
            f"t/locale/ru.po:{line_of('ru.po', 'rule.anchors.5') - 2} T003",  # an entry begins with its comments
            "t/locale/russian.po:1 T002",
            "t/locale/russian.po:1 T005",
            "t/locale/tg.po:1 T001",
        ]


def line_of(name: str, context: str) -> int:
    text = Path("t/locale", name).read_text(encoding="utf-8").splitlines()
    return text.index(f'msgctxt "{context}"') + 1


def test_the_name_of_a_translation_where_no_folder_was_named(tree, monkeypatch):
    shutil.copytree(FEATURES / "translated", "t")
    monkeypatch.chdir(tree / "t")
    assert lines(check(["questionnaire.yaml"]))[-2].startswith("locale/ky.po:")


def test_warnings_count_as_errors_when_asked(tree):
    write("thin.yaml", text_of("thin"))
    usual, strict = check(["thin.yaml"]), check(["thin.yaml"], strict=True)
    assert usual == strict
    assert {problem.severity for problem in usual} == {"warning"}
    assert {problem.severity for problem in strict} == {"error"}
