"""The receipt of a submission as a plain page of its own, to be printed or saved: `/receipt/<questionnaire>`, behind the cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from access.actor import RefusedError
from access.invitation import actor_of
from access.matrix import ANSWERING
from access.receipt import Receipt, receipt
from charts.countries import country_name
from web.cookies import read_session
from web.invite import nothing
from web.language import reader_language
from web.pages import document, facts, filled, in_utc, link, notice, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from starlette.requests import Request

    from access.workshop import Workshop


def receipt_routes(workshop: Workshop, secure: bool) -> list[Route]:
    """`secure`: as for `web.cookies`."""

    def page(secret: str | None, questionnaire_id: str) -> Response:
        actor = actor_of(workshop, secret)
        if actor is None or actor.role not in ANSWERING:
            return nothing()
        try:
            return HTMLResponse(drawn(receipt(workshop, actor, questionnaire_id, reader_language())))
        except RefusedError:
            return nothing()

    async def shown(request: Request) -> Response:
        secret = read_session(request, secure=secure)
        return await run_in_threadpool(page, secret, request.path_params["questionnaire"])

    return [Route("/receipt/{questionnaire}", shown, methods=["GET"])]


def drawn(kept: Receipt) -> str:
    """The page's markup."""
    sheet = kept.sheet
    organisation, questionnaire = sheet.organisation, sheet.questionnaire
    return document(
        filled("receipt.title", number=kept.number),
        notice(TEXTS["invented"]) if sheet.round.invented else "",
        facts(
            (
                (
                    TEXTS["receipt.organisation"],
                    f"{organisation.name} ({country_name(organisation.country, reader_language())})",
                ),
                (TEXTS["invite.round"], sheet.round.name),
                (TEXTS["receipt.questionnaire"], f"{questionnaire.title}, {questionnaire.version}"),
                (TEXTS["receipt.submitted"], f"{in_utc(kept.submitted_at)} UTC"),
                (TEXTS["receipt.answers"], TEXTS["plain.answered"].format(done=kept.answered, all=kept.asked)),
                (TEXTS["receipt.fingerprint"], " ".join(kept.fingerprint[at : at + 8] for at in range(0, 64, 8))),
            )
        ),
        paragraph(TEXTS["receipt.what"]),
        paragraph(TEXTS["receipt.print"]),
        link(TEXTS["plain.full"], "/"),
    )
