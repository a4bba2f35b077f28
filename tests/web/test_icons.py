"""The cut icon font has every icon that a page can ask for, drawn as in the font that it was cut from."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.web.asgi import application, ask
from tools import cut_icons as tool
from web import icons
from web.static import CompressedStatic

FOLDER = tool.static_folder()
(SOURCE,) = FOLDER.glob(icons.PATTERN)
ADDRESS = f"/{SOURCE.relative_to(FOLDER).as_posix()}"


def outline(font: TTFont, glyph: str) -> list:
    pen = RecordingPen()
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value


def test_the_installed_streamlit_has_the_font_that_ours_is_cut_from():
    assert icons.cut_icons(FOLDER).keys() == {ADDRESS}, "run tools/cut_icons.py and put its SHA-256 into web/icons.py"


def test_every_icon_that_can_be_named_is_there_and_looks_the_same():
    whole, cut = TTFont(SOURCE), TTFont(icons.CUT)
    all_icons, kept = tool.ligatures(whole), tool.ligatures(cut)
    wanted = tool.named(set(all_icons))
    assert {"keyboard_arrow_right", "keyboard_double_arrow_right", "close", "more_vert", "error"} <= wanted
    assert wanted - set(kept) == set()
    for name in sorted(wanted):
        assert outline(cut, kept[name]) == outline(whole, all_icons[name]) != []
    assert icons.CUT.stat().st_size < 64_000 < SOURCE.stat().st_size / 5


def application_on(folder: Path):
    async def streamlit(_):
        return PlainTextResponse("from Streamlit")

    return application(
        Route("/{path:path}", streamlit, methods=["GET", "POST"]),
        middleware=[Middleware(CompressedStatic, folder=folder)],
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "static" / "media").mkdir(parents=True)
    (tmp_path / "index.html").write_bytes(b"<html></html>")
    return tmp_path


@pytest.mark.parametrize("accept", ["br, gzip", "", "identity"])
def test_it_is_served_in_place_of_the_whole_one(folder, accept):
    (folder / ADDRESS[1:]).write_bytes(SOURCE.read_bytes())
    app = application_on(folder)
    answer = ask(app, ADDRESS, accept_encoding=accept)
    assert answer.body == icons.CUT.read_bytes()
    assert (answer["content-type"], answer.all("content-encoding"), answer.all("vary")) == ("font/woff2", [], [])
    assert answer["cache-control"] == "public, max-age=31536000, immutable"
    assert TTFont(io.BytesIO(answer.body)).flavor == "woff2"
    again = ask(app, ADDRESS, accept_encoding=accept, if_none_match=answer["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_font_of_another_version_is_left_to_streamlit(folder):
    (folder / ADDRESS[1:]).write_bytes(SOURCE.read_bytes() + b"\0")
    assert ask(application_on(folder), ADDRESS, accept_encoding="br").text == "from Streamlit"
