"""Invitations as a file: the three formats, with what a browser and a file system call them."""

from __future__ import annotations

from typing import Final, Literal

from charts.wording import Translate
from reports.invitation_pdf import invitation_pdf
from reports.invitation_tables import invitations_csv, invitations_xlsx
from reports.invitations import Invitations

Format = Literal["pdf", "xlsx", "csv"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def in_english(text: str, plural: str = "", /, **facts: object) -> str:
    """The text as it stands in the code: for files made where nobody has chosen a language."""
    words = plural if plural and facts["n"] != 1 else text
    return words.format(**facts) if facts else words


def invitation_file(
    invitations: Invitations, format_: Format, t: Translate = in_english, language: str = "en"
) -> bytes:
    """The invitations in a format. They hold secrets: hand the bytes on, keep no copy."""
    if format_ == "pdf":
        return invitation_pdf(invitations, t, language).pdf
    return {"xlsx": invitations_xlsx, "csv": invitations_csv}[format_](invitations, t, language)
