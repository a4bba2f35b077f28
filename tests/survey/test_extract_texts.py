"""`make texts`: templates are written, and no translator's work is lost when the English changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import polib
import pytest

from survey.loader import load, parse
from survey.translation import completeness, load_catalogue, template
from tests.survey.files import FEATURES, changed
from tools.extract_texts import interface, main, updated

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
    assert main(folder) == 0
    locale = folder / "translated" / "locale"
    pot = polib.pofile(str(locale / "translated.pot"))
    assert len(pot) == 20
    before = {path.name: path.read_bytes() for path in locale.iterdir()}
    assert main(folder) == 0
    assert {path.name: path.read_bytes() for path in locale.iterdir()} == before
    assert polib.pofile(str(locale / "ru.po")) == polib.pofile(RU)


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
    assert main(folder) == 0
    problems = completeness(load(path).questionnaire, load_catalogue(folder / "translated" / "locale" / "ru.po"))
    assert [problem.code for problem in problems] == ["T003"]
    assert problems[0].message.startswith("2 of 20")


def test_a_broken_translation_is_reported_and_left_alone(folder, capsys):
    broken = folder / "translated" / "locale" / "ru.po"
    broken.write_text('msgid "a\n', encoding="utf-8")
    assert main(folder) == 1
    assert "ru.po:1:1 T001" in capsys.readouterr().err
    assert broken.read_text(encoding="utf-8") == 'msgid "a\n'
    assert (folder / "translated" / "locale" / "translated.pot").exists()


def test_texts_of_pages_and_of_what_they_have_put_into_words_are_extracted():
    found = {entry.msgid for entry in polib.pofile(interface())}
    assert "The way to the next level" in found  # ui/pages
    assert "The highest level." in found  # charts/wording.py
