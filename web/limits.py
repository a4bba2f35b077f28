"""What is refused before any route sees it, as ASGI middleware: foreign host names, closed paths, methods, sizes.

Of Streamlit's own paths only those are open that its pages need; a new one of a later version is closed until it is
listed here. Media files and uploads go only to somebody with an open session (Streamlit itself asks for no cookie).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from reports.spreadsheet import LARGEST_FILE
from survey.response import MAX_LINK, MAX_TEXT
from web.cookies import read_session
from web.pages import document, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_URL: Final = 8 * 1024  # bytes of path and query; an identity provider's answer has up to some 4 KB
LONGEST_HEADERS: Final = (
    32 * 1024
)  # bytes of all names and values; a signed-in member of staff has some 8 KB of cookies
LARGEST_BODY: Final = 64 * 1024  # bytes; the longest form is a name and a code
# Bytes of one question of the plain page with texts as long as `survey.response` takes them: a character of four bytes of UTF-8
# is sent as %F0%9F%98%80.
_LONGEST_ANSWER: Final = 12 * (3 * MAX_TEXT + MAX_LINK) + 4096
_MOST_LONG_ANSWERS: Final = 8  # on one page; the shipped questionnaires have at most five questions in a dimension
LARGEST_ANSWERS: Final = _MOST_LONG_ANSWERS * _LONGEST_ANSWER
PLAIN: Final = "/plain/"
# A filled workbook with what a form adds to it; what of one is carried from its preview to its saving, packed, in base64.
LARGEST_WORKBOOK: Final = LARGEST_FILE + LARGEST_BODY
LARGEST_IMPORT: Final = 8_000_000
_WORKBOOKS: Final = {"/workbook": LARGEST_WORKBOOK, "/workbook/save": LARGEST_IMPORT}

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_PROBES: Final = frozenset({"/livez", "/readyz"})  # a container's probe comes by address
_SIGN_IN: Final = ("/auth/", "/oauth2callback")  # Streamlit's own; ours is web/staff.py
_OPEN: Final = frozenset({"health", "host-config", "stream"})  # of /_stcore/: what every page asks for
_UPLOAD: Final = "upload_file/"


class _TooLargeError(Exception):
    """The body has grown past its limit while it was read."""


class RequestLimits:
    """Refuses a request, each time with one small page: 400 (host), 404, 405, 413, 414, 431.

    `is_host_allowed`: given the Host header or None; the same rule as for websockets. `is_session_open`: given the
    session cookie; called in a worker thread. `largest_upload`: bytes of an upload's body; None: no page
    takes uploads, and the way is closed. `secure`: as for `web.cookies`. Websockets are not looked at, but for their
    path (web/sockets.py has the rest).
    """

    def __init__(
        self,
        app: ASGIApp,
        is_host_allowed: Callable[[str | None], bool],
        is_session_open: Callable[[str], bool],
        largest_upload: Callable[[], int] | None = None,
        *,
        secure: bool = False,
    ) -> None:
        self.app = app
        self._is_host_allowed = is_host_allowed
        self._is_session_open = is_session_open
        self._largest_upload = largest_upload
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])
        status = self._fault(scope, headers, limit) or await self._path_fault(scope)
        if status:
            await _refuse(status)(scope, receive, send)
            return
        await self._counted(scope, receive, send, limit)

    def _limit(self, path: str) -> int:
        """The largest body that a path takes, in bytes."""
        if path.startswith(PLAIN):
            return LARGEST_ANSWERS
        if path in _WORKBOOKS:
            return _WORKBOOKS[path]
        is_upload = _below(path, "/_stcore/").startswith(_UPLOAD)
        return self._largest_upload() if is_upload and self._largest_upload is not None else LARGEST_BODY

    def _fault(self, scope: Scope, headers: Headers, limit: int) -> int:
        """The status of the refusal by what the request's first lines say; 0: none."""
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return 414
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
            return 431
        if scope["path"] not in _PROBES and not self._is_host_allowed(headers.get("host")):
            return 400
        if scope["method"] not in _METHODS:
            return 405
        return 413 if _is_too_long(headers.get("content-length", "0"), limit) else 0

    async def _path_fault(self, scope: Scope) -> int:
        """404 when the path is closed, or open only to somebody with a session, and this request has none."""
        path = scope["path"]
        core = _below(path, "/_stcore/")
        closed = (core and core.rstrip("/") not in _OPEN) or _below(path, "/component/") or path.startswith(_SIGN_IN)
        is_upload = core.startswith(_UPLOAD)
        if is_upload and self._largest_upload is None:
            return 404
        if is_upload or _below(path, "/media/"):
            secret = read_session(HTTPConnection(scope), secure=self._secure)
            is_open = bool(secret) and await run_in_threadpool(self._is_session_open, secret)
            return 0 if is_open else 404
        return 404 if closed else 0

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Serve the request, counting its body as it arrives: a chunked one has no length to be believed."""
        received, started = 0, False

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive_counted, send_noted)
        except _TooLargeError:
            if started:
                raise
            await _refuse(413)(scope, receive, send)


def _below(path: str, prefix: str) -> str:
    """What follows the first `prefix` in a path, wherever the app is mounted; "" when it does not occur."""
    return path.partition(prefix)[2]


def _is_too_long(length: str, limit: int) -> bool:
    """Whether a Content-Length is above the limit, or no number at all."""
    return not (length.isascii() and length.isdigit() and len(length) <= 18) or int(length) > limit


_TEXTS: Final[Mapping[int, str]] = {
    400: "limits.host",
    404: "limits.closed",
    405: "limits.method",
    413: "limits.body",
    414: "limits.header",
    431: "limits.header",
}


def _refuse(status: int) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """A page with the status. After 413 the connection ends, so that nobody goes on sending what is not read.

    After any other it stays: a proxy that is still sending a body would lose the answer.
    """
    key = _TEXTS[status]
    headers = {"Connection": "close"} if status == 413 else {}
    if status == 405:
        headers["Allow"] = ", ".join(sorted(_METHODS))
    page = document(TEXTS[f"{key}.title"], paragraph(TEXTS[f"{key}.text"]))
    return HTMLResponse(page, status_code=status, headers=headers)
