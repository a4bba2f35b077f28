"""Answering without a script or a websocket: `/plain`, for respondents and coordinators, behind the session's cookie.

Forms are answered by a redirect to the page that shows what is stored, or, when something is not saved, by the page itself with
what was typed. One answer path: what is saved, is saved by `access.respondent`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access import respondent
from access.actor import RefusedError
from access.invitation import actor_of
from access.matrix import ANSWERING
from results.store import StoreError
from web import plain_notice, plain_page
from web.cookies import read_session
from web.forms import LARGEST, one, read_form
from web.invite import from_own_page, nothing, refused
from web.language import problem, reader_language
from web.limits import LARGEST_ANSWERS
from web.pages import document, failure
from web.plain_form import RESPONSE, WHOLE, event_id, save_page, typed_texts
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop
    from web.forms import Form


def plain_routes(workshop: Workshop, secure: bool) -> list[Route]:
    """`/plain`, `/plain/<questionnaire>` and its dimensions. `secure`: as for `web.cookies`."""
    pages = _Pages(workshop, secure)
    return [
        Route("/plain", pages.overview, methods=["GET"]),
        Route("/plain", pages.go_on, methods=["POST"]),
        Route("/plain/{questionnaire}", pages.review, methods=["GET"]),
        Route("/plain/{questionnaire}", pages.change, methods=["POST"]),
        Route("/plain/{questionnaire}/{dimension}", pages.questions, methods=["GET"]),
        Route("/plain/{questionnaire}/{dimension}", pages.save, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, workshop: Workshop, secure: bool) -> None:
        self._workshop = workshop
        self._secure = secure

    async def overview(self, request: Request) -> Response:
        return await self._shown(request, self._overview)

    async def review(self, request: Request) -> Response:
        return await self._shown(request, self._review)

    async def questions(self, request: Request) -> Response:
        return await self._shown(request, self._questions)

    async def go_on(self, request: Request) -> Response:
        return await self._done(request, self._go_on)

    async def change(self, request: Request) -> Response:
        return await self._done(request, self._change)

    async def save(self, request: Request) -> Response:
        return await self._done(request, self._save)

    async def _actor(self, request: Request) -> Actor | None:
        """Who asks, when they are somebody who answers."""
        actor = await run_in_threadpool(actor_of, self._workshop, read_session(request, secure=self._secure))
        return actor if actor and actor.role in ANSWERING else None

    async def _shown(self, request: Request, page: Callable[[Actor, Request], Response]) -> Response:
        actor = await self._actor(request)
        if actor is None:
            return nothing()
        try:
            return await run_in_threadpool(self._page, page, actor, request)
        except RefusedError:
            return nothing()

    def _page(self, page: Callable[[Actor, Request], Response], actor: Actor, request: Request) -> Response:
        """The page, or instead of it the notice that has to be read before answering."""
        if found := plain_notice.due(self._workshop, actor):
            return HTMLResponse(
                plain_notice.page(found, respondent.my_sheets(self._workshop, actor, reader_language()))
            )
        return page(actor, request)

    async def _done(self, request: Request, act: Callable[[Actor, Request, Form], Response]) -> Response:
        """Nothing that was typed is lost with a session: who has none any more gets it back, to be copied."""
        if not from_own_page(request):
            return refused()
        actor = await self._actor(request)
        form = await read_form(request, LARGEST_ANSWERS if actor else 4 * LARGEST, exact=True)
        if actor is not None:
            try:
                return await run_in_threadpool(act, actor, request, form)
            except RefusedError:
                pass
        return nothing(plain_page.lost(typed_texts(form)))

    def _sheet(self, actor: Actor, request: Request) -> Sheet:
        return respondent.open_sheet(self._workshop, actor, request.path_params["questionnaire"], reader_language())

    def _overview(self, actor: Actor, _request: Request) -> Response:
        return HTMLResponse(plain_page.overview(respondent.my_sheets(self._workshop, actor, reader_language())))

    def _go_on(self, actor: Actor, _request: Request, form: Form) -> Response:
        plain_notice.go_on(self._workshop, actor, form)
        return RedirectResponse("/plain", status_code=303)

    def _review(self, actor: Actor, request: Request) -> Response:
        return HTMLResponse(plain_page.review(self._sheet(actor, request), actor))

    def _questions(self, actor: Actor, request: Request) -> Response:
        sheet, dimension = self._sheet(actor, request), request.path_params["dimension"]
        if dimension not in sheet.questionnaire.dimension_ids:
            return nothing()
        saved = "saved" in request.query_params
        return HTMLResponse(plain_page.questions(sheet, dimension, saved=saved))

    def _save(self, actor: Actor, request: Request, form: Form) -> Response:
        sheet, dimension = self._sheet(actor, request), request.path_params["dimension"]
        if dimension not in sheet.questionnaire.dimension_ids:
            raise RefusedError("P001")
        if WHOLE not in form:
            return _not_whole()
        _check_own(sheet, form)
        plain_notice.go_on(self._workshop, actor, form)
        unsaved = save_page(self._workshop, actor, sheet, dimension, form)
        now = self._sheet(actor, request)
        if unsaved:
            found = plain_notice.due(self._workshop, actor)
            return HTMLResponse(plain_page.questions(now, dimension, unsaved, due=found), status_code=422)
        if "on" in form:
            return RedirectResponse(plain_page.address(now, plain_page.after(now, dimension)), status_code=303)
        return RedirectResponse(f"{plain_page.address(now, dimension)}?saved=1", status_code=303)

    def _change(self, actor: Actor, request: Request, form: Form) -> Response:
        """Submit or reopen; sent twice it is done once, with the same receipt."""
        sheet, wanted = self._sheet(actor, request), one(form, "do")
        _check_own(sheet, form)
        if wanted not in ("submit", "reopen"):
            raise RefusedError("P001")
        act = respondent.submit if wanted == "submit" else respondent.reopen
        event = event_id(self._workshop, form, sheet.state.id, wanted, one(form, "revision")[:20])
        try:
            act(self._workshop, actor, sheet.state.id, event)
        except RefusedError as error:
            if error.code == "P001":
                raise
            return HTMLResponse(plain_page.review(self._sheet(actor, request), actor, problem(error)), status_code=422)
        except StoreError:
            page = plain_page.review(self._sheet(actor, request), actor, TEXTS["join.later"])
            return HTMLResponse(page, status_code=503)
        return RedirectResponse(plain_page.address(sheet), status_code=303)


def _check_own(sheet: Sheet, form: Form) -> None:
    """Raise RefusedError when the form was drawn for another response: another link may have been opened in this browser since."""
    if one(form, RESPONSE) != str(sheet.state.id):
        raise RefusedError("P001")


def _not_whole() -> Response:
    page = document(TEXTS["plain.error.title"], failure(TEXTS["plain.error.none"]))
    return HTMLResponse(page, status_code=422)
