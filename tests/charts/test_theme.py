"""Colours that can be read, sizes that reach the back row, and text that fits."""

from __future__ import annotations

import json
import re

import pytest

from charts import theme

PAIRS = [
    *zip(theme.LEVEL_INKS, theme.LEVEL_COLOURS, strict=True),
    (theme.MISSING_INK, theme.MISSING),
    (theme.INK, theme.PAPER),
    (theme.MUTED, theme.PAPER),
    (theme.PAPER, theme.ALERT),
]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_has_a_contrast_of_at_least_4_5(ink, paper):
    assert contrast(ink, paper) >= 4.5


def test_the_frame_of_a_pale_cell_is_seen_on_white():
    assert contrast(theme.HAIRLINE, theme.PAPER) >= 3


def test_levels_are_those_of_the_design():
    assert theme.LEVEL_COLOURS == ("#fff7c9", "#a1dab4", "#41b6c4", "#2470a8", "#253494")


def test_projector_text_reaches_the_back_row():
    sizes = theme.SIZES["projector"]
    assert min(sizes.axis, sizes.detail, sizes.legend, sizes.score, sizes.subtitle) >= 25


@pytest.mark.parametrize("scale", ["page", "projector"])
def test_every_text_has_the_fonts_of_the_device(scale):
    config = theme.config(scale).to_dict()
    assert config["font"] == config["legend"]["labelFont"] == config["axis"]["titleFont"] == theme.FONT
    assert "url" not in theme.FONT
    for script in ("Khmer", "Lao", "Bengali", "Georgian", "Armenian"):
        assert f"Noto Sans {script}" in theme.FONT


def test_nothing_is_cut_off_by_the_theme():
    config = theme.config("page").to_dict()
    assert config["axis"]["labelLimit"] == config["legend"]["labelLimit"] == config["title"]["limit"] == 0
    assert config["axis"]["labelOverlap"] is False


def test_wrap_breaks_at_spaces_only():
    assert theme.wrap("Human safety first", 60, 14) == ("Human", "safety", "first")
    assert theme.wrap("Transformation", 10, 14) == ("Transformation",)
    assert theme.wrap("Human safety", 1000, 14) == ("Human safety",)


def test_combining_marks_take_no_room():
    assert theme.text_width("e\u0301", 10) == pytest.approx(theme.text_width("e", 10))


def test_wrapped_gives_more_lines_to_narrow_charts_and_none_with_a_lonely_word():
    sentence = "Direction is the strongest dimension in 8 of 9 countries, Skills the weakest in 8"
    expression = theme.wrapped([sentence], lambda _: 20, around=8)
    listed = [json.loads(lines) for lines in re.findall(r"\[[^]]*]", expression)]
    assert [len(lines) for lines in listed] == sorted(len(lines) for lines in listed)
    assert all(" ".join(lines) == sentence for lines in listed)
    assert all(len(lines[-1].split()) > 1 for lines in listed)


def test_a_text_cannot_leave_its_literal():
    nasty = "\"] + warn('x') + [\"\u2028\\"
    assert json.loads(theme.literal(nasty)) == nasty
    assert theme.literal(nasty).isascii()
    assert not re.search(r'(?<!\\)(\\\\)*"(?!$)', theme.literal(nasty)[1:])
