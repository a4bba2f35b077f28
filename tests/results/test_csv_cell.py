"""Cells of CSV files: no text starts a formula, no number changes, and the text comes back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.csv_cell import csv_cell
from tests.naughty import NAUGHTY

STARTS = "=+-@\t\r＝＋－＠"


@pytest.mark.parametrize("start", STARTS)
def test_what_could_start_a_formula_gets_an_apostrophe(start):
    assert csv_cell(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize("start", STARTS.replace("\t", "").replace("\r", ""))
@pytest.mark.parametrize("hidden", [" ", " \t", "\u200b", "\ufeff", "\x00", "\u202e", "\n"])
def test_nothing_invisible_hides_a_formula(start, hidden):
    assert csv_cell(f"{hidden}{start}SUM(A1)") == f"'{hidden}{start}SUM(A1)"


@pytest.mark.parametrize("text", ["", " ", "Statistics office", "a=1", "'=1", "(-1)", "…", "ក្រសួង", "1-2"])
def test_other_text_is_left_alone(text):
    assert csv_cell(text) == text


@pytest.mark.parametrize("value", [-1, -3.5, 0, 4.25, True, None, 1e-9])
def test_typed_numbers_are_untouched(value):
    assert csv_cell(value) is value


@given(st.text() | st.sampled_from(list(NAUGHTY.values())))
def test_the_text_comes_back(text):
    file = io.StringIO(newline="")
    csv.writer(file).writerow([csv_cell(text), csv_cell(text)])
    first, second = next(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert first == second
    assert first in (text, f"'{text}")
    assert first[:1] not in STARTS or not first
