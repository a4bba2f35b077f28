"""Where the tests of this package find questionnaires, and how they make faulty copies of them."""

from __future__ import annotations

from pathlib import Path

from survey.loader import Loaded, load, parse
from survey.problems import Problem, ProblemsError

ROOT = Path(__file__).resolve().parents[2]
REAL = {name: ROOT / "questionnaires" / name / "questionnaire.yaml" for name in ("strategy", "ethics", "standards")}
FEATURES = Path(__file__).resolve().parent / "questionnaires"


def feature(name: str) -> Loaded:
    """One of the small questionnaires, each of which shows one feature of the format."""
    return load(FEATURES / f"{name}.yaml", f"{name}.yaml")


def text_of(name: str) -> str:
    return (FEATURES / f"{name}.yaml").read_text(encoding="utf-8")


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A copy in which the first occurrence of each first text is the second one."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def problems_of(text: str | bytes, name: str = "x.yaml") -> list[Problem]:
    """The problems of a file that must be refused."""
    try:
        parse(text, name)
    except ProblemsError as error:
        return error.problems
    raise AssertionError("the file was accepted")


def places(problems: list[Problem]) -> list[str]:
    """`LINE:COLUMN CODE` of each problem."""
    return [f"{problem.line}:{problem.column} {problem.code}" for problem in problems]


def place(text: str, needle: str, code: str, nth: int = 0) -> str:
    """`LINE:COLUMN CODE` where `needle` stands in `text` for the nth time, counting from 0."""
    index = -1
    for _ in range(nth + 1):
        index = text.index(needle, index + 1)
    return f"{text.count(chr(10), 0, index) + 1}:{index - text.rfind(chr(10), 0, index)} {code}"
