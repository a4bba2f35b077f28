"""What independent respondents have submitted, beside the common response: answers side by side, one of them taken over."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import independent
from access.actor import RefusedError
from access.independent import ItemAnswers
from access.respondent import my_sheets
from results.store import Conflict, StoreError
from survey.response import AnswerRefusedError
from ui import incident, look, process, session
from ui.respondents import answer_line
from ui.texts import plain, problem, t

actor = session.require_actor()
chosen = session.chosen(my_sheets(process.workshop(), actor, session.language())).questionnaire.id
compared = independent.side_by_side(process.workshop(), actor, chosen, session.language())
sheet = compared.common
names = [one.label or t("Unnamed") for one in compared.respondents]
dimensions = [one for one in sheet.questionnaire.dimensions if any(row.item in one.items for row in compared.items)]
contested = [row.item for row in compared.items if row.contested]


@incident.told
def take(item_id: str, respondent: str, seen: int) -> None:
    """The answer becomes the common one, unless that has changed since the page was drawn."""
    workshop = process.workshop()
    try:
        result = independent.take_over(workshop, session.require_actor(), chosen, item_id, respondent, based_on=seen)
    except (RefusedError, AnswerRefusedError, StoreError) as error:
        session.tell(problem(error))
        return
    if isinstance(result, Conflict):
        session.tell(t("Somebody changed the common answer meanwhile. It is shown now; nothing was taken over."))


def card(row: ItemAnswers, number: int) -> None:
    badges = [t("Critical")] * row.item.critical + [t("Contested")] * row.contested
    marks = "".join(f'<span class="badge">{escape(one)}</span>' for one in badges)
    with st.container(border=True):
        look.markup(f'<h3 class="question">{number}. {look.words(row.item.text)}{marks}</h3>')
        if row.deviation is not None:
            look.muted(t("Mean distance from the median: {levels} levels", levels=f"{row.deviation:.1f}"))
        look.markup(answer_line(t("Common response"), row.item, row.common))
        for one, name, answer in zip(compared.respondents, names, row.answers, strict=True):
            look.markup(answer_line(name, row.item, answer))
            if answer is not None and answer.is_answered and answer != row.common:
                st.button(
                    t("Take over the answer of {name}", name=plain(name)),
                    key=f"take-{row.item.id}-{one.respondent}",
                    disabled=not sheet.editable,
                    on_click=take,
                    args=(row.item.id, one.respondent, sheet.revision(row.item.id)),
                )


look.muted(sheet.questionnaire.title)
st.title(t("Answers side by side"), anchor=False)
session.show_told()
others = [one for one in my_sheets(process.workshop(), actor, session.language()) if one.questionnaire.id != chosen]
with st.container(horizontal=True):
    for other in others:
        if st.button(plain(other.questionnaire.title), key=f"side-{other.questionnaire.id}"):
            st.query_params.from_dict({"q": other.questionnaire.id})
            st.rerun()
if compared.waiting:
    look.muted(t("Not submitted yet, and so not shown: {count}", count=compared.waiting))
if not compared.respondents:
    st.info(t("Nobody who answers independently has submitted this questionnaire yet."))
else:
    look.muted(t("Contested questions: {contested} of {all}", contested=len(contested), all=len(compared.items)))
    look.muted(
        t(
            "Contested: the levels lie more than 0.83 from their median on average. The common response is not counted in; "
            "an answer that you take over becomes the common one, with what is written beside it."
        )
    )
    if not sheet.editable:
        st.info(t("The common response can be read but not changed: it is submitted or the round is closed."))
    ids = [one.id for one in dimensions]
    first = next((one.id for one in dimensions if any(item in one.items for item in contested)), ids[0])
    place = ids.index(st.query_params["s"]) if st.query_params.get("s") in ids else ids.index(first)
    dimension = dimensions[place]
    st.query_params.from_dict({"q": chosen, "s": dimension.id})
    st.header(plain(dimension.title), anchor=False)
    for number, row in enumerate((row for row in compared.items if row.item in dimension.items), 1):
        card(row, number)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for step, label in ((-1, "Back: {title}"), (1, "Next: {title}")):
            to = place + step
            if 0 <= to < len(ids) and st.button(t(label, title=plain(dimensions[to].title)), key=f"side-{place}-{to}"):
                st.query_params["s"] = ids[to]
                st.rerun()
if st.button(t("Colleagues"), key="side-back"):
    st.switch_page("pages/colleagues.py")
