"""Security headers on every HTTP answer, errors and refused websockets included, as ASGI middleware.

Starlette's own 500 answer is made *outside* the middleware of `st.App(middleware=…)` and would carry none of these
headers; so the middleware answers an unhandled exception itself, with an incident number that stands in the log too.
What the server refuses before the application sees it (a broken request line) is `web.protocol`'s.
"""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, PlainTextResponse

from logs import report
from web.pages import document, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

IMMUTABLE: Final = "public, max-age=31536000, immutable"

ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# One year; without includeSubDomains, since the other hosts of a ministry's domain are not ours to decide about.
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


class _InlineScripts(HTMLParser):
    """Collects the text of the `<script>` elements that have no `src`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and all(name != "src" for name, _ in attrs)
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def script_hash(script: str) -> str:
    """The CSP source that allows exactly this inline script (the text between the tags).

    >>> script_hash("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def inline_script_hashes(index_html: bytes) -> tuple[str, ...]:
    """The CSP sources of the inline scripts of an HTML file, in their order.

    >>> inline_script_hashes(b"<script src='a.js'></script><script></script>")
    ("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",)
    """
    parser = _InlineScripts()
    parser.feed(index_html.decode().replace("\r\n", "\n"))  # browsers normalise line ends before they hash
    parser.close()
    return tuple(script_hash(script) for script in parser.found)


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """The site's one policy. Tried in Chromium 156 on Streamlit 1.67: widgets, altair, dataframe, upload, `st.html`.

    `connect-src 'self'` covers the page's own websocket (CSP 3; Safari since 2022, older ones cannot run Streamlit's
    bundle). `'unsafe-inline'` is for styles only: Streamlit's emotion and `st.html` write them inline. Vega draws with
    its interpreter, so `'unsafe-eval'` is not needed. protobuf's `long` tries a WebAssembly module once and falls back
    to JavaScript: one silent `wasm-eval` violation event a page, and no reason for `'wasm-unsafe-eval'`.
    """
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *dict.fromkeys(script_hashes))),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Sets the headers and answers unhandled exceptions and, by a page with headers, refused websockets.

    `index_html`: the content of Streamlit's index.html, whose inline scripts are allowed by hash. `scripts`: our own
    constant inline scripts (the text between the tags; never with anybody's data in it). A header of ours replaces the
    same header of the application.
    """

    def __init__(self, app: ASGIApp, index_html: bytes = b"", scripts: tuple[str, ...] = ()) -> None:
        self.app = app
        hashes = (*inline_script_hashes(index_html), *(script_hash(script) for script in scripts))
        wanted = {"content-security-policy": content_security_policy(hashes), **ALWAYS}
        self._headers = [(name.encode(), value.encode()) for name, value in wanted.items()]
        self._replaced = frozenset(name for name, _ in (*self._headers, _HSTS)) | {b"cache-control"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.app(scope, receive, self._of_handshake(scope, receive, send))
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": self._complete(scope, message)}
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            if started:
                raise  # nothing can be answered any more: the server logs it and cuts the connection
            incident = report(error)
            page = document(TEXTS["error.title"], paragraph(TEXTS["error.text"].format(incident=incident)))
            await HTMLResponse(page, status_code=500)(scope, receive, send_with_headers)

    def _of_handshake(self, scope: Scope, receive: Receive, send: Send) -> Send:
        """`send` for a websocket: a refusal of the handshake gets the headers, whoever refuses it."""
        accepted = False
        can_answer = "websocket.http.response" in scope.get("extensions", {})

        async def send_with_headers(message: Message) -> None:
            nonlocal accepted
            accepted = accepted or message["type"] == "websocket.accept"
            if message["type"] == "websocket.http.response.start":
                message = {**message, "headers": self._complete(scope, message)}
            elif message["type"] == "websocket.close" and not accepted and can_answer:
                await PlainTextResponse("Forbidden", status_code=403)(scope, receive, send_with_headers)
                return
            await send(message)

        return send_with_headers

    def _complete(self, scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
        given: list[tuple[bytes, bytes]] = [(bytes(name).lower(), bytes(value)) for name, value in message["headers"]]
        cache = _cache_control(scope["path"], message["status"], dict(given).get(b"cache-control", b""))
        kept = [header for header in given if header[0] not in self._replaced]
        hsts = [_HSTS] if scope.get("scheme") in {"https", "wss"} else []
        return [*kept, *self._headers, (b"cache-control", cache), *hsts]


def _cache_control(path: str, status: int, given: bytes) -> bytes:
    """`immutable` for a static file that the application itself calls so (its name holds a hash), else `no-store`.

    The path alone does not tell: Streamlit answers an unknown /static/ name with index.html and status 200.
    """
    immutable = path.startswith(("/static/", "/fonts/")) and (status == 304 or (status < 300 and b"immutable" in given))
    return IMMUTABLE.encode() if immutable else b"no-store"
