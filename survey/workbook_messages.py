"""The texts of problems of filled workbooks: code → (severity, sentence). `survey.problems` fills and shows them."""

from __future__ import annotations

from typing import Final, Literal

WORKBOOK_MESSAGES: Final[dict[str, tuple[Literal["error", "warning"], str]]] = {
    # --- the file as a whole: nothing of it is used
    "W001": (
        "error",
        (
            "This file is not a workbook that can be read. Send the one that was downloaded here, saved as .xlsx or .ods and "
            "without a password."
        ),
    ),
    "W002": (
        "error",
        "The file is too large: at most {limit}. Send the workbook as it was downloaded here, with nothing but answers added.",
    ),
    "W003": (
        "error",
        "This is a spreadsheet, but not a workbook that was downloaded here. Download it, copy your answers into it, send that.",
    ),
    "W004": (
        "error",
        (
            "The hidden sheet of this workbook has been changed, or the workbook comes from another site. Download it again "
            "and copy your answers into the new one."
        ),
    ),
    "W005": (
        "error",
        (
            "This workbook belongs to another organisation, round or questionnaire. Download yours and copy your answers into "
            "it."
        ),
    ),
    "W006": (
        "error",
        (
            "This workbook was made for another version of the questionnaire. Download it again and copy your answers into the "
            "new one."
        ),
    ),
    # --- a sheet, a row, a cell: this answer is left out
    "W007": ("error", "The sheet is missing. Give it its name back, or download the workbook again."),
    "W008": (
        "error",
        "This row no longer holds question {number}: rows were moved or removed. Undo that, or download the workbook again.",
    ),
    "W009": ("error", "This cell is merged with others. Split them again and write each answer into its own cell."),
    "W010": ("error", "There is a formula in this cell. Write its result into the cell instead."),
    "W011": ("error", "'{value}' is not one of the answers. Choose one from the list of this cell: 1 to 5, {others}."),
    "W012": (
        "error",
        "'{value}' is not one of the kinds of evidence. Choose one from the list of this cell: 0, 1 or 2.",
    ),
    "W013": (
        "error",
        "This cell holds a number, a date or the like instead of text. Format the cell as text, then type it again.",
    ),
    "W014": (
        "error",
        "An answer can be changed but not taken back. Choose one from the list of this cell; 'Don't know' is an answer too.",
    ),
}
