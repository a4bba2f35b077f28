"""The workbook's sheets that people see: the one to begin with, and one for each dimension."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from charts.theme import ALERT, HAIRLINE, INK, LEVEL_COLOURS, MUTED, PAPER
from charts.wording import Translate
from reports import workbook_layout as layout
from reports.offline import OfflineResponse, answer_name, asked_note, tier_name
from reports.workbook_layout import Identity, Line, cell_name
from survey.questionnaire import LEVELS, Dimension, Item
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Answer, as_lines, codes_offered, tiers_offered

# Widths of columns in characters. All of it fits a page across at half size, which is for keeping; the form is for writing on.
_WIDTHS: Final = (4, 6, 34, 62, 34, 22, 20, 24, 24, 24)
_START_WIDTHS: Final = (28, 100, 14)
_INPUT, _CLOSED, _HEAD, _BADGE = "#FFFBE6", "#EEF0F2", "#E9EDF5", "#E7EFF7"
_LINE_HEIGHT: Final = 15.0  # points, of 11-point text
_HIGHEST: Final = 409.0  # points; no row can be higher
_TALL: Final = re.compile("[\u0980-\u09ff\u0e80-\u0eff\u1780-\u17ff]")  # Bengali, Lao, Khmer: marks above and below
_LONGEST_NOTICE: Final = 2_000
_NOT_IN_XML: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Look:
    """Makes the book's cell formats: all text of one family, wrapped, at the top of its cell."""

    book: Any

    def __call__(self, *, framed: bool = False, **changes: Any) -> Any:
        base = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top", "text_wrap": True}
        frame = {"border": 1, "border_color": HAIRLINE} if framed else {}
        return self.book.add_format({**base, **frame, **changes})


def write_start(
    sheet: Any, look: Look, response: OfflineResponse, names: Sequence[str], t: Translate, moment: str, language: str
) -> None:
    """The first sheet: whose it is, how to fill it in, what there is to answer. `names`: of the dimensions' sheets."""
    title, label, strong = (
        look(bold=True, font_size=18, font_color=LEVEL_COLOURS[-1]),
        look(font_color=MUTED),
        look(bold=True),
    )
    alert = look(bold=True, font_color=PAPER, bg_color=ALERT)
    text, right = look(), look(bold=True, align="right")
    lines: list[tuple[tuple[str, Any], ...]] = []
    invented = t("Invented demonstration data: the organisation, the round and the answers do not exist.")
    facts = (
        (t("Organisation"), response.whose(language)), (t("Round"), response.round_name), (t("As of"), moment),
        (t("Version"), response.questionnaire.version), (t("Who asks, why, and who will see the answers"), response.notice),
    )  # fmt: skip
    lines += [
        ((words, label), (_short(fact), strong if n == 0 else text)) for n, (words, fact) in enumerate(facts) if fact
    ]
    lines.append(())
    lines += [((t("How to fill it in") if n == 0 else "", strong), (step, text)) for n, step in enumerate(_steps(t))]
    lines += [(), ((t("Parts"), strong), ("", text), (t("Answered"), right))]
    for column, width in enumerate(_START_WIDTHS):
        sheet.set_column(column, column, width)
    for row, (words, form) in enumerate([(whole(response.questionnaire.title), title), (invented, alert)]):
        if row == 0 or response.invented:
            sheet.merge_range(row, 0, row, 2, "", form)
            sheet.write_string(row, 0, words, form)
            sheet.set_row(row, _height([(words, sum(_START_WIDTHS))], 1.6 if row == 0 else 1.2))
    for row, cells in enumerate(lines, 3):
        sheet.set_row(row, _height([(words, _START_WIDTHS[n]) for n, (words, _) in enumerate(cells)]))
        for column, (words, form) in enumerate(cells):
            sheet.write_string(row, column, words, form)
    _write_counts(sheet, look, response, names, 3 + len(lines))
    sheet.hide_gridlines(2)
    sheet.protect()
    _print(sheet)


def _write_counts(sheet: Any, look: Look, response: OfflineResponse, names: Sequence[str], first: int) -> None:
    """How many questions of each part have an answer: it counts on while the cells are filled in."""
    text, count = look(), look(align="right")
    for row, (name, (dimension, items)) in enumerate(zip(names, response.parts(), strict=True), first):
        quoted = name.replace("'", "''")
        cells = f"{cell_name(layout.FIRST_QUESTION, layout.CODE)}:{cell_name(layout.FIRST_QUESTION + len(items) - 1, layout.CODE)}"
        done = sum(response.answer(item.id).is_answered for item in items)
        words = whole(dimension.title)
        sheet.write_string(row, 1, words, text)
        sheet.set_row(row, _height([(words, _START_WIDTHS[1])]))
        formula = f'=COUNTIF(\'{quoted}\'!{cells},"?*")&" / {len(items)}"'
        sheet.write_formula(row, 2, formula, count, f"{done} / {len(items)}")


def _steps(t: Translate) -> tuple[str, ...]:
    return (
        t("1. One sheet for each part: see the tabs below. Only the yellow cells can be filled in."),
        t("2. Choose the highest level of which every part is true. “Most” means more than half."),
        t("3. “Don’t know” is an answer. “Not applicable” needs a reason. ‼ marks critical questions."),
        t("4. Leave a cell empty if you have nothing to say. Do not move rows, and do not rename sheets."),
        t(
            "5. Save the workbook as .xlsx or .ods and upload it where you downloaded it. You will see what changes first."
        ),
    )


def write_dimension(
    sheet: Any,
    look: Look,
    response: OfflineResponse,
    t: Translate,
    dimension: Dimension,
    items: Iterable[Item],
    identity: Identity,
) -> None:
    """One dimension's sheet: a row for each question, of which only the cells of its answer can be changed."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width, None, {"hidden": column == layout.ID})
    sheet.write_string(
        0,
        layout.NUMBER,
        whole(dimension.title),
        look(bold=True, font_size=16, font_color=LEVEL_COLOURS[-1], text_wrap=False),
    )
    said = t("Fill in the yellow cells. For each question choose the highest level of which every part is true.")
    sheet.write_string(1, layout.NUMBER, said, look(font_color=MUTED, text_wrap=False))
    sheet.set_row(0, 26)
    sheet.set_row(1, 22)
    heads = {
        layout.NUMBER: t("No."), layout.QUESTION: t("Question"), layout.ANCHORS: t("Levels"), layout.CODE: t("Answer"),
        layout.REASON: t("If not applicable: why?"), layout.EVIDENCE: t("Evidence"), layout.LINK: t("Link to the document (https)"),
        layout.NOTE: t("Where in the document, or what it shows"), layout.COMMENT: t("Comment"),
    }  # fmt: skip
    head = look(framed=True, bold=True, bg_color=_HEAD, valign="vcenter")
    sheet.set_row(layout.FIRST_QUESTION - 2, _height([(words, _WIDTHS[column]) for column, words in heads.items()]))
    for column, words in heads.items():
        sheet.write_string(layout.FIRST_QUESTION - 2, column, words, head)
    writer = _Questions(sheet, look, response, t)
    for place, line in enumerate(identity.lines, layout.FIRST_LINE):
        item = next((one for one in items if one.id == line.item_id), None)
        if item is not None:
            writer.write(item, line, place, identity.kept)
    sheet.freeze_panes(layout.FIRST_QUESTION - 1, layout.ANCHORS)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    _print(sheet, layout.FIRST_QUESTION - 2)


class _Questions:
    """Writes the rows of one sheet."""

    def __init__(self, sheet: Any, look: Look, response: OfflineResponse, t: Translate) -> None:
        self._sheet, self._response, self._t = sheet, response, t
        self._numbers = response.numbers()
        self._text, self._bold, self._small = look(framed=True), look(bold=True), look(font_color=MUTED, font_size=10)
        self._number = look(framed=True, align="center", bold=True)
        self._critical = look(framed=True, align="center", bold=True, bg_color=_BADGE)
        self._none = look(framed=True, align="center", font_color=MUTED, bg_color=_CLOSED)
        self._input = look(framed=True, bg_color=_INPUT, locked=False, num_format="@")
        self._held = look(framed=True, italic=True, font_color=MUTED, bg_color=_CLOSED, num_format="@")

    def write(self, item: Item, line: Line, place: int, kept: str) -> None:
        """A question. `place`: its row in the hidden sheet, where its list of answers stands."""
        sheet, t, answer, row = self._sheet, self._t, self._response.answer(item.id), line.row - 1
        question, notes = whole(item.text), whole(self._notes(item))
        anchors = whole("\n".join(f"{level}{layout.SEPARATOR}{item.anchor(level)}" for level in LEVELS))
        filled = {
            layout.CODE: "" if answer.code == UNANSWERED else option(t, item, answer.code),
            layout.EVIDENCE: self._tier(answer),
        }
        filled |= {
            column: kept if part in line.held else as_lines(getattr(answer, part))
            for part, column in layout.TEXTS.items()
        }
        number = f"{self._numbers[item.id]}\n‼" if item.critical else self._numbers[item.id]
        sheet.write_string(row, layout.ID, item.id, self._text)
        sheet.write_string(row, layout.NUMBER, number, self._critical if item.critical else self._number)
        if notes:
            sheet.write_rich_string(row, layout.QUESTION, self._bold, question, self._small, f"\n{notes}", self._text)
        else:
            sheet.write_string(row, layout.QUESTION, question, self._text)
        sheet.write_string(row, layout.ANCHORS, anchors, self._text)
        held = {layout.TEXTS[part] for part in line.held}
        for column, text in filled.items():
            if column == layout.REASON and not item.allow_na and not text:
                sheet.write_string(row, column, layout.NO_REASON, self._none)
            elif text:
                sheet.write_string(row, column, text, self._held if column in held else self._input)
            else:
                sheet.write_blank(row, column, None, self._input)
        texts = {layout.QUESTION: f"{question}\n{notes}", layout.ANCHORS: anchors, **filled}
        sheet.set_row(row, _height([(text, _WIDTHS[column]) for column, text in texts.items()]))
        self._offer(row, layout.CODE, place, len(codes_offered(item)), t("Not one of the answers"))
        self._offer(row, layout.EVIDENCE, 1, len(tiers_offered(answer.evidence)), t("Not one of the kinds of evidence"))

    def _notes(self, item: Item) -> str:
        critical = self._t("‼ Critical: needed before submitting.") if item.critical else ""
        return "\n".join(filter(None, (critical, asked_note(self._t, item, self._numbers), item.scope)))

    def _tier(self, answer: Answer) -> str:
        return f"{answer.evidence}{layout.SEPARATOR}{tier_name(self._t, answer.evidence)}" if answer.evidence else ""

    def _offer(self, row: int, column: int, place: int, count: int, wrong: str) -> None:
        first, last = chr(ord("A") + layout.LISTS), chr(ord("A") + layout.LISTS + count - 1)
        rule = {"validate": "list", "source": f"={layout.HIDDEN}!${first}${place}:${last}${place}"}
        said = {"error_title": wrong[:32], "error_message": self._t("Choose one from the list of this cell.")[:255]}
        self._sheet.data_validation(row, column, row, column, {**rule, **said})


def option(t: Translate, item: Item, code: int) -> str:
    """An answer as its cell holds it: the number or letters that are read back, and its words."""
    words = answer_name(t, code) if code in (DONT_KNOW, NOT_APPLICABLE) else item.anchor(code)
    return whole(f"{layout.LETTERS[code]}{layout.SEPARATOR}{words}")


def whole(text: str) -> str:
    """An author's or organiser's text as a cell can hold it."""
    return _NOT_IN_XML.sub("\ufffd", as_lines(text))


def _short(text: str) -> str:
    text = whole(text.strip())
    return text if len(text) <= _LONGEST_NOTICE else f"{text[:_LONGEST_NOTICE]}…"


def _height(cells: Sequence[tuple[str, int]], factor: float = 1.0) -> float:
    """The height of a row in points, for texts in columns of so many characters: LibreOffice keeps what a file says."""
    tall = 1.45 if any(_TALL.search(text) for text, _ in cells) else 1.0
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return min(_HIGHEST, (lines * _LINE_HEIGHT + 4) * factor * tall)


def _lines(text: str, width: int) -> int:
    return sum(max(1, math.ceil(1.05 * _width(line[:20_000]) / width)) for line in text[:20_000].split("\n"))


def _width(text: str) -> int:
    """In characters of the usual width: Hangul takes two, a mark above another letter none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _print(sheet: Any, repeated: int | None = None) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0 if repeated else 1)
    sheet.set_footer("&L&A&R&P / &N")
    if repeated is not None:
        sheet.repeat_rows(repeated)
