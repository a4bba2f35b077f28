"""The plain pages' choice of a language: keeps it in a cookie and goes back to the page it was made on.

It posts, since an invitation's address holds a secret, which must not get into another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from survey.languages import is_language
from web.forms import one, read_form
from web.invite import from_own_page, refused
from web.language import COOKIE, COOKIE_SECONDS

if TYPE_CHECKING:
    from starlette.requests import Request


def language_routes(secure: bool) -> list[Route]:
    """`POST /language` with `to`, one of the fifteen, and `next`, a path of this site. `secure`: as for `web.cookies`."""

    async def choose(request: Request) -> Response:
        if not from_own_page(request):
            return refused()
        form = await read_form(request)
        response = RedirectResponse(own_path(one(form, "next")), status_code=303)
        chosen = one(form, "to")
        if is_language(chosen):
            # Not HttpOnly: the full page's script keeps it too.
            response.set_cookie(COOKIE, chosen, max_age=COOKIE_SECONDS, path="/", secure=secure, samesite="lax")
        return response

    return [Route("/language", choose, methods=["POST"])]


def own_path(wanted: str) -> str:
    """A path of this site, or `/` for anything that could lead elsewhere."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return quote(parts.path, safe="/~") if is_ours and wanted.isprintable() and "\\" not in wanted else "/"
