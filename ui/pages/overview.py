"""The organisation's questionnaires: what they are, how far they are, where to go on."""

from __future__ import annotations

import streamlit as st

from access.respondent import my_sheets
from charts.countries import country_name
from ui import look, process, respondents, session, who_sees
from ui.texts import plain, t

actor = session.require_actor()
sheets = my_sheets(process.workshop(), actor, session.language())
organisation, round_ = sheets[0].organisation, sheets[0].round

st.title(plain(organisation.name), anchor=False)
look.muted(country_name(organisation.country, session.language()), round_.name)
look.muted(
    t(
        'For each question choose the highest level of which every part is true. "Most" means more than half. '
        "Every answer is saved as you give it; you can stop at any time and go on later, here or on another device."
    )
)
if actor.respondent:
    st.info(respondents.on_your_own())
for sheet in sheets:
    answered, asked = sheet.answered()
    with st.container(border=True):
        st.header(plain(sheet.questionnaire.title), anchor=False)
        if sheet.questionnaire.purpose:
            look.muted(sheet.questionnaire.purpose)
        status = (
            t("submitted")
            if sheet.state.status == "submitted"
            else t("{done} of {all} answered", done=answered, all=asked)
        )
        if not answered:
            status += f" · {t('about {minutes} minutes', minutes=sheet.minutes)}"
        look.markup(f"<p>{look.bar(answered / asked if asked else 0)} &nbsp;{status}</p>")
        label = t("Start") if answered == 0 else t("Go on") if answered < asked else t("Look through")
        with st.container(horizontal=True):
            address = {"q": sheet.questionnaire.id}
            if st.button(label, key=f"go-{sheet.questionnaire.id}", type="primary"):
                first = next(iter(sheet.missing()), None)
                dimension = next(
                    (d.id for d in sheet.questionnaire.dimensions if first in d.items),
                    sheet.questionnaire.dimension_ids[0],
                )
                st.switch_page("pages/section.py", query_params={**address, "s": dimension})
            if st.button(t("Review and submit"), key=f"review-{sheet.questionnaire.id}"):
                st.switch_page("pages/review.py", query_params=address)
            if st.button(t("Own profile"), key=f"profile-{sheet.questionnaire.id}"):
                st.switch_page("pages/profile.py", query_params=address)
who_sees.choice()
look.plain_link(t("Answer on a plain page (slow line, or nothing happens when you choose)"))
look.offline_link(t("Answer without a connection: workbook and printed form"))
look.leave_link(t("Leave on this device"))
