"""Staff in a real browser: a first link, people, signing out under an open page; an identity provider from end to end (S13, S14)."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import pytest

from access import staff
from access.staff import TERMINAL
from results.store import open_store
from tests.browser.conftest import Server, free_port
from tests.workshops import scene

PASSPHRASE = "horse umbrella kettle lantern"
CLIENT = {
    "READINESS_OIDC_CLIENT_ID": "readiness",
    "READINESS_OIDC_CLIENT_SECRET": "s",
    "READINESS_OIDC_NAME": "Example ID",
}


# Its pages ask another host for their style sheet; nothing may leave this machine.
PROVIDER = """
import re, sys
import oidc_provider_mock
app = oidc_provider_mock.app()
@app.after_request
def without_remote_style(response):
    if response.mimetype == "text/html":
        response.set_data(re.sub(r"<link[^>]*>", "", response.get_data(as_text=True)))
    return response
app.run("127.0.0.1", int(sys.argv[1]), debug=False)
"""


@pytest.fixture
def started(tmp_path):
    """started({name: role}, …environment) → the running app and each one's first link."""
    servers = []

    def start(people: dict[str, str], **environment: str) -> tuple[Server, dict[str, str]]:
        database = Path(tmp_path) / "workshop.duckdb"
        made = scene(open_store(f"duckdb:///{database}"), tmp_path)
        with closing(made.workshop) as workshop:
            tokens = {name: staff.add_person(workshop, TERMINAL, name, role) for name, role in people.items()}
        server = Server(database, free_port(), made, environment=environment)
        servers.append(server)
        server.start()
        return server, {name: f"{server.url}/staff/first/{token}" for name, token in tokens.items()}

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def issuer():
    """The address of an identity provider that this project has no part in, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-c", PROVIDER, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://localhost:{port}/.well-known/openid-configuration", timeout=2),
        ):
            break
        time.sleep(0.25)
    yield f"http://localhost:{port}"
    process.kill()
    process.wait(timeout=20)


def sign_in(page, url: str, name: str) -> None:
    page.goto(f"{url}/staff")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()


def test_an_administrator_from_the_first_link_to_signing_out(started, open_page):
    server, links = started({"Ana": "administrator"})
    page = open_page(390, 844)
    page.goto(links["Ana"])
    page.get_by_label("New passphrase").fill(PASSPHRASE)
    page.get_by_label("The same once more").fill(PASSPHRASE)
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("heading", name="People").wait_for()

    page.get_by_label("Name to sign in with").fill("Dara")
    page.get_by_role("button", name="Add and make a link").click()
    page.get_by_text("A link for Dara").wait_for()
    assert f"{server.url}/staff/first/" in page.get_by_test_id("stCode").inner_text()

    second = page.context.new_page()
    second.goto(f"{server.url}/audit")
    second.get_by_role("button", name="Check the chain").click()
    second.get_by_text("The chain is whole").wait_for()

    before = page.context.cookies()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Leave").click()
    page.get_by_text("You have left").wait_for()
    page.goto(server.url)
    page.get_by_text("Please open the personal link").wait_for()
    second.get_by_role("button", name="Check the chain").click()
    second.get_by_text("Please open the personal link").wait_for()

    page.context.add_cookies(before)
    page.goto(server.url)
    page.get_by_text("Please open the personal link").wait_for()

    sign_in(page, server.url, " ANA ")
    page.get_by_role("heading", name="People").wait_for()
    (session,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "readiness_session"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"
    assert session["value"] not in [cookie["value"] for cookie in before]


def test_an_identity_provider_from_end_to_end(started, open_page, issuer):
    server, links = started({"Bo": "author"}, READINESS_OIDC_ISSUER=issuer, **CLIENT)
    page = open_page(1440, 900)

    page.goto(links["Bo"])
    to_provider(page, issuer, "Use Example ID", "bo@ministry.example")
    page.get_by_role("heading", name="Questionnaires").wait_for()

    stranger = open_page(390, 844)
    stranger.goto(f"{server.url}/staff")
    to_provider(stranger, issuer, "Sign in with Example ID", "stranger@ministry.example")
    stranger.get_by_text("This account has no role here").wait_for()
    assert [cookie["name"] for cookie in stranger.context.cookies(server.url)] == []

    again = open_page()
    again.goto(f"{server.url}/staff")
    to_provider(again, issuer, "Sign in with Example ID", "bo@ministry.example")
    again.get_by_role("heading", name="Questionnaires").wait_for()
    assert {cookie["name"] for cookie in again.context.cookies(server.url)} >= {"readiness_session"}
    assert "_streamlit_user" not in {cookie["name"] for cookie in again.context.cookies(server.url)}


def to_provider(page, issuer: str, label: str, subject: str) -> None:
    """Choose the provider, and say there who one is."""
    page.get_by_role("link", name=label).click()
    page.wait_for_url(f"{issuer}/oauth2/authorize**")
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()
