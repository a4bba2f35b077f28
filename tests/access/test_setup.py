"""What a round may be called, and until when its answers are kept: whole or refused, and then nothing is made."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.actor import RefusedError
from access.setup import LONGEST_NAME, RoundPlan, create_round
from access.workshop import Workshop
from survey.text_file import is_one_line
from tests.naughty import NAUGHTY
from tests.reference_store import ReferenceStore
from tests.workshops import QUESTIONNAIRE


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("setup") / "questionnaire.yaml"
    path.write_text(QUESTIONNAIRE, encoding="utf-8")
    return path


def made(file, name: str = "Round", **rest: str) -> tuple[str, str]:
    """What is kept of a new round; the code of the refusal when nothing is."""
    workshop = Workshop(ReferenceStore())
    try:
        round_ = create_round(workshop, RoundPlan(name, ((file, "full"),), **rest))
    except RefusedError as refused:
        assert workshop.store.rounds() == ()
        return refused.code, ""
    (kept,) = workshop.store.rounds()
    assert kept == round_
    return kept.name, kept.keep_until


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_round_s_name_is_kept_whole_or_refused(file, name):
    text = NAUGHTY[name]
    is_name = bool(text.strip()) and len(text) <= LONGEST_NAME and is_one_line(text)
    assert made(file, text)[0] == (text if is_name else "P037")


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\0b", "\udcff", "x" * 201, "\x85"])
def test_names_that_are_none(file, text):
    assert made(file, text)[0] == "P037"


@given(st.text(st.characters(exclude_categories=())))
def test_one_line_is_what_every_engine_and_screen_can_take(text):
    assert is_one_line(text) == (not re.search("[\0-\x1f\x7f-\x9f\ud800-\udfff]", text))


@pytest.mark.parametrize("day", ["", "2028-02-29", "2020-01-01"])
def test_days(file, day):
    assert made(file, keep_until=day) == ("Round", day)


@pytest.mark.parametrize(
    "day", ["2027-02-29", "tomorrow", "20281231", "2028-W01-1", "2028-12-31 ", "２028-12-31", "\udcff"]
)
def test_what_is_no_day(file, day):
    assert made(file, keep_until=day)[0] == "P038"
