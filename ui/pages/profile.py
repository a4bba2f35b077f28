"""The organisation's own profile: the level of each dimension and what it is made of."""

from __future__ import annotations

import streamlit as st

from access.respondent import my_sheets, own_profile
from ui import look, process, session
from ui.profile_table import profile_table, summary
from ui.texts import t

actor = session.require_actor()
sheets = my_sheets(process.workshop(), actor)
sheet = session.chosen(sheets)
st.query_params["q"] = sheet.questionnaire.id
card = own_profile(sheet)

look.muted(
    f"{sheet.organisation.name} · {sheet.questionnaire.title} {sheet.questionnaire.version} · {sheet.round.name}"
)
st.title(summary(sheet.questionnaire, card), anchor=False)
look.markup(profile_table(sheet.questionnaire, card, invented=sheet.round.invented))
look.muted(
    t(
        "A level is reached when at least two in three requirements are at that level or better, nothing critical is more than one step "
        "behind, and nothing at all more than two. The score is 1 plus the four shares. Unknown answers count as 1; the band shows the "
        "score if all of them were 5."
    )
)
for other in sheets:
    if other.questionnaire.id != sheet.questionnaire.id and st.button(
        t("Profile: {title}", title=other.questionnaire.title), key=f"other-{other.questionnaire.id}"
    ):
        st.query_params["q"] = other.questionnaire.id
        st.rerun()
