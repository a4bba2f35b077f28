"""Text and edges can be told from what they stand on, in all four looks; Streamlit's widgets have the same colours."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from charts.palette import PALETTES, chosen_colours, system_colours
from tests.charts.test_theme import contrast

ROOT = Path(__file__).resolve().parents[2]
TEXT = [
    *((ink, on) for ink in ("ink", "muted", "link", "saved", "unsaved") for on in ("paper", "surface")),
    *(("ink", on) for on in ("hover", "chosen")),
    *((f"{kind}-ink", kind) for kind in ("badge", "note", "error")),
    ("link", "note"),
    ("link", "chosen"),
]
EDGES = [
    *((edge, on) for edge in ("edge", "focus", "accent") for on in ("paper", "surface")),
    ("focus", "chosen"),
    ("note-edge", "paper"),
    ("error-edge", "paper"),
    ("error-edge", "surface"),
]


@pytest.mark.parametrize("look", PALETTES)
@pytest.mark.parametrize(("ink", "on"), TEXT)
def test_text_has_at_least_4_5_and_7_where_more_is_wanted(look, ink, on):
    wanted = 7 if look.endswith("more") else 4.5
    assert contrast(PALETTES[look][ink], PALETTES[look][on]) >= wanted


@pytest.mark.parametrize("look", PALETTES)
@pytest.mark.parametrize(("edge", "on"), EDGES)
def test_edges_have_at_least_3(look, edge, on):
    assert contrast(PALETTES[look][edge], PALETTES[look][on]) >= 3


@pytest.mark.parametrize("look", PALETTES)
def test_white_can_be_read_on_a_filled_button(look):
    assert contrast("#ffffff", PALETTES[look]["accent"]) >= 4.5


def test_every_look_has_every_name():
    assert {frozenset(palette) for palette in PALETTES.values()} == {frozenset(PALETTES["light"])}


@pytest.mark.parametrize("css", [system_colours(), chosen_colours()])
def test_the_style_sheet_declares_every_name_for_every_look(css):
    for palette in PALETTES.values():
        for name, colour in palette.items():
            assert re.search(rf"--{name}:(light-dark\([^)]*)?{colour}", css), name
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_widgets_have_the_colours_of_the_pages(look):
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][look]
    palette = PALETTES[look]
    assert theme == {
        "primaryColor": palette["accent"],
        "backgroundColor": palette["paper"],
        "secondaryBackgroundColor": palette["surface"],
        "textColor": palette["ink"],
        "linkColor": palette["link"],
        "borderColor": palette["edge"],
        "dataframeBorderColor": palette["line"],
    }


def test_no_page_has_a_colour_of_its_own():
    """White on the accent and on the private notice, and shades without a hue, mean the same everywhere."""
    sheets = [ROOT / "ui" / "style.css", ROOT / "web" / "style.css"]
    found = {
        colour for sheet in sheets for colour in re.findall(r"#[0-9a-f]{3,8}\b", sheet.read_text(encoding="utf-8"))
    }
    assert found <= {"#fff", "#9c2b00"}
