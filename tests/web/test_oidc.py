"""An identity provider that lies signs nobody in (S14); an honest one signs in whoever was given a role."""

from __future__ import annotations

import sys
import time
from http.cookies import SimpleCookie
from subprocess import run
from urllib.parse import parse_qs, urlsplit

import pytest

from access import staff
from access.invitation import COOKIE, InvitationDesk, actor_of
from access.sign_in import Account, StaffDesk
from access.staff import TERMINAL
from results.facts import StaffSession
from settings import IdentityProvider
from tests.reference_store import ReferenceStore
from tests.web.asgi import application, ask
from tests.web.issuer import CLIENT, SECRET, SUBJECT, Issuer
from tests.workshops import scene
from web.oidc import Provider, _is_sound
from web.staff import staff_routes

FLOW = "readiness_sign_in"


@pytest.fixture(scope="module")
def running():
    with Issuer() as one:
        yield one


@pytest.fixture
def issuer(running):
    running.lie = ""
    return running


@pytest.fixture
def at(tmp_path):
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def app(at, issuer):
    provider = Provider(IdentityProvider(issuer.url, CLIENT, SECRET, "Example ID"), "http://survey.example")
    return application(*staff_routes(StaffDesk(at.workshop), InvitationDesk(at.workshop), False, b"k" * 32, provider))


@pytest.fixture
def dara(at, issuer):
    """Somebody whose account at the provider is known."""
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    StaffDesk(at.workshop).bind(token, Account(issuer.url, SUBJECT))
    return at.workshop.store.facts(StaffSession)


def flow_cookie(answer) -> str:
    (line,) = [line for line in answer.all("set-cookie") if line.startswith(FLOW)]
    return SimpleCookie(line)[FLOW].value


def start(app, path="/staff/oidc"):
    """The browser's cookie and the address at the provider."""
    answer = ask(app, path)
    assert answer.status == 302
    return flow_cookie(answer), answer["location"]


def come_back(app, cookie, query):
    return ask(app, f"/staff/oidc/callback?{query}", cookie=f"{FLOW}={cookie}" if cookie else "")


def sign_in(app, issuer):
    cookie, address = start(app)
    return come_back(app, cookie, issuer.authorise(address))


def session_cookies(answer):
    return [SimpleCookie(line)[COOKIE].value for line in answer.all("set-cookie") if line.startswith(COOKIE)]


def test_the_request_has_pkce_state_nonce_and_an_age(app, issuer):
    _, address = start(app)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://survey.example/staff/oidc/callback"
    assert (asked["response_type"], asked["scope"], asked["max_age"]) == ("code", "openid", "28800")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20


def test_an_honest_provider_signs_in_a_person_with_a_role(app, at, issuer, dara):
    answer = sign_in(app, issuer)
    assert (answer.status, answer["location"]) == (303, "/")
    (cookie,) = session_cookies(answer)
    assert actor_of(at.workshop, cookie).label == "Dara"
    assert flow_cookie(answer) in {"", "null"}, "what the flow had to remember is gone"


def test_an_account_without_a_role_is_told_its_number_only(app, at, issuer):
    answer = sign_in(app, issuer)
    assert answer.status == 403
    assert Account(issuer.url, SUBJECT).number in answer.text
    assert SUBJECT not in answer.text
    assert session_cookies(answer) == []


def test_a_first_link_binds_the_account(app, at, issuer):
    token = staff.add_person(at.workshop, TERMINAL, "Ana", "author")
    cookie, address = start(app, f"/staff/first/{token}/account")
    (session,) = session_cookies(come_back(app, cookie, issuer.authorise(address)))
    assert actor_of(at.workshop, session).label == "Ana"
    (session,) = session_cookies(sign_in(app, issuer))
    assert actor_of(at.workshop, session).label == "Ana"
    assert ask(app, f"/staff/first/{token}/account").status == 404


LIES = (
    "alg none", "signed with what every client knows", "wrong key", "changed", "aud", "iss", "nonce", "no nonce", "expired",
    "from the future", "signed in yesterday", "no subject", "subject is a list", "subject too long", "no token",
)  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_s14_a_lie_signs_nobody_in(app, at, issuer, dara, lie):
    issuer.lie = lie
    answer = sign_in(app, issuer)
    assert answer.status == 403
    assert "nobody was signed in" in answer.text
    assert session_cookies(answer) == []
    assert at.workshop.store.facts(StaffSession) == dara


@pytest.mark.parametrize("lie", LIES)
def test_s14_a_lie_binds_nobody(app, at, issuer, lie):
    token = staff.add_person(at.workshop, TERMINAL, "Ana", "author")
    issuer.lie = lie
    cookie, address = start(app, f"/staff/first/{token}/account")
    assert come_back(app, cookie, issuer.authorise(address)).status == 403
    assert at.workshop.store.facts(StaffSession) == ()
    assert ask(app, f"/staff/first/{token}").status == 200, "the link is still good"


def test_s14_another_browsers_or_a_changed_state_signs_nobody_in(app, at, issuer, dara):
    cookie, address = start(app)
    other, other_address = start(app)
    query = issuer.authorise(address)
    forged = query.replace(parse_qs(query)["state"][0], "another")
    attempts = [
        ("", query),
        (other, query),
        (cookie, forged),
        (cookie[:-3] + "AAA", query),
        (cookie, "code=x"),
        (cookie, ""),
    ]
    for sent, asked in attempts:
        answer = come_back(app, sent, asked)
        assert (answer.status, session_cookies(answer)) == (403, [])
    assert at.workshop.store.facts(StaffSession) == dara
    assert other_address != address


def test_s14_an_answer_is_good_once(app, issuer, dara):
    cookie, address = start(app)
    query = issuer.authorise(address)
    assert come_back(app, cookie, query).status == 303
    assert come_back(app, cookie, query).status == 403


def test_a_person_who_declines_is_told_so(app):
    cookie, address = start(app)
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = come_back(app, cookie, f"error=access_denied&error_description=%3Cb%3E&state={state}")
    assert answer.status == 403
    assert "<b>" not in answer.text


def test_metadata_of_another_issuer_are_not_used(app, issuer):
    issuer.lie = "metadata of another issuer"
    answer = ask(app, "/staff/oidc")
    assert answer.status == 502
    assert "cannot be reached" in answer.text


def test_a_provider_that_is_away_leaves_the_passphrase(at):
    provider = Provider(IdentityProvider("http://localhost:9", CLIENT, SECRET, "Example ID"), "http://survey.example")
    app = application(*staff_routes(StaffDesk(at.workshop), InvitationDesk(at.workshop), False, b"k" * 32, provider))
    assert ask(app, "/staff/oidc").status == 502
    assert "Sign in with Example ID" in ask(app, "/staff").text


@pytest.mark.parametrize(
    ("claims", "sound"),
    [
        ({"sub": "a", "iat": 0}, True),
        ({"sub": "a", "iat": 0, "auth_time": -8 * 3600}, True),
        ({"sub": "a", "iat": 0, "auth_time": -9 * 3600}, False),
        ({"sub": "a", "iat": 0, "auth_time": 3600}, False),
        ({"sub": "a", "iat": 0, "auth_time": None}, False),
        ({"sub": "a", "iat": 0, "auth_time": True}, False),
        ({"sub": "a"}, False),
        ({"sub": 7, "iat": 0}, False),
        ({"iat": 0}, False),
    ],
)
def test_claims_that_are_sound(claims, sound):
    now = time.time()
    moved = {
        name: value + now if name in {"iat", "auth_time"} and value is not None and value is not True else value
        for name, value in claims.items()
    }
    assert _is_sound(moved, now) is sound


def test_authlib_is_loaded_only_where_a_provider_is_configured():
    code = "import sys, web.staff; sys.exit(any(name.split('.')[0] in {'authlib', 'httpx2', 'httpx'} for name in sys.modules))"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
