"""The session's cookie and its neighbours: their names, how they are set, read and taken away.

Under https a name begins with `__Host-` (or `__Secure-` where it holds for a part of the site only), so that browsers take the
cookie from this host over TLS alone: no sibling host and no plain-http page can put one there. Only that name is read then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from access.invitation import session_cookie

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

LONGEST: Final = 256  # characters; a longer value is none of ours


def partial_name(name: str, *, secure: bool) -> str:
    """The name of a cookie that is sent to a part of the site only."""
    return f"__Secure-{name}" if secure else name


def read(connection: HTTPConnection, name: str) -> str:
    """A cookie's value; "" without one, or with one that cannot be ours."""
    value = connection.cookies.get(name, "")
    return value if len(value) <= LONGEST else ""


def read_session(connection: HTTPConnection, *, secure: bool) -> str:
    """The session's secret that a request brings, or ""."""
    return read(connection, session_cookie(secure=secure))


def set_session(response: Response, secret: str, seconds: int, *, secure: bool) -> None:
    name = session_cookie(secure=secure)
    response.set_cookie(name, secret, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def delete_session(response: Response, *, secure: bool) -> None:
    name = session_cookie(secure=secure)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
