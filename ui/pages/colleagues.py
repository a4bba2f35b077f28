"""Links and codes for colleagues: made, shown once, made anew, ended."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import independent, issuing, together
from access.actor import RefusedError
from access.invitation import expiry_of, key_of
from access.issuing import Issued
from access.respondent import my_sheets
from reports.qr import qr_code
from results.store import StoreError
from ui import answered, incident, look, process, respondents, session
from ui.texts import problem, t

actor = session.require_actor()
base_url = process.settings().base_url
sheets = my_sheets(process.workshop(), actor, session.language())
titles = {sheet.questionnaire.id: sheet.questionnaire.title for sheet in sheets}
st.title(t("Colleagues"), anchor=False)
look.muted(
    t(
        "A colleague's link opens the same answers. Colleagues can answer; you submit. Each person gets a link of their own."
    )
)
look.muted(
    t(
        "Somebody who answers independently gets empty answers of their own and submits them; you see how far they are, and "
        "their answers once they have submitted. Your organisation still counts as one."
    )
)


@incident.told
def invite() -> None:
    try:
        label, alone = session.typed("colleague-label"), session.ticked("colleague-alone")
        session.keep_issued(issuing.invite_colleague(process.workshop(), actor, label, independent=alone))
        session.clear_typed("colleague-label")  # what was refused stays, to be repaired
        session.untick("colleague-alone")
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


@incident.told
def reissue(token_hash: str) -> None:
    try:
        session.keep_issued(issuing.reissue_colleague(process.workshop(), actor, token_hash))
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


@incident.told
def end(token_hash: str) -> None:
    try:
        issuing.revoke(process.workshop(), actor, token_hash)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


def show(issued: Issued) -> None:
    """The new link, until it is copied: a page that reconnects must not lose it."""
    link = f"{base_url}/i/{issued.token}"
    code = qr_code(link, t("QR code: opens the invitation"))
    with st.container(border=True):
        st.text(issued.invitation.label or t("Unnamed"))
        look.muted(
            t("Send one of these to your colleague now. They cannot be shown again later; what they replace has ended.")
        )
        square, secrets = st.columns([1, 2])
        with square:
            look.markup(f'<img class="qr" src="{code.source}" alt="{escape(code.alt)}">')
        with secrets:
            look.muted(t("Link"))
            st.code(link, language=None, wrap_lines=True)
            look.muted(t("Or this code, to be typed at {address}", address=f"{base_url}/join"))
            st.code(issued.code, language=None)
        st.button(t("I have copied it"), on_click=session.keep_issued, args=(None,))


with st.form("invite", clear_on_submit=False):
    st.text_input(t("Whose link is it? (name or role)"), key="colleague-label")
    st.checkbox(t("Answers independently, for comparison"), key="colleague-alone")
    st.form_submit_button(t("Make a link"), type="primary", on_click=invite)

session.show_told()
look.muted(t("Who answered what stands on the page 'Review and submit' of each questionnaire."))
given = together.contributions(process.workshop(), actor, sheets)
listed = [known for known in issuing.colleagues(process.workshop(), actor) if known.role != "coordinator"]
made = session.issued()
if made and made.invitation in listed:
    show(made)

independents = independent.independents(process.workshop(), actor)
if independents and st.button(t("See the answers side by side"), key="to-side-by-side"):
    st.switch_page("pages/side_by_side.py")
if listed:
    st.header(t("Links that you have made"), anchor=False)
for known in listed:
    ends = expiry_of(process.workshop(), known.token_hash)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.text(known.label or t("Unnamed"))
            when = t("made {time}", time=session.clock(known.created_at))
            alone = known.role == "independent"
            said = t("answers independently") if alone else answered.contributed(given.get(key_of(known.token_hash)))
            look.muted(*(when, *((t("ends {time}", time=session.clock(ends)),) if ends else ()), said))
            for who in (one for one in independents if one.token_hash == known.token_hash):
                respondents.how_far(who, titles)
        key = known.token_hash[:12]
        st.button(t("Make it anew"), key=f"anew-{key}", on_click=reissue, args=(known.token_hash,))
        st.button(t("End this link"), key=f"end-{key}", on_click=end, args=(known.token_hash,))
respondents.without_link(independents, titles)
if listed:
    look.muted(t("Making a link anew ends the old one and its code at once. Whoever came in with it is signed out."))
