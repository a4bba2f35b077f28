"""ORGANISATIONS.csv: every organisation as it is written, or every fault at its line. Names are anybody's text."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.organisations_file import Invited, read_organisations
from survey.problems import ProblemsError
from survey.text_file import NOT_TEXT
from tests.naughty import NAUGHTY


def read(folder, text: str) -> tuple[Invited, ...]:
    path = folder / "organisations.csv"
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    return read_organisations(path, {"GE", "KH"}.__contains__)


def problems(folder, text: str) -> list[str]:
    with pytest.raises(ProblemsError) as refused:
        read(folder, text)
    return [f"{one.line} {one.code}" for one in refused.value.problems]


def as_file(*names: str) -> str:
    class Lines(list):
        write = list.append

    lines = Lines()
    csv.writer(lines).writerows([("country", "name"), *(("GE", name) for name in names)])
    return "".join(lines)


def check(folder, text: str) -> None:
    """Whole but for spaces around it, or refused."""
    name = text.strip()
    if NOT_TEXT.search(text) or not name or len(name) > 200 or "\n" in name or "\r" in name:
        assert len(problems(folder, as_file("First", text))) == 1
    else:
        assert read(folder, as_file("First", text)) == (Invited("GE", "First"), Invited("GE", name))


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_name_is_taken_whole_or_refused(tmp_path, name):
    check(tmp_path, NAUGHTY[name])


@given(text=st.text(st.characters(exclude_categories=()), max_size=40))
def test_so_is_any_text(tmp_path_factory, text):
    if text.strip() != "First":
        check(tmp_path_factory.getbasetemp(), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("country,name\nGE,A\nGE," + "x" * 200_000 + "\n", ["3 A001"]),
        ('country,name\nGE,"A\nGE,B\n', ["2 A001"]),
        ('country,name\nGE,"A"B\n', ["2 A001"]),
        ('country,name\nGE,"A\nGE,B"\nXX,C\n', ["2 O003", "4 O002"]),
        ("country,name\r\nGE,A\r\n\r\nGE,A\r\n", ["4 O004"]),
        ("", ["1 O001"]),
        ("country;name\nGE;A\n", ["1 O001"]),
    ],
)
def test_faults_stand_at_their_lines(tmp_path, text, expected):
    assert problems(tmp_path, text) == expected
