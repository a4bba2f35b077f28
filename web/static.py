"""Streamlit's own browser files, compressed once at start and served from memory, as ASGI middleware.

Streamlit 1.67 serves /static/ and / uncompressed by design and expects a proxy to do better; a workshop's laptop has no
proxy, and its Wi-Fi is weak. Browsers ask for brotli on https and localhost only, so gzip matters as much.

What index.html names is what every first visit loads, and gets brotli's high quality (10: 0.8 s of CPU for 2.1 MB,
6 % smaller than 9); the rest of the 23 MB gets quality 5 (0.3 s instead of 1.9 s). A cache folder keeps the results
from start to start. Uncompressed requests, ranges and everything unknown pass through to Streamlit. Its icon font is
served cut down to what its pages can show (web/icons.py).
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import re
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response

from web.headers import IMMUTABLE
from web.icons import cut_icons

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG: Final = logging.getLogger(__name__)

_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_ENCODINGS: Final = ("br", "gzip")
_AS_IT_IS: Final = "identity"
_SMALLEST: Final = 1024  # bytes; below, headers outweigh what is saved
_FIRST_LOAD_QUALITY: Final = 10
_QUALITY: Final = 5
_GZIP_LEVEL: Final = 9
_NAMED_IN_INDEX: Final = re.compile(rb'(?:src|href)="\./(static/[^"]+)"')
# Streamlit's index.html fetches its Latin font (170 kB) before its scripts. Our theme shows the system's fonts, so it
# is left out: at 1.6 Mbit/s the first page is there after 3.6 s instead of 4.6 s (12.7 s uncompressed).
_FONT_PRELOAD: Final = re.compile(rb'\s*<link\s+rel="preload"[^>]*\bas="font"[^>]*>')
# Its style sheet would fetch that font for the words that stand there until the theme has come.
_FONT_FACES: Final = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")


@dataclass(frozen=True, slots=True)
class Compressed:
    """One file as it is sent, by each of _ENCODINGS (the first one wins when a browser likes both equally), or as it is."""

    content_type: str
    cache_control: str
    etag: str
    encodings: Mapping[str, bytes]


def compress_folder(folder: Path, cache: Path | None = None) -> dict[str, Compressed]:
    """URL path → file as it is sent, for the texts of Streamlit's static folder from 1 kB on, `/` for index.html, and icons.

    `cache` is a private folder that is made when missing; entries are named by content and checked when read, so a
    damaged one is made anew. A cache that cannot be written costs a warning and the time at the next start.
    """
    texts = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in _TYPES and path.is_file()}
    index = folder / "index.html"
    first = {folder / name.decode() for name in _NAMED_IN_INDEX.findall(texts.get(index, b""))} | {index}
    icons = cut_icons(folder)
    _thin(folder, texts, icons)

    def one(path: Path) -> Compressed:
        content = texts[path]
        quality = _FIRST_LOAD_QUALITY if path in first else _QUALITY
        digest = hashlib.sha256(content).hexdigest()
        return Compressed(
            content_type=f"{_TYPES[path.suffix]}; charset=utf-8",
            cache_control="no-cache" if path == index else IMMUTABLE,
            etag=_digest(content),
            encodings={
                "br": _cached(
                    cache,
                    f"{digest}.{quality}.br",
                    content,
                    lambda: bytes(brotli.compress(content, quality=quality)),
                    _unbrotli,
                ),
                "gzip": _cached(
                    cache,
                    f"{digest}.{_GZIP_LEVEL}.gz",
                    content,
                    lambda: gzip.compress(content, _GZIP_LEVEL, mtime=0),
                    _gunzip,
                ),
            },
        )

    named = {
        "/" if path == index else f"/{path.relative_to(folder).as_posix()}": path
        for path, content in texts.items()
        if len(content) >= _SMALLEST and (path == index or path.is_relative_to(folder / "static"))
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # brotli and zlib release the GIL
        compressed = dict(zip(named, pool.map(one, named.values()), strict=True))
    fonts = {
        path: Compressed("font/woff2", IMMUTABLE, _digest(font), {_AS_IT_IS: font}) for path, font in icons.items()
    }
    return compressed | fonts


def _thin(folder: Path, texts: dict[Path, bytes], icons: Mapping[str, bytes]) -> None:
    """Take out of the first page and its style sheets what nobody is shown.

    What is not as Streamlit has it gets an address of its own (`?v=`), for browsers keep these files for a year.
    """
    index = folder / "index.html"
    if index not in texts:
        return
    page = _FONT_PRELOAD.sub(b"", texts[index])
    for name in {name.decode() for name in _NAMED_IN_INDEX.findall(page) if name.endswith(b".css")}:
        sheet = folder / name
        if sheet not in texts:
            continue
        content = _FONT_FACES.sub(b"", texts[sheet])
        for path, font in icons.items():
            file = path.rpartition("/")[2]
            content = content.replace(file.encode(), f"{file}?v={_digest(font)[:8]}".encode())
        if content != texts[sheet]:
            texts[sheet] = content
            page = page.replace(name.encode(), f"{name}?v={_digest(content)[:8]}".encode())
    texts[index] = page


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


class CompressedStatic:
    """Answers GET and HEAD for the folder's texts when the browser takes brotli or gzip.

    Streamlit answers every address that is no file by index.html; which those are is known from its answer's ETag only.
    """

    def __init__(self, app: ASGIApp, folder: Path, cache: Path | None = None) -> None:
        self.app = app
        self._files = compress_folder(folder, cache)
        index = folder / "index.html"
        self._index_etag = FileResponse(index, stat_result=index.stat()).headers["etag"].encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        file = self._files.get(scope["path"])
        headers = Headers(scope=scope)
        encoding = preferred_encoding(headers.get("accept-encoding", ""), _ENCODINGS)
        if file is not None and _AS_IT_IS in file.encodings:
            encoding = _AS_IT_IS
        if encoding is None or "range" in headers:
            await self.app(scope, receive, send if file is None else _with_vary(send))
        elif file is not None:
            await _answer(file, encoding, scope, receive, send)
        elif await self._is_index(scope, receive, send):
            await _answer(self._files["/"], encoding, scope, receive, send)

    async def _is_index(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Hand the request on. Whether index.html came back, which is not sent; anything else is."""
        found = False

        async def send_others(message: Message) -> None:
            nonlocal found
            if message["type"] == "http.response.start":
                found = message["status"] == HTTPStatus.OK and (b"etag", self._index_etag) in message["headers"]
            if not found:
                await send(message)

        await self.app(scope, receive, send_others)
        return found


async def _answer(file: Compressed, encoding: str, scope: Scope, receive: Receive, send: Send) -> None:
    etag = f'"{file.etag}-{encoding}"'
    common = {"ETag": etag, "Cache-Control": file.cache_control}
    if encoding != _AS_IT_IS:
        common["Vary"] = "Accept-Encoding"
    if _matches(Headers(scope=scope).get("if-none-match", ""), etag):
        await Response(status_code=HTTPStatus.NOT_MODIFIED, headers=common)(scope, receive, send)
        return
    body = file.encodings[encoding]
    own = {**common, "Content-Length": str(len(body))}
    if encoding != _AS_IT_IS:
        own["Content-Encoding"] = encoding
    response = Response(b"" if scope["method"] == "HEAD" else body, headers=own, media_type=file.content_type)
    await response(scope, receive, send)


def preferred_encoding(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered encoding that an Accept-Encoding header rates highest (the earlier at a tie); None: send it as it is.

    >>> preferred_encoding("gzip, deflate, br", ("br", "gzip"))
    'br'
    >>> preferred_encoding("br;q=0, *;q=0.5", ("br", "gzip"))
    'gzip'
    """
    rated: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        rated[name] = _quality(parameters)
    rest = rated.get("*", 0.0)
    best = max(offered, key=lambda name: rated.get(name, rest), default=None)
    if best is None or rated.get(best, rest) <= 0 or rated.get("identity", 0.0) > rated.get(best, rest):
        return None
    return best


def _quality(parameters: list[str]) -> float:
    """The q parameter; 1 without one, 0 when it cannot be read."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _matches(if_none_match: str, etag: str) -> bool:
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in given or "*" in given


def _with_vary(send: Send) -> Send:
    """The uncompressed answer varies too: a shared cache must not hand it to everybody."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return send_varying


def _cached(
    cache: Path | None, name: str, content: bytes, make: Callable[[], bytes], undo: Callable[[bytes], bytes | None]
) -> bytes:
    """The compressed content from the cache if it is there and unpacks to the content, else made and kept."""
    if cache is None:
        return make()
    entry = cache / name
    try:
        kept = entry.read_bytes()
    except OSError:
        kept = b""
    if kept and undo(kept) == content:
        return kept
    made = make()
    try:
        _write(entry, made)
    except OSError as error:
        _LOG.warning(
            "compressed files cannot be kept in %(file)s: %(reason)s", {"file": str(cache), "reason": error.strerror}
        )
    return made


def _write(entry: Path, data: bytes) -> None:
    """All or nothing: a reader, or another process that starts at the same time, never sees half a file."""
    entry.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=entry.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(entry)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _unbrotli(data: bytes) -> bytes | None:
    try:
        return bytes(brotli.decompress(data))
    except brotli.error:
        return None


def _gunzip(data: bytes) -> bytes | None:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None
