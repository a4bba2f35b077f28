"""What is missing, and submitting."""

from __future__ import annotations

import streamlit as st

from access import respondent
from access.actor import RefusedError
from access.visibility import own_visibility
from results.store import StoreError
from ui import answered, incident, look, process, session, who_sees
from ui.texts import plain, problem, t

actor = session.require_actor()
sheet = session.chosen(respondent.my_sheets(process.workshop(), actor, session.language()))
st.query_params["q"] = sheet.questionnaire.id
done, asked = sheet.answered()

look.muted(sheet.questionnaire.title)
st.title(t("Review and submit"), anchor=False)
look.markup(
    f"<p>{look.bar(done / asked if asked else 0)} &nbsp;{t('{done} of {all} answered', done=done, all=asked)}</p>"
)

for dimension in sheet.questionnaire.dimensions:
    missing = sheet.missing(dimension.id)
    if not missing:
        continue
    with st.container(border=True):
        st.header(plain(dimension.title), anchor=False)
        for item in missing:
            mark = f"**{t('Critical')}** · " if item.critical else ""
            st.markdown(f"- {mark}{plain(item.text)}")
        if st.button(t("Answer these"), key=f"answer-{dimension.id}"):
            st.switch_page("pages/section.py", query_params={"q": sheet.questionnaire.id, "s": dimension.id})
if not sheet.missing():
    st.success(t("Every question has an answer."))
answered.drafts(actor, sheet)


@incident.told
def change(action: str) -> None:
    """Submit or reopen once; pressing twice gives the same receipt."""
    try:
        if action == "submit":
            respondent.submit(process.workshop(), actor, sheet.state.id)
        else:
            respondent.reopen(process.workshop(), actor, sheet.state.id)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


session.show_told()
own = own_visibility(process.workshop(), actor)
look.muted(f"{t('Who sees our levels')}: {who_sees.sentence(own)} {t('The overview says more.')}")
if sheet.state.status == "submitted":
    st.success(
        t(
            "Submitted {time}. Receipt: {number}-{revision}",
            time=session.clock(sheet.state.changed_at),
            number=sheet.state.id,
            revision=sheet.state.revision,
        )
    )
    look.link(t("Receipt to print or save"), f"/receipt/{sheet.questionnaire.id}")
    if respondent.submits(actor) and sheet.editable is False and sheet.round.status == "open":
        with st.popover(t("Change answers")):  # not where "Submit" was: a second press of that must not reopen
            st.button(t("Reopen to change answers"), key="reopen", on_click=change, args=("reopen",))
elif respondent.submits(actor):
    blocked = sheet.lacks_critical
    if blocked:
        look.muted(t('Answer the critical questions first. "Don\'t know" is an answer too.'))
    elif sheet.missing():
        look.muted(
            t("Questions without an answer count as unknown. You can submit now and reopen until the round closes.")
        )
    st.button(
        t("Submit"),
        key="submit",
        type="primary",
        disabled=blocked or not sheet.editable,
        on_click=change,
        args=("submit",),
    )
else:
    look.muted(t("The coordinator of your organisation submits the response."))
if not actor.respondent:
    answered.who_answered(actor, sheet)
if st.button(t("See own profile"), key="to-profile"):
    st.switch_page("pages/profile.py", query_params={"q": sheet.questionnaire.id})
