"""In which language a plain page speaks: the reader's cookie `language`, else what the browser asks for (Accept-Language)."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Final

from starlette.requests import HTTPConnection

from survey.languages import DEFAULT, first_language, is_language
from survey.translation import interface_text, problem_text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from survey.problems import CodedError

COOKIE: Final = "language"
COOKIE_SECONDS: Final = 365 * 24 * 3600


class _Reader:
    """Who reads the answer to one request; looked at only when a page is made."""

    def __init__(self, scope: Scope) -> None:
        self._connection = HTTPConnection(scope)
        self.path = str(scope["path"])

    @cached_property
    def language(self) -> str:
        chosen = self._connection.cookies.get(COOKIE, "")
        return chosen if is_language(chosen) else first_language(self._connection.headers.get("accept-language"))


_READER: Final[ContextVar[_Reader | None]] = ContextVar("reader", default=None)


class ReaderLanguage:
    """ASGI middleware, the outermost: remembers whose request is being answered, for `reader_language`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            _READER.set(_Reader(scope))
        await self.app(scope, receive, send)


def reader_language() -> str:
    """The language of the page that is being made; English outside a request."""
    reader = _READER.get()
    return reader.language if reader else DEFAULT


def reader_path() -> str:
    """The path that the request asked for; "" outside a request."""
    reader = _READER.get()
    return reader.path if reader else ""


def say(text: str) -> str:
    """A text of the program in the reader's language."""
    return interface_text(reader_language(), text)


def t(text: str, plural: str = "", /, **facts: object) -> str:
    """The same, filled with facts: for what is made of charts and reports (`charts.wording.Translate`)."""
    count = facts.get("n") if plural else None
    found = interface_text(reader_language(), text, plural, count if isinstance(count, int) else None)
    return found.format(**facts) if facts else found


def problem(error: CodedError) -> str:
    """What an error says, in the reader's language."""
    return problem_text(reader_language(), error)
