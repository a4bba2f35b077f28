"""Messages that no page would send, straight into the websocket of a real server: refused, logged, nothing changed."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from results.store import open_store
from survey.response import Answer
from tests.browser.streamlit_client import Client, open_session


@pytest.fixture
def client(server):
    cookie = open_session(server.port, server.scene.tokens["coordinator"])
    opened = Client(server.port, cookie, "questions", "q=tiny&s=direction")
    yield opened
    opened.close()


def after(server) -> tuple[Answer, int]:
    """The stored answer to `plan` and its number of revisions, once the server is gone."""
    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    try:
        response = server.scene.response_in(store, "north")
        return store.answers(response)["plan"].answer, len(store.history(response, "plan"))
    finally:
        store.close()


def send(client: Client, part: str, value: object) -> None:
    name = client.widget(f"-plan-{part}-")
    client.values[name] = value
    client.run(client.widgets[name][1])


def label(client: Client, level: int) -> str:
    """The text that a browser sends for a level: the option's label (Streamlit sends labels, not values)."""
    name = client.widget("-plan-code-")
    return client.options[name][level - 1]


@pytest.mark.parametrize(
    ("part", "forged"),
    [("code", "High"), ("code", "<script>"), ("evidence", "Verified"), ("link", "javascript:alert(1)")],
)
def test_a_forged_value_is_refused_and_the_stored_answer_stays(server, client, part, forged):
    send(client, "code", label(client, 2))
    assert any("Saved " in body for body in client.html)
    send(client, part, forged)
    assert after(server) == (Answer(2), 1)


def test_another_organisations_session_sees_its_own_answers_only(server):
    cookie = open_session(server.port, server.scene.tokens["neighbour"])
    client = Client(server.port, cookie, "", "q=tiny&response=1&organisation=2")
    text = " ".join(client.html)
    client.close()
    assert "Agency South" in text or "Georgia" in text
    assert "Agency North" not in text


@pytest.mark.parametrize(
    "cookie", ["", "readiness_session=", "readiness_session=AAAAAAAAAAAAAAAAAAAAAA", "readiness_session=' OR 1=1 --"]
)
def test_without_a_session_no_page_of_the_workshop_exists(server, cookie):
    client = Client(server.port, cookie, "questions", "q=tiny")
    client.close()
    assert [key.endswith("-language-choice") for key in client.widgets] == [True]  # it stands on every page


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.example:80"])
def test_s7_a_foreign_origin_is_refused(server, origin):
    address = f"ws://localhost:{server.port}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, subprotocols=["streamlit"], origin=origin):
        pass
    assert refused.value.response.status_code == 403
    same = {"Host": origin.split("//")[1]}
    with (
        pytest.raises(WebSocketException),
        connect(address, subprotocols=["streamlit"], origin=origin, additional_headers=same),
    ):
        pass
