"""Codes as people type them: every spelling reads as the same code, and no two codes as one."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.actor import RefusedError
from access.codes import (
    ALPHABET,
    NEVER_USED,
    JoinCode,
    OrganisationCode,
    new_join_code,
    new_organisation_code,
    read_code,
    require_code,
    stray_symbols,
)

# Written out here, apart from the module's own table.
TWINS = {
    "A": "АаΑα", "C": "Сс", "E": "ЕеΕε", "H": "НнΗη", "J": "Јј", "K": "КкΚκ", "M": "МмΜμ", "N": "Νν", "P": "РрΡρ",
    "T": "ТтΤτ", "W": "Ԝԝ", "X": "ХхΧχ", "Y": "УуҮүΥυ", "3": "Зз៣໓৩٣", "4": "៤໔৪٤", "6": "៦໖৬٦",
    "7": "៧໗৭٧", "9": "៩໙৯٩",
}  # fmt: skip
SEPARATORS = (
    "",
    " ",
    "-",
    "–",
    "—",
    "‑",
    "−",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "_",
    ".",
    " - ",
    "ー",
    "\n",
    "\t",
)

symbols = st.sampled_from(ALPHABET)
join_codes = st.text(symbols, min_size=5, max_size=5).map(JoinCode)
organisation_codes = st.builds(
    OrganisationCode, st.text(symbols, min_size=4, max_size=4), st.text(symbols, min_size=10, max_size=10)
)
codes = join_codes | organisation_codes


def spellings(symbol: str) -> list[str]:
    full_width = chr(ord(symbol) + 0xFEE0)
    return [symbol, symbol.lower(), full_width, full_width.lower(), *TWINS.get(symbol, "")]


@st.composite
def spelt(draw: st.DrawFn) -> tuple[JoinCode | OrganisationCode, str]:
    code = draw(codes)
    typed = draw(st.sampled_from(SEPARATORS))
    for symbol in code.shown.replace("-", ""):
        typed += draw(st.sampled_from(spellings(symbol))) + draw(st.sampled_from(SEPARATORS))
    return code, typed


@given(spelt())
def test_every_spelling_reads_as_the_code(case):
    code, typed = case
    assert read_code(typed) == code


@pytest.mark.parametrize("symbol", ALPHABET)
def test_each_twin_of_each_symbol_alone(symbol):
    for twin in spellings(symbol):
        assert read_code(twin * 5) == JoinCode(symbol * 5), twin


@given(codes, codes)
def test_no_two_codes_are_one(first, second):
    assert (read_code(first.shown) == read_code(second.shown)) == (first == second)


def test_no_symbol_reads_as_another():
    read = [read_code(symbol * 5) for symbol in ALPHABET]
    assert len({code.symbols for code in read}) == len(ALPHABET) == 22


@given(st.text())
def test_anything_typed_is_a_code_or_none(text):
    code = read_code(text)
    assert code is None or read_code(code.shown) == code


@pytest.mark.parametrize(
    "text",
    ["", "K4MN", "K4MN-AC", "K4MNACDEFHJKM", "K4MNACDEFHJKMNN", "K4MN0", "ÅCDEF", "K4MN\0", "A" * 1_000_000, "\ufdfa" * 100,
     "\ud800ACDE", "==ACD", "ACDEF; DROP TABLE"],
)  # fmt: skip
def test_what_is_no_code(text):
    assert read_code(text) is None


def test_which_symbols_never_occur():
    assert set(NEVER_USED) - {" "} == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") - set(ALPHABET)
    assert stray_symbols("K4-mno l0 o0") == "OL0"
    assert stray_symbols("к4мn-acdef-hjkmn") == ""


def test_new_codes_use_every_symbol_evenly_and_the_promised_entropy():
    drawn = [new_organisation_code() for _ in range(2_000)]
    text = "".join(code.secret for code in drawn)
    expected = len(text) / len(ALPHABET)
    chi_square = sum((text.count(symbol) - expected) ** 2 / expected for symbol in ALPHABET)
    assert chi_square < 76  # 21 degrees of freedom: exceeded by chance once in 30 million runs
    assert len(set(drawn)) == len(drawn)
    assert all(read_code(code.shown) == code for code in drawn[:50])
    assert read_code(new_join_code().shown) is not None
    bits = [
        len(part) * math.log2(len(ALPHABET)) for part in (new_join_code().symbols, drawn[0].selector, drawn[0].secret)
    ]
    assert [round(size) for size in bits] == [22, 18, 45]


def test_shown_in_groups_and_never_in_a_repr():
    code = OrganisationCode("K4MN", "ACDEFHJKMN")
    assert code.shown == "K4MN-ACDEF-HJKMN"
    assert "ACDEF" not in repr(code)
    assert "3469A" not in repr(JoinCode("3469A"))


def test_the_refusal_names_what_no_code_has():
    with pytest.raises(RefusedError) as refused:
        require_code("K4MN-O")
    assert refused.value.code == "P024"
    named = re.search(r"never (.*?)\. ", str(refused.value)).group(1)
    assert set(re.findall(r"[A-Z0-9]\b", named)) == set(NEVER_USED) - {" "}
    assert require_code("acd e3") == JoinCode("ACDE3")
