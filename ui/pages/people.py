"""People with an account: who there is, what they may do, and the link by which somebody signs in for the first time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from access import staff
from access.actor import RefusedError
from access.staff import LINK_MINUTES, Person
from access.staff_session import key_of_staff
from results.facts import Grant
from results.store import StoreError
from ui import look, process, session
from ui.texts import plain, problem, t

Role = tuple[str, int]

actor = session.require_actor()
workshop = process.workshop()
rounds = {round_.id: round_.name for round_ in staff.rounds(workshop, actor)}
ROLES: list[Role] = [*(("facilitator", number) for number in rounds), ("author", 0), ("administrator", 0)]
WAYS = {
    "passphrase": t("signs in with a passphrase"),
    "identity provider": t("signs in with an account of the identity provider"),
    "link": t("has a link and has not used it yet"),
    "none": t("cannot sign in: the link was not used in time"),
    "disabled": t("disabled: cannot sign in"),
}


def role_name(role: Role) -> str:
    kind, number = role
    if kind == "facilitator":
        return t("Facilitator: {round}", round=rounds.get(number, str(number)))
    return t("Author: questionnaires, no answers") if kind == "author" else t("Administrator: people and audit trail")


def carry_out(work: Callable[[], object]) -> bool:
    """Do it, or say why not; whether it was done."""
    try:
        work()
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))
        return False
    return True


def hand_over(name: str, make: Callable[[], str]) -> bool:
    return carry_out(lambda: session.keep_first_link(name, f"{process.settings().base_url}/staff/first/{make()}"))


def add() -> None:
    name, role = session.typed("person-name"), session.picked(session.in_language("person-role"))
    if role is not None and hand_over(name, lambda: staff.add_person(workshop, actor, name, *role)):
        session.clear_typed("person-name")  # what was refused stays, to be repaired


def give(person: Person) -> None:
    if (role := session.picked(session.in_language(f"give-role-{person.id}"))) is not None:
        carry_out(lambda: staff.give(workshop, actor, person.id, *role))


def show_link(name: str, address: str) -> None:
    with st.container(border=True):
        st.text(t("A link for {name}", name=" ".join(name.split())))
        look.muted(
            t(
                "Hand it over now, in a way that only this person sees. It works once, for {minutes} minutes, "
                "and is shown only here.",
                minutes=LINK_MINUTES,
            )
        )
        st.code(address, language=None, wrap_lines=True)


def show_grant(person: Person, grant: Grant) -> None:
    role = (grant.role, grant.round_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(role_name(role), width="stretch")
        take = partial(staff.take_away, workshop, actor, person.id, *role)
        key = f"take-{person.id}-{grant.role}-{grant.round_id}"
        st.button(t("End this role"), key=key, on_click=carry_out, args=(take,))


def show_person(person: Person) -> None:
    held = {(grant.role, grant.round_id) for grant in person.grants}
    with st.container(border=True):
        st.header(plain(person.name), anchor=False)
        look.muted(f"{WAYS[person.way]} · {key_of_staff(person.id)}")
        for grant in person.grants:
            show_grant(person, grant)
        with st.popover(t("Change")):
            left = [role for role in ROLES if role not in held]
            st.selectbox(t("One more role"), left, None, role_name, key=session.in_language(f"give-role-{person.id}"))
            st.button(t("Give this role"), key=f"give-{person.id}", on_click=give, args=(person,))
            st.divider()
            look.muted(t("A new link ends the passphrase and every session of this person at once."))
            link, off = (partial(work, workshop, actor, person.id) for work in (staff.new_link, staff.disable))
            st.button(t("Make a new link"), key=f"link-{person.id}", on_click=hand_over, args=(person.name, link))
            if person.way != "disabled":
                st.button(t("Disable"), key=f"disable-{person.id}", on_click=carry_out, args=(off,))


st.title(t("People"), anchor=False)
look.muted(
    t("Those who run rounds, write questionnaires or administer this site. Respondents have personal links instead.")
)
session.show_told()
if made := session.take_first_link():
    show_link(*made)
with st.form("add-person", clear_on_submit=False):
    st.text_input(t("Name to sign in with"), key="person-name")
    st.selectbox(t("Role"), ROLES, format_func=role_name, key=session.in_language("person-role"))
    st.form_submit_button(t("Add and make a link"), type="primary", on_click=add)
for one in staff.people(workshop, actor):
    show_person(one)
look.staff_links(t("Change role"), t("Sign out"))
