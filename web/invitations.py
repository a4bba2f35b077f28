"""The facilitator's invitations: listed, replaced as a file to print or merge, ended. Plain pages behind the session cookie.

The file is made in memory and is the answer to the POST that asked for it: no address leads to it, nothing keeps it. Without a
session, and for everybody but a facilitator, there is nothing here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.actor import RefusedError
from access.facilitator import own_round
from access.hand_out import Given, end, end_of_day, given_out, replace_chosen, sheet
from access.invitation import actor_of
from reports.invitation_files import MEDIA_TYPES, invitation_file
from results.store import StoreError
from survey.direction import isolated
from web.cookies import read_session
from web.forms import one, read_form
from web.invite import from_own_page, nothing, refused
from web.language import problem, reader_language, t
from web.pages import document, failure, filled, in_utc, link, notice, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from access.actor import Actor
    from access.workshop import Workshop
    from reports.invitation_files import Format
    from web.forms import Form

_ALL: Final = "coordinators"


def invitations_routes(workshop: Workshop, base_url: str) -> list[Route]:
    """`/invitations` and what its forms post to. `base_url`: what links point to, without a final slash."""
    desk = _Desk(workshop, base_url)
    return [
        Route("/invitations", desk.show, methods=["GET"]),
        Route("/invitations/file", desk.replace, methods=["POST"]),
        Route("/invitations/end", desk.end, methods=["POST"]),
    ]


class _Desk:
    def __init__(self, workshop: Workshop, base_url: str) -> None:
        self._workshop = workshop
        self._base_url = base_url

    async def show(self, request: Request) -> Response:
        return await self._listed(await self._actor(request))

    async def replace(self, request: Request) -> Response:
        return await self._posted(request, self._replace)

    async def end(self, request: Request) -> Response:
        return await self._posted(request, self._end)

    async def _posted(self, request: Request, act: Callable[[Actor, Form], Awaitable[Response]]) -> Response:
        if not from_own_page(request):
            return refused()
        form = await read_form(request)
        actor = await self._actor(request)
        return await act(actor, form) if actor else nothing()

    async def _replace(self, actor: Actor, form: Form) -> Response:
        try:
            return await run_in_threadpool(self._file, actor, form)
        except (RefusedError, StoreError) as error:
            return await self._listed(actor, form, error)

    async def _end(self, actor: Actor, form: Form) -> Response:
        key = one(form, "end")
        try:
            if "sure" in form:
                await run_in_threadpool(end, self._workshop, actor, key)
                return RedirectResponse("/invitations", status_code=303)
            given = await run_in_threadpool(given_out, self._workshop, actor)
        except (RefusedError, StoreError) as error:
            return await self._listed(actor, {}, error)
        asked = next((row for row in given if row.key == key and row.ended_at is None and not row.own), None)
        return HTMLResponse(_ask_end(asked)) if asked and asked.created_at else nothing()

    async def _actor(self, request: Request) -> Actor | None:
        secret = read_session(request, secure=self._base_url.startswith("https://"))
        return await run_in_threadpool(actor_of, self._workshop, secret)

    def _file(self, actor: Actor, form: Form) -> Response:
        keys = list(form.get("key", ()))
        if _ALL in form.get("all", ()):
            given = given_out(self._workshop, actor)
            keys += [row.key for row in given if row.role == "coordinator" and row.ended_at is None]
        expires_at = end_of_day(one(form, "expires"))
        format_: Format = next((known for known in MEDIA_TYPES if known == one(form, "format")), "pdf")
        issued = replace_chosen(self._workshop, actor, keys, expires_at)
        round_ = own_round(self._workshop, actor)
        content = invitation_file(sheet(self._workshop, round_, issued, self._base_url), format_, t, reader_language())
        name = f"invitations-{datetime.now(UTC):%Y-%m-%d}.{format_}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(content, media_type=MEDIA_TYPES[format_], headers=headers)

    async def _listed(
        self, actor: Actor | None, form: Form | None = None, error: RefusedError | StoreError | None = None
    ) -> Response:
        """The page, again with what was chosen when that could not be done."""
        if actor is None:
            return nothing()
        try:
            given = await run_in_threadpool(given_out, self._workshop, actor)
            round_ = await run_in_threadpool(own_round, self._workshop, actor)
        except RefusedError:
            return nothing()
        if isinstance(error, RefusedError) and error.code == "P001":
            return nothing()
        said = TEXTS["join.later"] if isinstance(error, StoreError) else problem(error) if error else ""
        page = document(
            f"{TEXTS['given.title']}: {round_.name}",
            notice(TEXTS["invented"]) if round_.invented else "",
            failure(said) if said else "",
            paragraph(TEXTS["given.text"]),
            paragraph(TEXTS["given.more"]),
            _form(given, form or {}),
            _past([row for row in given if row.ended_at is not None]),
            link(TEXTS["given.back"], "/"),
            wide=True,
        )
        return HTMLResponse(page, status_code=422 if said else 200)


def _form(given: Iterable[Given], form: Form) -> str:
    # The button stands before the list: the Enter key presses the first one of a form, which must not end a link.
    current = [row for row in given if row.ended_at is None]
    coordinators = sum(row.role == "coordinator" for row in current)
    chosen = set(form.get("key", ()))
    every = " checked" if form.get("all") else ""
    formats = "".join(
        f'<label class="choice"><input type="radio" name="format" value="{format_}"'
        f"{' checked' if format_ == (one(form, 'format') or 'pdf') else ''}>{escape(TEXTS[f'given.{format_}'])}</label>"
        for format_ in MEDIA_TYPES
    )
    rows = "".join(_row(row, checked=row.key in chosen) for row in current)
    return (
        '<form method="post" action="/invitations/file" autocomplete="off">'
        f"<fieldset><legend>{escape(TEXTS['given.format'])}</legend>{formats}</fieldset>"
        f'<label for="expires">{escape(TEXTS["given.expires"])}</label>'
        f'<p class="hint" id="expires-hint">{escape(TEXTS["given.expires.hint"])}</p>'
        f'<input type="date" id="expires" name="expires" value="{escape(one(form, "expires")[:10])}" aria-describedby="expires-hint">'
        f'<button type="submit">{escape(TEXTS["given.make"])}</button><p class="hint aside">{escape(TEXTS["given.wait"])}</p>'
        f'<ul class="rows"><li><label class="choice"><input type="checkbox" name="all" value="{_ALL}"{every}>'
        f"<b>{escape(TEXTS['given.all'].format(count=coordinators))}</b></label></li>{rows}</ul></form>"
    )


def _row(row: Given, *, checked: bool) -> str:
    whose = _whose(row)
    end_button = ""
    if row.created_at is not None and not row.own:
        name = escape(filled("given.end.whose", whose=whose))
        end_button = (
            f'<button class="small" type="submit" formaction="/invitations/end" name="end" value="{escape(row.key)}" '
            f'aria-label="{name}">{escape(TEXTS["given.end"])}</button>'
        )
    box = f'<input type="checkbox" name="key" value="{escape(row.key)}"{" checked" if checked else ""}>'
    return (
        f'<li><label class="choice">{box}<span><bdi>{escape(row.organisation or TEXTS["role.facilitator"])}</bdi>'
        f'<span class="meta">{_meta(row)}</span></span></label>{end_button}</li>'
    )


def _whose(row: Given) -> str:
    return ", ".join(isolated(part) for part in (row.organisation or TEXTS["role.facilitator"], row.label) if part)


def _meta(row: Given) -> str:
    """What the list says below a name, escaped."""
    role = TEXTS[f"role.{row.role}"]
    parts = [row.country, role if row.organisation else "", row.label if row.label != role else ""]
    if row.created_at is None:
        parts.append(TEXTS["given.none"])
    else:
        parts.append(TEXTS["given.made"].format(time=in_utc(row.created_at)))
    if row.expires_at is not None:
        parts.append(TEXTS["given.expired" if row.expired else "given.until"].format(time=in_utc(row.expires_at)))
    if row.ended_at is not None:
        parts.append(TEXTS["given.ended"].format(time=in_utc(row.ended_at)))
    if row.own:
        parts.append(TEXTS["given.own"])
    return " · ".join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)


def _past(rows: list[Given]) -> str:
    listed = "".join(
        f'<li><span><bdi>{escape(row.organisation or TEXTS["role.facilitator"])}</bdi><span class="meta">{_meta(row)}</span></span></li>'
        for row in rows
    )
    summary = escape(TEXTS["given.past"].format(count=len(rows)))
    past = f'<details><summary>{summary}</summary><ul class="rows">{listed}</ul></details>' if rows else ""
    return past + f'<p class="hint aside">{escape(TEXTS["given.times"])}</p>'


def _ask_end(row: Given) -> str:
    yes = (
        f'<form method="post" action="/invitations/end"><input type="hidden" name="end" value="{escape(row.key)}">'
        f'<button type="submit" name="sure" value="1">{escape(TEXTS["end.button"])}</button></form>'
    )
    return document(
        TEXTS["end.title"],
        paragraph(_whose(row)),
        paragraph(TEXTS["end.text"]),
        yes,
        link(TEXTS["end.back"], "/invitations"),
    )
