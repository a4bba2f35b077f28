"""uvicorn's HTTP connection with bounds: what one request may send and how long its headers may take.

uvicorn's httptools parser takes a header of any length into memory before the application sees anything, and waits
for one for ever (its h11 parser stops at 64 KB). `web.limits` bounds what arrives whole; this bounds what never does.
Its own answers, and uvicorn's 400, carry the headers of all others.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.headers import ALWAYS

if TYPE_CHECKING:
    from asyncio.events import TimerHandle

LONGEST_HEADING: Final = (
    64 * 1024
)  # bytes of request line and headers on the wire; above those of web.limits, which explains
LONGEST_REQUEST: Final = 16 * 1024 * 1024  # bytes with the body, its chunks' marks and trailers
HEADING_SECONDS: Final = 20.0  # for all of a request's headers; a new connection has as long to begin


class BoundedHttp(HttpToolsProtocol):
    """Ends a connection whose request grows past the bounds (431, 413) or whose headers do not come (408)."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._received = 0  # bytes of the request under way
        self._is_headed = False  # its headers are complete
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_heading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received, self._is_headed = 0, False
        self._expect_heading()

    def on_headers_complete(self) -> None:
        self._is_headed = True
        self._stop_timer()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._received += len(data)
        if self.transport.is_closing():
            return
        if not self._is_headed and self._received > LONGEST_HEADING:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._received > LONGEST_REQUEST:
            self._end(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        self._end(HTTPStatus.BAD_REQUEST, msg)

    def _expect_heading(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(HEADING_SECONDS, self._end, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, status: HTTPStatus, text: str = "") -> None:
        """Answer, unless an answer is under way, and close."""
        self._stop_timer()
        if self.transport.is_closing():
            return
        cycle = cast("Any", self.cycle)  # None before the first request
        if cycle is None or not cycle.response_started or cycle.response_complete:
            body = f"{text or status.phrase}\n".encode()
            headers = {
                **ALWAYS,
                "cache-control": "no-store",
                "content-type": "text/plain; charset=utf-8",
                "content-length": str(len(body)),
                "connection": "close",
            }
            lines = [
                f"HTTP/1.1 {status.value} {status.phrase}",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()
