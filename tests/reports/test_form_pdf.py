"""The printed form: every question and every level on it, in every script, empty or with what is stored."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from reports.form_pdf import form_pdf
from reports.invitation_files import in_english
from reports.typesetting import printable
from survey.loader import parse
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from tests import hostile
from tests.builders import item, questionnaire
from tests.naughty import NAUGHTY, STORABLE
from tests.reports.pdf import pages
from tests.reports.workbooks import response

SCRIPTS = ("khmer", "lao", "bengali", "georgian", "armenian", "korean", "mongolian", "azerbaijani", "uzbek")


def text_of(**changes) -> str:
    return words(form_pdf(response(**changes), in_english))


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(pages(pdf)))


def test_everything_that_is_asked_stands_on_it():
    shown = response(invented=True)
    text = words(form_pdf(shown, in_english))
    for asked in shown.questionnaire.items:
        for part in (asked.text, asked.scope, *asked.anchors):
            assert part in text
    for part in (
        "Agency North, Georgia", "Test round", "Who asks and why.", "Invented data", "1. Direction", "2. People", "Critical",
        "Asked only if: question 1.1 is at level 2 or above.", "tiny 1.0.0", "Filled in by",
    ):  # fmt: skip
        assert part in text
    assert (text.count("Don’t know"), text.count("Not applicable")) == (3 + 1, 1 + 1)  # one of each among the hints
    assert text.count("If not applicable: why?") == 1
    assert "×" not in text
    assert "Verified" not in text


def test_a_label_says_invented_on_every_page_and_on_none_without():
    every = pages(form_pdf(response(invented=True), in_english))
    assert len(every) > 1
    assert all("Invented data" in page for page in every)
    assert all(f"{number} / {len(every)}" in page for number, page in enumerate(every, 1))
    assert "Invented" not in text_of()


@pytest.mark.parametrize(
    ("answer", "crosses"),
    [
        (Answer(), 0), (Answer(3), 2), (Answer(3, 2), 2), (Answer(DONT_KNOW), 1), (Answer(DONT_KNOW, 1), 2),
        (Answer(NOT_APPLICABLE, reason="No civil servants."), 1), (Answer(2, 3), 2),
    ],
)  # fmt: skip
def test_what_is_stored_is_ticked(answer, crosses):
    text = text_of(answers={"training": answer})
    assert text.count("×") == crosses
    assert ("No civil servants." in text) == (answer.code == NOT_APPLICABLE)
    assert ("Verified" in text) == (answer.evidence == 3)


def test_texts_of_an_answer_are_printed_as_far_as_there_is_room():
    text = text_of(answers={"plan": Answer(3, 2, "https://a.example/b", "page 4", "", "word " * 400)})
    for part in ("https://a.example/b", "page 4", "word word", "…"):
        assert part in text
    assert text.count("word") < 150


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_of_a_workshop_is_printed_whole(script):
    text = NAUGHTY[script]
    asked = questionnaire([item("a", text=text, anchors=[f"{text} {level}" for level in range(1, 6)])], title=text)
    pdf = form_pdf(response(questionnaire=asked, organisation=text, country=""), in_english, script[:2])
    shown = printable(text, 4000)
    assert not shown.changed  # and the compiler refuses a character that no font has
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_dict()["Title"] == f"{shown.text}: {shown.text}"
    document.close()


def test_hostile_texts_make_a_form_all_the_same():
    """A questionnaire, names and answers of them all: a PDF/UA is made, and nothing in it is obeyed."""
    asked = parse(hostile.questionnaire(), "hostile").questionnaire
    answers = {
        one.id: Answer(2, 1, "", text, "", text) for one, text in zip(asked.items, STORABLE.values(), strict=False)
    }
    pdf = form_pdf(
        response(
            answers, questionnaire=asked, organisation=NAUGHTY["typst_read"], round_name=NAUGHTY["script"],
            notice="\n".join(STORABLE.values()), invented=True,
        ),
        in_english,
    )  # fmt: skip
    text = words(pdf)
    assert '#read("/etc/passwd")' in text
    assert "root:" not in text


def test_a_question_longer_than_a_page_goes_on_on_the_next():
    long = [f"{level} {'word ' * 700}end{level}." for level in range(1, 6)]
    text = text_of(questionnaire=questionnaire([item("a", anchors=long), item("b")]))
    assert all(f"end{level}." in text for level in range(1, 6))
    assert "Is b done?" in text


def test_it_is_tagged_and_has_its_title_and_language():
    document = pypdfium2.PdfDocument(form_pdf(response(), in_english, "ka"))
    assert document.get_metadata_dict()["Title"] == "Tiny: Agency North, საქართველო"
    assert document.is_tagged()
    document.close()


def test_the_short_form_has_its_questions_only():
    text = text_of(form="pulse")
    assert "Is the plan reviewed?" not in text
    assert "Are people trained?" in text
