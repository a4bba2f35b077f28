"""Who sees the organisation's levels: the coordinator's choice, and the same in words for colleagues and before submitting."""

from __future__ import annotations

from typing import Final

import streamlit as st

from access.actor import RefusedError
from access.visibility import VISIBILITIES, OwnVisibility, choose_visibility, own_visibility
from results.facts import Visibility
from results.store import StoreError
from survey.translation import marked
from ui import look, process, session
from ui.texts import problem, t

# Name of the choice, and what it means, to be read after "our levels".
SENTENCES: Final[dict[Visibility, tuple[str, str]]] = {
    "named": (
        marked("Everybody in the room, by name."),
        marked("Our levels count in our country's figures, which stand on the projector under its name."),
    ),
    "blind": (
        marked("Everybody in the room, under a letter."),
        marked("The projector shows a letter instead of our country's name. The facilitators see the name."),
    ),
    "facilitators": (
        marked("The facilitators only."),
        marked("They see our levels in our country's figures. The projector does not show them."),
    ),
    "nobody": (
        marked("Nobody but us."),
        marked("The facilitators see how many questions we have answered, not what."),
    ),
}  # fmt: skip


def choice() -> None:
    """The section of the overview: the coordinator chooses, colleagues read."""
    actor = session.require_actor()
    own = own_visibility(process.workshop(), actor)
    st.header(t("Who sees our levels"), anchor=False)
    if actor.role != "coordinator":
        look.muted(f"{sentence(own)} {t('The coordinator of your organisation can change this.')}")
        return
    if not own.is_chosen:
        look.muted(t("This is how the round was set up. It holds until you choose."))
    key = session.visibility_key(own.visibility)
    st.radio(
        t("Who sees our levels"),
        VISIBILITIES,
        key=key,
        format_func=lambda one: "**{}** {}".format(*map(t, SENTENCES[one])),
        label_visibility="collapsed",
        on_change=_choose,
        args=(key,),
    )
    session.show_told()
    if own.is_chosen:
        look.markup(f'<p class="saved" role="status">{t("Saved.")}</p>')
    if where := in_the_room(own):
        look.markup(f'<p role="note"><b>{where}</b></p>')
    look.muted(
        t(
            "You can change this at any time; the projector follows within a second. What others have already seen they may "
            "remember, and whoever compares the projector before and after a change may guess whose levels changed. "
            "Other organisations of your country may recognise your levels in its figures."
        )
    )


def sentence(own: OwnVisibility) -> str:
    """The present choice in words."""
    return " ".join(map(t, SENTENCES[own.visibility]))


def in_the_room(own: OwnVisibility) -> str:
    """Where blind levels stand on the projector; "" for other choices."""
    if own.visibility != "blind":
        return ""
    if own.is_country_named:
        return t("Another organisation shows your country by name, so your levels are left out on the projector.")
    return t(
        "On the projector you are Country {letter}, as soon as three countries stand under a letter and most of their "
        "organisations have begun.",
        letter=own.letter,
    )


def _choose(key: str) -> None:
    chosen = session.chosen_visibility(key)
    if chosen is None:
        return
    try:
        choose_visibility(process.workshop(), session.require_actor(), chosen)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))
