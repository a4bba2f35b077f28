"""S1 on the wire: every route of the application × every role and nobody. A route without a line in ANSWERS fails.

The routes are read from the application itself, so that a new one, ours or Streamlit's, has to be listed.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest

from access.invitation import digest, key_of
from access.matrix import ROLES
from results.facts import Code, Consent, Expiry, Grant, JoinCode, Staff, StaffSession, Ticket
from results.store import ResponseStore, open_store
from tests.browser.conftest import ROOT, Server, free_port
from tests.browser.streamlit_client import Client, open_session
from tests.workshops import Scene, mark, scene, signed_in_staff

LIST = (
    "import json, survey_app\n"
    "routes = survey_app.app._build_starlette_app().routes\n"
    "found = [[type(route).__name__, route.path, sorted(getattr(route, 'methods', None) or [])] for route in routes]\n"
    "print('ROUTES' + json.dumps(found))\n"
    "survey_app.process.stop()\n"
)
WHO = ("nobody", *ROLES)
UNKNOWN = "A" * 22
# A provider that does not answer: its routes exist, and lead nowhere.
PROVIDER = {
    "READINESS_OIDC_ISSUER": "http://localhost:9", "READINESS_OIDC_CLIENT_ID": "readiness", "READINESS_OIDC_CLIENT_SECRET": "s",
}  # fmt: skip

OPEN = {"*": "200"}
CLOSED = {"*": "404"}
SESSION = {"*": "204", "nobody": "404"}
SIGN_IN = {"*": "303 /staff"}
STREAMLIT = ("agent/interact", "agent/mcp", "agent/openapi.json")
# What each route answers to whom; `*`: everybody else. Parameters and forms name what nobody has (FORMS).
ANSWERS: dict[tuple[str, str], dict[str, str]] = {
    ("GET", "/i"): CLOSED,
    ("GET", "/i/{token:path}"): CLOSED,
    ("POST", "/i/{token:path}"): CLOSED,
    ("GET", "/leave"): OPEN,
    ("GET", "/left"): OPEN,
    ("POST", "/language"): {"*": "303 /"},
    ("GET", "/fonts/faces.css"): OPEN,
    ("GET", "/fonts/{name}"): CLOSED,
    ("GET", "/join"): OPEN,
    ("POST", "/join"): {"*": "422"},
    ("GET", "/join/entered"): {"*": "303 /join", "respondent": "200", "independent": "200", "coordinator": "200", "facilitator": "200"},
    ("GET", "/plain"): {**CLOSED, "respondent": "200", "independent": "200", "coordinator": "200"},
    ("POST", "/plain"): {**CLOSED, "respondent": "303 /plain", "independent": "303 /plain", "coordinator": "303 /plain"},
    ("GET", "/receipt/{questionnaire}"): CLOSED,
    ("GET", "/plain/{questionnaire}"): CLOSED,
    ("POST", "/plain/{questionnaire}"): CLOSED,
    ("GET", "/plain/{questionnaire}/{dimension}"): CLOSED,
    ("POST", "/plain/{questionnaire}/{dimension}"): CLOSED,
    ("GET", "/offline"): {**CLOSED, "respondent": "200", "independent": "200", "coordinator": "200"},
    ("GET", "/workbook/{questionnaire}.xlsx"): CLOSED,
    ("GET", "/form/{questionnaire}.pdf"): CLOSED,
    ("GET", "/workbook"): {"*": "303 /offline"},
    ("GET", "/workbook/save"): {"*": "303 /offline"},
    ("POST", "/workbook"): {**CLOSED, "respondent": "422", "independent": "422", "coordinator": "422"},
    ("POST", "/workbook/save"): {**CLOSED, "respondent": "422", "independent": "422", "coordinator": "422"},
    ("GET", "/invitations"): {**CLOSED, "facilitator": "200"},
    ("POST", "/invitations/file"): CLOSED,
    ("POST", "/invitations/end"): CLOSED,
    ("GET", "/staff"): OPEN,
    ("POST", "/staff"): {"*": "403"},
    ("GET", "/staff/first/{token}"): CLOSED,
    ("POST", "/staff/first/{token}"): CLOSED,
    ("GET", "/staff/first/{token}/account"): CLOSED,
    ("GET", "/staff/oidc"): {"*": "502"},
    ("GET", "/staff/oidc/callback"): {"*": "403"},
    ("GET", "/staff/roles"): {**SIGN_IN, "author": "200", "administrator": "200"},
    ("POST", "/staff/roles"): SIGN_IN,
    ("GET", "/staff/{rest:path}"): CLOSED,
    ("POST", "/staff/{rest:path}"): CLOSED,
    ("GET", "/livez"): OPEN,
    ("GET", "/readyz"): OPEN,
    # Streamlit's
    ("MOUNT", ""): OPEN,
    ("SOCKET", "/_stcore/stream"): {"*": "101"},
    ("GET", "/_stcore/health"): OPEN,
    ("OPTIONS", "/_stcore/health"): {"*": "204"},
    ("GET", "/_stcore/host-config"): OPEN,
    ("GET", "/_stcore/metrics"): CLOSED,
    ("OPTIONS", "/_stcore/metrics"): CLOSED,
    ("GET", "/media/{file_id:path}"): CLOSED,
    ("OPTIONS", "/media/{file_id:path}"): SESSION,
    ("OPTIONS", "/_stcore/upload_file/{session_id}/{file_id}"): CLOSED,
    ("PUT", "/_stcore/upload_file/{session_id}/{file_id}"): CLOSED,
    ("DELETE", "/_stcore/upload_file/{session_id}/{file_id}"): CLOSED,
    ("GET", "/auth/login"): CLOSED,
    ("GET", "/auth/logout"): CLOSED,
    ("GET", "/oauth2callback"): CLOSED,
    **dict.fromkeys(product(("GET", "OPTIONS"), ("/component/{path:path}", "/_stcore/bidi-components/{path:path}")), CLOSED),
    **{(method, f"/_stcore/{path}"): CLOSED for method, path in product(("DELETE", "GET", "OPTIONS", "POST", "PUT"), STREAMLIT)},
    **{("PATCH", f"/_stcore/{path}"): {"*": "405"} for path in STREAMLIT},
}  # fmt: skip
ENDS_THE_SESSION = {("POST", "/leave")}  # has a test of its own


@dataclass
class Running:
    """The server, its scene, and a cookie for each of WHO."""

    server: Server
    at: Scene
    cookies: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)  # of uploads, by who

    def ask(self, method: str, path: str, who: str, form: dict[str, str] | None = None) -> tuple[str, str, str]:
        """Status with the place it leads to, the text, the cookies it sets."""
        if method == "SOCKET":
            with closing(Client(self.server.port, self.cookies[who], "")) as client:
                return "101", client.received.decode("utf-8", "replace"), ""
        token = self._upload_token(who) if method in ("PUT", "DELETE") else ""
        sent = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin", "X-Xsrftoken": token}
        sent["Cookie"] = "; ".join(filter(None, (self.cookies[who], token and f"_streamlit_xsrf={token}")))
        body = urlencode(form or {}) if method in ("POST", "PUT") else None
        if method == "POST":
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=20)
        connection.request("GET" if method == "MOUNT" else method, path or "/", body, sent)
        with closing(connection), connection.getresponse() as answer:
            text = answer.read().decode("utf-8", "replace")
            return (
                f"{answer.status} {answer.headers.get('location', '')}".strip(),
                text,
                answer.headers.get("set-cookie", ""),
            )

    def _upload_token(self, who: str) -> str:
        if who not in self.tokens:
            _, _, cookie = self.ask("GET", "/_stcore/health", who)
            self.tokens[who] = cookie.split("=", 1)[1].split(";")[0]
        return self.tokens[who]

    def is_open(self, who: str) -> bool:
        """Whether the cookie opens anything: only then there are files to ask for."""
        return self.ask("OPTIONS", "/media/x", who)[0] == "204"

    def key(self, name: str) -> str:
        """What names the link of somebody in forms."""
        return key_of(digest(self.at.tokens[name])) if name in self.at.tokens else UNKNOWN[:12]

    def kept(self) -> dict[str, object]:
        """What is stored, but for the trail and the counts of wrong codes. The server stops, and starts again."""
        self.server.kill()
        with closing(open_store(f"duckdb:///{self.server.database}")) as store:
            found = _kept(store, [digest(cookie.partition("=")[2]) for cookie in self.cookies.values() if cookie])
        self.server.start()
        self.tokens.clear()
        return found


def _kept(store: ResponseStore, sessions: list[str]) -> dict[str, object]:
    of_rounds = {
        one.id: (one, store.organisations(one.id), store.invitations(one.id), store.responses(one.id), store.changes(one.id, 0))
        for one in store.rounds()
    }  # fmt: skip
    kinds = (Code, Consent, Expiry, Grant, JoinCode, Staff, StaffSession, Ticket)
    return {
        "rounds": of_rounds,
        "sessions": [store.session(one) for one in sessions],
        **{kind.__name__: store.facts(kind) for kind in kinds},
    }


@pytest.fixture(scope="module")
def routes(tmp_path_factory) -> set[tuple[str, str]]:
    """(method, path) of every route. HEAD is GET without its body; what has no methods is a socket or a folder."""
    folder = tmp_path_factory.mktemp("routes")
    environment = {"READINESS_DB": f"duckdb:///{folder}/x.duckdb", "READINESS_CACHE": str(folder), **PROVIDER}
    done = subprocess.run(
        [sys.executable, "-c", LIST], check=True, cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip
    kinds = {"WebSocketRoute": ["SOCKET"], "Mount": ["MOUNT"]}
    listed = json.loads(done.stdout.split("ROUTES")[1])
    return {(one, path) for kind, path, methods in listed for one in methods or kinds[kind] if one != "HEAD"}


def start(folder: Path) -> Running:
    made = scene(open_store(f"duckdb:///{folder}/workshop.duckdb"), folder)
    mark(made)
    secrets = signed_in_staff(made)
    made.workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made, environment=PROVIDER)
    server.start()
    links = {
        "respondent": "colleague",
        "independent": "of apart",
        "coordinator": "coordinator",
        "facilitator": "facilitator",
    }
    cookies = {role: open_session(server.port, made.tokens[name]) for role, name in links.items()}
    cookies |= {role: f"readiness_session={secret}" for role, secret in secrets.items()}
    return Running(server, made, {"nobody": "", **cookies})


@pytest.fixture
def running(tmp_path) -> Iterator[Running]:
    started = start(tmp_path)
    yield started
    started.server.kill()


def forms(running: Running, path: str, who: str) -> list[dict[str, str]]:
    """Forms in which everything is right but one thing, which is another's or nobody's: the answer may not tell which."""
    at, passphrase = running.at, "horse umbrella kettle lantern"
    rounds = (0, at.round.id, at.organisations["elsewhere"].round_id, 12345)
    keys = [running.key(name) for name in ("of elsewhere", "other facilitator", "nowhere")]
    return {
        "/join": [{"code": "AAAAA"}],
        "/staff": [{"name": f"Nobody {who}", "passphrase": passphrase}],
        "/staff/roles": [
            {"role": role, "round": str(round_id)}
            for role, round_id in product(("facilitator", "author", "administrator", "owner"), rounds)
            if (role, round_id) != (who, 0)
        ],
        "/staff/first/{token}": [{"passphrase": passphrase, "again": passphrase}],
        "/invitations/file": [{"key": key, "format": "csv"} for key in keys],
        "/invitations/end": [{"end": key, **sure} for key, sure in product(keys, ({}, {"sure": "1"}))],
    }.get(path, [{}])  # fmt: skip


def foreign(running: Running, who: str, text: str) -> list[str]:
    """What the text holds that this role has nothing to do with: other organisations' names, words and people."""
    of_north = {key: {"north"} for key in ("respondent", "independent", "coordinator")}
    own = {**of_north, "facilitator": {"north", "south", "east"}}.get(who, set())
    names = {name: one.name for name, one in running.at.organisations.items()}
    marks = [names[name] for name in names if name not in own]
    marks += [f"PERSON-{name}" for name in names if name not in own]
    marks += [f"SAID-{name}" for name in names if name != "north" or who not in ("respondent", "coordinator")]
    marks += ["SAID-apart"] if who != "independent" else []
    return [mark for mark in marks if mark in text]


def test_every_route_has_its_line(routes):
    assert set(ANSWERS) | ENDS_THE_SESSION == routes


def test_s1_every_route_answers_each_role_as_listed_and_changes_nothing(running, routes):
    before = running.kept()
    refusals: dict[tuple[str, str], set[str]] = {}
    for (method, path), who in product(sorted(routes - ENDS_THE_SESSION), WHO):
        address = re.sub(r"\{[^}]*\}", UNKNOWN, path)
        answers = {running.ask(method, address, who, form) for form in forms(running, path, who)}
        assert len(answers) == 1, (method, path, who)
        ((status, text, cookies),) = answers
        expected = ANSWERS[method, path]
        assert status == expected.get(who, expected["*"]), (method, path, who)
        if status == "404" and not (path.startswith("/media/") and who != "nobody"):  # there it is Streamlit's own
            refusals.setdefault((method, path), set()).add(text)
        assert foreign(running, who, text) == [], (method, path, who)
        assert "readiness_session" not in cookies, (method, path, who)
    assert [route for route, texts in refusals.items() if len(texts) > 1] == [], "a refusal that tells roles apart"
    assert running.kept() == before


def test_s1_a_facilitators_forms_reach_every_organisation_of_the_own_round_and_nobody_elses(running):
    """The same forms of the right person do their work; in anybody else's hands there is nothing, and nothing changes."""
    running.cookies["stranger"] = open_session(running.server.port, running.at.tokens["other facilitator"])
    before = running.kept()
    others = [who for who in running.cookies if who != "facilitator"]
    for who, name in product(others, ("of north", "of apart", "of south", "of east", "facilitator")):
        for path, form in (
            ("/invitations/file", {"key": running.key(name), "format": "csv"}),
            ("/invitations/end", {"end": running.key(name)}),
            ("/invitations/end", {"end": running.key(name), "sure": "1"}),
        ):
            status, text, _ = running.ask("POST", path, who, form)
            assert status == "404", (who, name, path)
            assert "PERSON" not in text
    assert running.kept() == before
    assert running.ask("POST", "/invitations/file", "facilitator")[0] == "422"  # nobody is chosen
    for name in ("north", "south", "east"):
        status, text, _ = running.ask("POST", "/invitations/end", "facilitator", {"end": running.key(f"of {name}")})
        assert status == "200"
        assert f"PERSON-{name}" in text
        status, text, _ = running.ask(
            "POST", "/invitations/file", "facilitator", {"key": running.key(f"of {name}"), "format": "csv"}
        )
        assert status == "200"
        assert f"Agency {name.title()}" in text
    assert running.kept() != before


def test_s1_leaving_ends_the_own_session_and_no_other(running):
    left = set()
    for who in WHO:
        if who != "nobody":
            assert running.is_open(who)
        status, _, cookies = running.ask("POST", "/leave", who)
        assert status == "303 /left"
        assert 'readiness_session=""' in cookies
        left.add(who)
        assert {one for one in WHO if running.is_open(one)} == set(WHO) - left
