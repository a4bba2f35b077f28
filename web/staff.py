"""The way in for people with an account: sign-in page, first links, the choice among several roles.

Plain pages, since only an HTTP answer can set an HttpOnly cookie and no passphrase should travel through a page's live
connection. GET changes nothing but for the identity provider's answer, which is good once. Every sign-in makes a new cookie;
one that was there before is never taken over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.actor import RefusedError
from access.staff_session import STAFF_HOURS
from results.store import StoreError
from web.cookies import partial_name, read_session
from web.fields import Field, form
from web.forms import one, read_form
from web.invite import address_of, from_own_page, refused, sign_in, token_of
from web.language import problem
from web.pages import document, failure, filled, heading, link, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from access.sign_in import Account, HeldRole, StaffDesk
    from web.invite import InvitationDesk

_ROUND: Final = re.compile(r"[0-9]{1,19}")
_FLOW_COOKIE: Final = "readiness_sign_in"  # what a sign-in with the provider has to remember; gone when it is over
_FLOW_SECONDS: Final = 600
_TOO_MANY: Final = frozenset({"P020", "P047"})


class ProviderAwayError(Exception):
    """The identity provider does not answer, or not as OpenID Connect says."""


class Provider(Protocol):
    """The identity provider (web/oidc.py), which is loaded only where one is configured."""

    @property
    def name(self) -> str: ...

    async def send(self, request: Request) -> Response: ...

    async def account(self, request: Request) -> Account: ...


def staff_routes(
    desk: StaffDesk,
    invitations: InvitationDesk,
    secure: bool,
    flow_secret: bytes,
    provider: Provider | None = None,
) -> list[Route]:
    """`/staff` and what is below it. `flow_secret`: signs what a browser remembers during a sign-in with the provider."""
    door = _Door(desk, invitations, secure, provider)
    routes = [
        Route("/staff", door.ask, methods=["GET"]),
        Route("/staff", door.by_passphrase, methods=["POST"]),
        Route("/staff/first/{token}", door.show_first, methods=["GET"]),
        Route("/staff/first/{token}", door.choose_passphrase, methods=["POST"]),
        Route("/staff/roles", door.show_roles, methods=["GET"]),
        Route("/staff/roles", door.change_role, methods=["POST"]),
    ]
    if provider is not None:
        flow = Middleware(
            SessionMiddleware,
            secret_key=flow_secret.hex(),
            session_cookie=partial_name(_FLOW_COOKIE, secure=secure),
            max_age=_FLOW_SECONDS,
            path="/staff",
            same_site="lax",
            https_only=secure,
        )
        routes += [
            Route(path, endpoint, methods=["GET"], middleware=[flow])
            for path, endpoint in (
                ("/staff/first/{token}/account", door.bind_by_provider),
                ("/staff/oidc", door.by_provider),
                ("/staff/oidc/callback", door.come_back),
            )
        ]
    # so that a link with a slash too many gets our page and not Streamlit's
    return [*routes, Route("/staff/{rest:path}", _unknown_page, methods=["GET", "POST"])]


class _Door:
    def __init__(self, desk: StaffDesk, invitations: InvitationDesk, secure: bool, provider: Provider | None) -> None:
        self._desk = desk
        self._invitations = invitations
        self._secure = secure
        self._provider = provider

    async def ask(self, _request: Request) -> Response:
        return HTMLResponse(self._sign_in())

    async def by_passphrase(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        given = await read_form(request)
        name = one(given, "name")
        try:
            secret = await run_in_threadpool(
                self._desk.by_passphrase, name, one(given, "passphrase"), address_of(request)
            )
        except (RefusedError, StoreError) as error:
            return HTMLResponse(self._sign_in(name[:200], problem(error)), status_code=_status(error))
        return await self._enter(request, secret)

    async def show_first(self, request: Request) -> Response:
        token = token_of(request)
        name = await run_in_threadpool(self._desk.look_up, token) if token else None
        return HTMLResponse(self._first(token, name)) if token and name else _unknown_first()

    async def choose_passphrase(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        token = token_of(request)
        name = await run_in_threadpool(self._desk.look_up, token) if token else None
        if not token or not name:
            return _unknown_first()
        given = await read_form(request)
        try:
            secret = await run_in_threadpool(
                self._desk.choose_passphrase, token, one(given, "passphrase"), one(given, "again")
            )
        except (RefusedError, StoreError) as error:
            if error.code == "P001":
                return _unknown_first()
            return HTMLResponse(self._first(token, name, problem(error)), status_code=_status(error))
        return await self._enter(request, secret)

    async def bind_by_provider(self, request: Request) -> Response:
        """Remember the link, and go to the provider. Nothing is used up before somebody comes back."""
        token = token_of(request)
        if not token or not await run_in_threadpool(self._desk.look_up, token):
            return _unknown_first()
        return await self._send(request, token)

    async def by_provider(self, request: Request) -> Response:
        return await self._send(request, "")

    async def come_back(self, request: Request) -> Response:
        assert self._provider is not None
        first = str(request.session.get("first", ""))
        try:
            account = await self._provider.account(request)
            enter: Callable[[], str] = (
                (lambda: self._desk.bind(first, account)) if first else (lambda: self._desk.by_account(account))
            )
            secret = await run_in_threadpool(enter)
        except (RefusedError, StoreError) as error:
            request.session.clear()
            return _unknown_first() if error.code == "P001" else _not_signed_in(problem(error), _status(error))
        except ProviderAwayError:
            request.session.clear()
            return _not_signed_in(TEXTS["staff.provider_away"], 502)
        request.session.clear()
        return await self._enter(request, secret)

    async def show_roles(self, request: Request) -> Response:
        held = await run_in_threadpool(self._desk.roles, read_session(request, secure=self._secure))
        return HTMLResponse(_roles(held)) if held else RedirectResponse("/staff", status_code=303)

    async def change_role(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        given = await read_form(request)
        round_id = one(given, "round") or "0"
        number = int(round_id) if _ROUND.fullmatch(round_id) else 0
        try:
            secret = await run_in_threadpool(
                self._desk.change_role, read_session(request, secure=self._secure), one(given, "role"), number
            )
        except RefusedError:
            return RedirectResponse("/staff", status_code=303)
        return await self._open(request, secret, "/")

    async def _send(self, request: Request, first: str) -> Response:
        assert self._provider is not None
        request.session.clear()
        try:
            answer = await self._provider.send(request)
        except ProviderAwayError:
            return _not_signed_in(TEXTS["staff.provider_away"], 502)
        if first:
            request.session["first"] = first
        return answer

    async def _enter(self, request: Request, secret: str) -> Response:
        """To the pages; who has several roles chooses first, and is in the one with the least power until then."""
        held = await run_in_threadpool(self._desk.roles, secret)
        return await self._open(request, secret, "/staff/roles" if len(held) > 1 else "/")

    async def _open(self, request: Request, secret: str, to: str) -> Response:
        seconds = STAFF_HOURS * 3600
        return await sign_in(request, self._invitations, secret, to, secure=self._secure, seconds=seconds)

    def _sign_in(self, name: str = "", wrong: str = "") -> str:
        return document(
            TEXTS["staff.title"],
            paragraph(TEXTS["staff.text"]),
            failure(wrong) if wrong else "",
            link(filled("staff.account", name=self._provider.name), "/staff/oidc", prominent=True)
            if self._provider
            else "",
            form(
                (
                    Field("name", TEXTS["staff.name"], "text", "username", name),
                    Field("passphrase", TEXTS["staff.passphrase"], "password", "current-password"),
                ),
                TEXTS["staff.button"],
                "/staff",
            ),
            paragraph(TEXTS["staff.cookie"]),
        )

    def _first(self, token: str, name: str, wrong: str = "") -> str:
        address = f"/staff/first/{token}"
        account: tuple[str, ...] = ()
        if self._provider is not None:
            label = filled("first.account", name=self._provider.name)
            account = (paragraph(TEXTS["first.or"]), link(label, f"{address}/account", prominent=True))
        return document(
            filled("first.title", name=name),
            heading(TEXTS["first.passphrase.title"]),
            paragraph(filled("first.passphrase.text", name=name)),
            failure(wrong) if wrong else "",
            form(
                (
                    Field("passphrase", TEXTS["first.new"], "password", "new-password"),
                    Field("again", TEXTS["first.repeat"], "password", "new-password"),
                ),
                TEXTS["first.button"],
                address,
            ),
            *account,
        )


def _roles(held: tuple[HeldRole, ...]) -> str:
    forms = []
    for role in held:
        label = filled(f"roles.{role.grant.role}", round=role.round)
        label = filled("roles.here", role=label) if role.here else label
        hidden = (("role", role.grant.role), ("round", str(role.grant.round_id)))
        forms.append(form((), label, "/staff/roles", hidden))
    return document(TEXTS["roles.title"], paragraph(TEXTS["roles.text"]), *forms)


def _status(error: RefusedError | StoreError) -> int:
    if isinstance(error, StoreError):
        return 503
    return 429 if error.code in _TOO_MANY else 403


def _not_signed_in(text: str, status: int) -> HTMLResponse:
    page = document(TEXTS["staff.no_account"], failure(text), link(TEXTS["staff.again"], "/staff", prominent=True))
    return HTMLResponse(page, status_code=status)


def _unknown_first() -> HTMLResponse:
    page = document(TEXTS["first.unknown.title"], paragraph(TEXTS["first.unknown.text"]))
    return HTMLResponse(page, status_code=404)


async def _unknown_page(_request: Request) -> Response:
    return _unknown_first()
