"""Writes web/icons.woff2: Streamlit's icon font (Material Symbols, Apache-2.0) with the icons that its scripts can name.

Kept is every icon whose name stands in quotes in one of Streamlit's scripts, which is more than are icons there, and
what our pages ask for by `:material/name:`. Prints the SHA-256 of the font that it was cut from, for web/icons.py.
"""

from __future__ import annotations

import hashlib
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from web.icons import CUT, PATTERN  # noqa: E402  (after the path is set)

_QUOTED: Final = re.compile(r"""["'`]([a-z0-9_]+)["'`]""")
_ASKED_FOR: Final = re.compile(r":material/([a-z0-9_]+):")
_LIGATURE: Final = 4  # type of a lookup


def static_folder() -> Path:
    """Streamlit's, without importing it."""
    spec = find_spec("streamlit")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"


def ligatures(font: TTFont) -> dict[str, str]:
    """The name of each icon, as it is typed → its glyph."""
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if code < 128}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for wrapped in lookup.SubTable:
            table = getattr(wrapped, "ExtSubTable", wrapped)
            if table.LookupType == _LIGATURE:
                for first, rest in table.ligatures.items():
                    for ligature in rest:
                        found["".join(letter[glyph] for glyph in (first, *ligature.Component))] = ligature.LigGlyph
    return found


def named(known: set[str]) -> set[str]:
    """The icons that a page can ask for."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted(static_folder().glob("static/js/*.js"))]
    ours = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "ui").rglob("*.py"))]
    words = {word for text in scripts for word in _QUOTED.findall(text)}
    return (words | {word for text in (*scripts, *ours) for word in _ASKED_FOR.findall(text)}) & known


def main() -> None:
    (source,) = static_folder().glob(PATTERN)
    font = TTFont(source, recalcTimestamp=False)
    glyphs = ligatures(font)
    kept = named(set(glyphs))
    options = Options(flavor="woff2", layout_closure=False, hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    letters = "".join({letter for name in kept for letter in name})
    subsetter.populate(glyphs=[glyphs[name] for name in kept], text=letters)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(CUT)
    size = CUT.stat().st_size
    print(
        f"{len(kept)} of {len(glyphs)} icons, {size} bytes, cut from {hashlib.sha256(source.read_bytes()).hexdigest()}"
    )


if __name__ == "__main__":
    main()
