"""S1, S2 against a real server, by messages that no page would send: pages of other roles, in the first run of all and later."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from streamlit.util import calc_hash

from tests.browser.conftest import serve
from tests.browser.streamlit_client import Client, open_session

PAGES = sorted(file.stem for file in (Path(__file__).resolve().parents[2] / "ui" / "pages").glob("*.py"))
ADDRESSES = [*PAGES, "questions", "compare-tiny", "main", "../main", ""]
FIRST = {"coordinator": "Test round", "colleague": "Test round", "facilitator": "organisations have begun"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    server = serve(tmp_path_factory.mktemp("matrix"))
    yield server
    server.kill()


@pytest.fixture
def fresh(running):
    running.kill()
    running.start()
    return running


@pytest.mark.parametrize(
    ("who", "page"), [("facilitator", "review"), ("colleague", "colleagues"), ("coordinator", "joined")]
)
def test_the_first_run_of_a_process_knows_no_page_but_the_roles_own(fresh, who, page):
    """Before st.navigation has run once, Streamlit takes a `pages` folder beside the script for the list of pages."""
    client = Client(fresh.port, open_session(fresh.port, fresh.scene.tokens[who]), page)
    client.close()
    assert FIRST[who] in " ".join(client.html)


def test_a_page_of_another_role_shows_the_own_first_page(running):
    for who, address in product(FIRST, ADDRESSES):
        cookie = open_session(running.port, running.scene.tokens[who])
        for by_hash in (False, True):
            client = Client(running.port, cookie, address)
            if by_hash:
                client.page_hash = calc_hash(address)
                client.run()
            client.close()
            shown = " ".join(client.html)
            assert "Agency Elsewhere" not in shown
            if who == "facilitator":
                assert client.widgets == {}, address
            else:
                assert "Agency South" not in shown, address
                assert "organisations have begun" not in shown, address
            if address in ("joined", "compare-tiny") and who != "facilitator":
                assert FIRST[who] in shown
