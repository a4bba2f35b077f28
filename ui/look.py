"""The page's look: one style sheet and one script for all pages, and small pieces of markup. Everything put into markup is escaped here."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from charts.palette import chosen_colours
from survey.direction import isolated
from ui.texts import t

HERE = Path(__file__).parent
# The fonts of web/fonts.py; an import has to come first.
STYLE = f"<style>@import url('/fonts/faces.css');{chosen_colours()}{(HERE / 'style.css').read_text(encoding='utf-8')}</style>"
# The page's own script, a constant: the content security policy allows exactly this text by its hash.
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8")
HEARTBEAT = 7  # seconds; pages on which something is typed let the server speak that often


def markup(html: str) -> None:
    """Show markup whose variable parts were escaped by the caller."""
    st.html(html)


def words(text: str, language: str = "") -> str:
    """Anybody's text as markup: shown as it stands, in its own writing direction. `language`: where it is not the page's."""
    shown = escape(isolated(text))
    return f'<span lang="{escape(language)}">{shown}</span>' if language else shown


def style() -> None:
    st.html(STYLE)


def script(*, beats: bool = False) -> None:
    """The page's own script and its words. `beats`: the page has a heartbeat, so that silence means a lost connection."""
    facts = {
        "offline": t("No connection. What you typed stays here and is sent when it is back."),
        "silence": str(2 * HEARTBEAT) if beats else "0",
    }
    told = " ".join(f'data-{name}="{escape(fact)}"' for name, fact in facts.items())
    st.html(f'<div id="readiness-words" {told}></div><script>{SCRIPT}</script>', unsafe_allow_javascript=True)


def invented_notice(text: str) -> None:
    st.html(f'<div class="invented" role="note">{escape(text)}</div>')


def private_notice(text: str) -> None:
    """Across the page, and a frame around it: nobody shall project it unawares."""
    st.html(f'<div class="private" role="note">{escape(text)}</div>')


def muted(*texts: str) -> None:
    """Small grey words; several texts stand in one line, each in its own writing direction."""
    st.html(f'<div class="muted">{escape(" · ".join(map(isolated, texts)))}</div>')


def bar(share: float) -> str:
    """A progress bar; its figure stands beside it in words, so it is hidden from screen readers."""
    return f'<span class="bar" aria-hidden="true"><u style="width:{max(0.0, min(1.0, share)) * 100:.0f}%"></u></span>'


def plain_link(text: str) -> None:
    """To the form that needs neither a script nor a websocket."""
    st.html(f'<p class="muted"><a href="/plain" target="_self">{escape(text)}</a></p>')


def link(text: str, address: str) -> None:
    """To one of our plain pages, in a tab of its own."""
    st.html(f'<p><a href="{escape(address)}" target="_blank" rel="noopener">{escape(text)}</a></p>')


def offline_link(text: str) -> None:
    """To the workbook and the printed form."""
    st.html(f'<p class="muted"><a href="/offline" target="_self">{escape(text)}</a></p>')


def leave_link(text: str) -> None:
    """To the plain page that ends the session; only an HTTP answer can take the cookie away."""
    st.html(f'<p class="muted"><a href="/leave" target="_self">{escape(text)}</a></p>')


def staff_links(change: str, leave: str) -> None:
    """To the plain pages where somebody with an account opens another role, or signs out."""
    st.html(
        f'<p class="muted"><a href="/staff/roles" target="_self">{escape(change)}</a> · '
        f'<a href="/leave" target="_self">{escape(leave)}</a></p>'
    )
