"""Fonts of scripts that many devices lack, from our own origin: fetched only when a page has such a character.

The style sheet names a family for each script, limited to the script's characters; the stacks of families in
.streamlit/config.toml, charts/theme.py and web/style.css end with them, so that a device's own font comes first.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web.headers import IMMUTABLE
from web.pages import FONTS

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER: Final = Path(__file__).resolve().parent / "fonts"
# With the invisible characters on which a script's shaping or line breaking depends.
RANGES: Final = {
    "Armenian": "U+0530-058F, U+FB13-FB17",
    "Georgian": "U+10A0-10FF, U+1C90-1CBF, U+2D00-2D2F",
    "Bengali": "U+0964-0965, U+0980-09FF, U+200C-200D",
    "Khmer": "U+1780-17FF, U+19E0-19FF, U+200B",
    "Lao": "U+0E80-0EFF, U+200B",
}
_WEIGHTS: Final = {"Regular": 400, "Bold": 700}


def font_routes() -> list[Route]:
    """`/fonts/faces.css` and the files that it names; their names change with their content, so browsers keep them for a year."""

    async def sheet(_request: Request) -> Response:
        return Response(style_sheet(), media_type="text/css")

    async def font(request: Request) -> Response:
        content = _fonts().get(request.path_params["name"])
        if content is None:
            return PlainTextResponse("Not Found", status_code=404)
        return Response(content, media_type="font/woff2", headers={"cache-control": IMMUTABLE})

    return [Route(FONTS, sheet, methods=["GET"]), Route("/fonts/{name}", font, methods=["GET"])]


@cache
def style_sheet() -> str:
    """The `@font-face` rules. A text is shown at once in what the device has, and again when its font has come."""
    named = {name.partition(".")[0]: name for name in _fonts()}
    return "".join(
        f'@font-face{{font-family:"Noto Sans {script}";font-weight:{number};font-display:swap;'
        f'src:url(/fonts/{named[f"NotoSans{script}-{weight}"]}) format("woff2");unicode-range:{characters}}}\n'
        for script, characters in RANGES.items()
        for weight, number in _WEIGHTS.items()
    )


@cache
def _fonts() -> dict[str, bytes]:
    """Name with a hash → content, 180 KB in all."""
    found = {}
    for path in sorted(FOLDER.glob("*.woff2")):
        content = path.read_bytes()
        found[f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}.woff2"] = content
    return found
