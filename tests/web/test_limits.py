"""S6, S11: foreign hosts, closed paths, sizes; which of Streamlit's routes exist, so that a new one is seen."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from access.invitation import COOKIE
from tests.web.asgi import HOST, application, ask
from web.cookies import read_session
from web.headers import SecurityHeaders
from web.limits import LARGEST_BODY, LONGEST_HEADERS, LONGEST_URL, RequestLimits, _TooLargeError

ROOT = Path(__file__).resolve().parents[2]
UPLOAD = 1_000_000
OPEN = f"{COOKIE}=good"
asked: list[tuple[str, int]] = []


async def length(request):
    return PlainTextResponse(str(len(await request.body())))


async def ignores(_request):
    return PlainTextResponse("fine")


def is_open(secret: str) -> bool:
    asked.append((secret, threading.get_ident()))
    return secret == "good"


METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]
APP = application(
    Route("/ignores", ignores, methods=METHODS),
    Route("/{path:path}", length, methods=METHODS),
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(RequestLimits, lambda host: host in (HOST, "localhost"), is_open, UPLOAD),
    ],
)


def refused(answer) -> int:
    """The status of a refusal, which is a page of ours with the headers; 0 when the request was served."""
    if answer.status == 200:
        return 0
    assert answer["x-frame-options"] == "DENY"
    assert answer.all("connection") == (["close"] if answer.status == 413 else [])
    assert "<h1>" in answer.text
    return answer.status


# --- hosts


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", "127.0.0.2", ""])
def test_another_host_name_is_refused(host):
    assert refused(ask(APP, "/", host=host)) == 400


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_comes_under_any_name(path):
    assert refused(ask(APP, path, host="10.1.2.3")) == 0


@pytest.mark.parametrize("path", ["/livez/", "/livez/x", "/_stcore/health"])
def test_nothing_else_does(path):
    assert refused(ask(APP, path, host="10.1.2.3")) == 400


# --- paths


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/base/_stcore/metrics", "/_stcore/agent/v1/openapi.json", "/_stcore/agent/v1/mcp",
        "/_stcore/script-health-check", "/_stcore/bidi-components/x/y.js", "/_stcore/of_a_later_version", "/component/x/index.html",
        "/_stcore/health/_stcore/metrics",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
def test_what_no_page_needs_is_closed_even_with_a_session(path, method):
    assert refused(ask(APP, path, method, cookie=OPEN)) == 404


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config", "/", "/questions", "/static/js/x.js"])
def test_what_pages_need_is_open(path):
    assert refused(ask(APP, path)) == 0


@pytest.mark.parametrize(
    "path", ["/media/abc.png", "/_stcore/upload_file/session/file", "/_stcore/upload_file/_stcore/health"]
)
@pytest.mark.parametrize(
    ("cookie", "status"),
    [
        (OPEN, 0), (f"a=b; {OPEN}", 0), ("", 404), (f"{COOKIE}=", 404), (f"{COOKIE}=bad", 404), (f"x{OPEN}", 404),
        (f"{COOKIE}={'g' * 5000}", 404), (f"{COOKIE}=good; {COOKIE}=bad", 404),
    ],
)  # fmt: skip
def test_files_go_only_to_an_open_session(path, cookie, status):
    assert refused(ask(APP, path, cookie=cookie)) == status


def test_without_uploads_nobody_sends_a_file():
    closed = application(
        Route("/{path:path}", length, methods=METHODS),
        middleware=[Middleware(SecurityHeaders), Middleware(RequestLimits, lambda _: True, is_open, 0)],
    )
    for path in ("/_stcore/upload_file/session/file", "/base/_stcore/upload_file/s/f", "/_stcore/upload_file/media/x"):
        assert {refused(ask(closed, path, method, body=(b"x",), cookie=OPEN)) for method in METHODS[:-1]} == {404}
    assert refused(ask(closed, "/media/abc.png", cookie=OPEN)) == 0
    assert refused(ask(closed, "/x", "POST", body=(b"x" * LARGEST_BODY,))) == 0


def test_sessions_are_asked_for_in_a_thread_and_only_where_needed():
    asked.clear()
    ask(APP, "/", cookie=OPEN)
    assert asked == []
    ask(APP, "/media/x", cookie=OPEN)
    ((secret, thread),) = asked
    assert (secret, thread == threading.get_ident()) == ("good", False)


# --- methods and sizes


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "CONNECT", "PATCH", "get"])
def test_a_strange_method_is_refused(method):
    answer = ask(APP, "/ignores", method)
    assert refused(answer) == 405
    assert "GET" in answer["allow"].split(", ")


@pytest.mark.parametrize(("path", "limit"), [("/x", LARGEST_BODY), ("/_stcore/upload_file/s/f", UPLOAD)])
@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("told", [True, False])
def test_a_body_up_to_the_limit_and_not_one_byte_over(path, limit, over, told):
    body = b"x" * (limit + over)
    headers = {"content_length": str(len(body))} if told else {"transfer_encoding": "chunked"}
    answer = ask(APP, path, "PUT", body=(body[:1000], body[1000:]), cookie=OPEN, **headers)
    assert refused(answer) == (413 if over else 0)
    if not over:
        assert answer.text == str(limit)


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "9" * 30, "-1", "1e3", "²", "0x10", "1,2"])
def test_a_length_that_is_too_large_or_none_is_refused_unread(length):
    assert refused(ask(APP, "/ignores", "POST", body=(), content_length=length)) == 413


def test_a_body_that_nobody_reads_is_not_read():
    assert refused(ask(APP, "/ignores", "POST", body=())) == 0


@pytest.mark.parametrize("over", [0, 1])
def test_the_longest_url(over):
    path = "/" + "a" * 1000 + "?" + "q" * (LONGEST_URL - 1001 + over)
    assert refused(ask(APP, path)) == (414 if over else 0)


@pytest.mark.parametrize("over", [0, 1])
def test_the_longest_headers(over):
    used = len("host") + len(HOST) + len("x-a")
    assert refused(ask(APP, "/ignores", x_a="v" * (LONGEST_HEADERS - used + over))) == (431 if over else 0)


@given(sizes=st.lists(st.integers(0, LARGEST_BODY), max_size=6))
def test_a_streamed_body_is_counted_over_all_its_pieces(sizes):
    answer = ask(APP, "/x", "POST", body=(*(b"x" * size for size in sizes), b""), transfer_encoding="chunked")
    assert refused(answer) == (413 if sum(sizes) > LARGEST_BODY else 0)


def test_an_answer_that_has_begun_is_cut_when_the_body_grows_too_large():
    async def echo(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    limited = RequestLimits(echo, lambda _: True, is_open, UPLOAD)
    with pytest.raises(_TooLargeError):
        ask(limited, "/x", "POST", body=(b"x" * (LARGEST_BODY + 1),))


@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300))
def test_the_cookie_is_read_as_the_pages_read_it(value):
    from starlette.websockets import WebSocket

    scope = {"type": "websocket", "headers": [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]}
    seen = WebSocket(scope, None, None).cookies.get(COOKIE, "")
    assert read_session(HTTPConnection(scope), secure=False) == (seen if len(seen) <= 256 else "")


# --- Streamlit's own routes

KNOWN = {
    "/_stcore/health": "open", "/_stcore/host-config": "open", "/_stcore/stream": "open", "/_stcore/metrics": "closed",
    "/_stcore/upload_file/{session_id}/{file_id}": "by session", "/media/{file_id:path}": "by session",
    "/component/{path:path}": "closed", "/_stcore/bidi-components/{path:path}": "closed",
    "/_stcore/agent/interact": "closed", "/_stcore/agent/openapi.json": "closed", "/_stcore/agent/mcp": "closed",
    "/auth/login": "closed", "/auth/logout": "closed", "/oauth2callback": "closed", "": "open",
}  # fmt: skip


def test_every_route_of_streamlit_is_known():
    """An update that adds a route fails here: decide whether it is open, and list it."""
    from streamlit.web.server.starlette import starlette_app

    app = starlette_app.App(str(ROOT / "ui" / "main.py"))
    found = {route.path for route in starlette_app.create_streamlit_routes(app._create_runtime())}
    assert found == set(KNOWN)


@pytest.mark.parametrize("path", KNOWN)
def test_every_route_of_streamlit_stands_as_listed(path):
    import re

    address = re.sub(r"\{[^}]*\}", "x", path) or "/"
    without, with_session = (refused(ask(APP, address, cookie=cookie)) for cookie in ("", OPEN))
    expected = {"open": (0, 0), "closed": (404, 404), "by session": (404, 0)}
    assert (without, with_session) == expected[KNOWN[path]]
