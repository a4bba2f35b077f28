"""Links for colleagues: made, shown once, ended."""

from __future__ import annotations

import streamlit as st

from access import invitation
from access.actor import RefusedError
from results.store import StoreError
from ui import incident, look, process, session
from ui.texts import t

actor = session.require_actor()
st.title(t("Colleagues"), anchor=False)
look.muted(
    t(
        "A colleague's link opens the same answers. Colleagues can answer; you submit. Each person gets a link of their own."
    )
)

with st.form("invite", clear_on_submit=True):
    label = st.text_input(t("Whose link is it? (name or role)"))
    if st.form_submit_button(t("Make a link"), type="primary"):
        try:
            token = invitation.invite_colleague(process.workshop(), actor, label)
            st.success(t("Copy this link now and send it to your colleague. It is shown only once."))
            st.code(f"{process.settings().base_url}/i/{token}", language=None)
        except (RefusedError, StoreError) as error:
            st.error(t(str(error)))


@incident.told
def end(token_hash: str) -> None:
    try:
        invitation.revoke(process.workshop(), actor, token_hash)
    except (RefusedError, StoreError) as error:
        session.tell(t(str(error)))


session.show_told()
for known in invitation.colleagues(process.workshop(), actor):
    if known.role != "respondent":
        continue
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(known.label or t("Unnamed"))
        look.muted(t("made {time}", time=session.clock(known.created_at)))
        st.button(t("End this link"), key=f"end-{known.token_hash[:12]}", on_click=end, args=(known.token_hash,))
