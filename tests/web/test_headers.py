"""S6: the headers on all routes, errors and refused websockets included."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging

import pytest
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from tests.web.asgi import application, ask
from web.headers import SecurityHeaders, content_security_policy, inline_script_hashes, script_hash

SCRIPT = "\n  window.prerenderReady = false\n"
INDEX = f"<!doctype html><!-- <script>no</script> --><script>{SCRIPT}</script><script src='./a.js'></script>".encode()
OURS = "document.documentElement.lang = 'km'"


async def fine(_request):
    return PlainTextResponse("fine")


async def loose(_request):
    headers = {
        "Content-Security-Policy": "default-src *",
        "X-Frame-Options": "ALLOWALL",
        "Cache-Control": "public",
        "X-Own": "kept",
        "Strict-Transport-Security": "max-age=0",
    }
    return PlainTextResponse("loose", headers=headers)


async def fails(_request):
    raise RuntimeError("secret detail")


async def fails_late(_request):
    async def parts():
        yield b"half"
        raise RuntimeError("too late")

    return StreamingResponse(parts())


async def hashed(_request):
    return PlainTextResponse("x", headers={"Cache-Control": "public, immutable, max-age=31536000"})


async def fallback(_request):
    return PlainTextResponse("index.html", headers={"Cache-Control": "no-cache"})


async def unchanged(_request):
    return PlainTextResponse("", status_code=304)


APP = application(
    Route("/fine", fine),
    Route("/loose", loose),
    Route("/fails", fails),
    Route("/fails-late", fails_late),
    Route("/static/js/a.js", hashed),
    Route("/static/js/gone.js", fallback),
    Route("/static/media/font.woff2", unchanged),
    Route("/immutable", hashed),
    middleware=[Middleware(SecurityHeaders, index_html=INDEX, scripts=(OURS,))],
)

EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(("path", "status"), [("/fine", 200), ("/loose", 200), ("/nowhere", 404), ("/fails", 500)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_carries_each_header_once(path, status, method):
    answer = ask(APP, path, method)
    assert answer.status == status
    assert {name: answer[name] for name in EXPECTED} == EXPECTED
    assert answer["content-security-policy"].startswith("default-src 'self'; ")
    assert answer.all("strict-transport-security") == []


def test_a_wrong_method_carries_them_too():
    answer = ask(APP, "/fine", "DELETE")
    assert (answer.status, answer["x-frame-options"]) == (405, "DENY")


def test_own_headers_of_a_route_stay():
    assert ask(APP, "/loose")["x-own"] == "kept"


def test_hsts_under_tls_only_and_never_the_routes_own():
    assert ask(APP, "/loose", scheme="https")["strict-transport-security"] == "max-age=31536000"
    assert ask(APP, "/loose").all("strict-transport-security") == []


def test_scripts_run_by_hash_only():
    directives = dict(part.split(" ", 1) for part in ask(APP, "/fine")["content-security-policy"].split("; "))
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert directives["script-src"].split() == ["'self'", f"'sha256-{digest}'", script_hash(OURS)]
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["object-src"] == "'none'"
    assert directives["form-action"] == directives["connect-src"] == "'self'"
    unsafe = {name for name, value in directives.items() if "unsafe" in value}
    assert unsafe == {"style-src"}


def test_hashes_skip_comments_and_files_and_normalise_line_ends():
    assert inline_script_hashes(INDEX) == (script_hash(SCRIPT),)
    assert inline_script_hashes(INDEX.replace(b"\n", b"\r\n")) == (script_hash(SCRIPT),)
    assert inline_script_hashes(b"") == ()
    assert inline_script_hashes(b"<script>if (a < b && c) { x('<b>') }</script>") == (
        script_hash("if (a < b && c) { x('<b>') }"),
    )


def test_the_same_script_is_listed_once():
    assert content_security_policy(["'a'", "'a'"]).count("'a'") == 1


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/static/js/a.js", "public, max-age=31536000, immutable"),
        ("/static/js/gone.js", "no-store"),  # Streamlit answers unknown names with index.html and 200
        ("/static/media/font.woff2", "public, max-age=31536000, immutable"),
        ("/immutable", "no-store"),
    ],
)
def test_only_hashed_static_files_may_be_kept(path, cache):
    assert ask(APP, path)["cache-control"] == cache


def test_an_unhandled_exception_is_a_page_with_an_incident_number_found_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        answer = ask(APP, "/fails")
    assert "secret detail" not in answer.text
    assert "RuntimeError" not in answer.text
    (record,) = [record for record in caplog.records if record.name == "readiness"]
    assert record.args["incident"] in answer.text
    assert "/fails" not in record.getMessage()


def test_a_failure_in_the_middle_of_an_answer_reaches_the_server():
    # ServerErrorMiddleware re-raises it, so that the server cuts the connection
    with pytest.raises(RuntimeError, match="too late"):
        ask(APP, "/fails-late")


def test_websockets_and_lifespan_pass_through():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    async def both():
        wrapped = SecurityHeaders(app)
        await wrapped({"type": "websocket", "path": "/_stcore/stream"}, None, None)
        await wrapped({"type": "lifespan"}, None, None)

    asyncio.run(both())
    assert seen == ["websocket", "lifespan"]


def handshake(app, **extensions):
    """What the server is told when `app` serves a websocket's handshake."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/x", "headers": [], "scheme": "wss", "extensions": extensions}
    asyncio.run(SecurityHeaders(app)(scope, receive, send))
    return sent


async def refuses(scope, receive, send):
    await send({"type": "websocket.close", "code": 1008})


async def accepts_and_closes(scope, receive, send):
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 1000})


def test_a_refused_websocket_carries_the_headers():
    start, body = handshake(refuses, **{"websocket.http.response": {}})
    assert (start["type"], start["status"], body["type"]) == (
        "websocket.http.response.start",
        403,
        "websocket.http.response.body",
    )
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert {name: headers[name] for name in EXPECTED} == EXPECTED
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_where_the_server_cannot_answer_a_handshake_the_refusal_stays():
    assert handshake(refuses) == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_that_was_accepted_closes_as_it_did():
    kinds = [message["type"] for message in handshake(accepts_and_closes, **{"websocket.http.response": {}})]
    assert kinds == ["websocket.accept", "websocket.close"]
