"""The pages by which staff come in: nothing consumed by GET, one page for every bad link, a new cookie each time (S4, S12, S13)."""

from __future__ import annotations

import re
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from access import staff
from access.invitation import COOKIE, InvitationDesk, actor_of
from access.sign_in import StaffDesk
from access.staff import TERMINAL, id_of_name
from results.facts import Ticket
from tests.access.conftest import CHEAP
from tests.reference_store import ReferenceStore
from tests.web.asgi import application, ask
from tests.workshops import scene
from web.invite import invite_routes
from web.staff import staff_routes

PASSPHRASE = "horse umbrella kettle lantern"


@pytest.fixture
def at(tmp_path):
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def app(at):
    desk, invitations = StaffDesk(at.workshop, CHEAP), InvitationDesk(at.workshop)
    return application(*invite_routes(invitations, False), *staff_routes(desk, invitations, False, b"k" * 32))


@pytest.fixture
def token(at):
    return staff.add_person(at.workshop, TERMINAL, "Dara <b>", "author")


def post(app, path, cookie="", *, site="same-origin", **fields):
    return ask(
        app,
        path,
        "POST",
        body=(urlencode(fields).encode(),),
        content_type="application/x-www-form-urlencoded",
        sec_fetch_site=site,
        cookie=f"{COOKIE}={cookie}" if cookie else "",
    )


def cookie_of(answer):
    (line,) = [line for line in answer.all("set-cookie") if line.startswith(COOKIE)]
    return SimpleCookie(line)[COOKIE]


def begin(app, token):
    return cookie_of(post(app, f"/staff/first/{token}", passphrase=PASSPHRASE, again=PASSPHRASE)).value


def test_the_first_link_consumes_nothing_and_escapes_the_name(app, at, token):
    pages = [ask(app, f"/staff/first/{token}") for _ in range(3)]
    assert [page.status for page in pages] == [200] * 3
    assert "Dara &lt;b&gt;" in pages[0].text
    assert "<b>" not in pages[0].text
    assert at.workshop.store.facts(Ticket)[0].used_at == 0
    assert ask(app, f"/staff/first/{token}", "HEAD").status == 200


def test_a_first_link_signs_in_by_a_cookie_of_eight_hours(app, at, token):
    answer = post(app, f"/staff/first/{token}", passphrase=PASSPHRASE, again=PASSPHRASE)
    assert (answer.status, answer["location"]) == (303, "/")
    cookie = cookie_of(answer)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "lax", "/", "28800")
    assert actor_of(at.workshop, cookie.value).role == "author"


def test_used_expired_disabled_unknown_and_malformed_links_are_one_page(app, at, token):
    begin(app, token)
    replaced = staff.add_person(at.workshop, TERMINAL, "Ana", "author")
    staff.new_link(at.workshop, TERMINAL, id_of_name(at.workshop, "Ana"))
    disabled = staff.add_person(at.workshop, TERMINAL, "Bo", "author")
    staff.disable(at.workshop, TERMINAL, id_of_name(at.workshop, "Bo"))
    paths = [f"/staff/first/{one}" for one in (token, replaced, disabled, "u" * 22, "short", "a/b", "%2e%2e")]
    answers = [ask(app, path) for path in paths]
    answers += [post(app, path, passphrase=PASSPHRASE, again=PASSPHRASE) for path in paths]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert not any(answer.all("set-cookie") for answer in answers)


def test_a_refused_passphrase_is_explained_and_not_shown(app, token):
    answer = post(app, f"/staff/first/{token}", passphrase="too short", again="too short")
    assert answer.status == 403
    assert "at least 15 characters" in answer.text
    assert "too short" not in re.sub(r'<p class="error.*?</p>', "", answer.text)
    assert ask(app, f"/staff/first/{token}").status == 200


def test_whatever_is_wrong_is_one_page_but_for_the_name_typed(app, token):
    begin(app, token)
    wrong = post(app, "/staff", name="Dara <b>", passphrase="wrong, but long enough")
    unknown = post(app, "/staff", name="Nobody <b>", passphrase=PASSPHRASE)
    assert wrong.status == unknown.status == 403
    assert wrong.text.replace("Dara", "Nobody") == unknown.text
    assert 'value="Nobody &lt;b&gt;"' in unknown.text
    assert PASSPHRASE not in unknown.text


def test_signing_in_and_leaving(app, at, token):
    begin(app, token)
    answer = post(app, "/staff", name="dara  <B>", passphrase=PASSPHRASE)
    assert (answer.status, answer["location"]) == (303, "/")
    cookie = cookie_of(answer).value
    assert actor_of(at.workshop, cookie) is not None
    left = post(app, "/leave", cookie)
    assert (left.status, cookie_of(left).value) == (303, "")
    assert actor_of(at.workshop, cookie) is None


def test_a_cookie_set_beforehand_never_becomes_a_session(app, at, token):
    begin(app, token)
    preset = "p" * 22
    answer = post(app, "/staff", preset, name="Dara <b>", passphrase=PASSPHRASE)
    assert cookie_of(answer).value != preset
    assert actor_of(at.workshop, preset) is None


def test_the_session_that_the_browser_had_before_ends(app, at, token):
    begin(app, token)
    theirs = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    answer = post(app, "/staff", theirs, name="Dara <b>", passphrase=PASSPHRASE)
    assert actor_of(at.workshop, theirs) is None
    assert actor_of(at.workshop, cookie_of(answer).value).role == "author"


@pytest.mark.parametrize("path", ["/staff", "/staff/roles", "/staff/first/{token}"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_form_does_nothing(app, at, token, path, site):
    answer = post(app, path.format(token=token), site=site, passphrase=PASSPHRASE, again=PASSPHRASE)
    assert answer.status == 403
    assert not answer.all("set-cookie")
    assert at.workshop.store.facts(Ticket)[0].used_at == 0


def test_several_roles_are_offered_and_one_is_opened_at_once(app, at, token):
    dara = id_of_name(at.workshop, "Dara <b>")
    cookie = begin(app, token)
    assert ask(app, "/staff/roles", cookie=f"{COOKIE}={cookie}").text.count("<form") == 1
    staff.give(at.workshop, TERMINAL, dara, "administrator")
    staff.give(at.workshop, TERMINAL, dara, "facilitator", at.round.id)
    answer = post(app, "/staff", name="Dara <b>", passphrase=PASSPHRASE)
    assert answer["location"] == "/staff/roles"
    cookie = cookie_of(answer).value
    page = ask(app, "/staff/roles", cookie=f"{COOKIE}={cookie}").text
    assert re.findall(r"<button[^>]*>(.*?)</button>", page) == [
        "Facilitate: Test round (open now)",
        "Questionnaires",
        "Administration",
    ]
    opened = post(app, "/staff/roles", cookie, role="administrator", round="0")
    assert (opened.status, opened["location"]) == (303, "/")
    assert actor_of(at.workshop, cookie_of(opened).value).role == "administrator"
    assert actor_of(at.workshop, cookie) is None


@pytest.mark.parametrize("round_id", ["0", "-1", "1e9", "x", "9" * 30, "٣"])
def test_a_forged_role_opens_nothing(app, token, round_id):
    cookie = begin(app, token)
    answer = post(app, "/staff/roles", cookie, role="administrator", round=round_id)
    assert (answer.status, answer["location"]) == (303, "/staff")
    assert not answer.all("set-cookie")


def test_roles_need_a_session_of_staff(app, at):
    respondent = InvitationDesk(at.workshop).open(at.tokens["colleague"])
    for cookie in ("", "x" * 22, "x" * 3000, respondent):
        answer = ask(app, "/staff/roles", cookie=f"{COOKIE}={cookie}" if cookie else "")
        assert (answer.status, answer["location"]) == (303, "/staff")


def test_too_many_attempts_wait(app, token):
    begin(app, token)
    answers = [post(app, "/staff", name="Dara <b>", passphrase="wrong, but long enough") for _ in range(5)]
    assert [answer.status for answer in answers] == [403, 403, 403, 429, 429]
    assert re.search(r"Wait \d+ seconds", unescape(answers[-1].text))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"name=%00&passphrase=%ff", "application/x-www-form-urlencoded"),
        (b"name=a&name=b&passphrase=" + b"x" * 60_000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="name"; filename="f"\r\n\r\na\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_forms_that_are_none_sign_nobody_in(app, body, kind):
    answer = ask(app, "/staff", "POST", body=(body,), content_type=kind, sec_fetch_site="same-origin")
    assert answer.status == 403
    assert not answer.all("set-cookie")


def test_without_a_provider_there_is_no_way_by_one(app, token):
    for path in ("/staff/oidc", "/staff/oidc/callback?code=a&state=b", f"/staff/first/{token}/account"):
        assert ask(app, path).status == 404
    assert "/staff/oidc" not in ask(app, "/staff").text
