"""What leaves a real server (S19): the bytes of the room's and the facilitators' view, of a peer's pages; a withdrawal in Chromium."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from access.actor import Actor
from access.invitation import add_invitation, digest, key_of
from results.store import open_store
from tests.browser.conftest import Server, enter, free_port
from tests.browser.streamlit_client import Client, open_session
from tests.rooms import room
from tests.workshops import inform

MARKER = ("KZ", "Marker Agency")
# So that a letter can stand: two blind countries, two named ones.
OTHERS = (
    ("GE", "Agency One", "blind", (2, 2, 2)),
    ("KH", "Agency Two", "blind", (2, 3, 2)),
    ("MN", "Agency Three", "named", (3, 3, 2)),
    ("VN", "Agency Four", "named", (3, 2, 2)),
)
NAMES = (MARKER[1].encode(), b"Kazakhstan", b"KZ")
FIGURE = b"4.5"  # the marker's score in Direction; nobody else has it
SEATS = {"marker": MARKER[1], "peer": "Agency Three"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A round with a marker agency that nobody is to see, and links for a facilitator, its coordinator and a peer."""
    folder = tmp_path_factory.mktemp("who-sees")
    store = open_store(f"duckdb:///{folder}/workshop.duckdb")
    at = room(folder, (*OTHERS, (*MARKER, "nobody", (4, 5, 5))), store=store)
    links = {"facilitator": add_invitation(at.workshop, at.round, None, "facilitator", "Facilitator")}
    for seat, agency in SEATS.items():
        organisation = at.coordinators[agency].organisation_id
        links[seat] = add_invitation(at.workshop, at.round, organisation, "coordinator", "Coordinator")
        person = Actor("coordinator", at.round.id, organisation, "Coordinator", key_of(digest(links[seat])))
        inform(at.workshop, person)
    running = Server(folder / "workshop.duckdb", free_port())
    at.workshop.close()
    running.start()
    running.links = links
    yield running
    running.kill()


@pytest.fixture(scope="module")
def cookies(server):
    return {who: open_session(server.port, token) for who, token in server.links.items()}


def received(server, cookie: str, page: str, query: str = "") -> bytes:
    client = Client(server.port, cookie, page, query)
    client.close()
    return bytes(client.received)


def choose(server, cookie: str, sentence: str) -> None:
    """The coordinator's choice, as a browser sends it."""
    client = Client(server.port, cookie, "")
    name = client.widget("visibility-")
    client.values[name] = next(option for option in client.options[name] if sentence in option)
    client.run()
    client.close()


SENTENCES = {
    "named": "Everybody in the room, by name.",
    "blind": "Everybody in the room, under a letter.",
    "facilitators": "The facilitators only.",
    "nobody": "Nobody but us.",
}


@pytest.mark.parametrize("visibility", ["nobody", "named", "facilitators", "blind"])
def test_s19_the_bytes_of_each_view_hold_what_was_agreed_and_nothing_else(server, cookies, visibility):
    choose(server, cookies["marker"], SENTENCES[visibility])
    for query, named, figured in (
        ("", visibility == "named", visibility in ("named", "blind")),
        ("view=facilitators", visibility != "nobody", visibility != "nobody"),
    ):
        payload = received(server, cookies["facilitator"], "compare-tiny", query)
        assert b"Mongolia" in payload  # the chart is there
        assert [name in payload for name in NAMES] == [False, named, named], query
        assert (FIGURE in scores(payload)) is figured, query
        assert (b"Facilitators only" in payload) is bool(query)
    for page, query in (("", ""), ("questions", "q=tiny&s=direction"), ("review", "q=tiny"), ("profile", "q=tiny"),
                        ("colleagues", ""), ("compare-tiny", ""), ("compare-tiny", "view=facilitators")):  # fmt: skip
        payload = received(server, cookies["peer"], page, query)
        assert b"Agency Three" in payload or page
        assert not any(name in payload for name in NAMES), page


def scores(payload: bytes) -> bytes:
    """Every score that the chart's data hold, whichever way the page sends them."""
    return b" ".join(payload[at : at + 20] for at in occurrences(payload, b'"score"'))


def occurrences(payload: bytes, word: bytes) -> list[int]:
    found, at = [], payload.find(word)
    while at >= 0:
        found.append(at)
        at = payload.find(word, at + 1)
    return found


def test_a_withdrawal_leaves_the_projector_within_a_second(server, cookies, open_page):
    choose(server, cookies["marker"], SENTENCES["named"])
    hall = open_page(1920, 1080)
    enter(hall, f"{server.url}/i/{server.links['facilitator']}")
    hall.get_by_role("link", name="Tiny").click()
    chart = hall.locator("[data-testid=stVegaLiteChart]")
    expect(chart).to_contain_text("Kazakhstan")
    expect(hall.get_by_text("not for the projector", exact=False)).to_have_count(1)  # the way there, no more

    phone = open_page(390, 844)
    enter(phone, f"{server.url}/i/{server.links['marker']}")
    nobody = phone.locator("label").filter(has_text="Nobody but us.")
    nobody.scroll_into_view_if_needed()
    nobody.click()
    expect(phone.get_by_text("Saved.")).to_be_visible()
    saved = time.monotonic()
    expect(chart).not_to_contain_text("Kazakhstan", timeout=5_000)
    assert time.monotonic() - saved <= 1

    hall.get_by_role("button", name="Facilitators' view").click()
    expect(hall.get_by_role("note").filter(has_text="Facilitators only")).to_be_visible()
    assert hall.url.endswith("?view=facilitators")
    hall.get_by_role("button", name="Back to the room's view").click()
    expect(hall.get_by_role("note").filter(has_text="Facilitators only")).to_have_count(0)
