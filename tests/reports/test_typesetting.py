"""Documents: every character that is said to be covered is printed, and every text can be."""

import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import typesetting
from reports.typesetting import FAMILIES, FONTS, REPLACEMENT, covered, printable
from tests.naughty import NAUGHTY
from tests.reports.pdf import pages, typeset_texts


def test_the_list_of_what_is_covered_is_that_of_the_fonts():
    by_family = {}
    for path in [*FONTS.glob("*.ttf"), *FONTS.glob("*.otf")]:
        font = TTFont(path)
        by_family.setdefault(font["name"].getBestFamilyName(), []).append(set(font.getBestCmap()))
    found = set().union(*(regular & bold for family in FAMILIES for regular, bold in [by_family[family]]))
    assert covered() == set(map(chr, found))
    assert all(len(weights) == 2 for weights in by_family.values())


def test_the_fonts_are_small_and_their_licence_is_beside_them():
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_every_covered_character_is_printed():
    characters = sorted(covered() - {"\u2028", "\u2029"})
    lines = ["".join(characters[start : start + 60]) for start in range(0, len(characters), 60)]
    assert typeset_texts(lines, "Regular").startswith(b"%PDF")
    assert typeset_texts(lines, "Bold").startswith(b"%PDF")


@pytest.mark.parametrize("name", ["khmer", "khmer_zero_width", "lao", "bengali", "georgian", "armenian", "korean", "mongolian",
    "azerbaijani", "uzbek", "sql", "typst_read", "look_alike"])  # fmt: skip
def test_the_languages_of_workshops_are_printed_as_they_are(name):
    assert printable(NAUGHTY[name], 200) == typesetting.Printable(
        unicodedata.normalize("NFC", NAUGHTY[name]), changed=False
    )


@pytest.mark.parametrize(
    ("text", "shown", "changed"),
    [
        ("Office 国家统计局 1", f"Office {REPLACEMENT} 1", True),
        ("👨‍👩‍👧‍👦 family", f"{REPLACEMENT} family", True),
        ("a\x00b\ud800c", f"a{REPLACEMENT}b{REPLACEMENT}c", True),
        ("\u202eabc\u202c\ufeff", "abc", False),
        ("two\nlines\t and\r\nmore", "two lines and more", False),
        ("e\u0301", "é", False),
        ("x" + "\u0335" * 9, "x" + "\u0335" * 4, True),
        ("", "", False),
        ("a" * 24 + "bcdefg", "a" * 24 + "\u200bbcdefg", False),
    ],
)
def test_what_is_replaced_and_that_it_is_said(text, shown, changed):
    assert printable(text, 200) == typesetting.Printable(shown, changed)


def test_what_is_too_long_is_cut_and_says_so():
    assert printable("word " * 100, 22) == typesetting.Printable("word word word word wo…", changed=True)


def test_all_naughty_texts_together():
    pdf = typeset_texts([printable(text, 200).text for text in NAUGHTY.values()], "Bold")
    text = " ".join(pages(pdf))
    assert '#read("/etc/passwd")' in text
    assert "*bold* _emph_" in text
    assert "root:" not in text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=10, max_size=30))
def test_any_text_can_be_printed(texts):
    assert typeset_texts([printable(text, 30).text for text in texts], "Regular").startswith(b"%PDF")


# Marks of one script on letters of another, which are in different fonts.
MIXED = st.text(st.sampled_from("aЯ가កខអ្្ាិុំកাক্হিোກໂຽ່՞ახ\u200d\u200c\u200b\u0301\u0335\u25cc "), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(MIXED, min_size=20, max_size=40))
def test_scripts_may_be_mixed_within_a_letter(texts):
    assert typeset_texts([printable(text, 30).text for text in texts], "Bold").startswith(b"%PDF")
