"""People with an account, for administrators: who there is, what they may do, and links by which they sign in for the first time.

Nobody has an account by default. A person begins with a link for one use, which the administrator hands over; with it they
choose a passphrase, or bind their account at the identity provider.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from access.actor import Actor, RefusedError
from access.gate import authorise, do, refuse
from access.invitation import digest
from access.matrix import NOWHERE, Place
from access.secret import keyed_hash
from access.staff_session import ends, key_of_staff
from access.workshop import Workshop
from results.facts import Grant, Staff, StaffRole, Ticket
from results.ids import now
from results.store import Keep
from results.workshop import Round

LINK_MINUTES: Final = 30
_MINUTE: Final = 60_000_000
_LONGEST_NAME: Final = 80

Way = Literal["passphrase", "identity provider", "link", "none", "disabled"]

# Who can start the program on the store's database can do all of this anyway.
TERMINAL: Final = Actor("administrator", 0, None, "terminal", "terminal")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `way`: how they sign in; `link`: they have one that is still good; `none`: they cannot now."""

    id: int
    name: str
    way: Way
    created_at: int
    grants: tuple[Grant, ...]


def clean_name(text: str) -> str:
    """A sign-in name as it is shown: NFC, single spaces. Raises RefusedError P042 when empty, above 80 characters or not text."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= _LONGEST_NAME or any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in name):
        raise RefusedError("P042")
    return name


def id_of_name(workshop: Workshop, name: str) -> int:
    """The id of whoever has this sign-in name, whatever its case and spaces; also where nobody has it.

    Made from the name, so that the store itself refuses a second person of that name; keyed, so that ids tell no names.
    """
    folded = unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).casefold().split()))
    return int(keyed_hash(workshop, "people", folded)[:16], 16) >> 1


def people(workshop: Workshop, actor: Actor) -> tuple[Person, ...]:
    """Everybody with an account, by name."""
    authorise(workshop, actor, "see people", NOWHERE)
    grants = [grant for grant in workshop.store.facts(Grant) if not grant.ended_at]
    linked = {ticket.staff_id for ticket in workshop.store.facts(Ticket) if is_good(ticket)}
    listed = [
        Person(
            one.id,
            one.name,
            _way(one, one.id in linked),
            one.created_at,
            tuple(grant for grant in grants if grant.staff_id == one.id),
        )
        for one in workshop.store.facts(Staff)
    ]
    return tuple(sorted(listed, key=lambda person: (person.name.casefold(), person.id)))


def rounds(workshop: Workshop, actor: Actor) -> tuple[Round, ...]:
    """The rounds that somebody can be made a facilitator of, the newest first."""
    authorise(workshop, actor, "see people", NOWHERE)
    return workshop.store.rounds()


def add_person(workshop: Workshop, actor: Actor, name: str, role: StaffRole, round_id: int = 0) -> str:
    """A person with one role; the token of their first link, which is not kept. Raises RefusedError P042, P043 (name taken)."""
    authorise(workshop, actor, "change people", NOWHERE)
    _check_role(workshop, actor, role, round_id)
    shown = clean_name(name)
    person = Staff(id_of_name(workshop, shown), shown, "", "", "", now())
    if workshop.store.facts(Staff, id=person.id):
        raise RefusedError("P043")
    token, ticket = _new_ticket(person.id)
    grant = Grant(person.id, role, round_id, now())
    _change(workshop, actor, person.id, "added", Keep(person), Keep(ticket), Keep(grant), round_id=round_id)
    return token


def new_link(workshop: Workshop, actor: Actor, staff_id: int) -> str:
    """A new first link for a person. From now on neither their passphrase nor their account nor an earlier link lets them in,
    and every session of theirs ends. Somebody disabled is enabled again by it.
    """
    person = _person(workshop, actor, staff_id)
    token, ticket = _new_ticket(staff_id)
    reset = _locked_out(person, 0)
    then = (*_outdated(workshop, staff_id), *ends(workshop, staff_id))
    if reset == person:
        _change(workshop, actor, staff_id, "new link", Keep(ticket), *then)
    else:
        _change(workshop, actor, staff_id, "new link", Keep(reset, before=person), Keep(ticket), *then)
    return token


def disable(workshop: Workshop, actor: Actor, staff_id: int) -> None:
    """Let a person in no more; their sessions and links end. Raises RefusedError P041 for the last administrator."""
    person = _person(workshop, actor, staff_id)
    if person.disabled_at:
        return
    if _is_last_administrator(workshop, staff_id):
        raise RefusedError("P041")
    shut = _locked_out(person, now())
    then = (*_outdated(workshop, staff_id), *ends(workshop, staff_id))
    _change(workshop, actor, staff_id, "disabled", Keep(shut, before=person), *then)


def give(workshop: Workshop, actor: Actor, staff_id: int, role: StaffRole, round_id: int = 0) -> None:
    """Give a person a role; one that they have already stays as it is."""
    _person(workshop, actor, staff_id)
    _check_role(workshop, actor, role, round_id)
    known = workshop.store.facts(Grant, staff_id=staff_id, role=role, round_id=round_id)
    if known and not known[0].ended_at:
        return
    given = Keep(Grant(staff_id, role, round_id, now()), before=known[0] if known else None)
    _change(workshop, actor, staff_id, f"{role} given", given, round_id=round_id)


def take_away(workshop: Workshop, actor: Actor, staff_id: int, role: StaffRole, round_id: int = 0) -> None:
    """End a role of a person, with their sessions in it. Raises RefusedError P041 for the last administrator's."""
    _person(workshop, actor, staff_id)
    known = workshop.store.facts(Grant, staff_id=staff_id, role=role, round_id=round_id)
    if not known or known[0].ended_at:
        raise refuse(workshop, actor, "change people")
    if role == "administrator" and _is_last_administrator(workshop, staff_id):
        raise RefusedError("P041")
    ended = Keep(replace(known[0], ended_at=now()), before=known[0])
    sessions = ends(workshop, staff_id, role, round_id)
    _change(workshop, actor, staff_id, f"{role} ended", ended, *sessions, round_id=round_id)


def first_administrator(workshop: Workshop, name: str) -> str:
    """The token of a link for an administrator of this name, who is added when there is none: for the terminal only.

    For somebody who is there already it is a way back in (see `new_link`), and makes them an administrator.
    """
    staff_id = id_of_name(workshop, clean_name(name))
    if not workshop.store.facts(Staff, id=staff_id):
        return add_person(workshop, TERMINAL, name, "administrator")
    give(workshop, TERMINAL, staff_id, "administrator")
    return new_link(workshop, TERMINAL, staff_id)


def is_good(ticket: Ticket) -> bool:
    """Whether a link can still be used."""
    return not ticket.used_at and ticket.expires_at > now()


def _locked_out(person: Staff, disabled_at: int) -> Staff:
    """The person without any way to sign in."""
    return Staff(person.id, person.name, "", "", "", person.created_at, disabled_at)


def _new_ticket(staff_id: int) -> tuple[str, Ticket]:
    token, moment = secrets.token_urlsafe(16), now()
    return token, Ticket(digest(token), "first", staff_id, moment, moment + LINK_MINUTES * _MINUTE)


def _outdated(workshop: Workshop, staff_id: int) -> tuple[Keep, ...]:
    """The commands that end a person's unused links."""
    unused = [ticket for ticket in workshop.store.facts(Ticket, staff_id=staff_id) if is_good(ticket)]
    return tuple(Keep(replace(ticket, expires_at=now()), before=ticket) for ticket in unused)


def _person(workshop: Workshop, actor: Actor, staff_id: int) -> Staff:
    authorise(workshop, actor, "change people", NOWHERE)
    found = workshop.store.facts(Staff, id=staff_id)
    if not found:
        raise refuse(workshop, actor, "change people")
    return found[0]


def _check_role(workshop: Workshop, actor: Actor, role: str, round_id: int) -> None:
    """A facilitator's role belongs to a round that exists, the others to none."""
    has_place = workshop.round(round_id) is not None if role == "facilitator" else round_id == 0
    if role not in get_args(StaffRole) or not has_place:
        raise refuse(workshop, actor, "change people")


def _change(
    workshop: Workshop, actor: Actor, staff_id: int, what: str, command: Keep, *then: Keep, round_id: int = 0
) -> None:
    subject = f"{key_of_staff(staff_id)} {what}"
    do(workshop, actor, "change people", Place(round_id), command, *then, subject=subject)


def _is_last_administrator(workshop: Workshop, staff_id: int) -> bool:
    """Whether they are an administrator and no other is left who is not disabled."""
    held = {grant.staff_id for grant in workshop.store.facts(Grant, role="administrator") if not grant.ended_at}
    enabled = {one.id for one in workshop.store.facts(Staff) if not one.disabled_at}
    return staff_id in held and not (held & enabled) - {staff_id}


def _way(person: Staff, has_link: bool) -> Way:
    if person.disabled_at:
        return "disabled"
    if person.passphrase or person.subject:
        return "passphrase" if person.passphrase else "identity provider"
    return "link" if has_link else "none"
