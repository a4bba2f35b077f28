"""Who has joined and how far they are; renews itself every two seconds."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import facilitator
from charts.countries import country_name
from ui import look, process, session
from ui.texts import plain, t

actor = session.require_actor()
round_ = facilitator.own_round(process.workshop(), actor)
titles = [questionnaire.title for questionnaire in facilitator.questionnaires(process.workshop(), actor)]
look.markup('<span class="wide"></span>')
st.title(plain(round_.name), anchor=False)


@st.fragment(run_every=2)
def joined() -> None:
    rows = facilitator.progress(process.workshop(), session.require_actor())
    begun = sum(row.answered > 0 for row in rows)
    done = sum(row.submitted == len(row.sheets) for row in rows)
    words = t("of {n} organisations have begun", n=len(rows)), t("have submitted everything")
    look.markup(f"<p><b>{begun}</b> {escape(words[0])} · <b>{done}</b> {escape(words[1])}</p>")
    look.markup(table(rows))


def table(rows: tuple[facilitator.OrganisationProgress, ...]) -> str:
    heads = [t("Country"), t("Organisation"), *titles, t("Last saved")]
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    named = sorted(
        rows, key=lambda row: (country_name(row.organisation.country, session.language()), row.organisation.name)
    )
    body = "".join(line(row) for row in named)
    return (
        f'<div class="scroll"><table class="figures"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def line(row: facilitator.OrganisationProgress) -> str:
    cells = "".join(f"<td>{cell(sheet.answered, sheet.asked, submitted=sheet.submitted)}</td>" for sheet in row.sheets)
    country = escape(country_name(row.organisation.country, session.language()))
    return f"<tr><td>{country}</td><td>{escape(row.organisation.name)}</td>{cells}<td>{session.clock(row.last_saved) or '–'}</td></tr>"


def cell(answered: int, asked: int, *, submitted: bool) -> str:
    words = t("submitted") if submitted else f"{answered} / {asked}"
    return f"{look.bar(answered / asked if asked else 0)} {escape(words)}"


joined()
look.leave_link(t("Leave on this device"))
