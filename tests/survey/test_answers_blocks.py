"""Answers read in bulk: what comes out is what the row-by-row reader gives, problems and all."""

from __future__ import annotations

import io
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey import answers_file
from survey.answers_file import read_answers
from survey.answers_table import AnswersTable
from survey.problems import ProblemsError
from tests.builders import item, questionnaire

QUESTIONNAIRE = questionnaire([item("may", allow_na=True), item("must", critical=True)], [item("third")])
HEADERS = ("response,item,answer", "response,item,answer,evidence,reason", "reason,answer,item,evidence,response")
GOOD = {
    "response": ["a", "b", "c", "ក្រុង", "response 7", " a", "b\t", "\u00a0c"],
    "item": ["may", "must", "third", " may"],
    "answer": ["", "1", "2", "3", "4", "5", "dont_know", " 5 "],
    "evidence": ["", "none", "described", "document", "verified"],
    "reason": ["", "", "why", " for ក ", '"one, two"', '"one\ntwo"', '"a ""b"""'],
}
BAD = {
    "response": ["", " ", '"a"b', "\x01", "\ud800", "a\rb", '"a'],
    "item": ["nowhere", "", "MAY"],
    "answer": ["6", "not_applicable", "\u0661"],
    "evidence": ["paper"],
    "reason": ["one,two", '"', "\x00"],
}


def outcome(raw: bytes, size: int, *, in_bulk: bool):
    """Everything that a reader gives: the answers, or the problems."""
    bulk = AnswersTable.add_block if in_bulk else (lambda *_: False)
    with patch.object(answers_file, "_BLOCK", size), patch.object(AnswersTable, "add_block", bulk):
        try:
            found = read_answers(QUESTIONNAIRE, io.BytesIO(raw), "a.csv")
        except ProblemsError as error:
            return [str(problem) for problem in error.problems]
    return found.responses, found.codes.tolist(), found.evidence.tolist(), dict(found.reasons)


@st.composite
def files(draw, faults: int):
    """A header and rows that each answer another cell, up to `faults` of them spoilt."""
    header = draw(st.sampled_from(HEADERS))
    names = header.split(",")
    responses = [*GOOD["response"][:5], *(f"r{number}" for number in range(10))]
    cells = draw(
        st.lists(st.tuples(st.sampled_from(responses), st.sampled_from(GOOD["item"][:3])), unique=True, max_size=40)
    )
    rows = [
        {name: draw(st.sampled_from(GOOD[name])) for name in names} | {"response": response, "item": item_id}
        for response, item_id in cells
    ]
    lines = [[row[name] for name in names] for row in rows]
    for _ in range(draw(st.integers(0, faults)) if lines else 0):
        place = draw(st.integers(0, len(names) - 1))
        spoilt = draw(st.sampled_from(lines))
        spoilt[place] = draw(st.sampled_from([*GOOD[names[place]], *BAD[names[place]]]))
    texts = [",".join(line) for line in lines]
    for blank in draw(st.lists(st.sampled_from(["", " ", ",,", "a,must"] if faults else [""]), max_size=2)):
        texts.insert(draw(st.integers(0, len(texts))), blank)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = draw(st.sampled_from(["", "\ufeff"])) + end.join([header, *texts]) + draw(st.sampled_from(["", end]))
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(files(faults=0), st.integers(1, 400))
def test_right_files_read_in_bulk_are_read_the_same(raw, size):
    found = outcome(raw, size, in_bulk=True)
    assert isinstance(found, tuple)
    assert found == outcome(raw, size, in_bulk=False) == outcome(raw, 1 << 16, in_bulk=True)


@settings(max_examples=250, deadline=None)
@given(files(faults=3), st.integers(1, 400))
def test_files_with_problems_are_refused_the_same(raw, size):
    expected = outcome(raw, size, in_bulk=False)
    assert outcome(raw, size, in_bulk=True) == expected == outcome(raw, 1 << 16, in_bulk=False)


@pytest.mark.parametrize("line", ["a,must,1", "a,nowhere,1", "a,must", '"a', "a,must,\x01", "b,must,\udcff"])
def test_a_problem_at_every_place_of_a_block(line):
    plain = [f"r{number},must,{1 + number % 5}" for number in range(12)]
    for place in range(len(plain) + 1):
        rows = ["response,item,answer", "a,must,2", *plain[:place], line, *plain[place:]]
        raw = "\n".join(rows).encode("utf-8", "surrogateescape")
        for size in (1, 40, 41, 1000):
            found = outcome(raw, size, in_bulk=True)
            assert found == outcome(raw, size, in_bulk=False)
            assert len(found) == 1
            assert found[0].startswith(f"a.csv:{place + 3}:1 A0")


def test_plain_lines_are_taken_in_bulk_and_others_refused():
    def takes(raw: str) -> bool:
        return AnswersTable(QUESTIONNAIRE, 9).add_block(raw.encode(), (0, 1, 2, -1, -1), 3)

    assert takes("a,may,1\nb,may,\nក, must ,dont_know\r\n")
    assert takes("a,may,not_applicable")
    for refused in (
        '"a",may,1\n',
        "a,may,1\n\n",
        "a,may\nb,may,1,2\n",
        "a,may,1\na,may,1\n",
        "a,must,not_applicable\n",
    ):
        assert not takes(refused)


def test_the_first_of_two_is_found_by_reading_again():
    rows = [f"r{number},must,1\n" for number in range(9000)]
    raw = ("response,item,answer\n" + "".join(rows) + "r17,must,2\nr8000,must,2\nr17,must,3\n").encode()
    assert [line.split(" Keep")[0] for line in outcome(raw, 1 << 12, in_bulk=True)] == [
        "a.csv:9002:1 A008 response 'r17' already answers 'must' in line 19.",
        "a.csv:9003:1 A008 response 'r8000' already answers 'must' in line 8002.",
        "a.csv:9004:1 A008 response 'r17' already answers 'must' in line 19.",
    ]


class _Pipe(io.BytesIO):
    """A stream that can be read once."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_a_pipe_is_read_like_a_file():
    raw = b"response,item,answer\na,must,1\nb,must,2\n"
    assert read_answers(QUESTIONNAIRE, _Pipe(raw), "-").codes.tolist() == [[0, 1, 0], [0, 2, 0]]
    with pytest.raises(ProblemsError, match="-:4:1 A008 response 'a' already answers 'must' in line 2"):
        read_answers(QUESTIONNAIRE, _Pipe(raw + b"a,must,3\n"), "-")


def test_the_table_grows_with_responses_and_not_with_rows():
    table = AnswersTable(QUESTIONNAIRE, 9)
    for number in range(1000):
        table.add(number, f"r{number}", 1, 1 + number % 5, number % 4, "")
    codes, tiers = table.matrices()
    assert codes.shape == tiers.shape == (1000, 3)
    assert codes.nbytes + tiers.nbytes == 6000
    assert (codes[:, 1] == 1 + np.arange(1000) % 5).all()
    assert (tiers[:, 1] == np.arange(1000) % 4).all()
    assert not codes[:, [0, 2]].any()
    assert not tiers[:, [0, 2]].any()
