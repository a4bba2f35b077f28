"""What helps on a page of questions: words explained where they occur, why it is asked, what is missing, how long it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from access import respondent
from survey.loader import load
from survey.response import Answer
from tests.app.pages import app, html
from ui import glossary
from ui.texts import t

ROOT = Path(__file__).resolve().parents[2]
ITEMS = [
    item
    for path in sorted((ROOT / "questionnaires").glob("*/questionnaire.yaml"))
    for dimension in load(path).questionnaire.dimensions
    for item in dimension.items
]


def test_every_word_occurs_in_the_questionnaires_and_has_an_explanation():
    assert set(glossary.explanations()) == set(glossary.PATTERNS)
    assert {name for name, _ in glossary.explained(ITEMS)} == {name for name, _ in glossary.explanations().values()}
    assert all(meaning.endswith(".") for _, meaning in glossary.explanations().values())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The strategy was formally Adopted.", ["adopted"]),
        ("Two public bodies, and the audit office.", ["audit office", "public body"]),
        ("Maintained, said the captain in his cloudy email.", []),  # parts of words are no words
        ("An AI system", ["AI", "AI system"]),
    ],
)
def test_words_are_found_whole_in_any_form(text, terms):
    blank = ITEMS[0].model_copy(
        update={"text": text, "scope": None, "why": None, "evidence": None, "anchors": ("",) * 5}
    )
    assert [name for name, _ in glossary.explained([blank])] == terms


def test_the_page_explains_its_words_and_keys_and_why_it_asks(at):
    shown = html(app(at, "coordinator", "section"))
    assert f"<dt>audit office</dt><dd>{t(glossary.explanations()['audit office'][1])}</dd>" in shown
    assert "<kbd>1–5</kbd>" in shown
    (card,) = re.findall(r'<details class="help"><summary>Why we ask.*?</details>', shown)
    for said in ("Critical: no level can stand", "Why we ask:", "Evidence:", "Enough:", "Not enough:"):
        assert said in card


def test_the_page_says_how_long_it_takes_and_leads_to_what_is_missing(at):
    def still(shown: str) -> list[str]:
        return re.findall(r'<a href="#q-(\w+)" aria-label="Question \d">', shown)

    first = html(app(at, "coordinator", "section"))
    assert "0 of 1 on this page · 0 of 2 in all · about 5 minutes left" in first
    assert still(first) == ["plan"]
    respondent.save_answer(at.workshop, at.actors["coordinator"], at.response("north"), "plan", Answer(3), based_on=0)
    later = html(app(at, "coordinator", "section"))
    assert still(later) == ["review"]
    assert 'data-missing="review"' in later
    for item in ("review", "training"):
        respondent.save_answer(at.workshop, at.actors["coordinator"], at.response("north"), item, Answer(3), based_on=0)
    last = html(app(at, "coordinator", "section"))
    assert "minutes left" not in last
    assert '<p class="still" id="still" hidden>' in last
