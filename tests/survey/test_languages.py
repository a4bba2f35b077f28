"""The fifteen languages: names, plural forms, and what a browser asks for."""

from __future__ import annotations

from gettext import c2py

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from survey.languages import CODES, first_language, is_language, language, plural_categories, plural_place


def test_the_fifteen_in_their_order():
    assert " ".join(CODES) == "en ru ko kk ky tg uz hy az ka bn km lo mn fil"
    assert [language(code).own_name for code in CODES] == [
        "English", "Русский", "한국어", "Қазақ тілі", "Кыргызча", "Тоҷикӣ", "Oʻzbekcha", "Հայերեն", "Azərbaycanca", "ქართული",
        "বাংলা", "ខ្មែរ", "ລາວ", "Монгол", "Filipino",
    ]  # fmt: skip
    assert [language(code).english_name for code in CODES] == [
        "English", "Russian", "Korean", "Kazakh", "Kyrgyz", "Tajik", "Uzbek", "Armenian", "Azerbaijani", "Georgian", "Bengali",
        "Khmer", "Lao", "Mongolian", "Filipino",
    ]  # fmt: skip
    assert {language(code).direction for code in CODES} == {"ltr"}
    assert [language(code).script for code in ("en", "ko", "mn", "bn", "lo")] == [
        "Latn",
        "Kore",
        "Cyrl",
        "Beng",
        "Laoo",
    ]


@pytest.mark.parametrize("code", ["de", "", "EN", "en-GB", "../ru"])
def test_no_other_language_is_known(code):
    assert not is_language(code)
    with pytest.raises(KeyError):
        language(code)


@pytest.mark.parametrize("code", CODES)
def test_the_header_of_a_file_says_what_cldr_says(code):
    count, plural = language(code).plural_header.removeprefix("nplurals=").rstrip(";").split("; plural=")
    place = c2py(plural)
    assert int(count) == len(plural_categories(code))
    for number in range(1200):
        expected = plural_categories(code).index(Locale.parse(code).plural_form(number))
        assert place(number) == expected == plural_place(code, number), number


@pytest.mark.parametrize(
    ("code", "places"),
    [("ru", "2 0 1 1 2 2 0 1"), ("kk", "1 0 1 1 1 1 1 1"), ("ko", "0 0 0 0 0 0 0 0"), ("hy", "0 0 1 1 1 1 1 1")],
)
def test_plural_forms(code, places):
    assert " ".join(str(plural_place(code, number)) for number in (0, 1, 2, 4, 5, 11, 21, 22)) == places


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("ky-KG,ky;q=0.9,ru;q=0.8", "ky"),
        ("zh-CN,zh;q=0.9", "en"),
        ("zh-CN,ru;q=0.1", "ru"),
        ("tl", "fil"),
        ("fil-PH", "fil"),
        ("uz-Cyrl-UZ", "uz"),
        ("ru;q=0,ka;q=0.1", "ka"),
        ("ru;q=0.5, ka; q=0.7", "ka"),
        ("ru;q=0.5,ka;q=0.5", "ru"),
        ("ru;q=2,ka;q=0.1", "ka"),
        ("KM-KH", "km"),
        ("hy_AM", "hy"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
        ("ru" * 3000, "en"),
    ],
)
def test_what_a_browser_asks_for(wanted, expected):
    assert first_language(wanted) == expected


@given(st.text(max_size=400) | st.text(alphabet="enrukykatlfil-,;q=0.19 *", max_size=200))
def test_whatever_is_asked_for_a_language_of_ours_answers(wanted):
    assert first_language(wanted) in CODES


@given(st.lists(st.tuples(st.sampled_from([*CODES, "zh", "de", "tl"]), st.integers(0, 1000)), max_size=8))
def test_the_heaviest_of_ours_wins_and_the_first_of_equals(listed):
    header = ", ".join(f"{code}-XX;q={weight / 1000:.3f}" for code, weight in listed)
    ours = [("fil" if code == "tl" else code, weight) for code, weight in listed if code in (*CODES, "tl") and weight]
    best = max((weight for _, weight in ours), default=0)
    assert first_language(header) == next((code for code, weight in ours if weight == best), "en")


def test_a_language_that_cldr_does_not_know_counts_as_english_does():
    assert [plural_place(code, 1) for code in ("qqq", "..", "pt_BR")] == [0, 0, 0]
    assert [plural_place(code, 2) for code in ("qqq", "..", "pt_BR")] == [1, 1, 1]
