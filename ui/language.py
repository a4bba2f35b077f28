"""The choice of a language on every page, and what a page says of texts that are not (wholly) in it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from access.respondent import Sheet
from survey.languages import CODES, language, name_in, own_name
from survey.questionnaire import Item
from survey.translation import is_draft, marked
from ui import look, session
from ui.texts import t

DRAFT = marked("Draft translation: not yet checked by a native speaker. The English text decides.")

# Constant: the content security policy allows exactly this text by its hash. What it sets stands in the element before it; the
# cookie is the plain pages' (web/language.py).
SCRIPT = """
(() => {
  const said = document.querySelector("[data-language]");
  if (!said) return;
  document.documentElement.lang = said.dataset.language;
  document.documentElement.dir = said.dataset.direction;
  if (said.dataset.chosen !== "yes") return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `language=${said.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
})();
"""


def choose() -> None:
    """The choice at the head of a page, each language under its own name; and the page's language for the browser."""
    with st.container(key="languages"):
        st.selectbox(
            t("Language"),
            CODES,
            format_func=own_name,
            key=session.language_key(),
            label_visibility="collapsed",
            filter_mode=None,
            on_change=session.change_language,
        )
    shown = language(session.language())
    chosen = "yes" if session.has_chosen_language() else "no"
    st.html(
        f'<span data-language="{shown.code}" data-direction="{shown.direction}" data-chosen="{chosen}"></span>'
        f"<script>{SCRIPT}</script>",
        unsafe_allow_javascript=True,
    )
    if is_draft(shown.code):
        look.muted(t(DRAFT))


def note(sheet: Sheet, items: Iterable[Item] = ()) -> None:
    """Once a page: which languages stand in for the one chosen, among the sheet's headings and these items; and whether its
    translation is a draft, where that is not said of the whole page."""
    shown = session.language()
    said = []
    if others := sheet.translated.others(items):
        names = ", ".join(name_in(code, shown) for code in others)
        said.append(
            t("Some texts are not translated yet. They are shown in another language: {languages}.", languages=names)
        )
    if sheet.translated.drafts and not is_draft(shown):
        said.append(t(DRAFT))
    if said:
        look.muted(*said)


def original(sheet: Sheet, item: Item) -> str:
    """The wording that decides, folded away, where what is shown is a draft; else ""."""
    if not sheet.translated.is_draft(item.id):
        return ""
    whole = sheet.questionnaire.original
    source = whole.item(item.id)
    anchors = "".join(f"<li>{escape(words)}</li>" for words in source.anchors)
    scope = f"<p>{escape(source.scope)}</p>" if source.scope else ""
    return (
        f'<details class="original" lang="{escape(whole.language)}"><summary>{escape(own_name(whole.language))}</summary>'
        f"<p><b>{escape(source.text)}</b></p>{scope}<ol>{anchors}</ol></details>"
    )
