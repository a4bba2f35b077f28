"""Answering without a connection: `/offline`, workbooks and printed forms, and the import of a filled workbook.

Behind the session's cookie, for respondents and coordinators. A file that is sent is read in memory and kept nowhere: the page that
shows what it changes carries the answers to the button that saves them (`web.carried`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access import respondent, workbook
from access.actor import RefusedError
from access.invitation import actor_of
from access.matrix import ANSWERING
from reports.invitation_files import MEDIA_TYPES
from reports.spreadsheet import SpreadsheetError
from reports.workbook_reader import read_workbook
from results.store import StoreError
from web import offline_page, plain_notice
from web.carried import packed, unpacked
from web.cookies import read_session
from web.forms import one, read_form, read_upload
from web.invite import from_own_page, nothing, refused
from web.language import problem, reader_language, t
from web.limits import LARGEST_IMPORT, LARGEST_WORKBOOK
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop
    from web.forms import Form


def offline_routes(workshop: Workshop, secure: bool) -> list[Route]:
    """`/offline`, the files that it offers, and what its forms post to. `secure`: as for `web.cookies`."""
    desk = _Desk(workshop, secure)
    return [
        Route("/offline", desk.show, methods=["GET"]),
        Route("/workbook/{questionnaire}.xlsx", desk.workbook, methods=["GET"]),
        Route("/form/{questionnaire}.pdf", desk.form, methods=["GET"]),
        Route("/workbook", desk.look, methods=["POST"]),
        Route("/workbook/save", desk.save, methods=["POST"]),
        # Their pages are answers to a form; who comes again by the address, as after another choice of language, begins anew.
        Route("/workbook", _begin_again, methods=["GET"]),
        Route("/workbook/save", _begin_again, methods=["GET"]),
    ]


async def _begin_again(_request: Request) -> Response:
    return RedirectResponse("/offline", status_code=303)


class _Desk:
    def __init__(self, workshop: Workshop, secure: bool) -> None:
        self._workshop = workshop
        self._secure = secure

    async def show(self, request: Request) -> Response:
        return await self._given(request, lambda actor, _: self._informed(actor, lambda: self._listed(actor)))

    async def workbook(self, request: Request) -> Response:
        return await self._given(request, self._workbook)

    async def form(self, request: Request) -> Response:
        return await self._given(request, self._form)

    async def look(self, request: Request) -> Response:
        """Without a session the file is not even read."""
        if not from_own_page(request):
            return refused()
        if (actor := await self._actor(request)) is None:
            return nothing()
        name, data = await read_upload(request, "file", LARGEST_WORKBOOK)
        return await self._given(
            request, lambda actor, _: self._informed(actor, lambda: self._look(actor, name, data)), actor
        )

    async def save(self, request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        if (actor := await self._actor(request)) is None:
            return nothing()
        form = await read_form(request, LARGEST_IMPORT)
        return await self._given(request, lambda actor, _: self._save(actor, form), actor)

    async def _actor(self, request: Request) -> Actor | None:
        """Who asks, when they are somebody who answers."""
        actor = await run_in_threadpool(actor_of, self._workshop, read_session(request, secure=self._secure))
        return actor if actor and actor.role in ANSWERING else None

    async def _given(
        self, request: Request, make: Callable[[Actor, Request], Response], actor: Actor | None = None
    ) -> Response:
        if (actor := actor or await self._actor(request)) is None:
            return nothing()
        try:
            return await run_in_threadpool(make, actor, request)
        except RefusedError:
            return nothing()

    def _sheets(self, actor: Actor) -> tuple[Sheet, ...]:
        return respondent.my_sheets(self._workshop, actor, reader_language())

    def _informed(self, actor: Actor, make: Callable[[], Response]) -> Response:
        """A page, or instead of it the notice that has to be read before answering."""
        if found := plain_notice.due(self._workshop, actor):
            return HTMLResponse(plain_notice.page(found, self._sheets(actor)))
        return make()

    def _listed(self, actor: Actor, error: str = "") -> Response:
        page = offline_page.overview(self._sheets(actor), error)
        return HTMLResponse(page, status_code=422 if error else 200)

    def _workbook(self, actor: Actor, request: Request) -> Response:
        asked = request.path_params["questionnaire"]
        return _file(workbook.workbook(self._workshop, actor, asked, t, reader_language()), f"workbook-{asked}", "xlsx")

    def _form(self, actor: Actor, request: Request) -> Response:
        asked = request.path_params["questionnaire"]
        empty = "answers" not in request.query_params
        return _file(
            workbook.form(self._workshop, actor, asked, t, reader_language(), empty=empty), f"form-{asked}", "pdf"
        )

    def _look(self, actor: Actor, name: str, data: bytes) -> Response:
        if not data:
            return self._listed(actor, TEXTS["offline.no_file"])
        try:
            preview = workbook.compare(self._workshop, actor, read_workbook(data, name), reader_language())
        except SpreadsheetError as error:
            return self._listed(actor, problem(error))
        except RefusedError as error:
            return self._listed(actor, problem(SpreadsheetError("W005")) if error.code == "P001" else problem(error))
        except StoreError:
            return self._listed(actor, TEXTS["join.later"])
        carried = packed(self._workshop, preview) if preview.differences else ""
        if len(carried) > LARGEST_IMPORT - 10_000:
            return self._listed(actor, problem(SpreadsheetError("W002", limit="8 MB")))
        return HTMLResponse(offline_page.preview(preview, carried), status_code=422 if preview.faults else 200)

    def _save(self, actor: Actor, form: Form) -> Response:
        """Sent twice it saves once, with the same result."""
        carried = unpacked(self._workshop, one(form, "carried"))
        if carried is None:
            return self._listed(actor, TEXTS["import.lost"])
        changes = [
            change
            for change in carried.changes
            if change.item_id not in carried.contested or one(form, f"choose-{change.item_id}") == "mine"
        ]
        outcome = workbook.save(self._workshop, actor, carried.response_id, changes, carried.drawn)
        sheet = next(
            one
            for one in respondent.my_sheets(self._workshop, actor, reader_language())
            if one.state.id == carried.response_id
        )
        return HTMLResponse(offline_page.result(sheet, outcome), status_code=422 if outcome.left else 200)


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}-{datetime.now(UTC):%Y-%m-%d}.{kind}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)  # type: ignore[index]
