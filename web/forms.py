"""What a plain page's form sends, read within bounds. Values are never logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

Form = dict[str, list[str]]  # values by the field's name, as they were sent

LARGEST: Final = 64 * 1024  # bytes: a thousand invitations chosen
_MOST_FIELDS: Final = 2000


async def read_form(request: Request, largest: int = LARGEST, *, exact: bool = False) -> Form:
    """The fields of an urlencoded form by name; {} when it is too large, or no such form. Never raises for what was sent.

    `exact`: empty fields are there too, and bytes that are no UTF-8 become lone surrogates, which no check of texts lets
    pass, where else they become U+FFFD.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return {}
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            return {}
    if len(body) > LARGEST:
        return await run_in_threadpool(_parsed, bytes(body), exact)
    return _parsed(bytes(body), exact)


async def read_upload(request: Request, name: str, largest: int) -> tuple[str, bytes]:
    """The name and content of a file that a form sends as field `name`, held in memory; ("", b"") without one, or when the form
    is larger than `largest` bytes. Never raises for what was sent."""
    parser = MultiPartParser(request.headers, _bounded(request, largest), max_files=1, max_fields=4)
    parser.spool_max_size = largest
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, LookupError, _TooLongError):
        return "", b""
    file = form.get(name)
    found = (file.filename or "", await file.read()) if isinstance(file, UploadFile) else ("", b"")
    await form.close()
    return found


class _TooLongError(Exception):
    """More has arrived than is read."""


async def _bounded(request: Request, largest: int) -> AsyncGenerator[bytes, None]:
    received = 0
    async for part in request.stream():
        received += len(part)
        if received > largest:
            raise _TooLongError
        yield part


def _parsed(body: bytes, exact: bool) -> Form:
    errors = "surrogateescape" if exact else "replace"
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=exact, max_num_fields=_MOST_FIELDS, errors=errors)
    except ValueError:
        return {}


def one(form: Form, name: str) -> str:
    """The first value of a field, or ""."""
    return next(iter(form.get(name, ())), "")
