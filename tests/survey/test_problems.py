"""The catalogue of messages: each is used, each can be filled, and none sends a terminal what a file contains."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from survey.problems import CATALOGUE, Problem, ProblemsError, message, visible
from tests.survey.files import ROOT

PACKAGES = ("survey", "scoring", "results", "access", "charts", "reports", "demo", "web", "ui")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*(file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))), *ROOT.glob("*.py")]
    if path.name != "problems.py"
)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_used(code):
    assert f'"{code}"' in SOURCES


def test_every_code_that_is_used_is_in_the_catalogue():
    pkce = {"S256"}  # a method's name in RFC 7636
    assert set(re.findall(r'"([A-Z]\d{3})"', SOURCES)) - pkce <= set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_message_can_be_filled_and_says_what_to_do(code):
    severity, text = CATALOGUE[code]
    facts = {name: f"<{name}>" for _, name, _, _ in Formatter().parse(text) if name}
    filled = message(code, **facts)
    assert all(fact in filled for fact in facts.values())
    assert filled.endswith((".", ">"))
    assert severity == "error" or code[:2] in ("Q1", "T0")


def test_facts_are_shown_and_not_obeyed():
    filled = message("Q010", key="\x1b[31m{hint}\n\u202e", hint="Known here: id.")
    assert filled == "'\\x1b[31m{hint}\\n\\u202e' is not known here. Known here: id."


def test_long_facts_are_shortened_and_say_so():
    assert visible("x" * 200) == "x" * 200
    assert visible("x" * 203) == "x" * 200 + " ... (3 characters more)"


def test_problems_are_listed_in_file_order():
    problems = [Problem("b", 1, 1, "Q010", "m"), Problem("a", 2, 1, "Q010", "m"), Problem("a", 1, 9, "Q010", "m")]
    assert str(ProblemsError(problems)) == "a:1:9 Q010 m\na:2:1 Q010 m\nb:1:1 Q010 m"
