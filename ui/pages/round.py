"""What the facilitator tells a round's organisations: the notice, the targets proposed to all, and whether they see the others' range."""

from __future__ import annotations

import streamlit as st

from access import facilitator, informed, peers, targets
from access.actor import RefusedError
from results.store import StoreError
from ui import incident, look, notice, process, session
from ui.aims import LEVELS, level_choice
from ui.texts import plain, problem, t

actor = session.require_actor()
workshop = process.workshop()
current = informed.own_notice(workshop, actor)
DRAFT = f"notice-{current.version}-"


@incident.told
def publish() -> None:
    texts = {part: session.typed(DRAFT + part) for part in informed.PARTS}
    try:
        informed.change_notice(workshop, session.require_actor(), texts, current.version)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


@incident.told
def allow() -> None:
    try:
        peers.allow(workshop, session.require_actor(), bool(session.picked("peers")))
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


@incident.told
def propose(questionnaire_id: str, dimension_id: str, key: str) -> None:
    try:
        targets.propose_target(workshop, session.require_actor(), questionnaire_id, dimension_id, session.picked(key))
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


st.title(t("Notice and targets"), anchor=False)
session.show_told()
st.header(t("Notice"), anchor=False)
look.muted(
    t(
        "Everybody reads this before their first answer. A new version is shown again before their next one, with what has "
        "changed marked. Each version is kept, with who has read it."
    )
)
with st.form("notice", clear_on_submit=False):
    for part, heading in notice.headings().items():
        st.text_area(heading, value=getattr(current, part), key=DRAFT + part, height="content")
    look.muted(t("How long: a day as in 2028-12-31, or words. Each text: at most 2,000 characters."))
    st.form_submit_button(
        t("Publish as version {number}", number=current.version + 1), type="primary", on_click=publish
    )
said = t("Version {number}, {time}.", number=current.version, time=session.clock(current.made_at))
look.markup(f'<p class="muted" role="status">{said}</p>')

st.header(t("The others' range"), anchor=False)
st.toggle(
    t("Organisations see beside their own levels the range of the others'"),
    value=peers.is_allowed(workshop, actor),
    key="peers",
    on_change=allow,
)
look.muted(
    t(
        "Lowest, middle and highest level of the other organisations that show their levels to others by name or blind; only of "
        "five or more, never whose they are."
    )
)

st.header(t("Targets proposed to all"), anchor=False)
look.muted(
    t(
        "Shown on each organisation's profile beside the target that its coordinator sets. Nothing is proposed by itself."
    )
)
for questionnaire in facilitator.questionnaires(workshop, actor):
    proposed = targets.proposed_aims(workshop, actor, questionnaire.id)
    with st.expander(plain(questionnaire.title), expanded=False):
        for dimension in questionnaire.dimensions:
            key = f"propose-{questionnaire.id}-{dimension.id}"
            st.selectbox(
                plain(dimension.title),
                LEVELS,
                index=proposed.get(dimension.id, targets.NONE),
                format_func=lambda one, asked=questionnaire: level_choice(asked, one),
                key=key,
                on_change=propose,
                args=(questionnaire.id, dimension.id, key),
            )
