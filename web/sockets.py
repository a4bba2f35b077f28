"""The open websockets, each bound to the session cookie it came with, as ASGI middleware around `/_stcore/stream`.

A page lives as long as its socket, so a session that has ended must lose its sockets: at once when it was left in this
process, within CHECK_SECONDS and the few seconds that `access` remembers a session for when its link was revoked, it
expired, or another replica ended it. The browser then connects anew by itself and gets what the cookie still gives.

Streamlit lets a connection name an earlier Streamlit session and go on with it. OWNER_HEADER, which only this module
can set, says whose connection it is; by `server.trustedUserHeaders` Streamlit takes it for the identity of the session
and gives anybody else a new one. The cookie itself never leaves this process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from access.invitation import digest
from web.cookies import read_session
from web.pages import document, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG: Final = logging.getLogger(__name__)

OWNER_HEADER: Final = "x-readiness-owner"
CHECK_SECONDS: Final = 5.0
MOST_OF_ONE: Final = 20  # open pages of one session
MOST_WITHOUT: Final = 500  # sockets without a session: strangers cannot take the room of those who answer
MOST: Final = 2_000
BURST: Final = 400  # messages at once of one session; a person who types in haste sends a few in a second
PER_SECOND: Final = 50.0  # and from then on
_CLOSE_PATIENCE: Final = 2.0  # seconds for a browser that takes nothing any more
_ENDED: Final = 1008  # close codes of RFC 6455: policy violation
_NOT_BINARY: Final = 1003


@dataclass(eq=False)
class _Socket:
    """One open connection; `task` runs it. `owner`: the SHA-256 of its cookie, "" without an open session."""

    owner: str
    secret: str
    task: asyncio.Task[None]
    allowance: _Allowance
    is_cut: bool = False


@dataclass
class _Allowance:
    """How many messages may be sent now; what is above waits, and with it the browser (the server reads no further).

    One for all sockets of a session, one for each socket without a session.
    """

    left: float = field(default_factory=lambda: float(BURST))
    at: float = field(default_factory=time.monotonic)

    def wait_for_one(self) -> float:
        """Seconds to wait before the next message is handed on."""
        now = time.monotonic()
        self.left = min(float(BURST), self.left + (now - self.at) * PER_SECOND) - 1
        self.at = now
        return max(0.0, -self.left / PER_SECOND)


class OpenSockets:
    """The register of open sockets. `is_session_open`: given a session cookie; called in a worker thread."""

    def __init__(self, is_session_open: Callable[[str], bool]) -> None:
        self._is_session_open = is_session_open
        self._open: set[_Socket] = set()
        self._count: Counter[str] = Counter()  # by owner

    def __len__(self) -> int:
        return len(self._open)

    async def owner(self, secret: str) -> str:
        """The SHA-256 of a cookie whose session is open; "" for any other."""
        is_open = bool(secret) and await run_in_threadpool(self._is_session_open, secret)
        return digest(secret) if is_open else ""

    def has_room(self, owner: str) -> bool:
        """Whether one more socket of this owner may open."""
        return len(self._open) < MOST and self._count[owner] < (MOST_OF_ONE if owner else MOST_WITHOUT)

    def add(self, owner: str, secret: str, task: asyncio.Task[None]) -> _Socket:
        fellow = next((socket for socket in self._open if owner and socket.owner == owner), None)
        socket = _Socket(owner, secret if owner else "", task, fellow.allowance if fellow else _Allowance())
        self._open.add(socket)
        self._count[owner] += 1
        return socket

    def remove(self, socket: _Socket) -> None:
        self._open.discard(socket)
        self._count[socket.owner] -= 1
        if not self._count[socket.owner]:
            del self._count[socket.owner]

    def cut(self, session_hash: str) -> None:
        """Close every socket of a session now. From any thread; an unknown session is no error."""
        for socket in tuple(self._open):
            if session_hash and socket.owner == session_hash and not socket.is_cut:
                socket.is_cut = True
                socket.task.get_loop().call_soon_threadsafe(socket.task.cancel)

    async def check(self) -> None:
        """Cut the sockets of every session that is not open any more. When that cannot be told, they stay (pages ask too)."""
        secrets = {socket.owner: socket.secret for socket in self._open if socket.owner}
        for owner, secret in secrets.items():
            try:
                is_open = await run_in_threadpool(self._is_session_open, secret)
            except Exception:  # noqa: BLE001  (whatever it was: nobody is cut for it)
                _LOG.exception("sessions cannot be checked")
                return
            if not is_open:
                self.cut(owner)

    async def watch(self) -> None:
        """Check for ever, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check()


class GuardedSockets:
    """Refuses foreign origins and too many sockets, binds, bounds and registers the others."""

    def __init__(
        self, app: ASGIApp, sockets: OpenSockets, is_host_allowed: Callable[[str | None], bool], *, secure: bool = False
    ) -> None:
        self.app = app
        self._secure = secure
        self._sockets = sockets
        self._is_host_allowed = is_host_allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_host_allowed(headers.get("host")) or not _is_own_origin(headers):
            await _refuse(403, "refused", scope, receive, send)
            return
        secret = read_session(HTTPConnection(scope), secure=self._secure)
        owner = await self._sockets.owner(secret)
        if not self._sockets.has_room(owner):
            await _refuse(429 if owner else 503, "socket", scope, receive, send)
            return
        task = asyncio.current_task()
        assert task is not None
        socket = self._sockets.add(owner, secret, task)
        try:
            await self._serve(socket, _owned(scope, owner), receive, send)
        finally:
            self._sockets.remove(socket)

    async def _serve(self, socket: _Socket, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the connection until it ends or is cut. A frame of text ends it: Streamlit speaks binary only."""
        is_text = False

        async def receive_bounded() -> Message:
            nonlocal is_text
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if message.get("bytes") is None:
                is_text = True
                return {"type": "websocket.disconnect", "code": _NOT_BINARY}
            if wait := socket.allowance.wait_for_one():
                await asyncio.sleep(wait)
            return message

        try:
            await self.app(scope, receive_bounded, send)
        except asyncio.CancelledError:
            if not socket.is_cut:
                raise
            socket.task.uncancel()
            await _close(send, _ENDED)
        else:
            if is_text:
                await _close(send, _NOT_BINARY)


def _is_own_origin(headers: Headers) -> bool:
    """Whether the page that connects is of this very host. Browsers always say; who says nothing is no browser."""
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _owned(scope: Scope, owner: str) -> Scope:
    """The scope with our header and with nobody else's of that name."""
    name = OWNER_HEADER.encode()
    kept = [header for header in scope["headers"] if header[0].lower() != name]
    return {**scope, "headers": [*kept, (name, owner.encode())]}


async def _close(send: Send, code: int) -> None:
    """Say that it ends; a connection that is gone or takes nothing is left to the server."""
    try:
        async with asyncio.timeout(_CLOSE_PATIENCE):
            await send({"type": "websocket.close", "code": code})
    except (OSError, RuntimeError, TimeoutError):
        _LOG.debug("a socket could not be told that it ends")


async def _refuse(status: int, key: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the handshake by a page, or by 403 where the server cannot (ASGI's `websocket.http.response`)."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _ENDED})
        return
    page = document(TEXTS[f"{key}.title"], paragraph(TEXTS[f"{key}.text"]))
    await HTMLResponse(page, status_code=status)(scope, receive, send)
