"""Who has joined and how far they are; renews itself every two seconds."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import facilitator, joining
from access.actor import RefusedError
from charts.countries import country_name
from reports.qr import qr_code
from results.live import Progress
from results.store import StoreError
from ui import incident, look, process, session
from ui.texts import plain, problem, t

NAME = ' class="name"'
actor = session.require_actor()
round_ = facilitator.own_round(process.workshop(), actor)
titles = [
    questionnaire.title for questionnaire in facilitator.questionnaires(process.workshop(), actor, session.language())
]
look.markup('<span class="wide"></span>')
st.title(plain(round_.name), anchor=False)


@incident.told
def change_code(ended: bool) -> None:
    try:
        joining.change_join_code(process.workshop(), session.require_actor(), ended=ended)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


def way_in() -> None:
    """The join code, large, for the room; and the way to everybody's links."""
    session.show_told()
    code = joining.join_code(process.workshop(), actor)
    address = f"{process.settings().base_url}/join"
    if code:
        square = qr_code(address, t("QR code: opens the page where the code is typed"))
        words = t("Open this address and type:"), address.removeprefix("https://").removeprefix("http://")
        look.markup(
            f'<div class="joincode"><img class="qr" src="{square.source}" alt="{escape(square.alt)}"><div><p>{escape(words[0])}</p>'
            f"<p>{escape(words[1])}</p></div><b>{code}</b></div>"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        if round_.status == "open":
            st.button(t("New code") if code else t("Make a code for the room"), on_click=change_code, args=(False,))
        if code:
            st.button(t("End the code"), on_click=change_code, args=(True,))
        look.markup(
            f'<a href="/invitations" target="_blank" rel="opener">{escape(t("Invitations: links, codes, cards to print"))}</a>'
        )


@st.fragment(run_every=2)
def joined() -> None:
    rows = facilitator.progress(process.workshop(), session.require_actor())
    begun = sum(row.has_begun for row in rows)
    done = sum(row.submitted == len(row.sheets) for row in rows)
    words = (
        t("of {n} organisation have begun", "of {n} organisations have begun", n=len(rows)),
        t("have submitted everything"),
    )
    look.markup(f"<p><b>{begun}</b> {escape(words[0])} · <b>{done}</b> {escape(words[1])}</p>")
    look.markup(table(rows))


def table(rows: tuple[facilitator.OrganisationProgress, ...]) -> str:
    heads = [t("Country"), t("Organisation"), *titles, t("Last saved")]
    top = "".join(f'<th scope="col"{NAME if head in titles else ""}>{escape(head)}</th>' for head in heads)
    named = sorted(
        rows, key=lambda row: (country_name(row.organisation.country, session.language()), row.organisation.name)
    )
    body = "".join(line(row) for row in named)
    return f'<div class="scroll" tabindex="0"><table class="figures"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def line(row: facilitator.OrganisationProgress) -> str:
    cells = "".join(
        f"<td>{cell(sheet.answered, sheet.asked, submitted=sheet.submitted)}{apart(alone)}</td>"
        for sheet, alone in zip(row.sheets, row.alone, strict=True)
    )
    country = escape(country_name(row.organisation.country, session.language()))
    name = f"<td{NAME}>{escape(row.organisation.name)}</td>"
    return f"<tr><td>{country}</td>{name}{cells}<td>{session.clock(row.last_saved) or '–'}</td></tr>"


def cell(answered: int, asked: int, *, submitted: bool) -> str:
    words = t("submitted") if submitted else f"{answered} / {asked}"
    return f"{look.bar(answered / asked if asked else 0)} {escape(words)}"


def apart(alone: tuple[Progress, ...]) -> str:
    """How many answer independently, and how many of them have submitted."""
    if not alone:
        return ""
    words = t("{n} independently, {done} submitted", n=len(alone), done=sum(one.submitted for one in alone))
    return f'<div class="muted">{escape(words)}</div>'


way_in()
joined()
if actor.key.startswith("staff-"):
    look.staff_links(t("Change role"), t("Sign out"))
else:
    look.leave_link(t("Leave on this device"))
