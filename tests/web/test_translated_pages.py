"""Plain pages and files in their reader's language: the questionnaire too, marked where it is not; answers stay codes."""

from __future__ import annotations

import pytest
from starlette.middleware import Middleware

from access.invitation import COOKIE, InvitationDesk
from reports.workbook_reader import read_workbook
from tests.reference_store import ReferenceStore
from tests.reports.pdf import pages
from tests.reports.workbooks import filled
from tests.translated import install, tiny, write
from tests.web.asgi import application, ask
from tests.web.test_offline import OWN, Person
from tests.workshops import Scene, scene
from web.language import ReaderLanguage
from web.offline import offline_routes
from web.plain import plain_routes

DIRECTION = "/plain/tiny/direction"


@pytest.fixture
def at(tmp_path) -> Scene:
    made = scene(ReferenceStore(), tmp_path)
    install(made, tmp_path)
    return made


@pytest.fixture
def app(at):
    return application(
        *plain_routes(at.workshop, False), *offline_routes(at.workshop, False), middleware=[Middleware(ReaderLanguage)]
    )


def page(at: Scene, app, language: str, path: str = DIRECTION) -> str:
    cookie = f"{COOKIE}={InvitationDesk(at.workshop).open(at.tokens['coordinator'])}; language={language}"
    answer = ask(app, path, cookie=cookie)
    assert answer.status == 200
    return answer.text.replace("\u2068", "").replace("\u2069", "")


def test_a_wholly_translated_page_marks_nothing(at, app):
    shown = page(at, app, "ru")
    assert '<html lang="ru">' in shown
    assert "<legend>1. ru Is there a plan?" in shown
    assert '<span lang="' not in shown
    assert "not translated yet" not in shown
    assert "<summary>English" not in shown


def test_what_falls_back_is_marked_and_said_once(at, app, interface):
    interface()  # none of its texts is translated
    shown = page(at, app, "ky")
    assert "<legend>1. ky Is there a plan?" in shown
    assert '<span lang="ru">ru The whole government.</span>' in shown
    assert '<b>1</b> <span lang="ru">ru There is no plan' in shown
    assert shown.count("not translated yet") == 1
    assert "орусча" in shown


def test_a_draft_says_so_and_has_the_english_beside_it(at, app, interface):
    interface()  # none of its texts is translated
    write(
        at.workshop._questionnaires / "tiny" / "locale" / "ko.po",
        {entry.msgctxt: f"ko {entry.msgid}" for entry in tiny()},
        draft=True,
    )
    shown = page(at, app, "ko")
    assert shown.count("Draft translation") == 1
    assert '<details lang="en"><summary>English</summary><p><b>Is there a plan?</b></p>' in shown


def test_the_overview_and_the_review_follow(at, app):
    assert "ru Tiny" in page(at, app, "ru", "/plain")
    assert "ru Is there a plan?" in page(at, app, "ru", "/plain/tiny")


def test_a_workbook_made_in_one_language_is_read_in_another(at, app):
    """Its hidden ids count, not its words."""
    me = Person(at, app)
    session = me.cookie
    me.cookie = f"{session}; language=ru"
    made = me.get("/workbook/tiny.xlsx").body
    assert {entry.line.sheet for entry in read_workbook(made).entries} == {"ru Direction", "ru People"}
    data = filled(made, {("ru Direction", "E4"): "3"})
    me.cookie = f"{session}; language=en"
    shown = me.upload(data, **OWN).text.replace("\u2068", "").replace("\u2069", "")
    assert "Is there a plan?" in shown
    assert "ru Is there a plan?" not in shown
    assert "3 – The government has adopted a plan" in shown


def test_the_printed_form_is_in_the_language(at, app):
    me = Person(at, app)
    me.cookie += "; language=ru"
    assert "ru Is there a plan?" in " ".join("".join(pages(me.get("/form/tiny.pdf").body)).split())
