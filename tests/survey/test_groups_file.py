"""GROUPS.csv: what a right file becomes, and every G-code with its line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import groups_file
from survey.groups_file import load_groups, parse_groups
from survey.problems import ProblemsError

RESPONSES = ("a", "b", "c")
HEADER = "response,group,organisation,invited\n"
RIGHT = HEADER + "b,ge,Mint,3\na,ge,Mint,3\nc,kg,,\n"


def refused(text: str) -> list[str]:
    """`LINE CODE` of each problem."""
    with pytest.raises(ProblemsError) as error:
        parse_groups(RESPONSES, text, "g.csv")
    assert all((problem.path, problem.column) == ("g.csv", 1) for problem in error.value.problems)
    return [f"{problem.line} {problem.code}" for problem in error.value.problems]


def test_a_file_of_groups():
    found = parse_groups(RESPONSES, RIGHT, "g.csv")
    assert (found.groups, found.organisations, found.invited) == (("ge", "kg"), ("Mint", "c"), (3, None))
    assert (found.group_of.tolist(), found.organisation_of.tolist()) == ([0, 0, 1], [0, 0, 1])


def test_only_the_needed_columns_in_any_order():
    found = parse_groups(RESPONSES, "group,response\nge,c\n\n ge , a \nkg,b\n", "g.csv")
    assert (found.groups, found.organisations, found.invited) == (("ge", "kg"), ("c", "a", "b"), (None, None))
    assert found.group_of.tolist() == [0, 1, 0]


def test_no_responses_no_groups():
    found = parse_groups((), "response,group\n", "g.csv")
    assert (found.groups, found.organisations, found.group_of.shape) == ((), (), (0,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1 G002", "1 G002"]),
        ("response,country\n", ["1 G002", "1 G003"]),
        ("response,group,group\n", ["1 G004"]),
        (RIGHT + "a,ge\n", ["5 G005"]),
        (RIGHT + ",ge,,\n", ["5 G006"]),
        (RIGHT + "d,ge,,3\n", ["5 G007"]),
        (HEADER + "a,,,\nb,ge,,\nc,ge,,\n", ["2 G008"]),
        (RIGHT + "a,ge,Mint,3\n", ["5 G009"]),
        (RIGHT + "a,kg,Mint,\n", ["5 G010"]),
        (HEADER + "a,ge,Mint,\nb,kg,Mint,\nc,ge,,\n", ["3 G011"]),
        (HEADER + "a,ge,,3.0\nb,ge,,3\nc,ge,,3\n", ["2 G012"]),
        (HEADER + "a,ge,,0\nb,kg,,-1\nc,kg,,many\n", ["2 G012", "3 G012", "4 G012"]),
        (HEADER + "a,ge,,٣\nb,kg,,9999999999\nc,kg,,\n", ["2 G012", "3 G012"]),
        (HEADER + "a,ge,,4\nb,ge,,5\nc,ge,,\n", ["3 G013", "4 G013"]),
        (HEADER + "a,kg,,\nb,ge,,1\nc,ge,,1\n", ["3 G014"]),
        (HEADER + "a,ge,Mint,1\nb,ge,Mint,1\n", ["1 G015"]),
        (HEADER + 'a,ge,,\n"b,ge,,\n', ["3 G001"]),
        (HEADER + "b,ge,,7\nd,,,\n,,,\nb,ge,,\n", ["1 G015", "1 G015", "3 G007", "4 G006", "5 G009"]),
    ],
)
def test_every_problem_has_its_line(text, expected):
    assert refused(text) == expected


def test_the_same_number_may_be_written_with_zeros():
    assert parse_groups(RESPONSES, HEADER + "a,ge,,4\nb,ge,,04\nc,ge,,4\n", "g.csv").invited == (4,)


def test_messages_say_where_and_what_to_do():
    with pytest.raises(ProblemsError) as error:
        parse_groups(RESPONSES, RIGHT + "a,kg,Mint,\n", "g.csv")
    assert str(error.value) == (
        "g.csv:5:1 G010 response 'a' is in the group 'kg' and, in line 3, in 'ge'. Keep the one it belongs to."
    )


def test_very_many_problems_end_in_one_that_says_so(monkeypatch):
    monkeypatch.setattr(groups_file, "MAX_PROBLEMS", 2)
    assert refused(RIGHT + "d,ge,,3\n" * 5) == ["5 G007", "6 G007", "7 G016"]


def test_files_on_disk(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_bytes(b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode())
    assert load_groups(RESPONSES, path).groups == ("ge", "kg")
    path.write_bytes(b"response,group\n\xff,ge\n")
    for wrong in (path, tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(ProblemsError, match=r"x\.csv:\d:\d G001"):
            load_groups(RESPONSES, wrong, "x.csv")


NAMES = st.text(min_size=1, max_size=6).map(str.strip).filter(lambda text: text and text.isprintable())


@given(st.lists(NAMES, unique=True, min_size=1, max_size=6), st.data())
def test_what_is_written_is_read(responses, data):
    groups = data.draw(st.lists(st.sampled_from(["ge", "kg", "uz"]), min_size=len(responses), max_size=len(responses)))
    rows = data.draw(st.permutations(list(zip(responses, groups, strict=True))))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("response", "group"), *rows])
    found = parse_groups(responses, text.getvalue(), "g.csv")
    assert [found.groups[place] for place in found.group_of] == groups
    assert [found.organisations[place] for place in found.organisation_of] == responses
