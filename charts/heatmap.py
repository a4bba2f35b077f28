"""The heat map: countries × dimensions, each cell a level (digit and colour) with its score.

One specification per data revision serves every viewer: it adapts to the width that the browser gives it. On a telephone
the score stands below the digit and the headers are turned, so that nothing scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import altair as alt

from charts.cells import MISSING_KIND, cells, columns
from charts.finding import HALF, INVENTED, NOBODY_SHOWN, Row, alt_text, finding, named_rows, whose
from charts.theme import (
    ALERT,
    HAIRLINE,
    INK,
    LEVEL_COLOURS,
    MISSING,
    MUTED,
    PAPER,
    SIZES,
    Scale,
    Sizes,
    config,
    constants,
    literal,
    text_width,
    wrapped,
)
from results.live import Comparison
from scoring.comparison import PROVISIONAL_BELOW
from survey.direction import isolated

PROJECTOR = (1870, 960)  # px: what the app's own bar leaves of a screen of 1920 × 1080
_WIDTH: dict[Scale, int] = {"page": 1100, "projector": PROJECTOR[0]}
_SMALL = 0.88  # type where the chart is narrow

AGENCIES = "Agencies"
LEVEL = "Level"
FACILITATORS_ONLY = "Facilitators only"
LEGEND_MISSING = "No or too few answers"

_ROW = {"page": 40, "projector": 110}  # px; on the projector the most that a row may take
_AROUND = 300  # px that title, headers and legend take on the projector, about
_Data = dict[str, list[dict[str, Any]]]
_TIPS = {
    "name": "Country",
    "dimension": "Dimension",
    "level": "Level",
    "band": "Score",
    "at2": "At level 2 or better",
    "at3": "At level 3 or better",
    "at4": "At level 4 or better",
    "at5": "At level 5",
    "answered": "Items answered",
    "agencies": "Agencies",
    "held": "Held at this level by",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished chart: a Vega-Lite specification with its data inside, its text alternative and its title."""

    spec: dict[str, Any]
    alt: str
    title: str


def heatmap(comparison: Comparison, *, scale: Scale = "page", language: str = "en", width: int | None = None) -> Drawn:
    """The comparison as a heat map: countries alphabetical in the language, then those under a letter; dimensions in order.

    Missing and withheld levels are grey with "–"; levels of a provisional country are only outlined. `width`: px of the
    whole chart where nothing stretches it. In Streamlit: `st.vega_lite_chart(spec, theme=None, width="stretch", alt=alt)`.
    """
    rows = named_rows(comparison, language)
    is_open = rows or (comparison.audience == "facilitators" and not comparison.left_out)
    title = finding(rows, comparison.questionnaire) if is_open else NOBODY_SHOWN
    return Drawn(_draw(comparison, rows, title, scale, width), alt_text(comparison, rows, title), title)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stays the same while answers arrive: rows, columns, names of levels, sizes, and the px that row labels take."""

    scale: Scale
    order: tuple[str, ...]
    columns: tuple[tuple[str, float], ...]
    levels: tuple[str, ...]
    digit: float
    score: float
    names: float
    begun: float
    badge: float
    width: int

    @property
    def sizes(self) -> Sizes:
        return SIZES[self.scale]

    @property
    def margin(self) -> float:
        """px left of the cells: names and "n of N" side by side."""
        return max(self.names, self.badge) + self.begun + 2 * self.sizes.space

    @property
    def narrow_margin(self) -> float:
        """px left of the cells where the chart is narrow: "n of N" stands below the name."""
        return _SMALL * self.names + self.sizes.space / 2

    @property
    def span(self) -> float:
        """The width of all columns and the gap, in columns."""
        return self.columns[-1][1] + 1

    @property
    def narrow_below(self) -> int:
        """The chart's width below which a cell has no room for digit and score side by side."""
        return round(self.margin + 2.9 * self.digit * self.span + self.room + 2 * self.sizes.padding)

    @property
    def room(self) -> float:
        """px that turned headers need right of the cells, where columns are as narrow as they may become."""
        longest = (
            0.82 * text_width(title, self.sizes.axis) - 2 * self.digit * (self.span - left - HALF)
            for title, left in self.columns
        )
        return max(0.0, self.sizes.space + max(longest))

    def x(self, field: str) -> alt.X:
        return alt.X(
            field, type="quantitative", axis=None, scale=alt.Scale(domain=[0, self.span], nice=False, zero=False)
        )

    @property
    def y(self) -> alt.Y:
        # The domain is repeated in each layer: without it, layers with other data would shift the rows.
        return alt.Y("country:N", axis=None, scale=alt.Scale(domain=self.order, paddingInner=0.07, paddingOuter=0))


def _draw(comparison: Comparison, rows: Sequence[Row], title: str, scale: Scale, width: int | None) -> dict[str, Any]:
    frame = _frame(comparison, rows, scale, width or _WIDTH[scale])
    data: _Data = {
        "cells": cells(comparison, rows),
        "rows": [_label(row) for row in rows],
        "columns": _headers(frame),
        "corner": [{}],
    }
    return {
        **_with_data(_skeleton(frame), data),
        "title": _title(comparison, rows, title, frame),
        "width": frame.width,
        "height": _height(scale, len(rows)),
    }


def _frame(comparison: Comparison, rows: Sequence[Row], scale: Scale, width: int) -> _Frame:
    sizes, questionnaire = SIZES[scale], comparison.questionnaire
    row = _row_height(scale, len(rows))
    badge = text_width(INVENTED, sizes.detail, bold=True) + sizes.space if comparison.invented else 0
    return _Frame(
        scale=scale,
        order=tuple(row.result.country for row in rows),
        columns=columns(questionnaire),
        levels=tuple(level.name for level in questionnaire.levels),
        digit=min(sizes.digit, 0.72 * row),
        score=min(sizes.score, 0.62 * row),
        names=max((text_width(row.name, sizes.axis) for row in rows), default=0),
        begun=max(text_width(words, sizes.detail) for words in (AGENCIES, *(_label(row)["begun"] for row in rows))),
        badge=badge,
        width=width,
    )


def _with_data(part: dict[str, Any], data: _Data) -> dict[str, Any]:
    """A copy of a skeleton's part in which the named data have their values."""
    filled = dict(part)
    if "data" in part:
        name = part["data"]["name"]
        filled["data"] = {"name": name, "values": data[name]}
    if "layer" in part:
        filled["layer"] = [_with_data(layer, data) for layer in part["layer"]]
    return filled


@lru_cache(maxsize=64)
def _skeleton(frame: _Frame) -> dict[str, Any]:
    """The specification without title, height and data. Kept: Altair needs a hundred times as long for it as for the rest."""
    layers = [_cell_layers(frame), _row_layers(frame), _header_layers(frame), *([_badge(frame)] if frame.badge else [])]
    fit: Literal["fit", "fit-x"] = "fit" if frame.scale == "projector" else "fit-x"
    # Streamlit reads the padding here, not in the config.
    padding = dict.fromkeys(("left", "top", "right", "bottom"), frame.sizes.padding)
    chart = alt.layer(
        *layers, autosize=alt.AutoSizeParams(type=fit, contains="padding"), padding=padding, config=config(frame.scale)
    )  # fmt: skip
    return {
        **chart.to_dict(),
        "params": constants(frame.width, narrow=f"total < {frame.narrow_below}", tilted=f"total < {_flat_from(frame)}"),
    }


def _flat_from(frame: _Frame) -> int:
    """The width of the whole chart from which level headers do not touch; below it they are turned."""
    sizes = frame.sizes
    widths = [max(text_width(line, sizes.axis) for line in header["lines"].split("\n")) for header in _headers(frame)]
    column = max((one + other) / 2 for one, other in pairwise(widths)) + sizes.space / 2
    return max(frame.narrow_below, round(column * frame.span + frame.margin + 2 * sizes.padding))


def _row_height(scale: Scale, rows: int) -> float:
    return min(_ROW[scale], (PROJECTOR[1] - _AROUND) / max(rows, 1)) if scale == "projector" else _ROW[scale]


def _height(scale: Scale, rows: int) -> int:
    """Page: px of the rows; title and legend come on top. Projector: px of the whole chart, the screen or less if rows are few."""
    height = round(_row_height(scale, rows) * max(rows, 1))
    return height if scale == "page" else min(PROJECTOR[1], height + _AROUND)


def _title(comparison: Comparison, rows: Sequence[Row], title: str, frame: _Frame) -> dict[str, Any]:
    sizes = frame.sizes
    source = [FACILITATORS_ONLY] * (comparison.audience == "facilitators") + [INVENTED] * comparison.invented
    source += [isolated(comparison.round_name), isolated(comparison.questionnaire.title)]
    source += ["pulse (short form)"] * (comparison.form == "pulse")
    reading = ["Large digit: level 1–5", "small: score 1.0–5.0"]
    if any(row.result.scorecard is not None and row.result.provisional for row in rows):
        uncounted = ", not counted in the title" if any(row.firm for row in rows) else ""
        reading.append(f"outlined: fewer than {PROVISIONAL_BELOW:.0%} of agencies have begun{uncounted}")
    reading += whose(comparison)
    small = _SMALL * sizes.title
    around = 2 * sizes.padding

    def title_size(total: int) -> float:
        return small if total < frame.narrow_below else sizes.title

    # The dot stays with the words before it.
    below = ["\u00a0· ".join(source), "\u00a0· ".join(reading)]
    return {
        "text": {"expr": wrapped([title], title_size, around=around, bold=True)},
        "fontSize": {"expr": f"narrow ? {small:.1f} : {sizes.title}"},
        "lineHeight": {"expr": f"1.25 * (narrow ? {small:.1f} : {sizes.title})"},
        # Vega-Lite passes the expression on, though its schema allows one for `text` only.
        "subtitle": {"expr": wrapped(below, lambda _: sizes.subtitle, around=around)},
        "limit": 0,  # without it, Streamlit cuts lines off 40 px before the chart's edge
    }


def _cell_layers(frame: _Frame) -> alt.LayerChart:
    gap, digit = frame.sizes.gap, frame.digit
    both = 0.9 * digit + 1.55 * frame.score  # px of digit, space and score together
    cells = alt.Chart(alt.NamedData(name="cells"))
    base = cells.encode(x=frame.x("left"), x2=alt.X2("right"), y=frame.y)
    middle = cells.encode(x=frame.x("centre"), y=frame.y, color=alt.Color("ink:N", scale=None))
    names = {str(level): f"{level} {name}" for level, name in enumerate(frame.levels, 1)} | {
        MISSING_KIND: LEGEND_MISSING
    }
    kinds = list(names)
    fill = alt.Fill(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[*LEVEL_COLOURS, MISSING]),
        legend=alt.Legend(
            title=LEVEL,
            values=kinds,
            labelExpr=f"{literal(names)}[datum.value]",
            columns=alt.ExprRef(expr=_legend_columns(list(names.values()), frame)),
        ),
    )
    aside = alt.ExprRef(expr=f"narrow || datum.score === '' ? 0 : {0.3 * digit - both / 2:.1f}")
    above = alt.ExprRef(expr=f"narrow && datum.score !== '' ? {-0.36 * digit:.1f} : {0.05 * digit:.1f}")
    tips = [alt.Tooltip(field, type="nominal", title=words) for field, words in _TIPS.items()]
    layers = [
        base.mark_rect(
            xOffset=gap, x2Offset=-gap, stroke=HAIRLINE, strokeWidth=alt.ExprRef(expr="datum.hollow ? 1 : 0")
        ).encode(fill=fill),
        base.mark_rect(
            xOffset=gap * 4, x2Offset=-gap * 4, height=alt.RelativeBandSize(band=0.8), fill=PAPER, aria=False
        ).transform_filter("datum.hollow"),
        middle.mark_text(
            baseline="middle", fontWeight="bold", fontSize=digit, dx=aside, dy=above, aria=False
        ).encode(text=alt.Text("digit:N")),
        middle.mark_text(
            baseline="middle",
            fontSize=alt.ExprRef(expr=f"narrow ? {_SMALL * frame.score:.1f} : {frame.score:.1f}"),
            dx=alt.ExprRef(expr=f"narrow ? 0 : {both / 2 - 0.78 * frame.score:.1f}"),
            dy=alt.ExprRef(expr=f"narrow ? {0.55 * digit:.1f} : 0"),
            aria=False,
        ).encode(text=alt.Text("score:N")),
        # On top and invisible, so that the text does not take the pointer away from the cell.
        base.mark_rect(opacity=0, aria=False).encode(tooltip=tips),
    ]  # fmt: skip
    return alt.LayerChart(layer=layers)


def _legend_columns(labels: Sequence[str], frame: _Frame) -> str:
    """A Vega expression: the most columns that fit below the cells."""
    sizes = frame.sizes
    widths = [text_width(label, sizes.legend) + 1.5 * sizes.legend + 1.2 * sizes.space for label in labels]
    title = text_width(LEVEL, sizes.legend, bold=True) + sizes.space
    expression = "1"
    for count in (2, 3, len(labels)):
        needed = title + sum(max(widths[at::count]) for at in range(count)) + 2 * sizes.padding
        expression = f"total - (narrow ? {frame.narrow_margin:.0f} : {frame.margin:.0f}) >= {needed:.0f} ? {count} : {expression}"
    return expression


def _row_layers(frame: _Frame) -> alt.LayerChart:
    sizes = frame.sizes
    base = alt.Chart(alt.NamedData(name="rows")).encode(x=alt.value(0), y=frame.y)
    right: dict[str, Any] = {"align": "right", "baseline": "middle"}
    half = frame.sizes.axis * 0.55
    layers = [
        base.mark_text(
            **right,
            fontSize=alt.ExprRef(expr=f"narrow ? {_SMALL * sizes.axis:.1f} : {sizes.axis}"),
            dx=alt.ExprRef(expr=f"narrow ? {-sizes.space / 2} : {-(frame.begun + 2 * sizes.space):.1f}"),
            dy=alt.ExprRef(expr=f"narrow ? {-half:.1f} : 0"),
        ).encode(text=alt.Text("name:N"), color=alt.Color("ink:N", scale=None)),
        base.mark_text(
            **right,
            color=MUTED,
            fontSize=alt.ExprRef(expr=f"narrow ? {_SMALL * sizes.detail:.1f} : {sizes.detail}"),
            dx=alt.ExprRef(expr=f"narrow ? {-sizes.space / 2} : {-sizes.space}"),
            dy=alt.ExprRef(expr=f"narrow ? {half:.1f} : 0"),
        ).encode(text=alt.Text("begun:N")),
    ]
    return alt.LayerChart(layer=layers)


def _label(row: Row) -> dict[str, Any]:
    result = row.result
    ink = MUTED if result.scorecard is None else INK
    begun = "" if result.blind else f"{result.begun} of {result.invited}"
    return {"country": result.country, "name": row.name, "begun": begun, "ink": ink}


def _headers(frame: _Frame) -> list[dict[str, Any]]:
    return [_header(title, left, frame.sizes.axis) for title, left in frame.columns]


def _header(title: str, left: float, size: int) -> dict[str, Any]:
    """A column's name in one line and in two: broken where the longer line becomes shortest."""
    words = title.split(" ")
    breaks = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    lines = min(breaks, key=lambda pair: max(text_width(line, size) for line in pair), default=(title,))
    return {
        "title": title,
        "lines": "\n".join(lines),
        "centre": left + HALF,
        "more": len(lines) - 1,
        "weight": "bold" if left == 0 else "normal",
    }


def _header_layers(frame: _Frame) -> alt.LayerChart:
    sizes = frame.sizes
    line = round(1.2 * sizes.axis)
    base = alt.Chart(alt.NamedData(name="columns"))
    turned = "narrow ? 270 : tilted ? 325 : 0"
    columns = base.mark_text(
        text=alt.ExprRef(expr="tilted ? datum.title : split(datum.lines, '\\n')"),
        fontSize=alt.ExprRef(expr=f"narrow ? {_SMALL * sizes.axis:.1f} : {sizes.axis}"),
        fontWeight=alt.ExprRef(expr="datum.weight"),
        color=INK,
        lineHeight=line,
        angle=alt.ExprRef(expr=turned),
        align=alt.ExprRef(expr="tilted ? 'left' : 'center'"),
        baseline=alt.ExprRef(expr="tilted ? 'middle' : 'bottom'"),
        dx=alt.ExprRef(expr=f"tilted ? {sizes.space / 2} : 0"),
        dy=alt.ExprRef(expr=f"tilted ? 0 : {-sizes.space * 0.6:.1f} - datum.more * {line}"),
    ).encode(x=frame.x("centre"), y=alt.value(0))
    # Fitting moves the columns but foresees only marks that keep their distance from the edge, as this point does.
    room = alt.Chart(alt.NamedData(name="corner")).mark_point(opacity=0, size=0, aria=False).encode(
        x=alt.value(alt.ExprRef(expr=f"width + (tilted && !narrow ? {frame.room:.1f} : 0)")), y=alt.value(0)
    )  # fmt: skip
    begun = alt.Chart(alt.NamedData(name="corner")).mark_text(
        text=alt.ExprRef(expr=f"narrow ? '' : {literal(AGENCIES)}"),
        fontSize=sizes.detail, color=MUTED, align="right", baseline="bottom", dx=-sizes.space, dy=-sizes.space * 0.6,
    ).encode(x=alt.value(0), y=alt.value(0))  # fmt: skip
    return alt.LayerChart(layer=[columns, room, begun])


def _badge(frame: _Frame) -> alt.LayerChart:
    """ "Invented data" in the corner of the table, where it cannot be cut off without the names or the headers."""
    sizes = frame.sizes
    line, bottom = 1.3 * sizes.detail, -0.5 * sizes.space
    words = INVENTED.split(" ")
    short = max(text_width(word, sizes.detail, bold=True) for word in words) + sizes.space
    left = f"(narrow ? {-frame.narrow_margin:.1f} : {-frame.margin:.1f})"
    top = f"(narrow ? {bottom - (len(words) + 0.4) * line:.1f} : {bottom - 1.4 * line:.1f})"
    at = alt.Chart(alt.NamedData(name="corner"))

    def px(expression: str) -> Any:
        return alt.value(alt.ExprRef(expr=expression))

    layers = [
        at.mark_rect(color=ALERT, cornerRadius=sizes.gap * 3, aria=False).encode(
            x=px(left), x2=px(f"{left} + (narrow ? {short:.1f} : {frame.badge:.1f})"), y=px(top), y2=alt.value(bottom)
        ),
        at.mark_text(
            text=alt.ExprRef(expr=f"narrow ? {literal(words)} : {literal(INVENTED)}"),
            fontSize=sizes.detail, fontWeight="bold", color=PAPER, align="center", baseline="middle", lineHeight=line,
        ).encode(x=px(f"{left} + (narrow ? {short:.1f} : {frame.badge:.1f}) / 2"), y=px(f"{top} + {0.7 * line:.1f}")),
    ]  # fmt: skip
    return alt.LayerChart(layer=layers)
