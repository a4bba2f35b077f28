"""One dimension: its questions, each saved as it is answered."""

from __future__ import annotations

import streamlit as st

from access.respondent import my_sheets
from ui import language, look, process, progress, session
from ui.guidance import how_to_answer
from ui.texts import plain, t
from ui.widgets import deliver, item_card

actor = session.require_actor()
sheet = session.chosen(my_sheets(process.workshop(), actor, session.language()))
ids = sheet.dimension_ids
dimensions = [sheet.questionnaire.dimension(dimension_id) for dimension_id in ids]
place = ids.index(st.query_params["s"]) if st.query_params.get("s") in ids else 0
dimension = dimensions[place]
st.query_params.from_dict({"q": sheet.questionnaire.id, "s": dimension.id})

look.muted(
    t("{title} · part {number} of {count}", title=sheet.questionnaire.title, number=place + 1, count=len(dimensions))
)
st.title(plain(dimension.title), anchor=False)
language.note(sheet, sheet.items(dimension.id))
progress.line(sheet, dimension.id)
if not sheet.editable:
    st.info(t("These answers can be read but not changed: the response is submitted or the round is closed."))

look.markup(how_to_answer(sheet, dimension.id))
for number, item in enumerate(sheet.items(dimension.id), 1):
    item_card(actor, sheet, item, number, dimension.id)

with st.container(horizontal=True, horizontal_alignment="distribute"):
    if place > 0 and st.button(t("Back: {title}", title=plain(dimensions[place - 1].title)), key=f"back-{place}"):
        st.query_params["s"] = ids[place - 1]
        st.rerun()
    if place + 1 < len(ids):
        if st.button(t("Next: {title}", title=plain(dimensions[place + 1].title)), key=f"next-{place}", type="primary"):
            st.query_params["s"] = ids[place + 1]
            st.rerun()
    elif st.button(t("Review and submit"), key="to-review", type="primary"):
        st.switch_page("pages/review.py", query_params={"q": sheet.questionnaire.id})


@st.fragment(run_every=look.HEARTBEAT)
def heartbeat() -> None:
    """Values chosen while disconnected are not sent by themselves; this brings them within seconds of the reconnect."""
    delivered = deliver(session.require_actor(), sheet, dimension.id)
    if delivered or session.take_failed_part():
        st.rerun()


heartbeat()
st.html(f"<script>{progress.SCRIPT}</script>", unsafe_allow_javascript=True)
