"""Cut the fonts of documents out of Debian's fonts-noto-core, fonts-noto-mono and fonts-noto-cjk into reports/fonts/.

    python tools/cut_fonts.py [FOLDER]        default /usr/share/fonts

Writes what each family can show to reports/fonts/coverage.json, which the program reads instead of the fonts. Of the scripts that
many devices lack, the same fonts are packed for browsers into web/fonts/ (WOFF2, 7-45 KB each).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "reports" / "fonts"
FOR_BROWSERS = TARGET.parent.parent / "web" / "fonts"
WEIGHTS = ("Regular", "Bold")
_KOREAN_FACE = 1  # of the collection

_LATIN_CYRILLIC_GREEK = (
    *range(0x20, 0x7F), *range(0xA0, 0x2B0), *range(0x2B0, 0x300), *range(0x300, 0x370), *range(0x370, 0x530),
    *range(0x1E00, 0x1F00), *range(0x2010, 0x2028), *range(0x2030, 0x205F), *range(0x20A0, 0x20C0), 0x2116, 0x2122,
    0x2212, 0x25CC, 0xFFFD,
)  # fmt: skip
_KEPT = (0xA0, 0x200B, 0x200C, 0x200D)  # spaces and joiners that Khmer and Bengali shaping looks at
_MONOSPACED = tuple(range(0x20, 0x7F))


def korean() -> tuple[int, ...]:
    """The 2,350 syllables of KS X 1001 (what Korean text is written with, but for rare names), its letters and signs."""
    syllables = []
    for lead in range(0xB0, 0xC9):
        for trail in range(0xA1, 0xFF):
            syllables += [ord(char) for char in bytes((lead, trail)).decode("euc_kr", "ignore")]
    return (*syllables, *range(0x3131, 0x318F), *range(0x3000, 0x3003), *range(0x3008, 0x3012), 0x30FB)


FAMILIES: dict[str, tuple[str, tuple[int, ...] | None]] = {
    "NotoSans": ("truetype/noto/NotoSans-{}.ttf", _LATIN_CYRILLIC_GREEK),
    "NotoSansArmenian": ("truetype/noto/NotoSansArmenian-{}.ttf", None),
    "NotoSansGeorgian": ("truetype/noto/NotoSansGeorgian-{}.ttf", None),
    "NotoSansBengali": ("truetype/noto/NotoSansBengali-{}.ttf", None),
    "NotoSansKhmer": ("truetype/noto/NotoSansKhmer-{}.ttf", None),
    "NotoSansLao": ("truetype/noto/NotoSansLao-{}.ttf", None),
    "NotoSansCJKkr": ("opentype/noto/NotoSansCJK-{}.ttc", korean()),
    "NotoSansMono": ("truetype/noto/NotoSansMono-{}.ttf", _MONOSPACED),
}


def main(folder: str = "/usr/share/fonts") -> int:
    coverage = {}
    for family, (source, wanted) in FAMILIES.items():
        shown: set[int] | None = None
        for weight in WEIGHTS:
            font = TTFont(Path(folder) / source.format(weight), fontNumber=_KOREAN_FACE if "ttc" in source else -1)
            cut(font, wanted)
            font.save(TARGET / f"{family}-{weight}.{'otf' if 'CFF ' in font else 'ttf'}")
            known = set(font.getBestCmap())
            shown = known if shown is None else shown & known
            coverage[font["name"].getBestFamilyName()] = ranges(shown)
    pack()
    text = json.dumps(coverage, indent=0)
    (TARGET / "coverage.json").write_text(text + "\n", encoding="utf-8")
    return 0


def pack() -> None:
    """The shipped fonts of some scripts as WOFF2; needs no font of the machine."""
    for script in ("Armenian", "Georgian", "Bengali", "Khmer", "Lao"):
        for weight in WEIGHTS:
            font = TTFont(TARGET / f"NotoSans{script}-{weight}.ttf", recalcTimestamp=False)
            font.flavor = "woff2"
            font.save(FOR_BROWSERS / f"NotoSans{script}-{weight}.woff2")


def cut(font: TTFont, wanted: tuple[int, ...] | None) -> None:
    """Keep the wanted characters with everything their shaping needs, without hints for old screens."""
    options = Options(layout_features=["*"], hinting=False, name_IDs=["*"], notdef_outline=True, glyph_names=False)
    if wanted is not None:
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "liga"]
    subsetter = Subsetter(options)
    # Some fonts map control characters, which no PDF may hold.
    known = [point for point in font.getBestCmap() if chr(point).isprintable() or point in _KEPT]
    subsetter.populate(unicodes=wanted or known)
    subsetter.subset(font)


def ranges(characters: set[int]) -> str:
    """`20-7E A0 B0-FF`: the code points in order."""
    parts: list[list[int]] = []
    for point in sorted(characters):
        if parts and point == parts[-1][1] + 1:
            parts[-1][1] = point
        else:
            parts.append([point, point])
    return " ".join(f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in parts)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
