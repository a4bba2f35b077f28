"""Translations: what is translated, the chain of languages, and what a .po file may have wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polib
import pytest

from results.backup_clock import RemoteError
from survey.catalogue import Catalogue, Entry, completeness_of, find
from survey.loader import content_hash, load
from survey.problems import CATALOGUE, CodedError, ProblemsError
from survey.questionnaire import LEVELS
from survey.routing import route
from survey.texts import Text
from survey.translation import (
    completeness,
    interface_text,
    load_catalogue,
    load_chain,
    problem_text,
    template,
    translatable,
    translate,
)
from tests.builders import item, questionnaire
from tests.survey.files import FEATURES, REAL, feature

LOCALE = FEATURES / "translated" / "locale"
WHOLE = load(FEATURES / "translated" / "questionnaire.yaml").questionnaire
RU, KY = load_catalogue(LOCALE / "ru.po"), load_catalogue(LOCALE / "ky.po")


def catalogue(language: str = "km", **texts: str) -> Catalogue:
    english = {text.context: text.english for text in translatable(WHOLE)}
    named = {context.replace("__", "."): words for context, words in texts.items()}
    return Catalogue(language, {context: Entry(english[context], words) for context, words in named.items()})


def po(tmp_path: Path, text: str, name: str = "km.po") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(problems: list) -> list[str]:
    return [problem.code for problem in problems]


# --- which texts there are


def test_every_text_has_its_context():
    texts = {text.context: text.english for text in translatable(feature("every_key").questionnaire)}
    assert texts["title"] == "Every key"
    assert texts["purpose"] == "One sentence shown to respondents."
    assert texts["levels.3.name"] == "Stem"
    assert texts["levels.3.meaning"] == "It is adopted."
    assert texts["first.title"] == "First"
    assert texts["a_1.anchors.3"].startswith("The rule is adopted")
    assert texts["a_1.next_steps.1"] == "Write a draft of the rule."
    assert texts["a-2.evidence.insufficient"] == "A talk about the rule."
    per_item = ["text", "scope", "why", "evidence.ask", "evidence.sufficient", "evidence.insufficient"]
    per_item += [f"anchors.{level}" for level in LEVELS] + [f"next_steps.{level}" for level in LEVELS[:4]]
    assert len(texts) == 2 + 10 + 1 + 2 * len(per_item)


def test_what_is_left_out_is_not_to_be_translated():
    contexts = [text.context for text in translatable(feature("minimal").questionnaire)]
    assert contexts == [
        "title", *(f"levels.{level}.{part}" for level in LEVELS for part in ("name", "meaning")),
        "only.title", "one.text", *(f"one.anchors.{level}" for level in LEVELS),
    ]  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_contexts_are_unique(name):
    contexts = [text.context for text in translatable(load(REAL[name]).questionnaire)]
    assert len(contexts) == len(set(contexts)) > 300


# --- a questionnaire in another language


def test_a_translation_changes_the_texts_and_nothing_else():
    shown = translate(WHOLE, [RU])
    assert shown.language == "ru"
    assert shown.questionnaire.title == "Правила"
    assert shown.questionnaire.items[0].text == "Есть ли правило?"
    assert shown.questionnaire.items[0].evidence.ask == "Ссылка."
    assert shown.questionnaire.level_name(3) == "Устоявшийся"
    assert shown.untranslated == frozenset()
    assert shown.drafts == {"rule.anchors.5"}
    assert shown.questionnaire.items[0].anchor(5).startswith("Внешний")  # a draft is shown, and marked
    assert content_hash(shown.questionnaire) == content_hash(WHOLE)
    assert shown.questionnaire.original is WHOLE
    assert [text.english for text in translatable(shown.questionnaire)] == [
        text.english for text in translatable(WHOLE)
    ]


def test_ids_weights_and_conditions_stay():
    whole = feature("skip_logic").questionnaire
    whole.items, whole.position  # noqa: B018  (cached before the copy is made)
    shown = translate(
        whole, [Catalogue("ru", {"start.text": Entry("Is there a start?", "Есть начало?")})]
    ).questionnaire
    assert shown.position == whole.position
    assert shown.items[0].text == "Есть начало?"
    assert shown.item("start") is shown.items[0]
    for here, there in zip(shown.items, whole.items, strict=True):
        assert (here.id, here.weight, here.asked_if, here.pulse) == (
            there.id,
            there.weight,
            there.asked_if,
            there.pulse,
        )
    rows = np.arange(49, dtype=np.uint8).reshape(7, 7) % 8
    assert (route(shown, rows) == route(whole, rows)).all()


def test_the_chain_falls_back_text_by_text():
    shown = translate(WHOLE, [KY, RU])
    assert shown.language == "ky"
    assert shown.questionnaire.dimensions[0].title == "Эрежелер"
    assert shown.questionnaire.title == "Правила"
    assert shown.languages["title"] == "ru"
    assert "rules.title" not in shown.untranslated
    assert len(shown.untranslated) == len(translatable(WHOLE)) - 2
    only_kyrgyz = translate(WHOLE, [KY])
    assert only_kyrgyz.questionnaire.title == "Rule-making"
    assert set(only_kyrgyz.languages.values()) == {"en"}


def test_a_language_without_a_file():
    shown = translate(WHOLE, [Catalogue("km")])
    assert shown.language == "km"
    assert shown.untranslated == {text.context for text in translatable(WHOLE)}
    assert shown.questionnaire.model_dump() == WHOLE.model_dump()


def test_no_chain_and_the_own_language():
    for chain in ([], [Catalogue("en")], [Catalogue("en"), RU]):
        shown = translate(WHOLE, chain)
        assert (shown.language, shown.languages, shown.drafts) == ("en", {}, frozenset())
        assert shown.questionnaire.title == "Rule-making"
    own_words = translate(WHOLE, [catalogue("en", title="Making rules")])
    assert (own_words.questionnaire.title, own_words.languages) == ("Making rules", {})


def test_translating_a_translation_starts_from_the_original():
    russian = translate(WHOLE, [RU]).questionnaire
    again = translate(russian, [KY])
    assert again.questionnaire.title == "Rule-making"
    assert content_hash(again.questionnaire) == content_hash(WHOLE)


def test_a_translation_of_an_earlier_wording_is_a_draft():
    old = Catalogue("km", {"title": Entry("Rules of old", "ច្បាប់")})
    shown = translate(WHOLE, [old])
    assert shown.questionnaire.title == "ច្បាប់"
    assert shown.drafts == {"title"}


def test_a_translation_without_its_placeholder_is_not_used():
    chain = [
        Catalogue("km", {"a": Entry("{n} left", "នៅសល់")}),
        Catalogue("ru", {"a": Entry("{n} left", "осталось {n}")}),
    ]
    found = find(chain, "a", "{n} left")
    assert (found.text, found.language) == ("осталось {n}", "ru")
    assert find(chain, "b", "{n} left") is None


# --- files


def test_entries_keep_their_source_line_and_draft_flag():
    entry = RU.entries["rule.anchors.5"]
    assert entry.source == "An outside body has checked it and published what it found."
    assert entry.draft
    text = (LOCALE / "ru.po").read_text(encoding="utf-8").splitlines()
    assert text[entry.line - 1].startswith(('msgctxt "rule.anchors.5"', "#, fuzzy", "#. "))
    assert (RU.language, RU.path) == ("ru", str(LOCALE / "ru.po"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello\n", 1),
        ('msgid "a"\nmsgstr "b"\nmsgstrx "c"\n', 3),
        ('msgid "a"\nmsgstr "b" c"\n', 2),
        ('msgid "a"\nmsgstr "x\n', 2),
        ('msgctxt "a"\nmsgid "a"\nmsgstr "b"\n\nmsgctxt "a"\nmsgid "c"\nmsgstr "d"\n', 5),
        ('msgid "a"\nmsgstr "\0"\n', 2),
    ],
)
def test_broken_files_are_refused_with_their_line(tmp_path, text, line):
    with pytest.raises(ProblemsError) as error:
        load_catalogue(po(tmp_path, text), "km.po")
    assert [(problem.path, problem.line, problem.code) for problem in error.value.problems] == [("km.po", line, "T001")]


def test_files_in_other_encodings_or_not_there(tmp_path):
    path = tmp_path / "ru.po"
    path.write_bytes('msgid "a"\nmsgstr "я"\n'.encode("cp1251"))
    for broken in (path, tmp_path, tmp_path / "nothing.po"):
        with pytest.raises(ProblemsError, match="T001"):
            load_catalogue(broken)


def test_a_file_is_never_taken_for_the_name_of_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    po(tmp_path, 'msgid "a"\nmsgstr "secret"\n', "other.po")
    with pytest.raises(ProblemsError, match="T001"):
        load_catalogue(po(tmp_path, "other.po"))


def test_obsolete_translations_are_left_alone(tmp_path):
    found = load_catalogue(
        po(tmp_path, 'msgctxt "title"\nmsgid "T"\nmsgstr "U"\n\n#~ msgctxt "gone"\n#~ msgid "G"\n#~ msgstr "H"\n')
    )
    assert list(found.entries) == ["title"]


def test_without_a_context_the_source_is_the_key(tmp_path):
    found = load_catalogue(po(tmp_path, 'msgid "Save"\nmsgstr "រក្សាទុក"\n'))
    assert find([found], "Save", "Save").text == "រក្សាទុក"


# --- completeness


def test_a_complete_translation_with_a_draft():
    problems = completeness(WHOLE, RU)
    assert codes(problems) == ["T003"]
    assert problems[0].message.startswith(
        "1 of 20 texts are draft translations (fuzzy) into 'ru'; the first is rule.anchors.5"
    )
    assert (problems[0].severity, problems[0].line) == ("warning", RU.entries["rule.anchors.5"].line)


def test_what_is_missing_is_counted():
    problems = completeness(WHOLE, KY)
    assert codes(problems) == ["T002"]
    assert problems[0].message == "18 of 20 texts have no translation into 'ky'; the first is title."


def test_texts_that_changed_or_are_gone():
    entries = {
        **RU.entries,
        "title": Entry("Old", "Старое"),
        "gone.text": Entry("Gone", "Нет"),
        "gone.why": Entry("x", ""),
    }
    problems = completeness(WHOLE, Catalogue("ru", entries))
    assert sorted(codes(problems)) == ["T003", "T004"]
    assert next(problem for problem in problems if problem.code == "T004").message.startswith(
        "2 translations into 'ru'"
    )


@pytest.mark.parametrize(
    "language",
    ["en", "ru", "ko", "kk", "ky", "tg", "uz", "hy", "az", "ka", "bn", "km", "lo", "mn", "fil", "pt_BR", "zh-Hans"],
)
def test_language_codes(language):
    assert "T005" not in codes(completeness(WHOLE, Catalogue(language)))


@pytest.mark.parametrize("language", ["russian", "KM", "xx", "", "messages", "../ru", "ru_"])
def test_what_is_not_a_language_code(language):
    assert codes(completeness(WHOLE, Catalogue(language, RU.entries, "x.po"))).count("T005") == 1


@pytest.mark.parametrize(
    ("source", "text", "kept"),
    [
        ("{count} of {total}", "{total} из {count}", True),
        ("{count} of {total}", "{count}", False),
        ("{count}", "{count} {count}", False),
        ("%(name)s is in", "%(name)s здесь", True),
        ("%(name)s is in", "%(имя)s здесь", False),
        ("{share:.0%} done", "готово {share:.0%}", True),
        ("{share:.0%} done", "готово {share}", False),
        ("50 % of them", "50 % сразу", True),
        ("all", "{all}", False),
    ],
)
def test_placeholders(source, text, kept):
    problems = completeness_of([Text("a", source)], Catalogue("ru", {"a": Entry(source, text, line=7)}))
    assert [(problem.code, problem.line, problem.severity) for problem in problems] == (
        [] if kept else [("T006", 7, "error")]
    )


# --- templates


def test_a_template_has_every_text_and_no_date():
    pot = template(WHOLE)
    assert [(entry.msgctxt, entry.msgid, entry.msgstr) for entry in pot] == [
        (text.context, text.english, "") for text in translatable(WHOLE)
    ]
    assert "Date" not in str(pot)
    assert str(pot) == str(template(translate(WHOLE, [RU]).questionnaire))
    assert next(entry for entry in pot if entry.msgctxt == "rule.anchors.3").comment == "Is there a rule?"


def test_a_filled_template_is_a_complete_translation(tmp_path):
    pot = template(feature("every_key").questionnaire)
    for entry in pot:
        entry.msgstr = f"«{entry.msgid}»"
    found = load_catalogue(po(tmp_path, str(pot)))
    assert completeness(feature("every_key").questionnaire, found) == []
    shown = translate(feature("every_key").questionnaire, [found])
    assert shown.questionnaire.items[1].next_steps[3] == "«Ask an outside body to check it.»"
    assert (shown.untranslated, shown.drafts) == (frozenset(), frozenset())


@pytest.mark.parametrize("name", REAL)
def test_the_templates_in_the_repository_are_fresh(name):
    written = REAL[name].parent / "locale" / f"{name}.pot"
    assert written.read_text(encoding="utf-8") == str(template(load(REAL[name]).questionnaire)).rstrip("\n") + "\n"
    assert polib.pofile(str(written)).metadata["Content-Type"] == "text/plain; charset=UTF-8"


# --- chains from a folder


def test_a_chain_from_a_folder():
    assert [found.language for found in load_chain(LOCALE, "ky")] == ["ky", "ru"]
    assert [found.language for found in load_chain(LOCALE, "kk")] == ["kk", "ru"]
    assert [found.language for found in load_chain(LOCALE, "ru")] == ["ru"]
    assert load_chain(LOCALE, "km") == (Catalogue("km"),)


def test_a_broken_file_does_not_break_a_page(tmp_path):
    po(tmp_path, "broken", "km.po")
    assert load_chain(tmp_path, "km") == (Catalogue("km"),)


@pytest.mark.parametrize("language", ["../translated/locale/ru", "/etc/passwd", "", "*", "r?", "ru\0"])
def test_a_code_from_a_browser_stays_in_the_folder(language):
    assert load_chain(LOCALE, language) == (Catalogue(language),)


def test_the_interface_uses_the_same_chain(interface):
    interface(ru='msgid "Save"\nmsgstr "Сохранить"\n')
    assert interface_text("ky", "Save") == interface_text("ru", "Save") == "Сохранить"
    assert interface_text("km", "Save") == interface_text("../x", "Save") == interface_text("en", "Save") == "Save"


# --- plural forms

DAYS = """
msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} день"
msgstr[1] "{n} дня"
msgstr[2] "{n} дней"
"""
DAY = ("{n} day", "{n} days")


def test_a_count_chooses_the_plural_form(interface):
    interface(ru=DAYS, ko=DAYS.split("msgstr[1]", maxsplit=1)[0])
    said = [interface_text("ru", *DAY, n).format(n=n) for n in (0, 1, 2, 5, 11, 21)]
    assert said == ["0 дней", "1 день", "2 дня", "5 дней", "11 дней", "21 день"]
    assert interface_text("ko", *DAY, 7) == "{n} день"
    # The fallback's words come with the fallback's rule, and English with its own.
    assert [interface_text("kk", *DAY, n) for n in (1, 3)] == ["{n} день", "{n} дня"]
    assert [interface_text("km", *DAY, n) for n in (1, 0)] == ["{n} day", "{n} days"]


def test_a_file_with_too_few_forms_is_not_used(interface):
    interface(ru=DAYS.replace('msgstr[2] "{n} дней"', ""))
    assert interface_text("ru", *DAY, 5) == "{n} days"


def test_an_empty_form_is_a_missing_translation(interface):
    interface(ru=DAYS.replace("{n} дня", ""))
    assert interface_text("ru", *DAY, 5) == "{n} days"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("", ""), []),
        (("{n} дня", ""), ["T002"]),
        (('msgstr[2] "{n} дней"\n', ""), ["T007"]),
        (("{n} дня", "{m} дня"), ["T006"]),
        (("{n} дня", "дня"), ["T006"]),
        (("{n} days", "{n} whole days"), ["T004"]),
    ],
)
def test_what_a_plural_may_have_wrong(tmp_path, change, found):
    catalogue = load_catalogue(po(tmp_path, DAYS.replace(*change), "ru.po"))
    assert codes(completeness_of([Text(DAY[0], *DAY)], catalogue)) == found


def test_one_may_be_said_without_its_number(tmp_path):
    catalogue = load_catalogue(po(tmp_path, DAYS.replace('{n} day"', 'one day"').replace("{n} день", "день"), "ru.po"))
    assert completeness_of([Text("one day", "one day", "{n} days")], catalogue) == []


# --- coded errors in the reader's language


def test_an_error_is_said_in_the_readers_language(interface):
    error = CodedError("R008", count=9, limit="8\n")
    interface(ru=f'msgid "{CATALOGUE["R008"][1]}"\nmsgstr "{{limit}} меньше {{count}}."\n')
    assert problem_text("ru", error) == "8\\n меньше 9."
    assert problem_text("km", error) == str(error)


def test_an_error_that_came_as_words_stays_as_it_came(interface):
    assert problem_text("ru", RemoteError("S028", "Said elsewhere.")) == "Said elsewhere."


def test_long_and_right_to_left_and_combining_text_is_untouched():
    words = "ក្រុមប្រឹក្សា \u200b\u200d 👩‍👩‍👧 " * 50
    shown = translate(questionnaire([item("a")]), [Catalogue("km", {"a.text": Entry("Is a done?", words)})])
    assert shown.questionnaire.items[0].text == words
