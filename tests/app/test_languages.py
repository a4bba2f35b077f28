"""Pages in every language: nothing fails, texts fall back along the chain and say so, drafts are drafts, values stay."""

from __future__ import annotations

import re
import shutil

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from access.workshop import Workshop
from survey.languages import CODES, own_name
from tests.app.pages import ROOT, html, radio
from tests.reference_store import ReferenceStore
from tests.translated import install, tiny, write
from tests.workshops import Scene, scene
from ui import process

DRAFT = "Draft translation"
ADDRESSES = {"section": "questions", "review": "review", "profile": "profile", "colleagues": "colleagues"}


@pytest.fixture(autouse=True)
def _pages(monkeypatch):
    """Streamlit's list of pages as survey_app.py sets it, so that pages are reached through ui/main.py."""
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", type("Pages", (PagesManager,), {}))


@pytest.fixture
def at(tmp_path) -> Scene:
    """The workshop, with the tiny questionnaire wholly in Russian and a title in Kyrgyz."""
    made = scene(ReferenceStore(), tmp_path)
    install(made, tmp_path)
    process.use(made.workshop)
    yield made
    process.use(None)


def opened(at: Scene, who: str | None, language: str, page: str = "", **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=20)
    if who:
        test.session_state["actor_for_tests"] = at.actors[who]
    test.session_state["language"] = language
    for name, value in query.items():
        test.query_params[name] = value
    if page:
        test._page_hash = calc_hash(ADDRESSES[page])
    assert not test.run().exception
    return test


def choose(test: AppTest, language: str) -> None:
    test.selectbox(key="language-choice").select(language).run()
    assert not test.exception


PAGES = [
    (None, ""), ("coordinator", ""), ("coordinator", "section"), ("coordinator", "review"), ("coordinator", "profile"),
    ("coordinator", "colleagues"), ("facilitator", ""),
]  # fmt: skip


@pytest.mark.parametrize("language", CODES)
def test_every_page_is_drawn_in_every_language(at, language):
    for who, page in PAGES:
        test = opened(at, who, language, page)
        assert test.selectbox(key="language-choice").options == [own_name(code) for code in CODES]
        assert test.selectbox(key="language-choice").value == language
        assert f'data-language="{language}" data-direction="ltr" data-chosen="no"' in html(test)


def test_a_questionnaire_is_shown_in_the_language_chosen(at):
    test = opened(at, "coordinator", "ru", "section")
    assert test.title[0].value == "ru Direction"
    assert [option.split("  ")[1][:8] for option in radio(test, "plan").options[:2]] == ["ru There", "ru One m"]
    shown = html(test)
    assert ">1. ru Is there a plan?" in shown
    assert "not translated" not in shown
    assert '<details class="original"' not in shown
    assert DRAFT not in shown


def test_kyrgyz_falls_back_on_russian_marked_and_said(at, interface):
    interface()  # none of its texts is translated
    shown = html(opened(at, "coordinator", "ky", "section"))
    assert ">1. ky Is there a plan?" in shown
    assert '<span lang="ru">ru The whole government.</span>' in shown
    assert "They are shown in another language: орусча." in shown.replace("\u2068", "").replace("\u2069", "")
    assert shown.count("not translated yet") == 1


def test_khmer_without_a_file_is_english_marked_and_said(at):
    shown = html(opened(at, "coordinator", "km", "section"))
    assert '<span lang="en">Is there a plan?</span>' in shown
    assert "អង់គ្លេស" in shown


def test_a_draft_is_said_once_and_the_english_is_a_click_away(at, interface):
    interface()  # none of its texts is translated
    folder = at.workshop._questionnaires / "tiny" / "locale"
    write(folder / "ko.po", {entry.msgctxt: f"ko {entry.msgid}" for entry in tiny()}, draft=True)
    shown = html(opened(at, "coordinator", "ko", "section"))
    assert shown.count(DRAFT) == 1
    assert '<details class="original" lang="en"><summary>English</summary><p><b>Is there a plan?</b></p>' in shown


def test_a_translation_of_another_wording_than_the_pinned_one_is_a_draft(at, interface):
    interface()  # none of its texts is translated
    file = at.workshop._questionnaires / "tiny" / "locale" / "ru.po"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"Is there a plan?"', '"Was there a plan?"'), encoding="utf-8"
    )
    shown = html(opened(at, "coordinator", "ru", "section"))
    assert "ru Is there a plan?" in shown
    assert DRAFT in shown
    assert shown.count('class="original"') == 1


def test_the_interface_is_a_draft_on_every_page_while_one_text_is(at, interface):
    interface(ru='#, fuzzy\nmsgid "Submit"\nmsgstr "Отправить"\n')
    for who, page in PAGES:
        assert html(opened(at, who, "ru", page)).count(DRAFT) == 1
    assert [button.label for button in opened(at, "coordinator", "ru", "review").button if button.key == "submit"] == [
        "Отправить"
    ]


def test_headings_of_comparison_and_profile_follow(at):
    assert "ru Direction" in html(opened(at, "coordinator", "ru", "profile"))
    test = opened(at, "facilitator", "ru")
    assert "ru Tiny" in html(test)
    compared = process.drawn(at.round.id, _comparison(at), "page", "ru")
    assert "ru Direction" in str(compared.spec)
    assert "ru Direction" not in str(process.drawn(at.round.id, _comparison(at), "page", "en").spec)


def _comparison(at: Scene):
    from access import facilitator

    return facilitator.comparison(at.workshop, at.actors["facilitator"], "tiny")


def test_a_switch_keeps_what_every_widget_holds(at, interface):
    """en → km → ru: an answer that is saved, one that is refused, and texts; nothing is stored anew by the switch."""
    interface()  # none of its texts is translated
    test = opened(at, "coordinator", "en", "section")
    radio(test, "plan").set_value(3).run()
    box(test, "plan", "evidence").select(2).run()
    text(test, "plan", "link").set_value("http://no-https.example/").run()
    area(test, "plan", "note").set_value("Page 4").run()
    before = at.workshop.store.answers(at.response("north"))
    for language in ("km", "ru"):
        choose(test, language)
        assert f'data-language="{language}" data-direction="ltr" data-chosen="yes"' in html(test)
        assert radio(test, "plan").value == 3
        assert box(test, "plan", "evidence").value == 2
        assert text(test, "plan", "link").value == "http://no-https.example/"
        assert area(test, "plan", "note").value == "Page 4"
        assert "Not saved" in html(test)
        assert at.workshop.store.answers(at.response("north")) == before
    text(test, "plan", "link").set_value("https://yes.example/").run()
    answer = at.workshop.store.answers(at.response("north"))["plan"].answer
    assert (answer.code, answer.evidence, answer.link, answer.note) == (3, 2, "https://yes.example/", "Page 4")


def test_a_choice_made_elsewhere_in_the_old_language_is_not_stored_as_words(at):
    """A radio sends its label: in the new language it is none of the options, and must not reach the store."""
    test = opened(at, "coordinator", "en", "section")
    radio(test, "plan").set_value(2).run()
    choose(test, "ru")
    choose(test, "en")
    assert radio(test, "plan").value == 2
    assert at.workshop.store.answers(at.response("north"))["plan"].answer.code == 2


@pytest.mark.parametrize("forged", ["de", "../ru", ""])
def test_no_other_language_can_be_chosen(at, forged):
    test = opened(at, "coordinator", "ru", "section")
    test.session_state["language-choice"] = forged
    from ui import session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session.st, "session_state", test.session_state)
        session.change_language()
    assert test.session_state["language"] == "ru"


def test_a_pinned_questionnaire_is_translated_once(at):
    asked = at.workshop.asked(at.round, "tiny")
    assert asked is not None
    first = at.workshop.translated(asked.questionnaire, "ru")
    assert at.workshop.translated(asked.questionnaire, "ru") is first
    assert first.questionnaire.title == "ru Tiny"
    shutil.rmtree(at.workshop._questionnaires)
    assert at.workshop.translated(asked.questionnaire, "ru") is first
    other = Workshop(at.workshop.store, at.workshop._questionnaires)
    assert other.translated(asked.questionnaire, "ru").questionnaire.title == "Tiny"


def _widget(kind, item: str, part: str):
    return next(widget for widget in kind if re.search(f"-{item}-{part}-", widget.key or ""))


def box(test: AppTest, item: str, part: str):
    return _widget(test.selectbox, item, part)


def text(test: AppTest, item: str, part: str):
    return _widget(test.text_input, item, part)


def area(test: AppTest, item: str, part: str):
    return _widget(test.text_area, item, part)
