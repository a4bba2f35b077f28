"""The organisation's own profile: the level of each dimension and what it is made of."""

from __future__ import annotations

import streamlit as st

from access.respondent import my_sheets, own_explanations, own_profile
from ui import aims, look, process, session
from ui.profile_table import profile_table, summary
from ui.texts import t
from ui.ways_up import ways_up

actor = session.require_actor()
sheets = my_sheets(process.workshop(), actor, session.language())
sheet = session.chosen(sheets)
st.query_params["q"] = sheet.questionnaire.id
card, explanations = own_profile(sheet), own_explanations(sheet)
scoring = sheet.questionnaire.scoring

look.muted(sheet.organisation.name, sheet.questionnaire.title, sheet.questionnaire.version, sheet.round.name)
st.title(summary(sheet.questionnaire, card), anchor=False)
look.markup(profile_table(sheet.questionnaire, card, explanations, invented=sheet.round.invented))
look.muted(
    t(
        "A level is reached when at least {share} of the requirements are at that level or better; nothing critical may be more than "
        "{critical} behind it, nothing at all more than {margin}. The score is 1 plus the four shares. Unknown answers count "
        'as 1; "up to" is the score if all of them were 5.',
        share=f"{float(scoring.threshold):.0%}",
        critical=t("{n} step", "{n} steps", n=scoring.critical_margin),
        margin=scoring.margin,
    )
)
if ways := ways_up(sheet.questionnaire, explanations):
    st.header(t("The way to the next level"), anchor=False)
    look.muted(t("The fewest questions that are enough. Other ways exist; choose what fits your plans."))
    look.markup(ways)
aims.section(actor, sheet, card)
for other in sheets:
    if other.questionnaire.id != sheet.questionnaire.id and st.button(
        t("Profile: {title}", title=other.questionnaire.title), key=f"other-{other.questionnaire.id}"
    ):
        st.query_params["q"] = other.questionnaire.id
        st.rerun()
