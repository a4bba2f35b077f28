"""Compressed static files: negotiation, identity, 304, the cache folder."""

from __future__ import annotations

import gzip
import logging
import os
import re
from pathlib import Path

import brotli
import pytest
from starlette.middleware import Middleware
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route

from tests.web.asgi import application, ask
from tools.cut_icons import static_folder
from web.headers import SecurityHeaders
from web.icons import PATTERN
from web.static import CompressedStatic, compress_folder, preferred_encoding

SCRIPT = b"export const level = 3;\n" * 200
ICON = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<path d='M0 0'/>" * 100 + b"</svg>"
PRELOAD = b'<link\n      rel="preload"\n      href="./static/media/f.woff2"\n      as="font"\n      crossorigin\n    />'
INDEX = b"<html><head>" + PRELOAD + b'<script src="./static/js/a.hash.js"></script></head>' + b"<!-- x -->" * 200


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "package"
    (root / "static" / "js").mkdir(parents=True)
    (root / "static" / "js" / "a.hash.js").write_bytes(SCRIPT)
    (root / "static" / "js" / "small.js").write_bytes(b"1;")
    (root / "static" / "icon.hash.svg").write_bytes(ICON)
    (root / "static" / "font.woff2").write_bytes(b"\0" * 4000)
    (root / "index.html").write_bytes(INDEX)
    (root / "manifest.json").write_bytes(b" " * 4000)
    (tmp_path / "secret.js").write_bytes(b"s" * 4000)
    return root


@pytest.fixture
def app(folder):
    async def streamlit(request):
        if request.url.path in ("/questions", "/a/b"):  # pages of the app
            return FileResponse(folder / "index.html", headers={"Cache-Control": "no-cache"})
        return PlainTextResponse("from Streamlit", headers={"Vary": "Origin"})

    return application(
        Route("/{path:path}", streamlit, methods=["GET", "POST"]),
        middleware=[Middleware(SecurityHeaders), Middleware(CompressedStatic, folder=folder)],
    )


@pytest.mark.parametrize(
    ("accept", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0.1, gzip;q=0.9", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
    ],
)
def test_the_browsers_choice_is_served(app, accept, encoding, unpack):
    answer = ask(app, "/static/js/a.hash.js", accept_encoding=accept)
    assert (answer.status, answer["content-encoding"], answer["vary"]) == (200, encoding, "Accept-Encoding")
    assert answer["content-type"] == "text/javascript; charset=utf-8"
    assert answer["cache-control"] == "public, max-age=31536000, immutable"
    assert int(answer["content-length"]) == len(answer.body) < len(SCRIPT)
    assert unpack(answer.body) == SCRIPT


@pytest.mark.parametrize("accept", ["", "identity", "br;q=0, gzip;q=0", "deflate", "br;q=x", "identity, br;q=0.5"])
def test_without_a_usable_encoding_streamlit_answers_and_caches_are_told(app, accept):
    answer = ask(app, "/static/js/a.hash.js", accept_encoding=accept)
    assert (answer.text, answer["vary"], answer.all("content-encoding")) == (
        "from Streamlit",
        "Origin, Accept-Encoding",
        [],
    )


def test_content_types(app):
    assert ask(app, "/static/icon.hash.svg", accept_encoding="br")["content-type"] == "image/svg+xml; charset=utf-8"


def test_head_has_the_headers_and_no_body(app):
    got = ask(app, "/static/js/a.hash.js", accept_encoding="br")
    head = ask(app, "/static/js/a.hash.js", "HEAD", accept_encoding="br")
    assert (head.body, head["content-length"], head["etag"]) == (b"", got["content-length"], got["etag"])


def test_the_style_sheet_fetches_neither_the_font_that_is_not_shown_nor_all_icons(folder):
    (source,) = static_folder().glob(PATTERN)
    faces = (
        b"@font-face{font-family:Source Sans;src:url(../media/a.woff2)}@font-face{font-family:Other;src:url(b.woff2)}"
    )
    icons = b"@font-face{font-family:Icons;src:url(../media/%s)}" % source.name.encode()
    (folder / "static" / "media").mkdir()
    (folder / "static" / "media" / source.name).write_bytes(source.read_bytes())
    (folder / "static" / "a.css").write_bytes(faces + icons + b"p{}" * 400)
    (folder / "static" / "b.css").write_bytes(b"p{}" * 400)
    (folder / "index.html").write_bytes(
        INDEX.replace(b"</head>", b'<link href="./static/a.css"><link href="./static/b.css"></head>')
    )
    files = compress_folder(folder)
    sheet = brotli.decompress(files["/static/a.css"].encodings["br"])
    page = brotli.decompress(files["/"].encodings["br"])
    assert b"Source Sans" not in sheet
    assert b"font-family:Other" in sheet
    assert re.search(rb"MaterialSymbols-Rounded\.\w+\.woff2\?v=[0-9a-f]{8}\)", sheet)
    assert re.search(rb'href="./static/a\.css\?v=[0-9a-f]{8}"', page)
    assert b'href="./static/b.css"' in page  # as Streamlit has it


def test_the_installed_streamlit_is_thinned():
    folder = static_folder()
    files = compress_folder(folder, Path("build") / "test-cache" / "static")
    page = brotli.decompress(files["/"].encodings["br"]).decode()
    (sheet,) = re.findall(r'href="\./(static/css/[^"?]+)\?v=', page)
    assert b"Source Sans" not in brotli.decompress(files[f"/{sheet}"].encodings["br"])
    assert 'as="font"' not in page


def test_unchanged_is_304_per_encoding(app):
    brotlied = ask(app, "/static/js/a.hash.js", accept_encoding="br")
    zipped = ask(app, "/static/js/a.hash.js", accept_encoding="gzip")
    assert brotlied["etag"] != zipped["etag"]
    for tag in (brotlied["etag"], "W/" + brotlied["etag"], f'"other", {brotlied["etag"]}', "*"):
        again = ask(app, "/static/js/a.hash.js", accept_encoding="br", if_none_match=tag)
        assert (again.status, again.body, again["etag"], again["vary"]) == (
            304,
            b"",
            brotlied["etag"],
            "Accept-Encoding",
        )
        assert again["cache-control"] == "public, max-age=31536000, immutable"
    assert ask(app, "/static/js/a.hash.js", accept_encoding="br", if_none_match=zipped["etag"]).status == 200


def test_index_is_compressed_without_the_font_preload_and_never_kept(app):
    answer = ask(app, "/", accept_encoding="br")
    assert answer["content-type"] == "text/html; charset=utf-8"
    assert answer["cache-control"] == "no-store"
    assert brotli.decompress(answer.body) == INDEX.replace(PRELOAD, b"")


@pytest.mark.parametrize("path", ["/questions", "/a/b"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_s_address_gets_the_same_as_the_first_one(app, path, method):
    first, answer = (ask(app, one, method, accept_encoding="br") for one in ("/", path))
    assert answer.body == first.body
    assert answer.headers == first.headers
    assert ask(app, path, accept_encoding="br", if_none_match=answer["etag"]).status == 304
    assert ask(app, path, accept_encoding="identity").body == INDEX


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/small.js",
        "/static/font.woff2",
        "/static/js/unknown.js",
        "/manifest.json",
        "/index.html",
        "/a/page",
        "/static/../secret.js",
        "/static/js/../../../secret.js",
        "/static//js/a.hash.js",
        "//static/js/a.hash.js",
        "/static/js/a.hash.js/",
        "/static/js/a.hash.js\0",
    ],
)
def test_everything_else_passes_through(app, path):
    assert ask(app, path, accept_encoding="br").text == "from Streamlit"


def test_ranges_and_other_methods_pass_through(app):
    assert ask(app, "/static/js/a.hash.js", accept_encoding="br", range="bytes=0-9").text == "from Streamlit"
    assert ask(app, "/static/js/a.hash.js", "POST", accept_encoding="br").text == "from Streamlit"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [("BR", "br"), ("gzip;q=1.0, *;q=0.1", "gzip"), ("*;q=0", None), ("br ; q=0.4 , gzip ; q=0.3", "br"), (",,", None)],
)
def test_accept_encoding(accept, chosen):
    assert preferred_encoding(accept, ("br", "gzip")) == chosen


def test_the_second_start_compresses_nothing(folder, tmp_path, monkeypatch):
    cache = tmp_path / "data" / "compressed"
    first = compress_folder(folder, cache)
    monkeypatch.setattr(brotli, "compress", lambda *_, **__: pytest.fail("compressed again"))
    monkeypatch.setattr(gzip, "compress", lambda *_, **__: pytest.fail("compressed again"))
    assert compress_folder(folder, cache) == first
    assert cache.stat().st_mode & 0o077 == 0
    assert not list(cache.glob(".new-*"))


def test_a_changed_file_is_compressed_anew(folder, tmp_path):
    before = compress_folder(folder, tmp_path / "cache")["/static/js/a.hash.js"]
    (folder / "static" / "js" / "a.hash.js").write_bytes(SCRIPT + b"//")
    after = compress_folder(folder, tmp_path / "cache")["/static/js/a.hash.js"]
    assert before.etag != after.etag
    assert brotli.decompress(after.encodings["br"]) == SCRIPT + b"//"


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_or_foreign_entry_is_replaced(folder, tmp_path, damage):
    cache = tmp_path / "cache"
    whole = compress_folder(folder, cache)
    for entry in cache.iterdir():
        foreign = brotli.compress(b"evil()") if entry.suffix == ".br" else gzip.compress(b"evil()")
        entry.write_bytes(foreign if damage is None else damage)
    assert compress_folder(folder, cache) == whole
    assert b"evil()" not in {brotli.decompress(entry.read_bytes()) for entry in cache.glob("*.br")}


@pytest.mark.skipif(os.name == "nt", reason="a file in the place of a folder")
def test_a_cache_that_cannot_be_written_is_a_warning(folder, tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        files = compress_folder(folder, blocked / "cache")
    assert brotli.decompress(files["/static/js/a.hash.js"].encodings["br"]) == SCRIPT
    assert "cannot be kept" in caplog.text


def test_an_empty_folder_has_nothing_to_compress(tmp_path):
    assert compress_folder(tmp_path) == {}
