"""Independent respondents on the coordinator's pages: how far they are, and an answer of theirs in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import streamlit as st

from access.independent import Independent
from charts.theme import LEVEL_COLOURS, LEVEL_INKS
from results.live import Progress
from survey.questionnaire import Item
from survey.response import Answer
from ui import look
from ui.texts import t
from ui.widgets import describe


def on_your_own() -> str:
    """What an independent respondent is told about who sees what."""
    return t(
        "You answer on your own. Your colleagues' answers are not shown to you, and yours are not shown to them. Your "
        "coordinator sees how far you are, and reads your answers once you submit them."
    )


def how_far(one: Independent, titles: Mapping[str, str]) -> None:
    """A line for each questionnaire. `titles`: by its id."""
    look.markup("".join(_line(titles[progress.questionnaire_id], progress) for progress in one.progress))


def _line(title: str, progress: Progress) -> str:
    done, asked = progress.answered, progress.asked
    words = t("submitted") if progress.submitted else t("{done} of {all} answered", done=done, all=asked)
    return f'<div class="muted">{look.words(title)}: {look.bar(done / asked if asked else 0)} {escape(words)}</div>'


def without_link(listed: Iterable[Independent], titles: Mapping[str, str]) -> None:
    """Those whose link has ended: what they have answered stays."""
    for one in (one for one in listed if not one.token_hash):
        with st.container(border=True):
            st.text(one.label or t("Unnamed"))
            look.muted(t("answers independently"), t("the link has ended; the answers are kept"))
            how_far(one, titles)


def answer_line(name: str, item: Item, answer: Answer | None) -> str:
    """Whose answer, its level and what was said beside it. None: the item is not asked there."""
    code = answer.code if answer else 0
    is_level = 1 <= code <= len(LEVEL_COLOURS)
    paper, ink = (LEVEL_COLOURS[code - 1], LEVEL_INKS[code - 1]) if is_level else ("#e4e9ed", "#38434e")
    words = describe(item, answer).removeprefix(f"{code} - ") if answer else t("not asked")
    return (
        f'<div class="level told"><b style="background:{paper};color:{ink}">{code if is_level else "–"}</b>'
        f"<span><b>{look.words(name)}</b><br>{look.words(words)}</span></div>"
    )
