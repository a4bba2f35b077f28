"""The round's notice as people read it: before their first answer, above a page when it has changed, and whenever they want to."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import informed
from access.actor import Actor, RefusedError
from access.matrix import ANSWERING
from access.respondent import my_sheets
from access.visibility import own_visibility
from results.store import StoreError
from ui import incident, look, process, respondents, session, who_sees
from ui.texts import problem, t


def is_first(person: Actor | None) -> bool:
    """Whether this person has never gone on from a notice: until then there is nothing but it."""
    return _is_due(person) and informed.told(process.workshop(), person).read == 0


def remind(person: Actor | None) -> None:
    """Above a page: the notice has changed. What stands on the page below stays, and is saved after Continue."""
    if _is_due(person):
        told = informed.told(process.workshop(), person)
        with st.container(border=True):
            since = session.clock(told.read_at)
            look.markup(
                f"<h2>{escape(t('The notice has changed since you read it'))}</h2>"
                f'<p class="muted">{escape(t("You read it {time}. Your next answer is saved once you continue.", time=since))}</p>'
            )
            _list(_parts(told))
            _continue(person, told)


def page(person: Actor) -> None:
    """The notice as a page of its own, with Continue where it is due."""
    told = informed.told(process.workshop(), person)
    sheets = my_sheets(process.workshop(), person, session.language())
    look.muted(sheets[0].organisation.name, sheets[0].round.name)
    st.title(t("Before you answer") if told.is_due else t("Who asks, why, and who sees the answers"), anchor=False)
    own = own_visibility(process.workshop(), person)
    changes = (
        t("You can change this on the overview at any time.")
        if person.role == "coordinator"
        else t("The coordinator of your organisation can change this.")
    )
    takes = t(
        "About {minutes} minutes for all {count} questions; stop at any time and go on later.",
        minutes=sum(sheet.minutes for sheet in sheets),
        count=sum(sheet.size for sheet in sheets),
    )
    alone = [_part(t("Your own answers"), respondents.on_your_own())] if person.respondent else []
    _list(
        [
            *_parts(told),
            *alone,
            _part(t("Who sees our levels"), f"{who_sees.sentence(own)} {changes}"),
            _part(t("How long it takes"), takes),
        ]
    )
    if told.is_due:
        _continue(person, told)
    else:
        look.muted(t("You read this version {time}.", time=session.clock(told.read_at)))


def headings() -> dict[str, str]:
    """The parts of a notice in their order, each with its heading."""
    return {
        "asks": t("Who asks"),
        "why": t("Why"),
        "sees": t("Who will see what"),
        "kept": t("How long it is kept"),
        "contact": t("Whom to ask"),
    }


def _parts(told: informed.Told) -> list[str]:
    """The texts under their headings; what is new to the reader bears a mark."""
    made = []
    for part, heading in headings().items():
        text = getattr(told.notice, part)
        if part == "kept" and informed.last_day(told.notice):
            text = t("Until {day}. After that day the answers are to be erased.", day=text)
        made.append(_part(heading, t(text), t("changed") if part in told.changed else ""))
    return made


def _part(heading: str, text: str, mark: str = "") -> str:
    badge = f' <span class="badge">{escape(mark)}</span>' if mark else ""
    lines = "<br>".join(map(look.words, text.split("\n")))
    return f"<dt>{escape(heading)}{badge}</dt><dd>{lines}</dd>"


def _list(parts: list[str]) -> None:
    look.markup(f'<dl class="notice">{"".join(parts)}</dl>')


def _continue(person: Actor, told: informed.Told) -> None:
    session.show_told()
    st.button(t("Continue"), key="notice-continue", type="primary", on_click=_go_on, args=(person, told.notice.version))


@incident.told
def _go_on(person: Actor, version: int) -> None:
    try:
        informed.confirm(process.workshop(), person, version)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


def _is_due(person: Actor | None) -> bool:
    if person is None or person.role not in ANSWERING:
        return False
    is_due = not informed.is_informed(process.workshop(), person)
    return is_due and process.workshop().round(person.round_id) is not None
