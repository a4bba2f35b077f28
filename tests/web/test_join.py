"""The way in by a typed code (S3, S12, S13): plain pages, no code anywhere but in the form that was posted."""

from __future__ import annotations

import logging
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from starlette.middleware import Middleware

from access.invitation import COOKIE, InvitationDesk, actor_of, session_cookie
from access.joining import JoinDesk, change_join_code
from access.throttle import LONGEST_SECONDS
from results.store import StoreError
from tests.reference_store import ReferenceStore
from tests.ways_in import cheap_hashes, hand_clock, issued
from tests.web.asgi import application, ask
from tests.workshops import Scene, scene
from web.headers import SecurityHeaders
from web.invite import invite_routes
from web.join import ROOM_COOKIE, join_routes

OWN = {"sec_fetch_site": "same-origin", "content_type": "application/x-www-form-urlencoded"}
CYRILLIC = str.maketrans("ACEHKMPTXY", "асенкмртху")


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    cheap_hashes(monkeypatch)
    return scene(ReferenceStore(), tmp_path)


def app_of(at: Scene, secure: bool = False):
    desk = InvitationDesk(at.workshop)
    routes = (*invite_routes(desk, secure), *join_routes(JoinDesk(at.workshop), desk, secure))
    return application(*routes, middleware=[Middleware(SecurityHeaders)])


@pytest.fixture
def app(at):
    return app_of(at)


def post(app, code: str, **headers: str):
    body = urlencode({"code": code}, errors="replace").encode()
    return ask(app, "/join", "POST", body=(body,), **{**OWN, **headers})


def cookies(answer) -> SimpleCookie:
    jar = SimpleCookie()
    for header in answer.all("set-cookie"):
        jar.load(header)
    return jar


def test_the_page_is_one_field_for_a_telephone(app):
    page = ask(app, "/join").text
    field = re.search(r"<input[^>]*>", page)[0]
    for attribute in (
        'autocapitalize="characters"', 'autocomplete="off"', 'inputmode="text"', 'spellcheck="false"', 'name="code"',
        'aria-describedby="code-hint"', "autofocus", 'value=""',
    ):  # fmt: skip
        assert attribute in field
    assert '<label for="code">' in page
    assert page.count("<form") == page.count("<button") == 1
    assert 'type="hidden"' not in page
    for outside in ("<script", "src=", "@import", "url(", "http:", "https:"):
        assert outside not in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_s12_looking_changes_nothing_and_is_not_kept(at, app, method):
    before = at.workshop.store.audit(0, 999)
    for path in ("/join", "/join?code=K4MN-ACDEF-HJKMN"):
        answer = ask(app, path, method, purpose="prefetch")
        assert (answer.status, answer.all("set-cookie"), answer["cache-control"]) == (200, [], "no-store")
        assert answer["referrer-policy"] == "no-referrer"
    assert at.workshop.store.audit(0, 999) == before


def test_a_code_opens_a_session_at_once_and_then_says_whose_it_is(at, app):
    code = issued(at, "north").code
    answer = post(app, code.lower().translate(CYRILLIC).replace("-", " "))
    assert (answer.status, answer["location"]) == (303, "/join/entered")
    morsel = cookies(answer)[COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["secure"]) == (True, "lax", "/", "")
    assert actor_of(at.workshop, morsel.value).organisation_id == at.organisations["north"].id
    page = ask(app, "/join/entered", cookie=f"{COOKIE}={morsel.value}").text
    for text in ("Agency North", "Georgia", "Test round", "Invented demonstration data", 'href="/"', 'href="/leave"'):
        assert text in page
    assert morsel.value not in page


def test_the_cookie_is_secure_where_the_site_is(at):
    answer = post(app_of(at, secure=True), issued(at, "north").code)
    morsel = cookies(answer)[session_cookie(secure=True)]
    assert (morsel.key, morsel["secure"], morsel["path"], morsel["domain"]) == (f"__Host-{COOKIE}", True, "/", "")
    assert COOKIE not in cookies(answer)


def test_where_the_site_is_secure_a_cookie_without_the_prefix_opens_nothing(at):
    """Another host of the same domain, or a page without TLS, could have put it there."""
    secret = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    statuses = [
        ask(app_of(at, secure), "/join/entered", cookie=f"{session_cookie(secure=named)}={secret}").status
        for secure in (False, True)
        for named in (False, True)
    ]
    assert statuses == [200, 303, 303, 200]


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=forged", f"{COOKIE}={'x' * 5000}"])
def test_without_a_session_nobody_is_told_whose_it_is(app, cookie):
    answer = ask(app, "/join/entered", cookie=cookie)
    assert (answer.status, answer["location"]) == (303, "/join")


def test_the_rooms_code_leads_to_a_page_that_names_the_round_and_no_organisation(at, app):
    code = change_join_code(at.workshop, at.actors["facilitator"])
    answer = post(app, code.lower())
    assert (answer.status, answer["location"]) == (303, "/join")
    morsel = cookies(answer)[ROOM_COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "lax", "/join")
    assert COOKIE not in cookies(answer)
    room = ask(app, "/join", cookie=f"{ROOM_COOKIE}={morsel.value}").text
    for text in ("Test round", "Who asks and why.", "Your organisation’s code"):
        assert text in room
    assert "Agency" not in room
    assert code not in room
    change_join_code(at.workshop, at.actors["facilitator"])
    assert "Test round" not in ask(app, "/join", cookie=f"{ROOM_COOKIE}={morsel.value}").text


@pytest.mark.parametrize("typed", ["K4MN-ACDEF-HJKMN", "XXXXX", "k0mn", "", "<b>\"'&", "x" * 9000])
def test_an_error_stands_at_the_field_which_keeps_what_was_typed(app, typed):
    answer = post(app, typed)
    assert (answer.status, answer.all("set-cookie"), answer["cache-control"]) == (422, [], "no-store")
    page = answer.text
    assert 'role="alert" id="code-error"' in page
    assert 'aria-describedby="code-hint code-error" aria-invalid="true"' in page
    assert "<title>Error: " in page
    assert "<b>" not in page
    if typed.isalnum() and typed:
        assert f'value="{typed[:200]}"' in page
    if typed == "k0mn":
        assert "No code contains: 0" in page


def test_who_has_to_wait_is_told_how_long(at, app, monkeypatch):
    clock = hand_clock(monkeypatch)
    code = issued(at, "north").code
    wrong = code[:-1] + ("A" if code[-1] != "A" else "C")
    statuses = [post(app, wrong).status for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    waiting = post(app, code)
    assert (waiting.status, waiting["retry-after"]) == (429, "1")
    assert "Wait 1 seconds" in waiting.text
    assert f'value="{code}"' in waiting.text
    clock.sleep(LONGEST_SECONDS)
    assert post(app, code).status == 303


def test_a_store_that_fails_is_said_without_an_incident(at, app, monkeypatch):
    def failing(*_):
        raise StoreError("P007")

    monkeypatch.setattr(JoinDesk, "enter", failing)
    answer = post(app, "K4MN-ACDEF-HJKMN")
    assert answer.status == 503
    assert "try again in a minute" in answer.text


def test_s13_a_preset_cookie_is_replaced_and_its_session_ended(at, app):
    """Somebody puts the cookie of a session of their own into the victim's browser; it never becomes the victim's."""
    desk = InvitationDesk(at.workshop)
    planted = desk.open(at.tokens["neighbour"])
    code = issued(at, "north").code
    for path in ("/join", f"/i/{at.tokens['coordinator']}"):
        body = (urlencode({"code": code}).encode(),)
        answer = ask(app, path, "POST", body=body, cookie=f"{COOKIE}={planted}", **OWN)
        fresh = cookies(answer)[COOKIE].value
        assert fresh != planted
        assert actor_of(at.workshop, fresh).organisation_id == at.organisations["north"].id
        assert actor_of(at.workshop, planted) is None
        planted = desk.open(at.tokens["neighbour"])


@pytest.mark.parametrize("preset", ["chosen-by-somebody-else", "x" * 300, "\u00e9"])
def test_s13_a_made_up_cookie_is_not_taken_over(at, app, preset):
    answer = post(app, issued(at, "north").code, cookie=f"{COOKIE}={preset}")
    assert cookies(answer)[COOKIE].value != preset
    assert actor_of(at.workshop, preset) is None


def test_s13_a_wrong_code_ends_nothing(at, app):
    mine = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    assert post(app, "K4MN-ACDEF-HJKMN", cookie=f"{COOKIE}={mine}").status == 422
    assert actor_of(at.workshop, mine)


@pytest.mark.parametrize("headers", [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "", "origin": "null"}])
def test_a_post_from_elsewhere_does_nothing(at, app, headers):
    answer = post(app, issued(at, "north").code, **headers)
    assert (answer.status, answer.all("set-cookie")) == (403, [])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"code=" + b"A" * 70_000, "application/x-www-form-urlencoded"),
        (b'{"code": "K4MN"}', "application/json"),
        (b"\xff\xfe=\x00", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(3000)), "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
def test_a_body_that_is_no_form_is_an_empty_field(app, body, content_type):
    answer = ask(app, "/join", "POST", body=(body,), **{**OWN, "content_type": content_type})
    assert answer.status == 422
    assert 'value=""' in answer.text


def test_no_code_is_in_a_log_a_header_or_the_audit_trail(at, app, caplog):
    code, join = issued(at, "north").code, change_join_code(at.workshop, at.actors["facilitator"])
    wrong = code[:-1] + ("A" if code[-1] != "A" else "C")
    with caplog.at_level(logging.DEBUG):
        answers = [post(app, typed) for typed in (code, wrong, join, "k0mn")]
    seen = caplog.text + str(at.workshop.store.audit(0, 999)) + str([answer.headers for answer in answers])
    for secret in (code, wrong, join, code.replace("-", "")):
        assert secret not in seen
    assert all("?" not in answer["location"] for answer in answers if answer.status == 303)
