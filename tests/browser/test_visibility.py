"""S19 on the wire: the bytes that a facilitator's browser receives hold nothing that the audience may not see."""

from __future__ import annotations

import pytest

from access.invitation import InvitationDesk, actor_of
from access.respondent import my_sheets, save_answer
from access.visibility import choose_visibility
from access.workshop import Workshop
from results.store import open_store
from survey.response import Answer
from tests.browser.streamlit_client import Client, open_session


@pytest.fixture
def hidden(server):
    """The round's agency in Georgia's north shows its levels to nobody, the one in Cambodia to the facilitators only."""
    server.kill()
    workshop = Workshop(open_store(f"duckdb:///{server.database}"))
    for token, choice in (("coordinator", "nobody"), ("neighbour", "facilitators")):
        actor = actor_of(workshop, InvitationDesk(workshop).open(server.scene.tokens[token]))
        choose_visibility(workshop, actor, choice)
        (sheet,) = my_sheets(workshop, actor)
        save_answer(workshop, actor, sheet.state.id, "plan", Answer(4), based_on=None)
        save_answer(workshop, actor, sheet.state.id, "training", Answer(4), based_on=None)
    workshop.close()
    server.start()
    return server


def received(server, query: str) -> bytes:
    """Everything that the comparison page sends down the websocket."""
    client = Client(server.port, open_session(server.port, server.scene.tokens["facilitator"]), "compare-tiny", query)
    client.close()
    return bytes(client.received)


@pytest.mark.parametrize(("query", "is_there"), [("", False), ("view=room", False), ("view=facilitators", True)])
def test_s19_what_is_hidden_is_not_in_the_websocket(hidden, query, is_there):
    sent = received(hidden, query)
    assert b"Cambodia" in sent  # nobody of it has begun, and it is named
    assert (b'"Georgia"' in sent) is is_there  # in quotes: a typeface is called Georgian
    assert b"Agency North" not in sent
