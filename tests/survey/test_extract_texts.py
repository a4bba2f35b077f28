"""`make translations`: templates are written, and no translator's work is lost when the English changes."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import polib
import pytest

from survey.catalogue import completeness_of
from survey.languages import language
from survey.loader import load, parse
from survey.problems import CATALOGUE
from survey.texts import Text
from survey.translation import completeness, load_catalogue, template
from tests.survey.files import FEATURES, REAL, changed
from tools.extract_texts import HERE, PACKAGES, _said, current, interface, questionnaire_template, updated
from tools.translations import main

SOURCE = (FEATURES / "translated" / "questionnaire.yaml").read_text(encoding="utf-8")
RU = (FEATURES / "translated" / "locale" / "ru.po").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path) -> Path:
    shutil.copytree(FEATURES / "translated", tmp_path / "translated")
    return tmp_path


def merged(*sources: str) -> polib.POFile:
    """The Russian file after the English became each of `sources` in turn, written and read between the steps."""
    text = RU
    for source in sources:
        text = str(updated(polib.pofile(text), template(parse(source).questionnaire)))
    return polib.pofile(text)


def entry(catalogue: polib.POFile, context: str) -> polib.POEntry:
    return next(entry for entry in catalogue if entry.msgctxt == context and not entry.obsolete)


def test_a_template_is_written_and_the_translations_stay(folder):
    assert main(folder, folder / "interface") == 0
    locale = folder / "translated" / "locale"
    pot = polib.pofile(str(locale / "translated.pot"))
    assert len(pot) == 20
    before = {path.name: path.read_bytes() for path in locale.iterdir()}
    assert main(folder, folder / "interface") == 0
    assert {path.name: path.read_bytes() for path in locale.iterdir()} == before
    written = polib.pofile(str(locale / "ru.po"))
    assert list(written) == list(polib.pofile(RU))
    assert written.metadata["Plural-Forms"] == language("ru").plural_header


def test_a_changed_text_becomes_a_draft_with_the_earlier_english():
    found = entry(merged(changed(SOURCE, ("Is there a rule?", "Is there a written rule?"))), "rule.text")
    assert (found.msgid, found.msgstr, found.fuzzy) == ("Is there a written rule?", "Есть ли правило?", True)
    assert found.previous_msgid == "Is there a rule?"


def test_the_earlier_english_stays_until_the_draft_is_reviewed():
    first = changed(SOURCE, ("Is there a rule?", "Is there a written rule?"))
    second = changed(SOURCE, ("Is there a rule?", "Is there a written rule now?"))
    found = entry(merged(first, first, second), "rule.text")
    assert (found.msgid, found.previous_msgid, found.fuzzy) == (
        "Is there a written rule now?",
        "Is there a rule?",
        True,
    )


def test_a_new_text_is_empty_and_stands_in_its_place():
    catalogue = merged(SOURCE + "        why: It has to be known.\n")
    contexts = [entry.msgctxt for entry in catalogue]
    assert entry(catalogue, "rule.why").msgstr == ""
    assert contexts.index("rule.why") == contexts.index("rule.text") + 1


def test_a_text_that_is_gone_is_kept_and_found_again():
    without = SOURCE.replace("purpose: It shows where you stand.\n", "")
    catalogue = merged(without)
    assert [entry.msgctxt for entry in catalogue.obsolete_entries()] == ["purpose"]
    again = merged(without, SOURCE)
    assert entry(again, "purpose").msgstr == "Он показывает, где вы находитесь."
    assert not entry(again, "purpose").fuzzy
    assert not again.obsolete_entries()


def test_a_wording_that_comes_back_after_another_makes_no_double():
    without = SOURCE.replace("purpose: It shows where you stand.\n", "")
    other = changed(SOURCE, ("It shows where you stand.", "Something else."))
    catalogue = merged(without, other, SOURCE)
    contexts = [entry.msgctxt for entry in catalogue if not entry.obsolete]
    assert len(contexts) == len(set(contexts)) == 20
    assert entry(catalogue, "purpose").msgstr == "Он показывает, где вы находитесь."


def test_what_is_merged_is_complete_again_but_for_the_drafts(folder):
    path = folder / "translated" / "questionnaire.yaml"
    path.write_text(changed(SOURCE, ("Is there a rule?", "Is there a written rule?")), encoding="utf-8")
    assert main(folder, folder / "interface") == 0
    problems = completeness(load(path).questionnaire, load_catalogue(folder / "translated" / "locale" / "ru.po"))
    assert [problem.code for problem in problems] == ["T003"]
    assert problems[0].message.startswith("2 of 20")


def test_a_broken_translation_is_reported_and_left_alone(folder, capsys):
    broken = folder / "translated" / "locale" / "ru.po"
    broken.write_text('msgid "a\n', encoding="utf-8")
    assert main(folder, folder / "interface") == 1
    assert "ru.po:1:1 T001" in capsys.readouterr().err
    assert broken.read_text(encoding="utf-8") == 'msgid "a\n'
    assert (folder / "translated" / "locale" / "translated.pot").exists()


# --- the interface


def test_every_kind_of_text_is_extracted_with_its_place():
    found = {entry.msgid: (entry.msgid_plural, entry.comment) for entry in interface()}
    assert found["The way to the next level"] == ("", "ui/pages/profile.py")
    assert found["The highest level."] == ("", "charts/wording.py")
    assert found["{n} question"] == ("{n} questions", "ui/pages/authoring.py")
    assert found["Nobody but us."] == ("", "ui/who_sees.py")  # marked, said elsewhere
    assert found["Type your code"] == ("", "web: join.title")
    assert found["Submit"] == ("", "ui/pages/review.py, web: plain.submit")
    assert found[CATALOGUE["P001"][1]] == ("", "P001")
    assert CATALOGUE["Q001"][1] not in found


def test_each_text_is_there_once():
    texts = [entry.msgid for entry in interface()]
    assert len(texts) == len(set(texts)) > 300


def test_no_text_is_put_together_before_it_is_translated():
    """`t(f"…")` or `t(first + second)` would look for what no translator has seen. A name may hold what `marked` has marked."""
    faults = [
        f"{path}:{node.lineno}"
        for folder in PACKAGES
        for path in sorted((HERE / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("t", "marked")
        and not all(isinstance(one, ast.Constant | ast.Name | ast.Starred) for one in node.args)
    ]
    assert faults == []


def test_a_text_within_another_is_found():
    assert list(_said("f\"{t('a {n}', 'b {n}', n=1)} {x(t('c', d=t('e')))}\"; marked('f'); t(name); other('g')")) == [
        ("f", ""), ("a {n}", "b {n}"), ("c", ""), ("e", ""),
    ]  # fmt: skip


INTERFACE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Submit"
msgstr "Отправить"

msgid "Gone"
msgstr "Ушло"

msgid "{n} question"
msgid_plural "{n} questions"
msgstr[0] "{n} вопрос"
msgstr[1] "{n} вопроса"
msgstr[2] "{n} вопросов"

msgid "{n} error"
msgstr "{n} ошибка"
"""


def test_an_interface_is_brought_up_to_date():
    catalogue = updated(polib.pofile(INTERFACE), interface(), "ru")
    found = {entry.msgid: entry for entry in catalogue}
    assert (found["Submit"].msgstr, found["Submit"].fuzzy) == ("Отправить", False)
    assert found["Gone"].obsolete
    assert found["{n} question"].msgstr_plural == {0: "{n} вопрос", 1: "{n} вопроса", 2: "{n} вопросов"}
    assert found["{n} warning"].msgstr_plural == {0: "", 1: "", 2: ""}
    assert found["{n} error"].msgstr_plural == dict.fromkeys(range(3), "{n} ошибка")
    assert found["{n} error"].fuzzy
    assert str(updated(polib.pofile(str(catalogue)), interface(), "ru")) == str(catalogue)


def test_the_templates_and_translations_in_the_repository_are_fresh():
    pots = [(HERE / "locale" / "interface.pot", interface()), *map(questionnaire_template, REAL.values())]
    for target, pot in pots:
        assert target.read_text(encoding="utf-8").rstrip("\n") == str(pot).rstrip("\n"), f"{target}: make translations"
        for file in target.parent.glob("*.po"):
            written = file.read_text(encoding="utf-8").rstrip("\n")
            assert written == current(file, pot).rstrip("\n"), f"{file}: make translations"


@pytest.mark.parametrize("folder", [HERE / "locale", *(path.parent / "locale" for path in REAL.values())])
def test_no_translation_in_the_repository_is_broken(folder):
    pot = polib.pofile(str(next(folder.glob("*.pot"))))
    texts = [Text(entry.msgctxt or entry.msgid, entry.msgid, entry.msgid_plural) for entry in pot]
    for file in folder.glob("*.po"):
        assert [p for p in completeness_of(texts, load_catalogue(file)) if p.severity == "error"] == []


# --- the command


def test_the_table_says_how_far_each_language_is(folder, capsys):
    assert main(folder, folder / "interface") == 0
    rows = {row[:3].strip(): row[20:].split("  ") for row in capsys.readouterr().out.splitlines() if "  " in row}
    assert [cell.strip() for cell in rows["ru"] if cell.strip()] == ["missing", "draft 1/20"]
    assert [cell.strip() for cell in rows["ky"] if cell.strip()] == ["missing", "missing 18/20"]
    assert "en" not in rows


def test_a_broken_placeholder_ends_the_command_with_1(folder, capsys):
    locale = folder / "interface"
    locale.mkdir()
    (locale / "ru.po").write_text(INTERFACE.replace("{n} вопроса", "вопроса"), encoding="utf-8")
    assert main(folder, locale) == 1
    assert "T006 the translation of {n} question" in capsys.readouterr().err
