"""The way in by a personal link, outside Streamlit because only an HTTP answer can set an HttpOnly cookie.

GET shows who is invited and consumes nothing, so previews and prefetchers do no harm; POST opens a session, sets the
cookie and redirects. Unknown, revoked and malformed tokens get one and the same page. The token is in the path only:
never in a query string, a log or a page of another address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.invitation import SESSION_DAYS
from charts.countries import country_name
from survey.problems import CATALOGUE
from web.cookies import delete_session, read_session, set_session
from web.forms import one, read_form
from web.language import reader_language, say
from web.pages import button, document, facts, link, notice, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from starlette.requests import Request

    from results.workshop import InvitationRole

COOKIE_SECONDS: Final = SESSION_DAYS * 24 * 3600

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")


class Welcome(Protocol):
    """What an invitation's page says. A protocol, since access/ makes it and may not import web/."""

    @property
    def organisation(self) -> str:
        """Its name, or "" for a facilitator's link."""

    @property
    def country(self) -> str:
        """The country's code, or ""."""

    @property
    def round(self) -> str:
        """The round's name."""

    @property
    def role(self) -> InvitationRole: ...

    @property
    def invented(self) -> bool:
        """Demo data, to be said on the page."""


class InvitationDesk(Protocol):
    """What access/ does for these routes. Called in a worker thread, with tokens of the right form only."""

    def look_up(self, token: str) -> Welcome | None:
        """Who is invited; None when the token is unknown or revoked. Changes nothing."""

    def open(self, token: str) -> str | None:
        """A new session's secret for the cookie (letters, digits, `-` and `_`); None as in `look_up`."""

    def close_session(self, secret: str) -> None:
        """End the session; an unknown secret is no error."""


def invite_routes(desk: InvitationDesk, secure: bool) -> list[Route]:
    """`/i/{token}`, `/leave`, `/left`. `secure`: the site is reached by https; the cookie goes over nothing else."""
    door = _Door(desk, secure)
    # :path, so that a link with a slash too many gets our page and not Streamlit's
    return [
        Route("/i/{token:path}", door.show, methods=["GET"]),
        Route("/i/{token:path}", door.enter, methods=["POST"]),
        Route("/i", _nobody, methods=["GET"]),
        Route("/leave", _ask_leave, methods=["GET"]),
        Route("/leave", door.leave, methods=["POST"]),
        Route("/left", _left, methods=["GET"]),
    ]


class _Door:
    """The routes that need the desk."""

    def __init__(self, desk: InvitationDesk, secure: bool) -> None:
        self._desk = desk
        self._secure = secure

    async def show(self, request: Request) -> Response:
        token = token_of(request)
        welcome = await run_in_threadpool(self._desk.look_up, token) if token else None
        return HTMLResponse(_invitation(welcome, token)) if welcome else _unknown()

    async def enter(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        token = token_of(request)
        secret = await run_in_threadpool(self._desk.open, token) if token else None
        if secret is None:
            return _unknown()
        to = "/plain" if one(await read_form(request), "to") == "plain" else "/"
        return await sign_in(request, self._desk, secret, to, secure=self._secure)

    async def leave(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        await _end_session(request, self._desk, secure=self._secure)
        response = RedirectResponse("/left", status_code=303)
        delete_session(response, secure=self._secure)
        return response


async def _ask_leave(_request: Request) -> Response:
    """A page of its own: what a Streamlit page posts has `Origin: null` over plain http (see web/pages.py)."""
    ask = (paragraph(TEXTS["leave.text"]), button(TEXTS["leave.button"], "/leave"))
    return HTMLResponse(document(TEXTS["leave.title"], *ask))


async def _left(_request: Request) -> Response:
    return HTMLResponse(document(TEXTS["left.title"], paragraph(TEXTS["left.text"])))


async def _nobody(_request: Request) -> Response:
    return _unknown()


async def sign_in(
    request: Request, desk: InvitationDesk, secret: str, to: str, *, secure: bool, seconds: int = COOKIE_SECONDS
) -> Response:
    """Put a new session's secret into the cookie, for so many seconds, and go on to `to`.

    The session of the cookie that the request brought ends: nobody could leave it any more, and if somebody else had put that
    cookie there, what they know of it opens nothing now.
    """
    await _end_session(request, desk, secure=secure)
    response = RedirectResponse(to, status_code=303)
    set_session(response, secret, seconds, secure=secure)
    return response


async def _end_session(request: Request, desk: InvitationDesk, *, secure: bool) -> None:
    if secret := read_session(request, secure=secure):
        await run_in_threadpool(desk.close_session, secret)


def from_own_page(request: Request) -> bool:
    """Whether a POST was sent from a page of this very host.

    Browsers say so in Sec-Fetch-Site (https and localhost only; `none` is the user's own reload), else in Origin or
    Referer. A request that says nothing is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "")
    sender = origin if origin not in {"", "null"} else request.headers.get("referer", "")
    host = request.headers.get("host", "")
    try:
        return bool(host) and urlsplit(sender).netloc.lower() == host.lower()
    except ValueError:
        return False


def token_of(request: Request) -> str:
    """The token in the path; "" for one that cannot be ours."""
    token = str(request.path_params["token"])
    return token if _TOKEN.fullmatch(token) else ""


def address_of(request: Request) -> str:
    """Where a request comes from, as uvicorn gives it: behind a trusted proxy (--forwarded-allow-ips) the visitor's address, else
    the neighbour's."""
    return request.client.host if request.client else ""


def _invitation(welcome: Welcome, token: str) -> str:
    facilitator = welcome.role == "facilitator"
    return document(
        TEXTS["invite.title.facilitator" if facilitator else "invite.title"],
        *whose(welcome),
        paragraph(TEXTS[f"invite.role.{welcome.role}"]),
        paragraph(TEXTS["invite.share.independent" if welcome.role == "independent" else "invite.share"]),
        paragraph(TEXTS["invite.cookie"].format(time=TEXTS[f"invite.time{'.facilitator' if facilitator else ''}"])),
        button(TEXTS["invite.continue"], f"/i/{token}", None if facilitator else ("to", "plain", TEXTS["plain.way"])),
    )


def whose(welcome: Welcome) -> tuple[str, ...]:
    """Whose an invitation is, for its page."""
    pairs = (
        (TEXTS["invite.organisation"], welcome.organisation),
        (TEXTS["invite.country"], country_name(welcome.country, reader_language())),
        (TEXTS["invite.round"], welcome.round),
    )
    return notice(TEXTS["invented"]) if welcome.invented else "", facts(pairs)


def _unknown() -> HTMLResponse:
    page = document(TEXTS["unknown.title"], paragraph(TEXTS["unknown.text"]), link(TEXTS["unknown.join"], "/join"))
    return HTMLResponse(page, status_code=404)


def nothing(*parts: str) -> HTMLResponse:
    """For what does not exist or is not open to who asks. `parts`: what else stands on the page."""
    return HTMLResponse(document(TEXTS["nothing.title"], paragraph(say(CATALOGUE["P001"][1])), *parts), status_code=404)


def refused() -> HTMLResponse:
    """For a POST that did not come from our own page."""
    return HTMLResponse(document(TEXTS["refused.title"], paragraph(TEXTS["refused.text"])), status_code=403)
