"""ANSWERS.csv: what a right file becomes, and every A-code with its line."""

from __future__ import annotations

import csv
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import answers_file
from survey.answers_file import load_answers, read_answers
from survey.problems import ProblemsError
from survey.response import CODE_NAMES, NOT_APPLICABLE
from tests.builders import codes, item, questionnaire
from tests.survey.files import feature

QUESTIONNAIRE = feature("not_applicable").questionnaire
HEADER = "response,item,answer\n"
FULL_HEADER = "response,item,answer,evidence,reason\n"


def read(text: str | bytes):
    stream = io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text, newline="")
    return read_answers(QUESTIONNAIRE, stream, "a.csv")


def refused(text: str | bytes) -> list[str]:
    """`LINE CODE` of each problem."""
    with pytest.raises(ProblemsError) as error:
        read(text)
    assert all((problem.path, problem.column) == ("a.csv", 1) for problem in error.value.problems)
    return [f"{problem.line} {problem.code}" for problem in error.value.problems]


def test_a_file_of_answers():
    found = read(
        FULL_HEADER
        + "uz,must,4,document,\nkg,may,not_applicable,,We have none.\n uz , may , dont_know , verified , \nkg,must,,,\n"
    )
    assert found.responses == ("uz", "kg")
    assert (found.codes == codes(["dont_know", 4], ["not_applicable", ""])).all()
    assert found.codes.dtype == found.evidence.dtype == np.uint8
    assert found.evidence.tolist() == [[3, 2], [0, 0]]
    assert found.reasons == {(1, 0): "We have none."}


def test_columns_in_any_order_and_only_those_that_are_needed():
    found = read("answer,response,item\n5,a,must\n")
    assert found.codes.tolist() == [[0, 5]]
    assert read("reason,answer,response,item\n,5,a,must\n").codes.tolist() == [[0, 5]]


def test_text_of_any_kind_in_quotes():
    found = read('item,answer,response,reason\nmay,not_applicable,"a, ""b""\nc","1\n2"\nmust,3,"a, ""b""\nc",\n')
    assert found.responses == ('a, "b"\nc',)
    assert found.reasons == {(0, 0): "1\n2"}


def test_blank_lines_byte_order_mark_and_windows_line_ends():
    assert read(b"\xef\xbb\xbfresponse,item,answer\r\n\r\na,must,1\r\n").codes.tolist() == [[0, 1]]
    assert read("\ufeffresponse,item,answer\n\n\na,must,1").codes.tolist() == [[0, 1]]


def test_a_header_alone_is_no_responses():
    found = read(HEADER)
    assert (found.responses, found.codes.shape, found.evidence.shape) == ((), (0, 2), (0, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1 A002"] * 3),
        ("\n", ["1 A002"] * 3),
        ("response,item\na,must\n", ["1 A002"]),
        ("response;item;answer\n", ["1 A002", "1 A002", "1 A002", "1 A003"]),
        ("Response,item,answer\n", ["1 A002", "1 A003"]),
        ("response,item,answer,score\n", ["1 A003"]),
        ("response,item,answer,answer\n", ["1 A011"]),
        (HEADER + "a,nowhere,1\n", ["2 A004"]),
        (HEADER + "a,must,6\n", ["2 A005"]),
        (HEADER + "a,must,3.0\n", ["2 A005"]),
        (HEADER + "a,must,DONT_KNOW\n", ["2 A005"]),
        (HEADER + "a,must,٣\n", ["2 A005"]),
        (HEADER + "a,must,not_applicable\n", ["2 A006"]),
        (FULL_HEADER + "a,must,1,paper,\n", ["2 A007"]),
        (HEADER + "a,must,1\nb,must,1\na,must,2\na,must,1\n", ["4 A008", "5 A008"]),
        (HEADER + "a,must\na,must,1,2\n", ["2 A009", "3 A009"]),
        (HEADER + " ,must,1\n,,\n", ["2 A010", "3 A004", "3 A010"]),
        (FULL_HEADER + ",nowhere,9,paper,\n", ["2 A004", "2 A005", "2 A007", "2 A010"]),
        (HEADER + "a,must,1\na,must,\0\n", ["3 A001"]),
        (HEADER + "a,must,1\n\ud800,must,1\n", ["3 A001"]),
        ((HEADER + "a,must,1\né,must,1\n").encode("latin-1"), ["3 A001"]),
        ((HEADER + "a,must,1\n").encode("utf-16"), ["1 A001"]),
        (HEADER + 'a,must,1\n"a,must,1\nb,must,1\n', ["3 A001"]),
        (HEADER + '"a"b,must,1\n', ["2 A001"]),
        (HEADER + f"{'x' * 200_000},must,1\n", ["2 A001"]),
        (HEADER + "a,nowhere,1\nb,must,1\nb,must,1\na,must,\x01\n", ["2 A004", "4 A008", "5 A001"]),
    ],
)
def test_every_problem_has_its_line(text, expected):
    assert refused(text) == expected


def test_lines_are_counted_through_quoted_line_breaks():
    text = 'response,item,answer,reason\na,must,1,"one\ntwo\nthree"\nb,nowhere,1,\n"c\nd",must,9,\n'
    assert refused(text) == ["5 A004", "6 A005"]


def test_messages_say_what_to_do():
    with pytest.raises(ProblemsError) as error:
        read(HEADER + "a,must,1\na,must,2\n")
    assert str(error.value) == "a.csv:3:1 A008 response 'a' already answers 'must' in line 2. Keep one of the two."


def test_very_many_problems_end_in_one_that_says_so(monkeypatch):
    monkeypatch.setattr(answers_file, "MAX_PROBLEMS", 5)
    assert refused(HEADER + "a,nowhere,1\n" * 9) == ["2 A004", "3 A004", "4 A004", "5 A004", "6 A004", "7 A012"]
    assert refused(HEADER + "a,must,1\n" * 9) == ["3 A008", "4 A008", "5 A008", "6 A008", "7 A008", "8 A012"]


def test_files_that_are_not_there(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(ProblemsError, match=r"x\.csv:1:1 A001"):
            load_answers(QUESTIONNAIRE, path, "x.csv")


def test_a_file_on_disk(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes((HEADER + "ក្រុង,must,1\n").encode())
    assert load_answers(QUESTIONNAIRE, path).responses == ("ក្រុង",)


def test_a_hundred_thousand_rows_need_little_memory(tmp_path):
    large = questionnaire([item(f"i{number}") for number in range(25)])
    path = tmp_path / "answers.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for response in range(4000):
            file.writelines(f"r{response},i{number},{1 + (response + number) % 5}\n" for number in range(25))
    tracemalloc.start()
    found = load_answers(large, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.codes.shape == (4000, 25)
    assert found.codes[7].tolist() == [1 + (7 + number) % 5 for number in range(25)]
    assert peak < 12_000_000


@given(st.data())
def test_what_is_written_is_read(data):
    names = st.text(min_size=1, max_size=8).map(str.strip).filter(lambda text: text and text.isprintable())
    responses = data.draw(st.lists(names, unique=True, min_size=1, max_size=5))
    possible = {"may": sorted(CODE_NAMES), "must": [code for code in sorted(CODE_NAMES) if code != NOT_APPLICABLE]}
    cells = [(response, name) for response in responses for name in possible]
    rows = data.draw(st.permutations(cells).map(lambda order: order[: max(1, len(order) - 1)]))
    answers = {cell: data.draw(st.sampled_from(possible[cell[1]])) for cell in rows}
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("response", "item", "answer"), *((*cell, CODE_NAMES[answers[cell]]) for cell in rows)])
    found = read(text.getvalue())
    assert found.responses == tuple(dict.fromkeys(response for response, _ in rows))
    for (response, name), code in answers.items():
        assert found.codes[found.responses.index(response), QUESTIONNAIRE.position[name]] == code
    assert int((found.codes > 0).sum()) == sum(code > 0 for code in answers.values())
