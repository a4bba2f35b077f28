"""Invitation links (S5, S12, S13): GET consumes nothing, POST opens a session, the same page for every bad token."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import pytest

from access.invitation import COOKIE, session_cookie
from tests.web.asgi import HOST, application, ask
from web.invite import COOKIE_SECONDS, invite_routes

TOKEN = "Abc-_" + "x" * 17
REVOKED = "r" * 22
OWN = {"sec_fetch_site": "same-origin"}


@dataclass(frozen=True)
class Invited:
    organisation: str = "Ministry of Digital Affairs"
    country: str = "Georgia"
    round: str = "Autumn workshop"
    role: str = "respondent"
    invented: bool = False


@dataclass
class Desk:
    welcome: Invited = field(default_factory=Invited)
    calls: list[tuple[str, str]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def _note(self, name: str, value: str) -> None:
        self.calls.append((name, value))
        self.threads.add(threading.get_ident())

    def look_up(self, token):
        self._note("look_up", token)
        return self.welcome if token == TOKEN else None

    def open(self, token):
        self._note("open", token)
        return f"secret-{len(self.calls)}" if token == TOKEN else None

    def close_session(self, secret):
        self._note("close_session", secret)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def app(desk):
    return application(*invite_routes(desk, False))


def cookie(answer):
    jar = SimpleCookie()
    jar.load(answer["set-cookie"])
    return jar.get(COOKIE) or jar[session_cookie(secure=True)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_consumes_nothing_and_sets_no_cookie(app, desk, method):
    for _ in range(3):
        answer = ask(app, f"/i/{TOKEN}", method, purpose="prefetch")
        assert (answer.status, answer.all("set-cookie")) == (200, [])
    assert {name for name, _ in desk.calls} == {"look_up"}


def test_the_page_says_who_is_invited_and_has_a_button_for_each_way(app):
    page = ask(app, f"/i/{TOKEN}").text
    for text in ("Ministry of Digital Affairs", "Georgia", "Autumn workshop", ">Continue</button>"):
        assert text in page
    assert (page.count("<form"), page.count("<button")) == (1, 2)
    assert f'<form method="post" action="/i/{TOKEN}">' in page
    assert "Invented" not in page


def test_the_page_stands_alone(app):
    page = ask(app, f"/i/{TOKEN}").text
    for outside in ("<script", "src=", "@import", "url(", "http:", "https:"):
        assert outside not in page
    assert '<html lang="en">' in page
    assert 'content="width=device-width, initial-scale=1"' in page
    assert 'name="referrer" content="same-origin"' in page  # else the POST's Origin is "null" over plain http


def test_a_facilitators_link_has_no_organisation(app, desk):
    desk.welcome = Invited(organisation="", country="", role="facilitator", invented=True)
    page = ask(app, f"/i/{TOKEN}").text
    assert "Organisation</dt>" not in page
    assert "facilitate" in page
    assert "Invented demonstration data" in page


def test_names_are_shown_literally(app, desk):
    evil = "<script>alert(1)</script>\"'&![](http://beacon)\u202e"
    desk.welcome = Invited(organisation=evil, country=evil, round=evil)
    page = ask(app, f"/i/{TOKEN}").text
    assert "<script" not in page
    assert page.count("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;![](http://beacon)\u202e</bdi>") == 3


@pytest.mark.parametrize(("secure", "expected"), [(False, ""), (True, True)])
def test_entering_sets_the_cookie_and_redirects(desk, secure, expected):
    answer = ask(application(*invite_routes(desk, secure)), f"/i/{TOKEN}", "POST", **OWN)
    assert (answer.status, answer["location"]) == (303, "/")
    morsel = cookie(answer)
    assert morsel.value == "secret-1"
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "lax", "/")
    assert (morsel["secure"], int(morsel["max-age"]), morsel["domain"]) == (expected, COOKIE_SECONDS, "")
    assert desk.calls == [("open", TOKEN)]


def test_a_preset_cookie_is_replaced_and_what_it_opened_is_ended(app, desk):
    answer = ask(app, f"/i/{TOKEN}", "POST", **OWN, cookie=f"{COOKIE}=chosen-by-somebody-else")
    assert cookie(answer).value == "secret-1"
    assert desk.calls == [("open", TOKEN), ("close_session", "chosen-by-somebody-else")]


BAD = [
    REVOKED,
    "x" * 21,
    "x" * 65,
    "x" * 21 + ".",
    "x" * 22 + "\t",
    "x" * 22 + "/",
    "é" * 22,
    "../" * 10,
    "' OR 1=1 --" * 3,
    "<script>alert(1)</script>",
    "",
]


@pytest.mark.parametrize("token", BAD)
def test_every_bad_token_gets_the_same_page_and_nothing_is_created(app, desk, token):
    shown = ask(app, f"/i/{token}")
    posted = ask(app, f"/i/{token}", "POST", **OWN)
    unknown = ask(app, f"/i/{'u' * 30}")
    assert shown.status == posted.status == 404
    assert shown.body == posted.body == unknown.body
    assert "ask the person who sent it" in shown.text
    assert posted.all("set-cookie") == []
    asked = {value for _, value in desk.calls}
    assert asked <= {REVOKED, "u" * 30}  # malformed ones never reach the desk


def test_a_link_without_its_token_gets_the_page_too(app):
    assert ask(app, "/i").body == ask(app, f"/i/{REVOKED}").body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": f"http://{HOST}.evil.example"},
        {"origin": f"http://{HOST}:8080"},
        {"origin": f"http://{HOST}@evil.example"},
        {"origin": "http://[broken"},
        {"referer": "http://evil.example/?" + HOST},
        {"referer": HOST},
        {"origin": "http://evil.example", "referer": f"http://{HOST}/i/x"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": ""},
        {"sec_fetch_site": "cross-site", "origin": f"http://{HOST}"},
    ],
)
@pytest.mark.parametrize("path", [f"/i/{TOKEN}", f"/i/{REVOKED}", "/leave"])
def test_a_post_from_elsewhere_is_refused_and_does_nothing(app, desk, path, headers):
    answer = ask(app, path, "POST", cookie=f"{COOKIE}=mine", **headers)
    assert (answer.status, answer.all("set-cookie"), desk.calls) == (403, [], [])
    assert "nothing was done" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"origin": f"http://{HOST}"},
        {"origin": f"https://{HOST.upper()}"},
        {"origin": "null", "referer": f"http://{HOST}/i/x"},
        {"referer": f"http://{HOST}/i/x"},
    ],
)
def test_a_post_from_the_own_page_is_taken(app, headers):
    assert ask(app, f"/i/{TOKEN}", "POST", **headers).status == 303


def test_leaving_ends_the_session_and_deletes_the_cookie(app, desk):
    assert ">Leave</button>" in ask(app, "/leave").text
    assert desk.calls == []
    answer = ask(app, "/leave", "POST", cookie=f"{COOKIE}=mine", **OWN)
    assert (answer.status, answer["location"], desk.calls) == (303, "/left", [("close_session", "mine")])
    morsel = cookie(answer)
    assert (morsel.value, morsel["max-age"], morsel["path"], morsel["httponly"]) == ("", "0", "/", True)
    assert "You have left" in ask(app, "/left").text


@pytest.mark.parametrize("cookie_header", ["", f"{COOKIE}=", f"{COOKIE}={'x' * 300}", "other=1"])
def test_leaving_without_a_session_is_no_error(app, desk, cookie_header):
    assert ask(app, "/leave", "POST", cookie=cookie_header, **OWN).status == 303
    assert desk.calls == []


def test_the_desk_works_in_a_thread(app, desk):
    ask(app, f"/i/{TOKEN}")
    ask(app, f"/i/{TOKEN}", "POST", **OWN)
    ask(app, "/leave", "POST", cookie=f"{COOKIE}=mine", **OWN)
    assert len(desk.calls) == 3
    assert threading.get_ident() not in desk.threads


def test_the_token_is_nowhere_but_in_the_form(app, caplog):
    with caplog.at_level(logging.DEBUG):
        shown = ask(app, f"/i/{TOKEN}")
        entered = ask(app, f"/i/{TOKEN}", "POST", **OWN)
    assert TOKEN not in caplog.text
    assert shown.text.count(TOKEN) == 1
    assert TOKEN not in str(entered.headers)
