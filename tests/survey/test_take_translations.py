"""Translations from JSON become drafts; nothing that somebody has checked is replaced."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polib
import pytest

from tests.survey.files import FEATURES
from tools.extract_texts import interface
from tools.take_translations import main


@pytest.fixture
def locale(tmp_path) -> Path:
    (tmp_path / "interface.pot").write_text(str(interface()), encoding="utf-8")
    return tmp_path


def take(target: Path, given: dict, *options: str) -> tuple[int, dict[str, polib.POEntry]]:
    source = target.with_suffix(".json")
    source.write_text(json.dumps(given), encoding="utf-8")
    status = main([str(source), str(target), *options])
    return status, {entry.msgctxt or entry.msgid: entry for entry in polib.pofile(str(target))}


def test_a_new_file_has_every_text_and_the_given_ones_as_drafts(locale):
    questions = ["{n} вопрос", "{n} вопроса", "{n} вопросов"]
    status, found = take(locale / "ru.po", {"Submit": "Отправить", "{n} question": questions})
    assert (status, len(found)) == (0, len(interface()))
    assert (found["Submit"].msgstr, found["Submit"].fuzzy) == ("Отправить", True)
    assert (list(found["{n} question"].msgstr_plural.values()), found["{n} question"].fuzzy) == (questions, True)
    assert found["Reopen to change answers"].msgstr == ""
    assert polib.pofile(str(locale / "ru.po")).metadata["Plural-Forms"].startswith("nplurals=3;")


def test_what_is_checked_is_not_replaced_and_drafts_are(locale):
    take(locale / "ko.po", {"Submit": "제출"}, "--checked")
    take(locale / "ko.po", {"Newest": "새"})
    _, found = take(locale / "ko.po", {"Submit": "다른", "Newest": "최신"})
    assert (found["Submit"].msgstr, found["Submit"].fuzzy) == ("제출", False)
    assert (found["Newest"].msgstr, found["Newest"].fuzzy) == ("최신", True)


@pytest.mark.parametrize(
    ("key", "words", "why"),
    [
        ("Nowhere", "x", "not a text"),
        ("Submit", " ", "empty"),
        ("Submit", ["a", "b", "c"], "no plural forms"),
        ("{n} question", "вопрос {n}", "give a list"),
        ("{n} question", ["{n} a", "{n} b"], "2 plural form(s)"),
        ("{n} question", ["{n} a", "{n} b", "c"], "placeholder"),
        ("{done} of {all} answered", "{done} {alle}", "placeholder"),
    ],
)
def test_what_cannot_be_used_is_said_and_left_out(locale, capsys, key, words, why):
    status, found = take(locale / "ru.po", {key: words, "Newest": "Новые"})
    assert status == 1
    assert f"{key}: " in (said := capsys.readouterr().out)
    assert why in said
    assert "1 of 2 taken" in said
    assert found["Newest"].msgstr == "Новые"
    if key in found:
        assert not found[key].msgstr
        assert not any(found[key].msgstr_plural.values())


def test_a_questionnaire_is_keyed_by_context(tmp_path):
    shutil.copytree(FEATURES / "translated", tmp_path / "translated")
    folder = tmp_path / "translated" / "locale"
    (folder / "translated.pot").write_text(
        (folder / "ru.po").read_text(encoding="utf-8").replace("#, fuzzy\n", ""), encoding="utf-8"
    )
    status, found = take(folder / "km.po", {"title": "ចំណងជើង"})
    assert (status, found["title"].msgstr, found["title"].fuzzy) == (0, "ចំណងជើង", True)
