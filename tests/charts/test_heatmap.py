"""The heat map: what its title claims, what each cell holds, how it is laid out, and what a listener is told.

The golden specification is renewed, after a look at the picture, with `UPDATE_GOLDEN=1 pytest tests/charts/test_heatmap.py`;
the difference in git then shows what changed.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from charts.heatmap import Drawn, heatmap
from tests.builders import item, questionnaire
from tests.charts.comparisons import comparison, country, three

GOLDEN = Path(__file__).parents[1] / "golden"
ALL = (5, 5)
FEW = (2, 5)
NOBODY = (0, 4)

TINY = comparison(
    ("GE", ALL, 3.2, 4.1, 2.2, 3.0),
    ("LA", (3, 4), "withheld", 2.4, "withheld", "not_rated"),
    ("AM", FEW, 1.8, 2.0, 1.4, 2.1),
    ("TJ", NOBODY),
    invented=True,
)


def walk(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of a specification, data left out."""
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if key != "values":
                yield from walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from walk(value)


def data(drawn: Drawn, name: str) -> list[dict[str, Any]]:
    return next(part["data"]["values"] for part in walk(drawn.spec) if part.get("data", {}).get("name") == name)


def cell(drawn: Drawn, code: str, dimension: str) -> dict[str, Any]:
    return next(row for row in data(drawn, "cells") if (row["country"], row["dimension"]) == (code, dimension))


def words(drawn: Drawn) -> str:
    """Title and subtitle as a wide screen shows them."""
    texts = (drawn.spec["title"][key]["expr"] for key in ("text", "subtitle"))
    return " ".join(" ".join(json.loads(re.search(r"\[[^]]*]", text)[0])) for text in texts).replace("\u00a0", " ")


# --- the specification


@pytest.mark.parametrize("scale", ["page", "projector"])
def test_golden(scale):
    drawn = heatmap(TINY, scale=scale)
    file = GOLDEN / f"heatmap_{scale}.json"
    got = {"title": drawn.title, "alt": drawn.alt, "spec": drawn.spec}
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(got)) == json.loads(file.read_text(encoding="utf-8"))


def test_the_specification_is_valid_vega_lite():
    spec = heatmap(TINY).spec
    title = {key: value for key, value in spec["title"].items() if key != "subtitle"}
    alt.LayerChart.from_dict({**spec, "title": title})


def test_every_cell_is_there_in_the_order_of_the_questionnaire():
    cells = data(heatmap(TINY), "cells")
    columns = ["Overall", "Direction", "Skills", "Human safety"]
    assert [(row["country"], row["dimension"]) for row in cells] == [
        (code, column) for code in ("AM", "GE", "LA", "TJ") for column in columns
    ]


def test_rows_are_alphabetical_in_the_language_shown():
    listed = [row["name"] for row in data(heatmap(TINY, language="ru"), "rows")]
    assert listed == ["Армения", "Грузия", "Лаосская НДР", "Таджикистан"]


def test_every_layer_has_the_same_rows_and_columns():
    scales = [
        (key, part[key]["scale"]["domain"])
        for part in walk(heatmap(TINY).spec)
        for key in ("x", "y")
        if "scale" in part.get(key, {})
    ]
    rows = [tuple(domain) for key, domain in scales if key == "y"]
    columns = [tuple(domain) for key, domain in scales if key == "x"]
    assert set(rows) == {("AM", "GE", "LA", "TJ")}
    assert len(set(columns)) == 1
    assert len(rows) >= 7
    assert len(columns) >= 6


def test_overall_is_set_apart():
    overall, first, second, *_ = data(heatmap(TINY), "columns")
    gaps = [right["centre"] - left["centre"] for left, right in ((overall, first), (first, second))]
    assert gaps[0] > gaps[1] == pytest.approx(1)
    assert (overall["weight"], first["weight"]) == ("bold", "normal")


def test_headers_of_two_words_have_two_lines():
    assert [row["lines"] for row in data(heatmap(TINY), "columns")] == [
        "Overall",
        "Direction",
        "Skills",
        "Human\nsafety",
    ]


def test_there_is_no_selection_and_nothing_to_fetch():
    spec = heatmap(TINY).spec
    assert not any("select" in part or "url" in part for part in walk(spec))
    assert "http" not in json.dumps({key: value for key, value in spec.items() if key != "$schema"})


def test_the_legend_names_the_five_levels_and_the_grey():
    legend = next(part["legend"] for part in walk(heatmap(TINY).spec) if "labelExpr" in (part.get("legend") or {}))
    assert legend["values"] == ["1", "2", "3", "4", "5", "none"]
    for name in ("1 Nascent", "2 Emerging", "3 Established", "4 Integrated", "5 Leading", "No or too few answers"):
        assert name in legend["labelExpr"]


def test_projector_fills_the_screen_and_page_grows_with_its_rows():
    many = comparison(*((code, ALL, 3.0, 3.0, 3.0, 3.0) for code in ("AM", "AZ", "BD", "GE", "KG", "KH", "KZ", "LA")))
    spec = heatmap(many, scale="projector").spec
    assert (spec["width"], spec["height"]) == (1870, 960)  # a screen of 1920 × 1080 less the app's bar and its margins
    assert heatmap(many).spec["height"] == 2 * heatmap(TINY).spec["height"]
    assert heatmap(many, width=900).spec["width"] == 900


def test_two_charts_do_not_share_their_figures():
    one, other = (
        heatmap(TINY),
        heatmap(comparison(("GE", ALL, 4.2, 4.1, 2.2, 3.0), *(("LA", ALL), ("AM", ALL), ("TJ", ALL)), invented=True)),
    )
    assert cell(one, "GE", "Overall")["digit"] == "3"
    assert cell(other, "GE", "Overall")["digit"] == "4"


def test_a_chart_of_twelve_countries_is_quick_after_the_first():
    codes = ("AM", "AZ", "BD", "GE", "KG", "KH", "KZ", "LA", "MN", "PH", "TJ", "UZ")
    seven = questionnaire(*({"id": f"d{at}", "title": f"Dimension {at}", "items": [item(f"i{at}")]} for at in range(7)))
    many = comparison(*((code, ALL, *(3.0 for _ in range(8))) for code in codes), of=seven)
    heatmap(many)
    started = time.perf_counter()
    heatmap(replace(many, revision=2))
    assert time.perf_counter() - started < 0.25  # 3 ms on an idle machine


# --- the cells


def test_a_rated_cell():
    got = cell(heatmap(TINY), "GE", "Direction")
    assert (got["digit"], got["score"], got["kind"], got["hollow"]) == ("4", "4.1", "4", False)
    assert (got["level"], got["band"], got["answered"]) == ("4 Integrated", "4.1–4.4", "80%")
    assert [got[f"at{level}"] for level in (2, 3, 4, 5)] == ["90%", "60%", "30%", "10%"]
    assert got["agencies"] == "5 of 5 have begun"


@pytest.mark.parametrize(
    ("code", "dimension", "level", "band"),
    [
        ("TJ", "Overall", "No answer yet", "–"),
        ("TJ", "Skills", "No answer yet", "–"),
        ("LA", "Overall", "Too few answers to rate", "1.5–1.8"),
        ("LA", "Skills", "Too few answers to rate", "1.5–1.8"),
        ("LA", "Human safety", "Not rated: does not apply", "–"),
    ],
)
def test_a_missing_level_is_a_dash_and_never_a_number(code, dimension, level, band):
    got = cell(heatmap(TINY), code, dimension)
    assert (got["digit"], got["score"], got["kind"], got["hollow"]) == ("–", "", "none", False)
    assert (got["level"], got["band"]) == (level, band)


def test_a_provisional_country_is_outlined_and_says_how_many_agencies():
    drawn = heatmap(TINY)
    assert cell(drawn, "AM", "Direction")["hollow"] is True
    assert cell(drawn, "AM", "Direction")["level"] == "2 Emerging (provisional)"
    assert {row["name"]: row["begun"] for row in data(drawn, "rows")} == {
        "Armenia": "2 of 5", "Georgia": "5 of 5", "Lao PDR": "3 of 4", "Tajikistan": "0 of 4",
    }  # fmt: skip
    assert "outlined: fewer than 60% of agencies have begun, not counted in the title" in words(drawn)


def test_what_holds_a_level_is_told_in_words():
    asked = three()
    held = country("GE", ALL, 3.0, 3.0, 3.0, 3.0, of=asked, held_by="i1")
    drawn = heatmap(replace(comparison(of=asked), countries=(held,)))
    assert cell(drawn, "GE", "Direction")["held"] == "Is i1 done?"
    assert cell(drawn, "GE", "Overall")["held"] == "–"


# --- labels


def test_invented_data_say_so_in_subtitle_table_and_alternative():
    drawn = heatmap(TINY)
    assert drawn.alt.startswith("Invented data.")
    assert "Invented data · Round 1 · Tiny" in words(drawn)
    badge = [
        part for part in walk(drawn.spec) if part.get("type") == "text" and "Invented data" in str(part.get("text"))
    ]
    assert len(badge) == 1


def test_real_data_do_not():
    drawn = heatmap(replace(TINY, invented=False))
    assert "nvented" not in json.dumps(drawn.spec) + drawn.alt


def test_subtitle_explains_the_numbers_and_marks_a_pulse():
    assert "Large digit: level 1–5 · small: score 1.0–5.0" in words(heatmap(TINY))
    assert "pulse" not in words(heatmap(TINY)) + heatmap(TINY).alt
    pulse = heatmap(replace(TINY, form="pulse"))
    assert "Tiny · pulse (short form)" in words(pulse)
    assert "pulse form" in pulse.alt


# --- the title


def rows(*scores: tuple[float | str, ...], agencies: tuple[int, int] = ALL) -> list[tuple[Any, ...]]:
    codes = ("AM", "AZ", "BD", "GE", "KG", "KH", "KZ", "LA")
    return [(code, agencies, *listed) for code, listed in zip(codes, scores, strict=False)]


UP = (3.0, 4.0, 2.0, 3.0)  # Direction strongest, Skills weakest
DOWN = (3.0, 2.0, 4.0, 3.0)
FLAT = (3.0, 3.0, 3.0, 3.0)
TITLES = [
    ([], "No country has been invited yet"),
    ([("GE", NOBODY)], "Nobody has answered yet"),
    ([("GE", NOBODY), ("AM", (0, 0))], "Nobody has answered yet"),
    (rows(UP, agencies=FEW), "First answers from Armenia: too early for a finding"),
    ([*rows(UP, UP, agencies=FEW), ("KZ", NOBODY)], "First answers from 2 of 3 countries: too early for a finding"),
    (rows(UP), "Armenia: Direction is the strongest dimension, Skills the weakest"),
    (rows((3.0, 4.0, 2.0, 2.0)), "Armenia: Direction is the strongest dimension"),
    (rows((3.0, 4.0, 2.0, 4.0)), "Armenia: Skills is the weakest dimension"),
    (rows(FLAT), "Armenia is at level 3 (Established) overall"),
    (rows(("withheld", 4.0, "withheld", 3.0)), "Too few answers to rate a country overall yet"),
    (rows(UP, UP), "Direction is the strongest dimension in both countries, Skills the weakest"),
    (rows(UP, UP, UP), "Direction is the strongest dimension in all 3 countries, Skills the weakest"),
    (rows(UP, UP, DOWN), "Direction is the strongest dimension in 2 of 3 countries, Skills the weakest in 2"),
    (
        rows(UP, UP, (3.0, 4.0, 3.0, 2.0)),
        "Direction is the strongest dimension in all 3 countries, Skills the weakest in 2",
    ),
    (
        rows(UP, UP, (3.0, 3.0, 2.0, 4.0)),
        "Direction is the strongest dimension in 2 of 3 countries, Skills the weakest in all 3",
    ),
    (rows(UP, UP, FLAT), "Direction is the strongest dimension in 2 of 3 countries, Skills the weakest in 2"),
    (rows((3.0, 4.0, 2.0, 2.0), (3.0, 4.0, 2.0, 2.0)), "Direction is the strongest dimension in both countries"),
    (rows(UP, DOWN), "Both countries are at level 3 (Established) overall"),
    (rows(FLAT, FLAT, (2.0, 2.0, 2.0, 2.0)), "2 of 3 countries are at level 3 (Established) overall"),
    (rows(FLAT, (2.0, 2.0, 2.0, 2.0)), "Overall levels range from 2 (Emerging) to 3 (Established)"),
    (rows(FLAT, ("withheld", "withheld", 3.0, 3.0)), "1 of 2 countries can be rated overall so far"),
    # Provisional and missing countries do not count, and the title says that there are others.
    (
        [*rows(UP, UP, UP), ("KZ", FEW, *DOWN)],
        "Direction is the strongest dimension in all 3 countries so far, Skills the weakest",
    ),
    ([*rows(FLAT, FLAT), ("KZ", NOBODY)], "Both countries so far are at level 3 (Established) overall"),
]


@pytest.mark.parametrize(("countries", "title"), TITLES)
def test_the_title_says_what_the_data_carry(countries, title):
    drawn = heatmap(comparison(*countries))
    assert drawn.title == title
    assert title in words(drawn)


def test_a_difference_that_is_not_shown_is_not_claimed():
    assert heatmap(comparison(*rows((3.0, 3.04, 3.0, 3.01)))).title == "Armenia is at level 3 (Established) overall"


def test_a_withheld_dimension_may_be_the_strongest_so_none_is_claimed():
    assert "strongest" not in heatmap(comparison(*rows((3.0, 4.0, "withheld", 3.0)))).title


def test_a_dimension_that_does_not_apply_does_not_stand_in_the_way():
    assert heatmap(comparison(*rows((3.0, 4.0, 2.0, "not_rated")))).title.endswith(
        "strongest dimension, Skills the weakest"
    )


def test_a_single_dimension_is_neither_strongest_nor_weakest():
    one = questionnaire({"id": "d1", "title": "Direction", "items": [item("i1")]})
    assert heatmap(comparison(("GE", ALL, 3.0, 3.0), of=one)).title == "Georgia is at level 3 (Established) overall"


# --- the text alternative


def test_the_alternative_lists_small_rounds_by_level():
    assert heatmap(TINY).alt == (
        "Invented data. 1 of 2 countries can be rated overall so far."
        " Heat map of maturity levels 1 to 5 in Tiny, Round 1. Countries: 4; dimensions: 3, and overall."
        " Overall: level 3 (Established): Georgia. Provisional, under 60% of agencies: Armenia."
        " Too few answers to rate: Lao PDR. No answer yet: Tajikistan."
    )


def test_the_alternative_names_three_highest_and_three_lowest_by_level_in_large_rounds():
    overall = (4.5, 4.2, 3.9, 3.1, 2.9, 2.2, 1.9, 1.2)
    said = heatmap(comparison(*rows(*((score, *FLAT[1:]) for score in overall)))).alt
    assert "Highest overall: level 4 (Integrated): Armenia, Azerbaijan; level 3 (Established): Bangladesh." in said
    assert "Lowest overall: level 2 (Emerging): Cambodia; level 1 (Nascent): Kazakhstan, Lao PDR." in said


def test_ties_are_never_cut_in_the_middle():
    overall = (4.5, 4.2, 3.9, 3.9, 2.9, 2.2, 1.9, 1.2)
    said = heatmap(comparison(*rows(*((score, *FLAT[1:]) for score in overall)))).alt
    assert "level 3 (Established): Bangladesh, Georgia." in said


def test_without_differences_nobody_is_highest():
    said = heatmap(comparison(*rows(*(FLAT for _ in range(8))))).alt
    assert "ighest" not in said
    assert "Overall: level 3 (Established): Armenia" in said


def test_an_empty_round_can_be_drawn():
    drawn = heatmap(comparison(), scale="projector")
    assert data(drawn, "cells") == []
    assert drawn.alt.startswith("No country has been invited yet.")
