"""The workbook: what is in it, what of it can be changed, and that it comes back as it was."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import workbook_layout as layout
from reports.invitation_files import in_english
from reports.spreadsheet import read_spreadsheet
from reports.workbook import identity_of, workbook_xlsx
from reports.workbook_layout import code_of, fits, tier_of
from reports.workbook_reader import read_workbook
from survey.loader import parse
from survey.response import DONT_KNOW, MAX_TEXT, NOT_APPLICABLE, Answer
from tests import hostile
from tests.builders import item, questionnaire
from tests.naughty import NAUGHTY, STORABLE
from tests.reports.workbooks import made, response, signature_of, strings_of

ANSWERS = {
    "plan": Answer(3, 2, "https://a.example/b", "page 4", "", "agreed"),
    "training": Answer(NOT_APPLICABLE, reason="No civil servants."),
}


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def values(sheet, row: int) -> list:
    return [cell.value for cell in sheet[row]]


def test_every_answer_stands_in_its_cell():
    book = opened(made(ANSWERS, invented=True))
    assert book.sheetnames == ["Start", "Direction", "People", "readiness"]
    plan, review = values(book["Direction"], 4), values(book["Direction"], 5)
    assert plan[0] == "plan"
    assert plan[1] == "1.1\n‼"
    assert plan[4:] == [
        "3 · The government has adopted a plan and pays for it.", "–", "2 · A document or link", "https://a.example/b", "page 4", "agreed",
    ]  # fmt: skip
    assert "5 · The audit office has checked the plan" in plan[3]
    assert "Asked only if: question 1.1 is at level 2 or above." in review[2]
    assert review[4:] == [None, "–", None, None, None, None]
    assert values(book["People"], 4)[4:6] == ["NA · Not applicable", "No civil servants."]
    start = strings_of(made(ANSWERS, invented=True))
    for words in ("Agency North, Georgia", "Test round", "Who asks and why.", "Invented demonstration data", "1 / 2"):
        assert words in start
    assert "Invented" not in strings_of(made(ANSWERS))


def test_only_the_cells_of_answers_can_be_changed():
    book = opened(made(ANSWERS))
    unlocked = {
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    rows = {("Direction", 4), ("Direction", 5), ("People", 4)}
    expected = {(name, f"{column}{row}") for name, row in rows for column in "EFGHIJ"}
    assert unlocked == expected - {
        ("Direction", "F4"),
        ("Direction", "F5"),
    }  # no reason: they cannot be "not applicable"
    assert all(sheet.protection.sheet for sheet in book)
    assert book["readiness"].sheet_state == "veryHidden"


def test_cells_offer_what_may_be_answered():
    book = opened(made({"training": Answer(2, evidence=3)}))
    offered = {}
    for sheet in book.worksheets[1:3]:
        for rule in sheet.data_validations.dataValidation:
            area = re.fullmatch(r"readiness!\$(\w)\$(\d+):\$(\w)\$\2", rule.formula1)
            cells = book["readiness"][f"{area[1]}{area[2]}:{area[3]}{area[2]}"]
            offered[sheet.title, str(rule.sqref)] = [cell.value for cell in cells[0]]
            assert (rule.type, rule.errorStyle in (None, "stop")) == ("list", True)
    codes = {place: [code_of(text) for text in listed] for place, listed in offered.items() if place[1][0] == "E"}
    assert codes == {
        ("Direction", "E4"): [1, 2, 3, 4, 5, DONT_KNOW], ("Direction", "E5"): [1, 2, 3, 4, 5, DONT_KNOW],
        ("People", "E4"): [1, 2, 3, 4, 5, DONT_KNOW, NOT_APPLICABLE],
    }  # fmt: skip
    tiers = {place: [tier_of(text) for text in listed] for place, listed in offered.items() if place[1][0] == "G"}
    assert tiers == {("Direction", "G4"): [0, 1, 2], ("Direction", "G5"): [0, 1, 2], ("People", "G4"): [0, 1, 2, 3]}


def test_it_opens_where_one_reads_and_prints_on_a4():
    sheet = opened(made())["Direction"]
    assert (sheet.freeze_panes, sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("D4", 9, "landscape")
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (0, "$3:$3")
    assert sheet.column_dimensions["A"].hidden
    assert all(sheet.row_dimensions[row].height > 60 for row in (4, 5))


def test_the_same_data_give_the_same_bytes():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    one, two = (workbook_xlsx(response(ANSWERS), signature_of, in_english, "en", moment) for _ in range(2))
    assert one == two
    assert "2026-03-01 12:00 UTC" in strings_of(one)


@pytest.mark.parametrize("text", ["3", " 3 ", "3 · A plan", "3·", "3 · two\nlines", "3 · 4 · 5"])
def test_a_level_is_read_from_its_number(text):
    assert code_of(text) == 3


@pytest.mark.parametrize(
    "text",
    ["", "0", "6", "7", "30", "3.5", "3,", "3 apples", "three", "３", "level 3", "D K", "N", "-1", "\u212a", "d\u212a"],
)
def test_what_is_no_answer_is_none(text):
    assert code_of(text) is None


def test_the_short_codes_are_read_in_any_case():
    assert [code_of(text) for text in ("DK", "dk · Не знаю", "Na · ไม่")] == [DONT_KNOW, DONT_KNOW, NOT_APPLICABLE]
    assert [tier_of(text) for text in ("0", "2 · Документ", "4", "-1", "20", "two")] == [0, 2, None, None, None, None]


# --- and back


def texts(data: bytes) -> dict:
    return {one.line.item_id: one.texts for one in read_workbook(data).entries}


def test_the_hidden_sheet_says_whose_it_is():
    given_out = response(ANSWERS, {"plan": 7, "training": 2})
    read = read_workbook(workbook_xlsx(given_out, signature_of, in_english, "en"))
    assert read.identity == identity_of(given_out, in_english)
    assert read.signature == signature_of(read.identity.signed_text())
    assert [(one.line.item_id, one.line.revision, one.code, one.evidence) for one in read.entries] == [
        ("plan", 7, 3, 2), ("review", 0, 0, 0), ("training", 2, NOT_APPLICABLE, 0),
    ]  # fmt: skip
    assert read.faults == ()


@pytest.mark.parametrize("name", STORABLE)
def test_a_stored_text_comes_back_or_stays_as_it_is(name):
    text = STORABLE[name]
    stored = Answer(3, note=text, reason=text, comment=text)
    read = texts(made({"training": stored}))["training"]
    expected = text.replace("\r\n", "\n").replace("\r", "\n") if fits(text) else None
    assert {read["note"], read["reason"], read["comment"]} == {expected}


@given(st.text(max_size=60))
@settings(max_examples=80)
def test_any_text_comes_back_or_stays_as_it_is(text):
    read = texts(made({"training": Answer(3, comment=text)}))["training"]["comment"]
    expected = text.replace("\r\n", "\n").replace("\r", "\n") if fits(text) else None
    assert read == expected


@pytest.mark.parametrize(
    "text", ["x" * 40_000, "😀" * 20_000, "x" * MAX_TEXT, NAUGHTY["controls"], NAUGHTY["noncharacter"]]
)
def test_a_text_that_fits_into_no_cell_is_said_to_stay_and_cannot_be_typed_over(text):
    data = made({"plan": Answer(3, note=text)})
    cell = opened(data)["Direction"]["I4"]
    assert cell.value.startswith("This text stays as it is stored")
    assert cell.protection.locked
    assert texts(data)["plan"]["note"] is None


def test_the_longest_text_of_a_cell_is_in_it():
    text = "😀" * 16_383 + "x"
    assert texts(made({"plan": Answer(3, comment=text)}))["plan"]["comment"] == text


def test_no_text_of_anybody_becomes_a_formula_or_a_link():
    """A questionnaire, names and answers of hostile texts: only our own counts are formulas."""
    asked = parse(hostile.questionnaire(), "hostile").questionnaire
    answers = {
        one.id: Answer(2, 1, "", text, "", text) for one, text in zip(asked.items, STORABLE.values(), strict=False)
    }
    data = made(
        answers, questionnaire=asked, organisation=NAUGHTY["formula_link"], round_name=NAUGHTY["formula"],
        notice=NAUGHTY["formula_at"], country="=1",
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        formulas = {
            name: re.findall("<f>([^<]*)</f>", archive.read(name).decode())
            for name in archive.namelist()
            if "sheets/sheet" in name
        }
        assert not [name for name in archive.namelist() if "external" in name or "hyperlink" in name]
        assert not [name for name in archive.namelist() if b"hyperlink" in archive.read(name)]
    (counts,) = filter(None, formulas.values())
    assert len(counts) == len(asked.dimensions)
    assert all(
        re.fullmatch(r"COUNTIF\('.*'!E4:E\d+,(\"|&quot;)\?\*(\"|&quot;)\)&amp;.*", one, re.DOTALL) for one in counts
    )
    read = read_workbook(data)
    assert (len(read.entries), read.faults) == (len(asked.items), ())


def test_sheets_of_alike_strange_or_no_names_are_told_apart():
    titles = ["Start", "readiness", "History", "a" * 40, "a" * 41, "*?/", "'", "A" * 31, "Ключ: данные", "😀" * 20]
    asked = questionnaire(
        *({"id": f"d{n}", "title": title, "items": [item(f"i{n}")]} for n, title in enumerate(titles))
    )
    book = opened(made(questionnaire=asked))
    names = book.sheetnames
    assert len({name.lower() for name in names}) == len(titles) + 2
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)
    assert len(read_workbook(made(questionnaire=asked)).entries) == len(titles)


def test_conditions_are_said_in_the_questions_numbers():
    condition = {
        "all": [
            {"any": [{"item": "a", "at_most": 2}, {"item": "b", "is": [3, "dont_know"]}]},
            {"not": {"item": "b", "at_least": 4}},
        ]
    }
    asked = questionnaire([item("a"), item("b"), item("c", asked_if=condition)])
    assert (
        "Asked only if: (question 1.1 is at level 2 or below or question 1.2 is answered with 3, Don’t know) and it is not so that "
        "question 1.2 is at level 4 or above."
    ) in strings_of(made(questionnaire=asked))


def test_a_short_form_has_its_questions_only():
    read = read_workbook(made(form="pulse"))
    assert [one.line.item_id for one in read.entries] == ["plan", "training"]
    assert read.identity.form == "pulse"
    assert layout.HIDDEN in read_spreadsheet(made(form="pulse"))
