"""The page's look: one style sheet for all pages, and small pieces of markup. Everything put into markup is escaped here."""

from __future__ import annotations

from html import escape

import streamlit as st

from survey.direction import isolated

STYLE = """
<style>
  [data-testid="stMainBlockContainer"] { max-width: 50rem; padding-top: 4.5rem; padding-bottom: 5rem; }
  [data-testid="stMainBlockContainer"]:has(.wide) { max-width: none; padding: 3.3rem 1.5rem 0 1.5rem; }
  [data-testid="stMainBlockContainer"]:has(.wide):has(.invented) { padding-top: 4.4rem; }
  [data-testid="stMainBlockContainer"]:has(.broad) { max-width: 72rem; }
  h1 { font-size: 1.75rem !important; letter-spacing: -0.01em; }
  h2, h3 { font-size: 1.2rem !important; padding: 0.1rem 0 0.2rem 0 !important; }
  h1 { padding: 0.2rem 0 0.3rem 0 !important; }
  .invented { background: #fff4d6; border: 1px solid #d9a400; color: #4d3a00; border-radius: 0.4rem; padding: 0.35rem 0.75rem;
    font-size: 0.9rem; }
  .private { background: #9c2b00; color: #ffffff; font-weight: 600; border-radius: 0.4rem; padding: 0.35rem 0.75rem; }
  [data-testid="stMain"]:has(.private) { box-shadow: inset 0 0 0 6px #9c2b00; }
  .muted, .question, table.figures .name, table.figures th[scope="row"], details.way, [data-testid="stMarkdownContainer"],
  [data-testid="stText"] { overflow-wrap: anywhere; }
  table.figures .name { min-width: 8rem; }
  [data-testid="stElementContainer"]:has(> [data-testid="stButton"]), [data-testid="stButton"] button { max-width: 100%; }
  .muted { color: #55606b; font-size: 0.92rem; line-height: 1.5; }
  .question { font-size: 1.12rem; font-weight: 600; line-height: 1.4; margin: 0 0 0.15rem 0; }
  .badge { display: inline-block; background: #e7eff7; color: #14456e; border-radius: 0.3rem; padding: 0.05rem 0.45rem;
    font-size: 0.8rem; font-weight: 600; margin-left: 0.4rem; vertical-align: 0.1rem; white-space: nowrap; }
  .incident { background: #fdecea; border: 1px solid #c0392b; color: #5c1510; border-radius: 0.4rem; padding: 0.6rem 0.85rem;
    line-height: 1.5; }
  img.qr { width: 10rem; max-width: 100%; height: auto; border: 1px solid #e4e9ed; border-radius: 0.4rem; background: #fff; }
  .joincode { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem 1.6rem; }
  .joincode b { font-family: "Source Code Pro", ui-monospace, monospace; font-size: clamp(2.4rem, 6vw, 4.2rem); letter-spacing: 0.12em;
    line-height: 1.1; }
  .joincode img.qr { width: 9rem; }
  .joincode p { margin: 0; color: #38434e; }
  .joincode p + p { font-size: 1.5rem; font-weight: 600; color: #1f2933; overflow-wrap: anywhere; }
  .saved { color: #1c6b3a; font-size: 0.9rem; }
  .unsaved { color: #9c2b00; font-size: 0.95rem; font-weight: 600; }
  .waiting { color: #6a7580; font-size: 0.9rem; }
  [data-testid="stRadio"], [data-testid="stRadioGroup"], [data-testid="stRadioGroup"] > div { width: 100%; }
  [data-testid="stRadioGroup"] { gap: 0.1rem; }
  [data-testid="stRadioOption"] { padding: 0.45rem 0.55rem; border-radius: 0.45rem; width: 100%; margin: 0; }
  [data-testid="stRadioOption"] > div { align-items: flex-start; gap: 0.7rem; }
  [data-testid="stRadioOption"] > div > div:first-child { margin-top: 0.22rem; }
  [data-testid="stRadioOption"] p { color: #1f2933; font-size: 1rem; line-height: 1.45; }
  [data-testid="stRadioOption"] strong { display: inline-block; min-width: 1.1rem; }
  [data-testid="stRadioOption"]:hover { background: #f1f6fb; }
  [data-selected="true"] > [data-testid="stRadioOption"] { background: #e3eef8; }
  [data-testid="stRadioOption"]:has(input:focus-visible) { outline: 2px solid #2470a8; outline-offset: -2px; }
  [data-testid="stRadioGroup"] > div:nth-child(6) { border-top: 1px solid #e4e9ed; margin-top: 0.3rem; padding-top: 0.3rem; }
  /* While a widget's code is still on its way the questions jump about: a tap would land on another one. */
  [data-testid="stMain"]:has([data-testid="stSkeleton"]) [role="radiogroup"] { pointer-events: none; opacity: 0.4; }
  table.figures { border-collapse: collapse; width: 100%; font-size: 0.97rem; }
  table.figures th { text-align: left; font-weight: 600; color: #38434e; border-bottom: 2px solid #c9d2da; padding: 0.45rem 0.5rem;
    vertical-align: bottom; }
  table.figures td { border-bottom: 1px solid #e4e9ed; padding: 0.5rem; vertical-align: top; }
  table.figures td.number, table.figures th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .level { display: inline-flex; align-items: center; gap: 0.5rem; }
  .level b { flex: none; width: 1.9rem; text-align: center; border-radius: 0.35rem; padding: 0.18rem 0; font-size: 1.1rem;
    border: 1px solid rgba(0, 0, 0, 0.12); }
  table.figures th[scope="row"] { vertical-align: top; border-bottom: 1px solid #e4e9ed; font-weight: 400; color: inherit; width: 38%; }
  table.figures th .muted { font-weight: 400; }
  td.share { font-size: 0.85rem; color: #38434e; font-variant-numeric: tabular-nums; min-width: 3.2rem; }
  td.share i { display: block; height: 0.5rem; margin: 0.4rem 0 0.2rem 0; background: #e4e9ed; border-radius: 0.2rem; overflow: hidden; }
  td.share i u { display: block; height: 100%; background: #2470a8; text-decoration: none; }
  td.share span { display: none; }
  .scroll { overflow-x: auto; }
  table.trail { font-size: 0.85rem; min-width: 58rem; }
  details.way { border: 1px solid #c9d2da; border-radius: 0.5rem; margin: 0 0 0.6rem 0; }
  details.way summary { cursor: pointer; padding: 0.65rem 0.8rem; font-weight: 600; }
  details.way summary:focus-visible { outline: 2px solid #2470a8; outline-offset: 2px; border-radius: 0.5rem; }
  details.way summary span { font-weight: 400; color: #55606b; display: inline-block; padding-left: 0.3rem; }
  details.way ol { margin: 0; padding: 0 0.8rem 0.7rem 2.8rem; }
  details.way li { padding: 0.35rem 0; line-height: 1.45; }
  details.way ul { margin: 0.2rem 0 0 0; padding: 0 0 0 1.1rem; }
  details.way ul li { padding: 0.1rem 0; color: #38434e; }
  details.way p { margin: 0; padding: 0 0.8rem 0.7rem 0.8rem; }
  .bar { display: inline-block; width: 6rem; height: 0.55rem; background: #e4e9ed; border-radius: 0.3rem; overflow: hidden;
    vertical-align: 0.05rem; }
  .bar u { display: block; height: 100%; background: #2470a8; }
  /* The choice of a language stands in the header, beside its menu. */
  .st-key-languages { position: fixed; top: 0.55rem; right: 3.4rem; width: 9.5rem; z-index: 999991; }
  [data-testid="stElementContainer"]:has([data-language]) { position: absolute; }
  details.original { margin: 0.35rem 0 0 0; }
  details.original summary { cursor: pointer; color: #1b5a89; font-size: 0.92rem; width: fit-content; }
  details.original summary:focus-visible { outline: 2px solid #2470a8; outline-offset: 2px; }
  details.original p { margin: 0.3rem 0; }
  details.original ol { margin: 0; padding-left: 1.6rem; }
  :is(p, li, summary, h1, h2, h3, label, th, td, input, textarea, .muted, .question):is(:lang(km), :lang(lo), :lang(bn)) {
    line-height: 1.65 !important; }
  @media (max-width: 640px) {
    [data-testid="stMainBlockContainer"], [data-testid="stMainBlockContainer"]:has(.broad) { padding: 4.4rem 0.8rem 5rem 0.8rem; }
    h1 { font-size: 1.5rem !important; }
    p[role="status"] { font-size: 0.92rem; }
    .bar { width: 4rem; }
    table.stacked thead { display: none; }
    table.stacked tr { display: grid; grid-template-columns: repeat(4, 1fr); border-bottom: 1px solid #c9d2da; padding: 0.5rem 0; }
    table.stacked th[scope="row"], table.stacked td { border: none !important; padding: 0.15rem 0.25rem; }
    table.stacked th[scope="row"] { grid-column: 1 / -1; font-weight: 600; width: auto; }
    table.stacked td:nth-of-type(1) { grid-column: 1 / 4; }
    table.stacked td:nth-of-type(2) { grid-column: 4 / 5; text-align: right; }
    table.stacked td:nth-of-type(7) { display: none; }
    td.share span { display: inline; }
  }
</style>
"""

# Keys 1-5 choose an anchor of the question that has the keyboard's focus (or the first unanswered one). A constant: the
# content security policy allows exactly this text by its hash.
KEYS_SCRIPT = """
(() => {
  if (window.readinessKeys) return;
  window.readinessKeys = true;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !"12345".includes(event.key)) return;
    const target = event.target;
    if (target.closest("textarea, [contenteditable], input:not([type=radio])")) return;
    const groups = [...document.querySelectorAll("[role=radiogroup]")];
    const own = target.closest("[data-testid=stVerticalBlock]");
    const group = target.closest("[role=radiogroup]") || (own && own.querySelector("[role=radiogroup]"))
      || groups.find((one) => !one.querySelector("input:checked"));
    const radio = group && group.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (radio) { radio.click(); radio.focus(); event.preventDefault(); }
  });
})();
"""


def markup(html: str) -> None:
    """Show markup whose variable parts were escaped by the caller."""
    st.html(html)


def words(text: str, language: str = "") -> str:
    """Anybody's text as markup: shown as it stands, in its own writing direction. `language`: where it is not the page's."""
    shown = escape(isolated(text))
    return f'<span lang="{escape(language)}">{shown}</span>' if language else shown


def style() -> None:
    st.html(STYLE)


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
