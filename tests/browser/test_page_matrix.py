"""S1, S2 against a real server, by messages that no page would send: pages of other roles, in the first run of all and later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from streamlit.util import calc_hash

from access.matrix import ROLES
from results.store import open_store
from tests.browser.conftest import Server, free_port
from tests.browser.streamlit_client import Client, open_session
from tests.workshops import mark, scene, signed_in_staff

PAGES = sorted(file.stem for file in (Path(__file__).resolve().parents[2] / "ui" / "pages").glob("*.py"))
ADDRESSES = [*PAGES, "questions", "side-by-side", "compare-tiny", "main", "../main", ""]
LINKS = {
    "respondent": "colleague",
    "independent": "of apart",
    "coordinator": "coordinator",
    "facilitator": "facilitator",
}
# What only the first page of each says.
FIRST = {
    "nobody": "personal link", "respondent": "Agency North", "independent": "You answer on your own", "coordinator": "Agency North", "facilitator": "organisations have begun",
    "author": "Sign out", "administrator": "The author",
}  # fmt: skip
# The addresses that lead anywhere else.
OTHER = {
    "respondent": {"questions", "review", "profile"},
    "independent": {"questions", "review", "profile"},
    "coordinator": {"questions", "review", "profile", "colleagues", "side-by-side"},
    "facilitator": {"compare-tiny", "round"},
    "administrator": {"audit"},
}
OWN = {
    "respondent": {"north"},
    "independent": {"north"},
    "coordinator": {"north"},
    "facilitator": {"north", "south", "east"},
}
WRITERS = {"respondent", "coordinator"}


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[tuple[Server, dict[str, str]]]:
    """The server, and a cookie for each role and nobody."""
    folder = tmp_path_factory.mktemp("matrix")
    made = scene(open_store(f"duckdb:///{folder}/workshop.duckdb"), folder)
    mark(made)
    secrets = signed_in_staff(made)
    made.workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made)
    server.start()
    cookies = {role: open_session(server.port, made.tokens[name]) for role, name in LINKS.items()}
    cookies |= {role: f"readiness_session={secret}" for role, secret in secrets.items()}
    yield server, {"nobody": "", **cookies}
    server.kill()


@pytest.fixture
def fresh(running) -> tuple[Server, dict[str, str]]:
    server, cookies = running
    server.kill()
    server.start()
    return server, cookies


def sent_to(client: Client) -> str:
    """All that the server has sent, whether a page would show it or not."""
    return client.received.decode("utf-8", "replace")


def foreign(server: Server, who: str, sent: str) -> list[str]:
    """What this role has nothing to do with: other organisations' names, people and words."""
    assert server.scene is not None
    names = {name: one.name for name, one in server.scene.organisations.items()}
    others = [name for name in names if name not in OWN.get(who, set())]
    unread = [name for name in names if name != "north" or who not in WRITERS]
    marks = [mark for name in others for mark in (names[name], f"PERSON-{name}")] + [f"SAID-{name}" for name in unread]
    marks += ["SAID-apart"] if who != "independent" else []
    return [mark for mark in marks if mark in sent]


def test_every_role_is_tried(running):
    assert set(running[1]) == set(FIRST) == {"nobody", *ROLES}


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("facilitator", "review"),
        ("respondent", "colleagues"),
        ("coordinator", "joined"),
        ("author", "people"),
        ("nobody", "joined"),
    ],
)
def test_the_first_run_of_a_process_knows_no_page_but_the_roles_own(fresh, who, page):
    """Before st.navigation has run once, Streamlit takes a `pages` folder beside the script for the list of pages."""
    server, cookies = fresh
    with closing(Client(server.port, cookies[who], page)) as client:
        assert FIRST[who] in sent_to(client)
        assert foreign(server, who, sent_to(client)) == []


@pytest.mark.parametrize("who", FIRST)
def test_a_page_of_another_role_shows_the_own_first_page(running, who):
    server, cookies = running
    for address, by_hash in product(ADDRESSES, (False, True)):
        with closing(Client(server.port, cookies[who], address, "q=tiny&s=direction&page=compare-tiny")) as client:
            if by_hash:
                client.received.clear()
                client.page_hash = calc_hash(address)
                client.run()
        sent = sent_to(client)
        assert foreign(server, who, sent) == [], address
        is_first = address not in OTHER.get(who, set())
        assert (FIRST[who] in sent) >= is_first, address
        if who not in WRITERS | {"independent"}:
            assert not [name for name in client.widgets if "training" in name or "plan" in name], address
        elif address == "questions":
            assert ("SAID-apart" if who == "independent" else "SAID-north") in sent
