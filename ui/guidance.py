"""How to answer by keyboard, and which words mean what."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from access.respondent import Sheet
from survey.questionnaire import Item
from ui import glossary
from ui.texts import t


def how_to_answer(sheet: Sheet, dimension_id: str) -> str:
    """The keys, where there is a keyboard, and the words of this page's questions that have a meaning of their own."""
    keys = t(
        "By keyboard: {digits} choose an answer, {arrows} go to the next one.",
        digits="\x011–5\x02",
        arrows="\x01↑ ↓\x02",
    )
    marked = escape(keys).replace("\x01", "<kbd>").replace("\x02", "</kbd>")
    terms = glossary.explained(_original(sheet, dimension_id))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in terms)
    title = escape(t("Words explained ({n})", n=len(terms)))
    words = f'<details class="help"><summary>{title}</summary><dl>{rows}</dl></details>' if rows else ""
    return f'<p class="muted keys">{marked}</p>{words}'


def _original(sheet: Sheet, dimension_id: str) -> Iterable[Item]:
    """The items of a dimension as their authors wrote them; words are found in these."""
    whole = sheet.questionnaire.original
    return (whole.item(item.id) for item in sheet.items(dimension_id))
