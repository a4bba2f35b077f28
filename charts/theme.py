"""Colours, type sizes and text fitting of every chart. One look in two scales: `page` is read at a desk, `projector` from the back row.

Pixels of `projector` are those of a 1920 × 1080 screen. Nothing here is fetched from elsewhere: fonts are the device's own.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import altair as alt

Scale = Literal["page", "projector"]

INK = "#1f2933"
MUTED = "#56616d"
PAPER = "#ffffff"
HAIRLINE = "#7b8794"
ALERT = "#a33b00"  # "Invented data"; white on it 6.9:1

# YlGnBu with a darker step 4: smallest colour distance 14 under simulated colour blindness; red-amber-green falls to 6.
LEVEL_COLOURS = ("#fff7c9", "#a1dab4", "#41b6c4", "#2470a8", "#253494")
LEVEL_INKS = (INK, INK, INK, PAPER, PAPER)  # text on each level's colour, at least 4.5:1 (WCAG 2.2, 1.4.3)
MISSING = "#e1e5e9"
MISSING_INK = "#4b5560"

# The device's own interface font first; it has Latin, Cyrillic and Hangul everywhere. The rest name the scripts that it may lack.
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Khmer', 'Noto Sans Lao', 'Noto Sans Bengali', "
    "'Noto Sans Georgian', 'Noto Sans Armenian', 'Noto Sans CJK KR', 'Helvetica Neue', Arial, sans-serif"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes and distances in px. `axis` names rows and columns; `detail` is what stands beside them, muted."""

    title: int
    subtitle: int
    axis: int
    detail: int
    digit: int
    score: int
    legend: int
    space: int
    padding: int
    gap: int


SIZES: dict[Scale, Sizes] = {
    "page": Sizes(
        title=20, subtitle=13, axis=14, detail=13, digit=18, score=13, legend=13, space=12, padding=4, gap=1
    ),
    # Axis text of at least 25 px is legible from the back row of a room for 60 people.
    "projector": Sizes(
        title=42, subtitle=26, axis=26, detail=25, digit=40, score=27, legend=26, space=22, padding=20, gap=2
    ),
}  # fmt: skip


def config(scale: Scale) -> alt.Config:
    """The settings of every chart in this scale. Marks that need another size or colour say so themselves."""
    sizes = SIZES[scale]
    axis = alt.AxisConfig(
        labelColor=INK, labelFontSize=sizes.axis, labelLimit=0, labelOverlap=False, titleColor=MUTED,
        titleFontSize=sizes.detail, titleFontWeight="normal", labelFont=FONT, titleFont=FONT, domain=False, ticks=False, grid=False,
    )  # fmt: skip
    legend = alt.LegendConfig(
        # The fonts again: Streamlit puts its own into axes and legends that name none, even with theme=None.
        labelFont=FONT, titleFont=FONT,
        orient="bottom", direction="horizontal", titleOrient="left", titleColor=INK, titleFontSize=sizes.legend, titleLimit=0,
        titleFontWeight="bold", titlePadding=sizes.space, labelColor=INK, labelFontSize=sizes.legend, labelLimit=0,
        labelOffset=sizes.legend // 3, columnPadding=sizes.space * 1.2, rowPadding=sizes.space // 2, offset=sizes.space * 1.5,
        symbolType="square", symbolSize=(1.1 * sizes.legend) ** 2, symbolStrokeColor=HAIRLINE, symbolStrokeWidth=1,
    )  # fmt: skip
    title = alt.TitleConfig(
        anchor="start", frame="bounds", color=INK, fontSize=sizes.title, fontWeight="bold", lineHeight=sizes.title * 1.25,
        subtitleColor=MUTED, subtitleFontSize=sizes.subtitle, subtitlePadding=sizes.space // 2, offset=sizes.space * 1.5,
        subtitleLineHeight=sizes.subtitle * 1.4, limit=0,
    )  # fmt: skip
    return alt.Config(
        font=FONT, background=PAPER, axis=axis, legend=legend, title=title, view=alt.ViewConfig(stroke=None)
    )  # fmt: skip


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how many px wide the text is, in any script and without a font at hand: Noto Sans, which is a wide one, and 5 %."""
    return _scale(size, bold=bold) * _ems(text)


def _scale(size: float, *, bold: bool) -> float:
    return 1.02 * size * (1.12 if bold else 1)


@lru_cache(maxsize=4096)
def _ems(text: str) -> float:
    return sum(_em(character) for character in text)


_EMS = {0.28: " \u00a0.,:;·'’|!()[]ijl", 0.36: "tfrI-", 0.5: "csvxyzkJL", 0.93: "mMW%—@", 0.8: "w"}
_EM = {character: em for em, characters in _EMS.items() for character in characters}


@cache
def _em(character: str) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return _EM.get(character) or (0.66 if category == "Lu" else 0.59 if ord(character) < 0x530 else 0.66)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines of at most `width` px, broken at spaces; a single word that is longer keeps a line of its own."""
    room = width / _scale(size, bold=bold)
    lines: list[str] = []
    used = 0.0
    for word in text.split(" "):
        longer = used + _ems(" ") + _ems(word)
        if lines and longer <= room:
            lines[-1], used = f"{lines[-1]} {word}", longer
        else:
            lines.append(word)
            used = _ems(word)
    return tuple(lines)


def _balanced(text: str, width: float, size: float, *, bold: bool) -> tuple[str, ...]:
    """No more lines than needed, and of similar length: no line with one lonely word."""
    fewest = len(wrap(text, width, size, bold=bold))
    shares = (0.6, 0.7, 0.8, 0.9, 1.0)
    tried = (wrap(text, share * width, size, bold=bold) for share in shares)
    return next(lines for lines in tried if len(lines) == fewest)


def literal(value: object) -> str:
    """A value as a literal of a Vega expression. Escaped to ASCII, so no text of a questionnaire can leave its quotes."""
    return json.dumps(value)


# A chart asks the browser how wide it may be, so that one specification serves telephone, page and projector. `total` is
# the width of the whole chart in px; not Vega's `width`, which changes while the chart is fitted around its labels.
_STEPS = (*(round(300 * 1.05**step) for step in range(38)), 1900)


def constants(width: int, **more: str) -> list[dict[str, str]]:
    """The param `total` and further ones by name; `width` counts where there is no browser, as in a picture."""
    asked = "containerSize()[0]"
    total = f"width > 0 && isValid({asked}) && {asked} > 0 ? {asked} : {width}"
    return [{"name": name, "expr": expression} for name, expression in {"total": total, **more}.items()]


def wrapped(paragraphs: Sequence[str], size: Callable[[int], float], *, around: float, bold: bool = False) -> str:
    """A Vega expression: the paragraphs in as many lines as the chart's current width needs.

    `size` tells the type size for a chart's width; `around`: px of the width that the text may not use.
    """
    expression = ""
    last: tuple[str, ...] = ()
    for step in _STEPS:
        lines = tuple(line for words in paragraphs for line in _balanced(words, step - around, size(step), bold=bold))
        if lines != last:
            expression = f"total >= {step} ? {literal(lines)} : {expression}" if expression else literal(lines)
            last = lines
    return expression
