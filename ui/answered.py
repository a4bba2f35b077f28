"""Who of the organisation answered what, and the drafts of what came too late."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import late, together
from access.actor import Actor, RefusedError
from access.late import Draft
from access.respondent import Sheet
from access.together import Part, Person
from results.store import Conflict, StoreError
from survey.problems import CodedError
from ui import incident, look, process, session
from ui.texts import plain, problem, t
from ui.widgets import describe


def name(person: Person) -> str:
    """What a person is called within their organisation."""
    if person.is_self:
        return t("you")
    if person.label:
        return person.label
    return t("the coordinator") if person.role == "coordinator" else t("a colleague without a name")


def contributed(given: tuple[int, int] | None) -> str:
    """How much of what is stored is somebody's: of `together.contributions`."""
    if given is None:
        return t("no answers yet")
    count, last = given
    return t("{n} answer, last {time}", "{n} answers, last {time}", n=count, time=session.clock(last))


def who_answered(actor: Actor, sheet: Sheet) -> None:
    """A line for each dimension, with one for each answer below it."""
    st.header(t("Who answered"), anchor=False)
    here = [name(person) for person in together.here_now(process.workshop(), actor) if not person.is_self]
    if here:
        look.muted(t("Here now: {names}", names=", ".join(here)))
    parts = together.who_answered(process.workshop(), actor, sheet)
    look.markup("".join(_part(sheet, part) for part in parts))


def _part(sheet: Sheet, part: Part) -> str:
    dimension = sheet.questionnaire.dimension(part.dimension_id)
    answered, asked = sheet.answered(part.dimension_id)
    facts = [t("{done} of {all} answered", done=answered, all=asked)]
    facts += [f"{look.words(name(person))} {count}" for person, count in part.people]
    rows = [
        f"<li>{look.words(sheet.questionnaire.item(one.item_id).text)} <b>{look.words(name(one.person))}</b>, "
        f"{session.clock(one.saved_at)}</li>"
        for one in part.given
    ]
    listed = f"<ul>{''.join(rows)}</ul>" if rows else f"<p>{escape(t('Nobody has answered here yet.'))}</p>"
    return f'<details class="way"><summary>{look.words(dimension.title)} <span>{" · ".join(facts)}</span></summary>{listed}</details>'


def drafts(actor: Actor, sheet: Sheet) -> None:
    """What came too late, to be taken over or discarded; nothing when there is none."""
    found = late.drafts(process.workshop(), actor, sheet)
    if not found:
        return
    st.header(t("Drafts that came too late"), anchor=False)
    words = t("These are not saved as answers: the response was submitted, or the round was closed.")
    alone = t("They can be taken over once you have reopened the response.")
    later = alone if actor.respondent else t("They can be taken over once the coordinator has reopened the response.")
    look.muted(words if sheet.editable else f"{words} {later}")
    for draft in found:
        _draft(actor, sheet, draft)


def _draft(actor: Actor, sheet: Sheet, draft: Draft) -> None:
    stored, over = sheet.answer(draft.item.id), sheet.revision(draft.item.id)
    key = f"{draft.item.id}-{draft.person.key}"
    with st.container(border=True):
        st.markdown(f"**{plain(draft.item.text)}**")
        words = describe(draft.item, draft.answer)
        when = session.clock(draft.given_at)
        by = t("Draft of {name}, {time}: {answer}", name=name(draft.person), time=when, answer=words)
        st.text(by)
        if over:
            is_newer = over != draft.based_on
            kept = describe(draft.item, stored)
            st.text(t("Stored, and newer: {answer}", answer=kept) if is_newer else t("Stored: {answer}", answer=kept))
        at = (actor, sheet.state.id, draft)
        with st.container(horizontal=True):
            label = t("Use the draft instead") if over and over != draft.based_on else t("Take over")
            st.button(label, key=f"take-{key}", on_click=_take, args=(*at, over), disabled=not sheet.editable)
            st.button(t("Discard"), key=f"discard-{key}", on_click=_discard, args=at)


@incident.told
def _take(actor: Actor, response_id: int, draft: Draft, over: int) -> None:
    try:
        result = late.take_over(process.workshop(), actor, response_id, draft.item.id, draft.person.key, over)
        if isinstance(result, Conflict):
            session.tell(t("A colleague changed this answer meanwhile. Look at both and choose."))
    except CodedError as error:
        session.tell(problem(error))


@incident.told
def _discard(actor: Actor, response_id: int, draft: Draft) -> None:
    try:
        late.discard(process.workshop(), actor, response_id, draft.item.id, draft.person.key)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))
