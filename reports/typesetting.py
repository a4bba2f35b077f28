"""Typst: data in, a tagged PDF out (PDF/UA-1), with the fonts of this package and nothing from the machine or the network.

People's text enters as JSON and is never Typst source, so nothing in it can be obeyed. A PDF/UA with a character that no
font can show is refused by the compiler, so `printable` replaces such characters first and says that it did.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

HERE: Final = Path(__file__).resolve().parent
FONTS: Final = HERE / "fonts"
REPLACEMENT: Final = "\ufffd"

# One after another they show every language of the interface; the compiler goes on to the next for what one lacks.
FAMILIES: Final = (
    "Noto Sans", "Noto Sans Armenian", "Noto Sans Georgian", "Noto Sans Bengali", "Noto Sans Khmer", "Noto Sans Lao",
    "Noto Sans CJK KR",
)  # fmt: skip
_MOST_MARKS: Final = 4
# Invisible, but they decide where Khmer breaks its lines and how Bengali joins its letters.
_JOINERS: Final = "\u200b\u200c\u200d"
# Long runs without a place to break, in scripts that do not break between any two syllables.
_LONG_RUN: Final = re.compile(r"[0-9A-Za-z\u00c0-\u058f\u10a0-\u10ff\u1c90-\u1cbf]{24}(?=[^\W_]{4})")


@dataclass(frozen=True, slots=True)
class Printable:
    """A text that every font of this package together can show. `changed`: something of the original is not in it."""

    text: str
    changed: bool


def printable(text: str, limit: int) -> Printable:
    """`text` on one line, fit for `typeset`.

    Characters that no font here has (Chinese, emoji, control characters) become one � a run; more than four accents on a letter
    and what lies past `limit` characters are left out. Direction overrides and other invisible characters go silently.
    """
    composed = unicodedata.normalize("NFC", text[:limit])
    shown, changed = _shown(composed)
    shown = " ".join(re.split(r"[^\S\u00a0]+", shown)).strip()
    if len(text) > limit:
        shown, changed = f"{shown.rstrip()}…", True
    return Printable(_LONG_RUN.sub("\\g<0>\u200b", shown), changed)


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `template`, a file of this package that reads `data` with `json(bytes(sys.inputs.data))`. The same data gives
    the same bytes: no date is in it."""
    compiler = typst.Compiler(
        HERE / template,
        root=HERE,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps({**data, "fonts": FAMILIES})},
    )
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(pdf, bytes)
    return pdf


@cache
def covered() -> frozenset[str]:
    """The characters of all families together, but for the monospaced one."""
    families = json.loads((FONTS / "coverage.json").read_text(encoding="ascii"))
    points: set[str] = set()
    for family in FAMILIES:
        for part in families[family].split():
            first, _, last = part.partition("-")
            points.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(points)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _shown(text: str) -> tuple[str, bool]:
    kept: list[str] = []
    changed = False
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category.startswith("M") else 0
        if (char in _JOINERS and kept and kept[-1] != REPLACEMENT) or char.isspace():
            kept.append(char)
        elif category == "Cf":
            continue
        elif marks > _MOST_MARKS:
            changed = True
        elif char in covered():
            kept.append(char)
        else:
            changed = True
            if not kept or kept[-1] != REPLACEMENT:
                kept.append(REPLACEMENT)
    return "".join(kept), changed
