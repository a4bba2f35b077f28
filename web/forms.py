"""What a plain page's form sends, read within bounds. Values are never logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from starlette.requests import Request

LARGEST: Final = 64 * 1024  # bytes: a thousand invitations chosen
_MOST_FIELDS: Final = 2000


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of an urlencoded form by name; {} when it is too large, or no such form. Never raises for what was sent."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return {}
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return {}
    try:
        return parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        return {}


def one(form: dict[str, list[str]], name: str) -> str:
    """The first value of a field, or ""."""
    return next(iter(form.get(name, ())), "")
