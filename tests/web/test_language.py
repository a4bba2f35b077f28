"""The plain pages speak their reader's language, and let it be chosen without leading anywhere else."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route

from access.joining import WaitError
from survey.languages import CODES
from survey.problems import CATALOGUE
from tests.web.asgi import HOST, application, ask
from web.choose_language import language_routes, own_path
from web.headers import SecurityHeaders
from web.invite import invite_routes
from web.language import ReaderLanguage, problem, reader_language
from web.pages import document, paragraph
from web.texts import TEXTS

RU = f"""
msgid "Leave on this device?"
msgstr "Выйти на этом устройстве?"

#, fuzzy
msgid "{CATALOGUE["P031"][1]}"
msgstr "Подождите {{seconds}} с."
"""


class Nobody:
    """A desk that knows no link."""

    def look_up(self, token):
        return None


async def busy(_request):
    return HTMLResponse(document("x", paragraph(problem(WaitError(7)))))


async def broken(_request):
    raise RuntimeError


def app(secure: bool = False):
    routes = [
        *invite_routes(Nobody(), secure),
        *language_routes(secure),
        Route("/busy", busy),
        Route("/broken", broken),
    ]
    return application(*routes, middleware=[Middleware(ReaderLanguage), Middleware(SecurityHeaders)])


@pytest.fixture
def russian(interface):
    interface(ru=RU)
    return app()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "en"),
        ({"accept_language": "ru-RU,ru;q=0.9,en;q=0.8"}, "ru"),
        ({"accept_language": "de"}, "en"),
        ({"accept_language": "en", "cookie": "language=ru"}, "ru"),
        ({"accept_language": "ru", "cookie": "language=en"}, "en"),
        ({"accept_language": "ru", "cookie": 'language="><script>'}, "ru"),
        ({"accept_language": "ru", "cookie": "language=de"}, "ru"),
    ],
)
def test_the_cookie_decides_then_the_browser(russian, headers, expected):
    page = ask(russian, "/leave", **headers).text
    assert f'<html lang="{expected}">' in page
    assert ("Выйти на этом устройстве?" in page) == (expected == "ru")
    assert f'<option value="{expected}" lang="{expected}" selected>' in page


def test_a_refusal_with_its_figures_is_said_in_the_readers_language(russian):
    assert "Подождите 7 с." in ask(russian, "/busy", accept_language="ru").text
    assert "Wait 7 seconds" in ask(russian, "/busy", accept_language="ka").text


def test_drafts_are_said_to_be_drafts(russian):
    assert TEXTS["language.draft"] in ask(russian, "/leave", accept_language="ru").text
    assert TEXTS["language.draft"] not in ask(russian, "/leave", accept_language="ka").text


def test_an_unexpected_error_is_said_in_the_readers_language(interface):
    interface(ru=f'msgid "{TEXTS.english("error.title")}"\nmsgstr "У нас ошибка"\n')
    answer = ask(app(), "/broken", accept_language="ru")
    assert (answer.status, "У нас ошибка" in answer.text, 'lang="ru"' in answer.text) == (500, True, True)


def test_outside_a_request_it_is_english():
    assert reader_language() == "en"
    assert 'action="/language"' not in document("x")


@pytest.mark.parametrize("code", CODES)
def test_no_page_shows_a_key(code):
    for path in ("/leave", "/left", "/i", "/busy", "/broken"):
        page = ask(app(), path, accept_language=code).text
        assert f'<html lang="{code}">' in page
        words = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
        assert not [key for key in TEXTS if "." in key and key in words.split()]
        assert "{" not in words


def chosen(to: str, path: str = "/leave", *, secure: bool = False, **headers: str):
    body = urlencode({"to": to, "next": path}).encode()
    headers = {"origin": f"http://{HOST}", "content_type": "application/x-www-form-urlencoded", **headers}
    return ask(app(secure), "/language", "POST", body=(body,), **headers)


def test_a_choice_is_kept_for_a_year_and_leads_back():
    answer = chosen("km", "/i/abc")
    assert (answer.status, answer["location"]) == (303, "/i/abc")
    assert answer["set-cookie"] == "language=km; Max-Age=31536000; Path=/; SameSite=lax"
    assert answer["set-cookie"].count("Secure") == 0
    assert chosen("km", secure=True)["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("wanted", ["de", "", "EN", "km; Domain=x", "\r\nx: y"])
def test_no_other_language_is_kept(wanted):
    assert chosen(wanted).all("set-cookie") == []


def test_a_foreign_page_chooses_nothing():
    answer = chosen("km", origin="https://evil.example")
    assert (answer.status, answer.all("set-cookie")) == (403, [])


def test_the_choice_offers_all_and_leads_back_to_its_page():
    page = ask(app(), "/i/a%22b").text
    assert re.findall(r'<option value="(\w+)"', page) == list(CODES)
    assert re.findall(r'name="next" value="([^"]*)"', page) == ["/i/a%22b"]


@given(st.text(max_size=60) | st.text(alphabet="/\\:@.?#% \thtps", max_size=20).map(lambda tail: f"/{tail}"))
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("https://evil.example/")
@example("javascript:alert(1)")
@example("/%2f/evil.example")
@example("/x?y#z")
def test_it_never_leads_to_another_site(wanted):
    led = own_path(wanted)
    assert led.startswith("/")
    there = urlsplit(urljoin("http://ours.example/language", led.replace("\\", "/")))
    assert there.netloc == "ours.example"
    assert "\n" not in led
    assert led.isascii()
