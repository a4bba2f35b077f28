"""A tiny ASGI client: one request in, status, headers and body out. No server, no HTTP library."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette

if TYPE_CHECKING:
    from starlette.middleware import Middleware

HOST = "survey.example"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def __getitem__(self, name: str) -> str:
        """The one header of this name; a missing or doubled one is an error."""
        (value,) = self.all(name)
        return value

    @property
    def text(self) -> str:
        return self.body.decode()


def application(*routes, middleware: list[Middleware] | None = None) -> Starlette:
    """Routes and middleware put together as `st.App` does it."""
    return Starlette(routes=list(routes), middleware=middleware or [])


def ask(
    app, path: str, method: str = "GET", *, scheme: str = "http", body: tuple[bytes, ...] = (b"",), **headers: str
) -> Answer:
    """Send one request, its body in pieces; header names are written with underscores, and "" leaves `host` out."""
    named = {"host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items() if value],
        "client": ("192.0.2.1", 50000),
        "server": ("192.0.2.2", 80),
    }
    sent: list[dict] = []

    left = list(body)

    async def receive():
        if not left:
            await asyncio.Event().wait()  # the client stays connected
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert len(starts) == 1, sent
    start_headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in starts[0]["headers"]]
    return Answer(starts[0]["status"], start_headers, b"".join(message.get("body", b"") for message in sent))
