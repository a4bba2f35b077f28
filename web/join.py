"""The way in by a code, on pages that work on any telephone and without a script.

`/join` takes both codes in one field. The room's code leads back to the same page, which now names the round; a second cookie,
good for `/join` only, remembers which. An organisation's code opens a session at once and leads to a page that says whose it is:
two taps, and no code is ever in an address or a hidden field. A wrong code is answered by the page itself, which keeps what was
typed; only that page cannot be reached by Back without the browser asking whether to send it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.actor import RefusedError
from access.codes import stray_symbols
from access.joining import Entered, WaitError, WaitingRoom
from results.store import StoreError
from web.cookies import partial_name, read, read_session
from web.forms import one, read_form
from web.invite import address_of, from_own_page, refused, sign_in, whose
from web.language import problem
from web.pages import code_form, document, facts, link, notice, paragraph, told
from web.texts import TEXTS

if TYPE_CHECKING:
    from starlette.requests import Request

    from web.invite import InvitationDesk, Welcome

ROOM_COOKIE: Final = "readiness_room"
_LONGEST_TYPED: Final = 200
_STATUS: Final = {"P020": 503, "P031": 429}
_BUSY_SECONDS: Final = 10


class JoinDesk(Protocol):
    """What access/ does for these routes. Called in a worker thread."""

    def enter(self, typed: str, address: str) -> WaitingRoom | Entered:
        """What a code opens. Raises RefusedError with the sentence to show."""

    def room(self, pass_: str) -> WaitingRoom | None:
        """The waiting room behind a pass of an earlier `enter`."""

    def welcome(self, secret: str) -> Welcome | None:
        """Whose session this is."""


def join_routes(desk: JoinDesk, invitations: InvitationDesk, secure: bool) -> list[Route]:
    """`/join`, `/join/entered`. `secure`: the site is reached by https; cookies go over nothing else."""
    door = _Door(desk, invitations, secure)
    return [
        Route("/join", door.show, methods=["GET"]),
        Route("/join", door.enter, methods=["POST"]),
        Route("/join/entered", door.entered, methods=["GET"]),
    ]


class _Door:
    def __init__(self, desk: JoinDesk, invitations: InvitationDesk, secure: bool) -> None:
        self._desk = desk
        self._invitations = invitations
        self._secure = secure

    async def show(self, request: Request) -> Response:
        return HTMLResponse(_page(await self._room(request)))

    async def enter(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        typed = one(await read_form(request), "code")[:_LONGEST_TYPED]
        try:
            opened = await run_in_threadpool(self._desk.enter, typed, address_of(request))
        except (RefusedError, StoreError) as error:
            return await self._again(request, typed, error)
        if isinstance(opened, Entered):
            return await sign_in(request, self._invitations, opened.secret, "/join/entered", secure=self._secure)
        response = RedirectResponse("/join", status_code=303)
        name = partial_name(ROOM_COOKIE, secure=self._secure)
        response.set_cookie(name, opened.pass_, path="/join", secure=self._secure, httponly=True, samesite="lax")
        return response

    async def entered(self, request: Request) -> Response:
        secret = read_session(request, secure=self._secure)
        welcome = await run_in_threadpool(self._desk.welcome, secret) if secret else None
        if welcome is None:
            return RedirectResponse("/join", status_code=303)
        ways = (
            link(TEXTS["invite.continue"], "/", prominent=True),
            link(TEXTS["plain.way"], "/plain") if welcome.role != "facilitator" else "",
            link(TEXTS["joined.wrong"], "/leave"),
        )
        role = paragraph(TEXTS[f"joined.role.{welcome.role}"])
        return HTMLResponse(document(TEXTS["joined.title"], *whose(welcome), role, *ways))

    async def _again(self, request: Request, typed: str, error: RefusedError | StoreError) -> Response:
        text, headers = problem(error), {}
        status = _STATUS.get(error.code, 422)
        if isinstance(error, StoreError):
            status, text = 503, TEXTS["join.later"]
        elif error.code == "P024" and (strays := stray_symbols(typed)):
            text += " " + TEXTS["join.strays"].format(symbols=" ".join(strays))
        if status != 422:
            headers["retry-after"] = str(error.seconds if isinstance(error, WaitError) else _BUSY_SECONDS)
        return HTMLResponse(_page(await self._room(request), typed, text), status_code=status, headers=headers)

    async def _room(self, request: Request) -> WaitingRoom | None:
        pass_ = read(request, partial_name(ROOM_COOKIE, secure=self._secure))
        return await run_in_threadpool(self._desk.room, pass_) if pass_ else None


def _page(room: WaitingRoom | None, typed: str = "", error: str = "") -> str:
    title = TEXTS["join.title"]
    which = ".room" if room else ""
    return document(
        title,
        notice(TEXTS["invented"]) if room and room.invented else "",
        facts(((TEXTS["invite.round"], room.round),)) if room else "",
        told(room.notice) if room else "",
        code_form("/join", TEXTS[f"join.label{which}"], TEXTS[f"join.hint{which}"], typed, error),
        f'<p class="hint aside">{TEXTS["join.cookie"]}</p>',
        title=TEXTS["join.error"].format(title=title) if error else "",
    )
