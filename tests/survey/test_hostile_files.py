"""S9: files that attack the parser end in one located problem, quickly and in little memory."""

from __future__ import annotations

import os
import time
import tracemalloc

import pytest

from survey.loader import load, parse
from survey.problems import ProblemsError
from survey.yaml_source import MAX_BYTES, MAX_VALUES
from tests.survey.files import REAL, changed, place, places, problems_of

STRATEGY = REAL["strategy"].read_text(encoding="utf-8")
ALIAS_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: {x: 1}\nb: {<<: {<<: {<<: {y: 2}}}}\n"

COPIES = {
    "alias bomb": (changed(STRATEGY, ("scoring:\n", ALIAS_BOMB + "scoring:\n")), "&a", "Q003"),
    "tag": (changed(STRATEGY, ("AI strategy", "!!python/object/apply:os.system [date]")), "!!python", "Q004"),
    "NO as an id": (changed(STRATEGY, ("id: st_lead\n", "id: NO\n")), "NO\n", "Q014"),
}  # fmt: skip


@pytest.mark.parametrize("name", COPIES)
def test_hostile_copies(name):
    text, needle, code = COPIES[name]
    assert places(problems_of(text)) == [place(text, needle, code)]


def test_a_tab_is_named_in_its_line():
    text = changed(STRATEGY, ("        text: Does your", "\t\ttext: Does your"))
    problems = problems_of(text)
    assert places(problems) == [place(text, "\t", "Q002")]
    assert problems[0].message.endswith("Indent with spaces, not with a tab.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ALIAS_BOMB, "1:4 Q003"),
        ("a: *nowhere\n", "1:4 Q003"),
        (MERGE_BOMB, "2:5 Q003"),
        ('a: {"<<": {b: c}}', "1:5 Q003"),
        ("id: a\nid: b\n", "2:1 Q005"),
        ("a:\n  b: 1\n  b: 2\n", "3:3 Q005"),
        ("a: !include /etc/passwd\n", "1:4 Q004"),
        ("[" * 5000, "1:33 Q006"),
        ("- " * 5000, "1:65 Q006"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(1900)), "33:33 Q006"),
        ("a: \0\n", "1:4 Q001"),
        ("a: 1\nb: x\x01\n", "2:5 Q001"),
        ("a: \ufffe\n", "1:4 Q001"),
        ("a: \ud800\n", "1:4 Q001"),
        ('a: "x\\0"\n', "1:4 Q001"),
        ('a: 1\nb: ["\\x1b[31m"]\n', "2:5 Q001"),
        ('"\\e": 1\n', "1:1 Q001"),
        ('a: "\\ufffe"\n', "1:4 Q001"),
        ("a: 1\n".encode("utf-16"), "1:1 Q001"),
        ("a: 1\n".encode("utf-16-le"), "1:2 Q001"),
        ("a: é\nb: ".encode() + b"\xff", "2:4 Q001"),
        (b"a: " + b"x" * 10_000_000, "1:1 Q001"),
        ("a: " + "x" * 10_000_000, "1:1 Q001"),
        ("a: b: c\n", "1:5 Q002"),
        ("a: [1, 2\n", "2:1 Q002"),
        ("a: '1\n", "2:1 Q002"),
        ("? [a]\n: b\n", "1:3 Q002"),
        ("a: 1\n---\nb: 2\n", "2:1 Q002"),
        ("%YAML 9.9\n---\na: 1\n", "1:1 Q002"),
    ],
)  # fmt: skip
def test_one_located_problem(text, expected):
    assert places(problems_of(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_900_000,
        "{a: " * 400_000,
        "- " * 900_000,
        ALIAS_BOMB,
        "a: " + "9" * 1_900_000,
        "format: 1\nid: a\nversion: 1.0.0\ntitle: x\nscoring: {threshold: 1e999999999}\ndimensions: []\n",
        'a: "' + "\\u0041" * 300_000 + '"\n',
        "\n".join(f"k{number}: 1" for number in range(150_000)),
        "\n".join(f"k{number}: 1" for number in range(MAX_VALUES - 10)),
        "format: 1\nid: a\nversion: 1.0.0\ntitle: x\ndimensions: [" + "[], " * (MAX_VALUES - 10) + "]",
        "dimensions: [{items: [" + "{id: a, asked_if: {item: b}}, " * (MAX_VALUES // 4 - 10) + "]}]",
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_refused_in_a_second_and_a_hundred_megabytes(text):
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(ProblemsError):
            parse(text)
        # Tracing memory slows Python several times over; without it each of these takes well below a second.
        assert time.process_time() - began < 10
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    began = time.process_time()
    with pytest.raises(ProblemsError):
        parse(text)
    assert time.process_time() - began < 1


def test_of_very_many_problems_the_first_thousand_are_shown():
    problems = problems_of("\n".join(f"k{number}: 1" for number in range(5000)))
    assert len(problems) == 1001
    assert problems[-1].code == "Q024"


def test_a_large_file_is_not_even_read(tmp_path):
    path = tmp_path / "questionnaire.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(ProblemsError, match="10,000,000,000 bytes"):
        load(path)


def test_the_largest_file_that_is_allowed(tmp_path):
    path = tmp_path / "questionnaire.yaml"
    text = STRATEGY + "#" * (MAX_BYTES - len(STRATEGY.encode()) - 1) + "\n"
    path.write_text(text, encoding="utf-8")
    assert len(load(path).questionnaire.items) == 28
    path.write_text(text + "#", encoding="utf-8")
    with pytest.raises(ProblemsError, match="Q001"):
        load(path)


def test_pipes_folders_and_impossible_names(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "a\0b", tmp_path / "nothing", tmp_path / ("x" * 300)):
        with pytest.raises(ProblemsError) as refused:
            load(path)
        assert places(refused.value.problems) == ["1:1 Q001"]


def test_a_byte_order_mark_is_no_fault():
    assert parse(b"\xef\xbb\xbf" + STRATEGY.encode()).questionnaire.id == "strategy"


def test_windows_line_ends_are_no_fault():
    assert parse(STRATEGY.replace("\n", "\r\n").encode()).questionnaire.id == "strategy"
