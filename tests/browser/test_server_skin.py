"""The whole server as a stranger meets it: headers everywhere, sockets bound and cut, incidents, logs (S2, S6, S7, S11, S13, S16, S20)."""

from __future__ import annotations

import http.client
import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from results.store import open_store
from survey.response import Answer
from tests.browser.conftest import Server, enter, prepare
from tests.browser.faulty_server import MARKER
from tests.browser.streamlit_client import Client, open_session
from tests.browser.test_journey import question
from web.headers import ALWAYS

COOKIE_NAME = "readiness_session"


def start(folder: Path) -> tuple[Server, Path]:
    faults = folder / "faults"
    faults.write_text("", encoding="utf-8")
    server = prepare(folder)
    server.module, server.environment, server.log_file = (
        "tests.browser.faulty_server",
        {"FAULTS": str(faults)},
        folder / "log",
    )
    server.start()
    return server, faults


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests here that leave no trace in each other; its faults."""
    server, faults = start(tmp_path_factory.mktemp("skin"))
    yield server, faults
    server.kill()


def asked(server: Server, method: str, path: str, body: object = None, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named, encode_chunked="Transfer-Encoding" in named)
    answer = connection.getresponse()
    answer.text = answer.read().decode(errors="replace")
    connection.close()
    return answer


def assert_headers(headers) -> None:
    for name, value in ALWAYS.items():
        assert headers.get_all(name) == [value], name
    assert len(headers.get_all("content-security-policy")) == 1
    assert not headers.get_all("strict-transport-security")


# --- S6, S11: HTTP

ROUTES = [
    ("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/questions", 200), ("GET", "/static/none.js", 200), ("GET", "/livez", 200),
    ("GET", "/readyz", 200), ("GET", "/i/unknown", 404), ("POST", "/i/unknown", 403), ("GET", "/leave", 200), ("POST", "/leave", 403),
    ("GET", "/left", 200), ("DELETE", "/left", 405), ("PUT", "/", 405), ("PATCH", "/", 405), ("TRACE", "/", 405),
    ("GET", "/_stcore/health", 200), ("OPTIONS", "/_stcore/health", 204), ("DELETE", "/_stcore/health", 405),
    ("GET", "/_stcore/host-config", 200), ("GET", "/_stcore/metrics", 404), ("GET", "/_stcore/agent/openapi.json", 404),
    ("POST", "/_stcore/agent/interact", 404), ("POST", "/_stcore/agent/mcp", 404), ("GET", "/_stcore/script-health-check", 404),
    ("GET", "/_stcore/bidi-components/x", 404), ("GET", "/component/x/y", 404), ("GET", "/media/x.png", 404),
    ("PUT", "/_stcore/upload_file/a/b", 404), ("GET", "/_stcore/stream", 200), ("GET", "//evil.example/x", 400),
    ("GET", "/%2e%2e/%2e%2e/etc/passwd", 400), ("GET", "/" + "a" * 9000, 414),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ROUTES)
def test_s6_every_answer_has_the_headers(shared, method, path, status):
    answer = asked(shared[0], method, path)
    assert_headers(answer.headers)
    assert answer.status == status


def test_s6_a_page_that_fails_has_them_too(shared):
    server, faults = shared
    faults.write_text("web.invite._invitation", encoding="utf-8")
    answer = asked(server, "GET", f"/i/{server.scene.tokens['coordinator']}")
    faults.write_text("", encoding="utf-8")
    assert answer.status == 500
    assert_headers(answer.headers)
    assert MARKER not in answer.text
    incident = re.search(r"number: ([0-9a-f]{8})", answer.text)[1]
    assert any(line.get("incident") == incident for line in log_of(server))


def test_s6_a_foreign_host_is_refused_but_for_probes(shared):
    for path, status in (("/", 400), ("/_stcore/health", 400), ("/livez", 200)):
        answer = asked(shared[0], "GET", path, Host="evil.example")
        assert answer.status == status
        assert_headers(answer.headers)


def test_s11_no_upload_is_taken_while_no_page_asks_for_one(shared):
    server, _ = shared
    cookie = open_session(server.port, server.scene.tokens["neighbour"])
    client = Client(server.port, cookie, "questions", "q=tiny")
    given = asked(server, "GET", "/_stcore/health").headers["set-cookie"].split(";")[0]
    path = f"/_stcore/upload_file/{client.session_id}/file"
    own = {"Cookie": f"{cookie}; {given}", "X_Xsrftoken": given.partition("=")[2]}
    kind = "multipart/form-data; boundary=xx"
    head = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    for body in (head + b"x\r\n--xx--\r\n", head + b"x" * 10_000 + b"\r\n--xx--\r\n"):
        assert asked(server, "PUT", path, body, Content_Type=kind, **own).status == 404
    assert asked(server, "PUT", path, None, Content_Length=str(10**9), Content_Type=kind, **own).status in (404, 413)
    client.close()


def test_s11_a_form_of_the_limit_and_one_byte_over(shared):
    for size, status in ((64 * 1024, 403), (64 * 1024 + 1, 413)):
        assert asked(shared[0], "POST", "/leave", b"x" * size).status == status


# --- S2, S7, S13: websockets


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "http://evil.example", "host": "evil.example"}, {"origin": "null"}],
)
def test_s7_a_foreign_origin_gets_403_with_the_headers(shared, headers):
    extra = {"Host": headers["host"]} if "host" in headers else {}
    address = f"ws://localhost:{shared[0].port}/_stcore/stream"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address, origin=headers["origin"], subprotocols=["streamlit"], additional_headers=extra),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert_headers(refused.value.response.headers)


def test_s7_another_path_has_no_socket(shared):
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://localhost:{shared[0].port}/elsewhere"):
        pass
    assert refused.value.response.status_code == 403
    assert_headers(refused.value.response.headers)


def closing(client: Client, sent: bytes | str | None = None, within: float = 10) -> int:
    """Send something, then read until the server closes; its close code, 0 when it cut the connection without one."""
    try:
        if sent is not None:
            client.socket.send(sent)
        while True:
            client.socket.recv(timeout=within)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def send(client: Client, part: str, value: object) -> None:
    name = client.widget(part)
    client.values[name] = value
    client.run(client.widgets[name][1])


@pytest.mark.parametrize("stranger", ["", "neighbour", "colleague", "second session"])
@pytest.mark.parametrize("is_open", [True, False])
def test_s2_a_streamlit_session_is_resumed_by_its_own_cookie_only(shared, stranger, is_open):
    server, _ = shared
    tokens = server.scene.tokens
    mine = open_session(server.port, tokens["coordinator"])
    victim = Client(server.port, mine, "questions", "q=tiny&s=direction")
    if not is_open:
        victim.close()
    theirs = open_session(server.port, tokens.get(stranger, tokens["coordinator"])) if stranger else ""
    thief = Client(server.port, theirs, "questions", "q=tiny&s=direction", resume=victim.session_id)
    assert thief.session_id not in ("", victim.session_id)
    thief.close()
    if is_open:
        victim.run()  # untouched
        victim.close()
    again = Client(server.port, mine, "questions", "q=tiny&s=direction", resume=victim.session_id)
    assert again.session_id == victim.session_id
    again.close()


def test_s2_the_owner_cannot_be_claimed(shared):
    server, _ = shared
    from access.invitation import digest

    mine = open_session(server.port, server.scene.tokens["coordinator"])
    victim = Client(server.port, mine, "questions", "q=tiny&s=direction")
    with connect(
        f"ws://localhost:{server.port}/_stcore/stream",
        origin=f"http://localhost:{server.port}",
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN", victim.session_id],
        additional_headers={"X-Readiness-Owner": digest(mine.partition("=")[2])},
    ) as socket:
        message = BackMsg()
        message.rerun_script.page_name = "questions"
        socket.send(message.SerializeToString())
        assert victim.session_id.encode() not in socket.recv(timeout=20)
    victim.run()
    victim.close()


def test_s13_leaving_cuts_the_open_pages_and_the_old_cookie_opens_nothing(shared):
    server, _ = shared
    cookie = open_session(server.port, server.scene.tokens["coordinator"])
    other = open_session(server.port, server.scene.tokens["coordinator"])
    tabs = [Client(server.port, cookie, "questions", "q=tiny&s=direction") for _ in range(2)]
    stays = Client(server.port, other, "questions", "q=tiny&s=direction")
    assert asked(server, "POST", "/leave", Cookie=cookie, Sec_Fetch_Site="same-origin").status == 303
    began = time.monotonic()
    for tab in tabs:
        assert closing(tab) == 1008
    assert time.monotonic() - began < 2
    again = Client(server.port, cookie, "questions", "q=tiny&s=direction", resume=tabs[0].session_id)
    assert [key.endswith("-language-choice") for key in again.widgets] == [True]  # it stands on every page
    assert again.session_id != tabs[0].session_id
    stays.run()
    assert stays.widgets
    for client in (again, stays):
        client.close()


def test_s13_in_a_browser_the_other_tab_shows_the_way_in(shared, open_page):
    server, _ = shared
    page = open_page()
    enter(page, server.link("coordinator"))
    tab = page.context.new_page()
    tab.goto(f"{server.url}/questions?q=tiny&s=direction")
    expect(tab.get_by_role("radiogroup").first).to_be_visible()
    page.goto(f"{server.url}/leave")
    page.get_by_role("button", name="Leave").click()
    expect(tab.get_by_role("radiogroup")).to_have_count(0, timeout=10_000)
    expect(tab.get_by_role("heading", name="AI readiness")).to_be_visible(timeout=15_000)


def test_s13_a_revoked_link_cuts_its_pages_within_seconds(shared):
    server, _ = shared
    chief = Client(server.port, open_session(server.port, server.scene.tokens["coordinator"]), "colleagues")
    colleague = Client(server.port, open_session(server.port, server.scene.tokens["colleague"]), "questions", "q=tiny")
    chief.press("End this link")
    began = time.monotonic()
    assert closing(colleague, within=15) == 1008
    assert time.monotonic() - began < 12
    chief.close()


@pytest.mark.parametrize(("sent", "code"), [(b"x" * (5 * 1024 * 1024 + 1), 1009), (b"\xff\xff", 1002), ("text", 1003)])
def test_s11_a_message_that_is_too_large_or_none_of_streamlits_ends_the_socket(shared, sent, code):
    server, _ = shared
    client = Client(server.port, open_session(server.port, server.scene.tokens["neighbour"]), "questions", "q=tiny")
    assert closing(client, sent) == code


def test_s11_a_huge_message_is_refused_before_it_is_in_memory(shared):
    server, _ = shared
    client = Client(server.port, open_session(server.port, server.scene.tokens["neighbour"]), "questions", "q=tiny")
    assert closing(client, b"x" * (9 * 1024 * 1024)) in (1009, 0)  # 0: it was cut while still sending


# --- S16, S20


def log_of(server: Server) -> list[dict]:
    """The log's lines, but for what is not of the log (the greeting)."""
    text = server.log_file.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_s16_in_a_browser_a_failing_page_says_so_and_the_answer_arrives_later(shared, open_page):
    server, faults = shared
    page = open_page()
    enter(page, server.link("neighbour"))
    page.goto(f"{server.url}/questions?q=tiny&s=direction")
    expect(question(page, "plan")).to_be_visible()
    faults.write_text("access.respondent._sheet", encoding="utf-8")
    question(page, "plan").locator("label").nth(2).click()
    expect(page.locator(".incident").first).to_contain_text("Something went wrong on our side")
    incident = re.search(r"number: ([0-9a-f]{8})", page.locator(".incident").first.inner_text())[1]
    assert MARKER not in page.content()
    assert "RuntimeError" not in page.content()
    assert any(line.get("incident") == incident for line in log_of(server))
    faults.write_text("", encoding="utf-8")
    # The heartbeat brings it, or the button where the page as a whole is gone.
    again = page.get_by_role("button", name="Try again")
    if again.count():
        again.click()
    expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1, timeout=15_000)
    expect(page.locator(".incident")).to_have_count(0, timeout=10_000)
    expect(question(page, "plan").locator("input").nth(2)).to_be_checked()


def test_s16_a_button_whose_work_fails_says_so_on_top_of_the_page(shared, open_page):
    server, faults = shared
    page = open_page()
    enter(page, server.link("neighbour"))
    page.goto(f"{server.url}/questions?q=tiny&s=direction")
    question(page, "plan").locator("label").nth(3).click()
    expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d$"))).to_have_count(1)
    page.goto(f"{server.url}/review?q=tiny")
    faults.write_text("access.respondent.submit", encoding="utf-8")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text(re.compile("Something went wrong on our side.*number: [0-9a-f]{8}"))).to_be_visible()
    faults.write_text("", encoding="utf-8")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Receipt:")).to_be_visible()


def test_s20_the_log_of_a_whole_journey_holds_nobodys_words_or_keys(tmp_path):
    server, faults = start(tmp_path)
    try:
        tokens = server.scene.tokens
        asked(server, "GET", f"/i/{tokens['coordinator']}")
        asked(server, "GET", f"/i/{tokens['facilitator']}x/and?more={tokens['facilitator']}")
        cookie = open_session(server.port, tokens["coordinator"])
        client = Client(server.port, cookie, "questions", "q=tiny&s=direction")
        send(client, "-plan-code-", client.options[client.widget("-plan-code-")][2])
        send(client, "-plan-comment-", "answer-marker-Ж-4417")
        send(client, "-plan-link-", "javascript:refused-marker-5520")
        faults.write_text("access.respondent.check_answer", encoding="utf-8")
        send(client, "-plan-note-", "note-marker-6631")
        faults.write_text("access.respondent._sheet", encoding="utf-8")
        client.run()
        faults.write_text("web.invite._invitation", encoding="utf-8")
        asked(server, "GET", f"/i/{tokens['colleague']}")
        faults.write_text("", encoding="utf-8")
        resumed = Client(server.port, "", "questions", "q=tiny", resume=client.session_id)
        chief = Client(server.port, cookie, "colleagues")
        chief.values[next(iter(chief.widgets))] = "name-marker-8842"
        chief.press("Make a link")
        made = next(code for code in chief.codes if "/i/" in code).rsplit("/", 1)[1]
        assert closing(chief, b"\xff" + b"wire-marker-9953") == 1002
        asked(server, "POST", "/leave", Cookie=cookie, Sec_Fetch_Site="same-origin")
        asked(server, "GET", "/", Cookie=cookie, Host="evil.example")
    finally:
        server.process.terminate()
        server.process.wait(timeout=20)
    store = open_store(f"duckdb:///{server.database}")
    stored = store.answers(server.scene.response_in(store, "north"))["plan"].answer
    assert stored == Answer(3, comment="answer-marker-Ж-4417")  # the journey has been made
    store.close()
    log = server.log_file.read_text(encoding="utf-8")
    secrets = {
        "an answer": "answer-marker", "a refused answer": "refused-marker", "an answer not kept": "note-marker",
        "a name": "name-marker", "an exception's text": MARKER, "a message": "wire-marker", "a cookie": cookie.partition("=")[2],
        "a made link": made, "an organisation": "Agency North", "a Streamlit session": client.session_id,
        "another Streamlit session": resumed.session_id, **{f"the link of {name}": token for name, token in tokens.items()},
    }  # fmt: skip
    assert [name for name, secret in secrets.items() if secret in log] == []
    assert all(len(secret) > 8 for secret in secrets.values())
    events = [line["event"] for line in log_of(server)]
    assert len(events) > 100  # everything talked
    for told in ("started", "incident %(incident)s", "refused an answer of %(key)s in response %(response)s: %(code)s"):
        assert told in events
