"""S1 on the wire: every route of the application × every role and nobody. A route without a line in STATUS fails.

The routes are read from the application itself, so that a new one, ours or Streamlit's, has to be listed.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys

import pytest

from access.invitation import digest
from access.matrix import ROLES
from results.facts import Grant, Staff, StaffSession
from results.ids import now
from results.store import Keep, open_store
from tests.browser.conftest import ROOT, Server, free_port
from tests.browser.streamlit_client import open_session
from tests.workshops import scene

LIST = (
    "import json, survey_app\n"
    "routes = survey_app.app._build_starlette_app().routes\n"
    "print('ROUTES' + json.dumps([[route.path, sorted(getattr(route, 'methods', None) or [])] for route in routes]))\n"
    "survey_app.process.stop()\n"
)
WHO = ("nobody", *ROLES)
ALL, NONE = (200,) * 6, (404,) * 6
PREFLIGHT = (404, *(204,) * 5)
FACILITATOR = ROLES.index("facilitator") + 1


def only(place: int, status: int) -> tuple[int, ...]:
    """404 for everybody but one."""
    return tuple(status if number == place else 404 for number in range(len(WHO)))


# By (nobody, respondent, coordinator, facilitator, author, administrator): requests without a body, with unknown ids.
STATUS: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", ""): ALL,  # the page itself; what it shows goes over the socket
    ("GET", "/i"): NONE,
    ("GET", "/i/{token:path}"): NONE,
    ("POST", "/i/{token:path}"): NONE,
    ("GET", "/leave"): ALL,
    ("POST", "/leave"): (303,) * 6,
    ("GET", "/left"): ALL,
    ("GET", "/join"): ALL,
    ("POST", "/join"): (422,) * 6,
    ("GET", "/join/entered"): (303, 200, 200, 200, 303, 303),
    ("GET", "/invitations"): only(FACILITATOR, 200),
    ("POST", "/invitations/file"): only(FACILITATOR, 422),
    ("POST", "/invitations/end"): NONE,
    ("GET", "/staff"): ALL,
    ("POST", "/staff"): (403,) * 6,
    ("GET", "/staff/first/{token}"): NONE,
    ("POST", "/staff/first/{token}"): NONE,
    ("GET", "/staff/roles"): (303, 303, 303, 303, 200, 200),
    ("POST", "/staff/roles"): (303,) * 6,
    ("GET", "/staff/{rest:path}"): NONE,
    ("POST", "/staff/{rest:path}"): NONE,
    ("GET", "/livez"): ALL,
    ("GET", "/readyz"): ALL,
    ("GET", "/_stcore/health"): ALL,
    ("OPTIONS", "/_stcore/health"): (204,) * 6,
    ("GET", "/_stcore/host-config"): ALL,
    ("GET", "/_stcore/stream"): ALL,  # without an upgrade: the page
    ("GET", "/_stcore/metrics"): NONE,
    ("OPTIONS", "/_stcore/metrics"): NONE,
    ("GET", "/media/{file_id:path}"): NONE,
    ("OPTIONS", "/media/{file_id:path}"): PREFLIGHT,
    ("PUT", "/_stcore/upload_file/{session_id}/{file_id}"): NONE,
    ("DELETE", "/_stcore/upload_file/{session_id}/{file_id}"): NONE,
    ("OPTIONS", "/_stcore/upload_file/{session_id}/{file_id}"): NONE,
    ("GET", "/component/{path:path}"): NONE,
    ("OPTIONS", "/component/{path:path}"): NONE,
    ("GET", "/_stcore/bidi-components/{path:path}"): NONE,
    ("OPTIONS", "/_stcore/bidi-components/{path:path}"): NONE,
    ("GET", "/auth/login"): NONE,
    ("GET", "/auth/logout"): NONE,
    ("GET", "/oauth2callback"): NONE,
}
AGENTS = ("/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp")
STATUS |= {(method, path): NONE for path in AGENTS for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS")}
STATUS |= {("PATCH", path): (405,) * 6 for path in AGENTS}
ENDS_SOMETHING = {("POST", "/leave"), ("POST", "/staff")}  # once and last: the session, or the patience of the throttle


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """(method, path) of every route; HEAD is GET without its body, and sockets have tests of their own."""
    folder = tmp_path_factory.mktemp("routes")
    done = subprocess.run(
        [sys.executable, "-c", LIST], check=True, cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "READINESS_DB": f"duckdb:///{folder}/x.duckdb", "READINESS_CACHE": str(folder)},
    )  # fmt: skip
    listed = json.loads(done.stdout.split("ROUTES")[1])
    return {(method, path) for path, methods in listed for method in methods or ["GET"] if method != "HEAD"}


@pytest.fixture(scope="module")
def cookies(tmp_path_factory):
    """The server's port and a cookie for each role."""
    folder = tmp_path_factory.mktemp("server")
    store = open_store(f"duckdb:///{folder}/workshop.duckdb")
    made = scene(store, folder)
    moment = now()
    for number, role in enumerate(("author", "administrator"), 1):
        made.workshop.write(Keep(Staff(number, f"Person {role}", "", "", "", moment)))
        made.workshop.write(Keep(Grant(number, role, 0, moment)))
        made.workshop.write(Keep(StaffSession(digest(role), number, role, 0, moment, moment + 3_600_000_000)))
    made.workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made)
    server.start()
    links = {"respondent": "colleague", "coordinator": "coordinator", "facilitator": "facilitator"}
    found = {role: open_session(server.port, made.tokens[name]) for role, name in links.items()}
    found |= {role: f"readiness_session={role}" for role in ("author", "administrator")}
    yield server.port, {"nobody": "", **found}
    server.kill()


def send(port: int, method: str, path: str, cookie: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    headers = {"Cookie": cookie, "Origin": f"http://localhost:{port}", "Sec-Fetch-Site": "same-origin"}
    body = None if method in ("GET", "OPTIONS") else b""
    connection.request(method, re.sub(r"\{[^}]*\}", "x", path) or "/", body, headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text


def test_every_route_is_listed(routes):
    assert routes == set(STATUS)


def test_s1_every_route_for_every_role(cookies):
    port, by_role = cookies
    for (method, path), expected in STATUS.items():
        if (method, path) in ENDS_SOMETHING:
            continue
        answers = [send(port, method, path, by_role[role]) for role in WHO]
        assert tuple(status for status, _ in answers) == expected, (method, path)
        # Refusals are one text, whoever asks; of what is by session, Streamlit's own for those who have one.
        asked = answers[1:] if path.startswith("/media") else answers
        assert len({text for status, text in asked if status == 404}) <= 1, (method, path)
        for role, (_, text) in zip(WHO, answers, strict=True):
            own = "Agency North" if role in ("respondent", "coordinator") else "nothing"
            assert role == "facilitator" or "Agency" not in text.replace(own, ""), (method, path, role)
            assert "Agency Elsewhere" not in text
            assert "Person " not in text or role in ("author", "administrator")


def test_s1_a_session_that_has_left_is_nobody(cookies):
    port, by_role = cookies
    assert send(port, "POST", "/staff", by_role["nobody"])[0] == STATUS["POST", "/staff"][0]
    for role in WHO:
        assert send(port, "POST", "/leave", by_role[role])[0] == 303
        assert send(port, "GET", "/invitations", by_role[role])[0] == 404
        assert send(port, "GET", "/staff/roles", by_role[role])[0] == 303
        assert send(port, "GET", "/join/entered", by_role[role])[0] == 303
