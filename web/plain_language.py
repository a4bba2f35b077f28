"""What the plain pages say of texts that are not (wholly) in their reader's language; and anybody's text as markup."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from survey.direction import isolated
from survey.languages import name_in, own_name
from survey.translation import is_draft
from web.language import reader_language
from web.pages import filled, paragraph
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from access.respondent import Sheet
    from survey.questionnaire import Item

SURROGATE: Final = re.compile("[\ud800-\udfff]")


def as_markup(text: str) -> str:
    """Anybody's text as markup; what is no text is shown as the replacement character."""
    return escape(SURROGATE.sub("\ufffd", isolated(text)))


def in_own_language(sheet: Sheet, context: str, text: str) -> str:
    """A text of the questionnaire as markup, with the language that it is in where that is not the page's."""
    language = sheet.translated.mark(context)
    return f'<span lang="{escape(language)}">{as_markup(text)}</span>' if language else as_markup(text)


def original(sheet: Sheet, item: Item) -> str:
    """The wording that decides, where what is shown is a draft."""
    if not sheet.translated.is_draft(item.id):
        return ""
    whole = sheet.questionnaire.original
    source = whole.item(item.id)
    anchors = "".join(f"<li>{as_markup(anchor)}</li>" for anchor in source.anchors)
    return (
        f'<details lang="{escape(whole.language)}"><summary>{as_markup(own_name(whole.language))}</summary>'
        f"<p><b>{as_markup(source.text)}</b></p>{paragraph(source.scope) if source.scope else ''}<ol>{anchors}</ol></details>"
    )


def notes(sheet: Sheet, items: Iterable[Item]) -> str:
    """Which languages stand in for the page's; that its translation is a draft, where the page does not say so anyway."""
    reader = reader_language()
    others = sheet.translated.others(items)
    names = ", ".join(name_in(code, reader) for code in others)
    said = f'<p class="hint">{as_markup(filled("plain.untranslated", languages=names))}</p>' if others else ""
    is_said = is_draft(reader) or not sheet.translated.drafts
    return said if is_said else f'{said}<p class="hint">{as_markup(TEXTS["language.draft"])}</p>'
