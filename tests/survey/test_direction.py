"""Isolation of writing directions, checked against the rule of UAX 9 that matters here: whatever is inside ends inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.direction import isolated
from tests.naughty import NAUGHTY

CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f"
MIXED = st.text(st.sampled_from("ab1 ·" + CONTROLS + "\u05d0\u0645"), max_size=30)


def depth_after(text: str) -> list[str]:
    """What is still in force at the end: the stack of BD9 and X1-X8, without its limit of 125."""
    stack: list[str] = []
    for char in text:
        if char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068":
            stack.append(char)
        elif char == "\u202c" and stack and stack[-1] < "\u2066":
            stack.pop()
        elif char == "\u2069" and any(one >= "\u2066" for one in stack):
            while stack.pop() < "\u2066":
                pass
    return stack


@given(before=MIXED, text=MIXED)
def test_nothing_of_the_text_is_in_force_behind_it(before, text):
    assert depth_after(before + isolated(text)) == depth_after(before)


@given(text=MIXED)
def test_the_text_itself_is_unchanged(text):
    assert text in isolated(text)
    assert isolated(text).strip("\u2068\u2069") == text.strip("\u2068\u2069")


@pytest.mark.parametrize("name", ["khmer", "script", "emoji_family", "chinese", "empty", "combining_bomb"])
def test_what_runs_from_the_left_stays_byte_for_byte(name):
    assert isolated(NAUGHTY[name]) == NAUGHTY[name]


@pytest.mark.parametrize("name", ["bidi_override", "bidi_isolate", "rtl", "hebrew"])
def test_what_turns_is_marked(name):
    assert isolated(NAUGHTY[name]) == f"\u2068{NAUGHTY[name]}\u2069"
