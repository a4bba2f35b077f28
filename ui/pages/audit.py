"""The audit trail: newest first, page by page, and whether its chain is whole. Keys and ids only; people's names stay elsewhere."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import audit
from results.facts import AuditEntry
from survey.problems import message
from ui import look, process, session
from ui.texts import t

PER_PAGE = 50

actor = session.require_actor()
workshop = process.workshop()


def line(entry: AuditEntry) -> str:
    who = f"{entry.role} {entry.actor}".strip() or "–"
    where = " · ".join(str(part) for part in (entry.round_id, entry.organisation_id) if part)
    outcome = t("done") if entry.outcome == "done" else f"{entry.outcome}: {said(entry.outcome)}"
    cells = (session.clock(entry.happened_at), who, entry.action, entry.subject, where, outcome)
    return f'<tr><td class="number">{entry.number}</td>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def said(code: str) -> str:
    """What was shown to the person, without what was filled in."""
    try:
        return message(code)
    except KeyError:
        return t("refused")


def show_check() -> None:
    found = audit.check(workshop, actor)
    if found.is_whole:
        st.success(t("The chain is whole: each of its {n} entries follows from the one before it.", n=found.head[0]))
        look.muted(
            t(
                "Note this elsewhere. With it readiness admin audit --verify --head can tell later "
                "that nothing before it was replaced."
            )
        )
        st.code(f"{found.head[0]}:{found.head[1]}", language=None, wrap_lines=True)
    else:
        st.error(t("Entry {n} does not follow from the one before it: the trail was changed.", n=found.broken))


look.markup('<span class="broad"></span>')
st.title(t("Audit trail"), anchor=False)
look.muted(t("Who did what, and what was refused. No answers and no names, keys only."))
before = st.query_params.get("before", "")
number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
entries = audit.newest(workshop, actor, number, PER_PAGE)
with st.container(horizontal=True):
    if number and st.button(t("Newest")):
        st.query_params.pop("before")
        st.rerun()
    if entries and entries[-1].number > 1 and st.button(t("Older")):
        st.query_params["before"] = str(entries[-1].number)
        st.rerun()
    wanted = st.button(t("Check the chain"), type="primary")
if wanted:
    show_check()
heads = (t("Entry"), t("When"), t("Who"), t("What"), t("On what"), t("Round, organisation"), t("Outcome"))
top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
look.markup(
    f'<div class="scroll" tabindex="0"><table class="figures trail"><thead><tr>{top}</tr></thead>'
    f"<tbody>{''.join(line(entry) for entry in entries)}</tbody></table></div>"
)
look.staff_links(t("Change role"), t("Sign out"))
