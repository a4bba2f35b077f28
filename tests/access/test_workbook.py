"""A filled workbook is compared, then saved: every fault at its cell, nobody's answer overwritten, nothing of anybody else's."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import respondent, workbook
from access.actor import RefusedError
from access.secret import keyed_hash
from reports.invitation_files import in_english
from reports.spreadsheet import SpreadsheetError
from reports.workbook import workbook_xlsx
from reports.workbook_reader import read_workbook
from results.facts import LateAnswer
from results.store import RevokeInvitation, SetRoundStatus, StoreError
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from tests.naughty import NAUGHTY, STORABLE
from tests.reference_store import ReferenceStore
from tests.reports.workbooks import Formula, filled, rewritten, strings_of, with_text
from tests.workshops import Scene, scene

PLAN, REVIEW, TRAINING = "Direction", "Direction", "People"


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


def taken(at: Scene, who: str = "coordinator") -> bytes:
    return workbook.workbook(at.workshop, at.actors[who], "tiny", in_english)


def compared(at: Scene, data: bytes, who: str = "coordinator", name: str = "") -> workbook.Preview:
    return workbook.compare(at.workshop, at.actors[who], read_workbook(data, name))


def changes(preview: workbook.Preview) -> list[workbook.Change]:
    return [workbook.Change(one.item.id, one.filled, one.based_on) for one in preview.differences]


def saved(at: Scene, data: bytes, drawn: str = "once") -> workbook.Outcome:
    preview = compared(at, data)
    return workbook.save(at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview), drawn)


def answer(at: Scene, item: str, value: Answer, who: str = "colleague") -> None:
    respondent.save_answer(at.workshop, at.actors[who], at.response("north"), item, value, based_on=None)


def stored(at: Scene, item: str, organisation: str = "north") -> Answer:
    kept = at.workshop.store.answers(at.response(organisation)).get(item)
    return kept.answer if kept else Answer()


def count(at: Scene) -> int:
    return len(at.workshop.store._log)


# --- the way through


def test_a_filled_workbook_is_shown_and_saved(at):
    answer(at, "plan", Answer(2, comment="so far"))
    data = filled(
        taken(at),
        {
            ("Direction", "E4"): "3 · as it was offered", ("Direction", "G4"): "2", ("Direction", "H4"): " https://a.example/b ",
            ("Direction", "E5"): 4, ("People", "E4"): "na", ("People", "F4"): "No civil servants.\nNone.",
        },
    )  # fmt: skip
    preview = compared(at, data)
    assert preview.faults == ()
    assert (preview.unchanged, count(at)) == (0, 1)
    assert [(one.item.id, one.stored, one.filled, one.based_on, one.conflict, one.asked) for one in preview.differences] == [
        ("plan", Answer(2, comment="so far"), Answer(3, 2, "https://a.example/b", comment="so far"), 1, False, True),
        ("review", Answer(), Answer(4), 0, False, True),
        ("training", Answer(), Answer(NOT_APPLICABLE, reason="No civil servants.\nNone."), 0, False, True),
    ]  # fmt: skip
    assert saved(at, data) == workbook.Outcome(3, ())
    assert stored(at, "plan") == Answer(3, 2, "https://a.example/b", comment="so far")
    again = compared(at, data)
    assert (again.differences, again.unchanged) == ((), 3)


def test_a_workbook_as_it_was_given_out_changes_nothing_whatever_has_happened_since(at):
    answer(at, "plan", Answer(2, note="one\r\ntwo", comment=NAUGHTY["long"]))
    data = taken(at)
    answer(at, "plan", Answer(4))
    answer(at, "training", Answer(1))
    preview = compared(at, data)
    assert (preview.differences, preview.faults, preview.unchanged) == ((), (), 3)


def test_sent_twice_it_is_saved_once(at):
    data = filled(taken(at), {("Direction", "E4"): "3"})
    preview = compared(at, data)
    for _ in range(2):
        outcome = workbook.save(
            at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview), "the same"
        )
        assert outcome == workbook.Outcome(1, ())
    assert count(at) == 1


def test_what_somebody_saved_meanwhile_is_shown_and_not_overwritten(at):
    data = filled(taken(at), {("Direction", "E4"): "3", ("People", "E4"): "2"})
    answer(at, "plan", Answer(5, comment="theirs"))
    preview = compared(at, data)
    plan, training = preview.differences
    assert (plan.stored, plan.filled, plan.based_on, plan.conflict) == (Answer(5, comment="theirs"), Answer(3), 1, True)
    assert not training.conflict
    answer(at, "training", Answer(1))  # after the look
    outcome = workbook.save(at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview), "drawn")
    (left,) = outcome.left
    assert (outcome.saved, left.item_id, left.answer) == (1, "training", Answer(2))
    assert str(left.why).startswith("Somebody else changed this")
    assert (stored(at, "plan"), stored(at, "training")) == (Answer(3), Answer(1))


def test_a_colleagues_choice_stays_where_the_workbook_has_none(at):
    data = filled(taken(at), {("People", "J4"): "my comment"})
    answer(at, "training", Answer(NOT_APPLICABLE, reason="none here"))
    (one,) = compared(at, data).differences
    assert (one.filled, one.conflict) == (Answer(NOT_APPLICABLE, reason="none here", comment="my comment"), True)


def test_the_same_answer_by_a_colleague_is_no_difference(at):
    data = filled(taken(at), {("Direction", "E4"): "3"})
    answer(at, "plan", Answer(3))
    assert compared(at, data).differences == ()


def test_an_answer_to_a_question_not_asked_now_is_kept_and_said(at):
    data = filled(taken(at), {("Direction", "E4"): "1", ("Direction", "E5"): "3"})
    answer(at, "plan", Answer(1))
    (one,) = compared(at, data).differences
    assert (one.item.id, one.asked) == ("review", False)
    assert saved(at, data).saved == 1


def test_a_reason_goes_with_its_choice(at):
    answer(at, "training", Answer(NOT_APPLICABLE, reason="none"))
    (one,) = compared(at, filled(taken(at), {("People", "E4"): "4"})).differences
    assert one.filled == Answer(4)


# --- faults, each at its cell


def merge(cells: str):
    return lambda book: book["People"].merge_cells(cells)


FAULTS = {
    "text as a level": ({("People", "E4"): "high"}, "E4", "W011"),
    "number out of range": ({("People", "E4"): 7}, "E4", "W011"),
    "half a level": ({("People", "E4"): 3.5}, "E4", "W011"),
    "not applicable without a reason": ({("People", "E4"): "NA"}, "F4", "R004"),
    "a reason without not applicable": ({("People", "E4"): "3", ("People", "F4"): "because"}, "F4", "R009"),
    "no kind of evidence": ({("People", "G4"): "a document"}, "G4", "W012"),
    "verified by nobody": ({("People", "G4"): "3"}, "G4", "R005"),
    "link over http": ({("People", "H4"): "http://a.example/b"}, "H4", "R006"),
    "script as a link": ({("People", "H4"): "javascript:alert(1)"}, "H4", "R006"),
    "link too long": ({("People", "H4"): f"https://a.example/{'b' * 2000}"}, "H4", "R008"),
    "formula as an answer": ({("People", "E4"): Formula("=1+2")}, "E4", "W010"),
    "formula as a text": ({("People", "J4"): Formula('=HYPERLINK("http://a.example")')}, "J4", "W010"),
    "number as a text": ({("People", "I4"): 45_000}, "I4", "W013"),
    "truth as an answer": ({("People", "E4"): True}, "E4", "W013"),
    "another question's row": ({("People", "A4"): "plan"}, "C4", "W008"),
    "a row without its question": ({("People", "A4"): None}, "C4", "W008"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_by_its_cell_and_the_rest_can_be_saved(at, name):
    cells, where, code = FAULTS[name]
    preview = compared(at, filled(taken(at), {("Direction", "E4"): "3", **cells}))
    (fault,) = preview.faults
    assert (fault.sheet, fault.cell, fault.error.code) == ("People", where, code)
    assert str(fault.error).endswith(".")
    assert [one.item.id for one in preview.differences] == ["plan"]
    assert count(at) == 0


def test_not_applicable_where_it_is_not_possible(at):
    (fault,) = compared(at, filled(taken(at), {("Direction", "E4"): "NA", ("Direction", "F4"): "why"})).faults
    assert (fault.sheet, fault.cell, fault.error.code) == ("Direction", "E4", "R003")


def test_merged_cells_are_named(at):
    (fault,) = compared(at, filled(taken(at), {("People", "E4"): "3"}, merge("E4:E6"))).faults
    assert (fault.cell, fault.error.code) == ("E4", "W009")


def test_a_text_that_is_too_long_is_named(at):
    """Longer than a cell of Excel can be; other programs write such."""
    data = with_text(filled(taken(at), {("People", "J4"): "MARK"}), "MARK", "x" * 50_001)
    (fault,) = compared(at, data).faults
    assert (fault.cell, fault.error.code) == ("J4", "R008")
    assert "50001" in str(fault.error)


def test_rows_that_were_moved_are_named(at):
    def move(book: openpyxl.Workbook) -> None:
        book["Direction"].insert_rows(4)

    found = compared(at, filled(taken(at), {}, move)).faults
    assert [(one.sheet, one.cell, one.error.code) for one in found] == [
        ("Direction", "C4", "W008"),
        ("Direction", "C5", "W008"),
    ]
    assert "question 1.1" in str(found[0].error)


def test_a_sheet_that_is_missing_is_named(at):
    def rename(book: openpyxl.Workbook) -> None:
        book["Direction"].title = "Mine"

    preview = compared(at, filled(taken(at), {("People", "E4"): "3"}, rename))
    assert [(one.sheet, one.cell, one.error.code) for one in preview.faults] == [("Direction", "", "W007")]
    assert [one.item.id for one in preview.differences] == ["training"]


def test_an_answer_that_is_taken_back_is_named(at):
    answer(at, "plan", Answer(3, 1, note="kept"))
    preview = compared(at, filled(taken(at), {("Direction", "E4"): None}))
    assert [(one.cell, one.error.code) for one in preview.faults] == [("E4", "W014")]


def test_all_faults_are_told_at_once_in_their_order(at):
    cells = {
        ("Direction", "E4"): "9", ("Direction", "G4"): "x", ("Direction", "E5"): "3", ("Direction", "H5"): "ftp://x",
        ("People", "E4"): "NA", ("People", "H4"): "x", ("People", "J4"): "ok",
    }  # fmt: skip
    preview = compared(at, filled(taken(at), cells))
    assert [(one.sheet, one.cell) for one in preview.faults] == [
        ("Direction", "E4"), ("Direction", "G4"), ("Direction", "H5"), ("People", "F4"), ("People", "H4"),
    ]  # fmt: skip
    assert (preview.differences, preview.unchanged) == ((), 0)


# --- whose it is


def test_an_edited_hidden_id_is_refused(at):
    given = taken(at)
    book = openpyxl.load_workbook(io.BytesIO(given))
    hidden = book["readiness"]
    south = str(at.response("south"))
    tried = 0
    for row in hidden.iter_rows(max_col=4):
        for cell in row:
            if not cell.value or (cell.row, cell.column) in ((1, 1), (8, 1)) or (cell.column == 1 and cell.row < 9):
                continue
            tried += 1
            value = {2: south, 3: "5 1"}.get(cell.column, "plan" if cell.value == "training" else "training")
            with pytest.raises(SpreadsheetError, match="hidden sheet"):
                compared(at, filled(given, {("readiness", cell.coordinate): value}))
    assert tried == 1 + 7 + 3 * 3


def test_a_workbook_of_another_organisation_or_round_is_refused_with_one_sentence(at):
    said = set()
    for who in ("neighbour", "stranger"):
        with pytest.raises(RefusedError) as error:
            compared(at, filled(taken(at, who), {("People", "E4"): "3"}))
        said.add((error.value.code, str(error.value)))
    assert [code for code, _ in said] == ["P001"]
    for who in ("facilitator", "other facilitator"):
        with pytest.raises(RefusedError):
            compared(at, taken(at), who)
        with pytest.raises(RefusedError):
            taken(at, who)
    assert count(at) == 0


def test_another_version_of_the_questionnaire_is_refused(at):
    sheet = respondent.open_sheet(at.workshop, at.actors["coordinator"], "tiny")
    for change in ({"content_hash": "other"}, {"form": "pulse"}):
        other = replace(workbook.taken_away(at.workshop, sheet, in_english), **change)
        data = workbook_xlsx(other, lambda text: keyed_hash(at.workshop, "workbook", text), in_english, "en")
        with pytest.raises(SpreadsheetError) as error:
            compared(at, data)
        assert error.value.code == "W006"


def test_a_workbook_of_another_site_is_refused(at, tmp_path):
    elsewhere = scene(ReferenceStore(), tmp_path)
    with pytest.raises(SpreadsheetError) as error:
        compared(at, taken(elsewhere))
    assert error.value.code == "W004"


def test_no_workbook_of_ours_is_said_so(at):
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b'name="readiness"', b'name="mine"') if name == "xl/workbook.xml" else content

    for data, name, code in (
        (rewritten(taken(at), change), "", "W003"),
        (taken(at), "a.csv", "W001"),
        (b"a,b", "a.xlsx", "W001"),
    ):
        with pytest.raises(SpreadsheetError) as error:
            compared(at, data, name=name)
        assert error.value.code == code
    assert compared(at, taken(at), name="Filled in (2).XLSX").faults == ()


def test_after_the_round_has_closed_or_the_response_is_submitted_nothing_is_taken(at):
    data = filled(taken(at), {("Direction", "E4"): "3"})
    preview = compared(at, data)
    answer(at, "plan", Answer(DONT_KNOW))
    respondent.submit(at.workshop, at.actors["coordinator"], at.response("north"))
    with pytest.raises(RefusedError) as error:
        compared(at, data)
    assert error.value.code == "P003"
    respondent.reopen(at.workshop, at.actors["coordinator"], at.response("north"))
    at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    with pytest.raises(RefusedError) as error:
        compared(at, data)
    assert error.value.code == "P002"
    outcome = workbook.save(at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview) * 2, "x")
    assert (outcome.saved, {str(one.why).split(".")[0] for one in outcome.left}) == (0, {"The round is closed"})
    assert stored(at, "plan") == Answer(DONT_KNOW)
    assert [(one.item_id, one.code) for one in at.workshop.store.facts(LateAnswer)] == [
        ("plan", 3)
    ]  # kept as a draft, not lost


def test_another_response_is_not_saved_into(at):
    with pytest.raises(RefusedError):
        workbook.save(
            at.workshop, at.actors["coordinator"], at.response("south"), [workbook.Change("plan", Answer(3), 0)], "x"
        )
    at.workshop.write(RevokeInvitation("unknown", 1))
    assert count(at) == 0


def test_what_cannot_be_kept_now_is_left_with_the_reason(at, monkeypatch):
    data = filled(taken(at), {("Direction", "E4"): "3"})
    preview = compared(at, data)

    def fails(*_, **__):
        raise StoreError("P007")

    monkeypatch.setattr(workbook, "save_answer", fails)
    outcome = workbook.save(at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview), "x")
    assert (outcome.saved, [one.item_id for one in outcome.left]) == (0, ["plan"])


def test_a_forged_change_is_left(at):
    change = workbook.Change("nothing", Answer(3), 0)
    outcome = workbook.save(at.workshop, at.actors["coordinator"], at.response("north"), [change], "x")
    assert (outcome.saved, [one.item_id for one in outcome.left]) == (0, ["nothing"])


# --- texts


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_text_in_a_cell_is_stored_exactly_or_refused_at_its_cell(at, name):
    text = NAUGHTY[name]
    answer(at, "training", Answer(3, comment="MARK"))
    preview = compared(at, with_text(taken(at), "MARK", text))
    if name in STORABLE:
        assert preview.faults == ()
        outcome = workbook.save(at.workshop, at.actors["coordinator"], preview.sheet.state.id, changes(preview), "x")
        assert outcome.saved == 1
        assert stored(at, "training").comment == text.replace("\r\n", "\n").replace("\r", "\n")
    else:
        assert [(one.sheet, one.cell, one.error.code) for one in preview.faults] == [("People", "J4", "R007")]
        assert count(at) == 1


@given(text=st.text(max_size=40), note=st.text(max_size=10))
@settings(max_examples=25)
def test_what_is_stored_goes_out_and_comes_back_unchanged(tmp_path_factory, text, note):
    at = scene(ReferenceStore(), tmp_path_factory.mktemp("scene"))
    if "\0" in text + note:
        return
    answer(at, "training", Answer(3, 1, "https://a.example/b", note, "", text))
    preview = compared(at, taken(at))
    assert (preview.differences, preview.faults, preview.unchanged) == ((), (), 3)


def test_a_long_text_stays_while_the_rest_of_its_row_changes(at):
    answer(at, "training", Answer(3, comment="x" * 40_000, note="\x07bell"))
    (one,) = compared(at, filled(taken(at), {("People", "E4"): "4"})).differences
    assert one.filled == Answer(4, comment="x" * 40_000, note="\x07bell")


def test_nothing_of_anybody_else_is_in_a_workbook_or_on_a_form(at):
    respondent.save_answer(
        at.workshop, at.actors["neighbour"], at.response("south"), "plan", Answer(2, comment="SOUTH"), based_on=0
    )
    text = strings_of(taken(at))
    assert "Agency North" in text
    assert "South" not in text
    assert "SOUTH" not in text
