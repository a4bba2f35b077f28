"""How people with an account come in: a first link, a passphrase, or what an identity provider says of them.

Every refusal is a RefusedError from the catalogue, the same whether there is such a person or not, after the same work. All
functions that take a passphrase block while it is hashed: call them in a worker thread.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from access.actor import RefusedError
from access.gate import audit_event
from access.invitation import digest
from access.passphrase import COST, Cost, check_passphrase, hash_secret, needs_rehash, verify
from access.staff import id_of_name, is_good
from access.staff_session import (
    HOUR,
    STAFF_HOURS,
    active_person,
    ends,
    key_of_staff,
    open_session,
    staff_actor,
    staff_event,
)
from access.throttle import check, failed, succeeded
from results.facts import Grant, Staff, StaffSession, Ticket
from results.ids import now
from results.store import Audited, Keep, Note, Refused

if TYPE_CHECKING:
    from access.workshop import Workshop

# The first of these that a person has is opened; the least power first.
_ORDER: Final = ("facilitator", "author", "administrator")
_PRODUCT: Final = ("AI readiness self-assessment", "readiness")


@dataclass(frozen=True, slots=True)
class Account:
    """Who somebody is to the identity provider; both parts exactly as it writes them."""

    issuer: str
    subject: str

    @property
    def number(self) -> str:
        """What a person can tell an administrator about it: twelve letters and digits, the same each time."""
        return digest(f"{self.issuer}\n{self.subject}")[:12]


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody can open. `round`: its name, or "" where the role belongs to none; `here`: open now."""

    grant: Grant
    round: str
    here: bool


class StaffDesk:
    """What the web routes of staff need. The strings that come back are secrets for the session cookie."""

    def __init__(self, workshop: Workshop, cost: Cost = COST) -> None:
        self._workshop = workshop
        self._cost = cost

    def look_up(self, token: str) -> str | None:
        """Whose first link it is; None for one that is unknown, used or over. Changes nothing."""
        found = self._first(token)
        return found[1].name if found else None

    def choose_passphrase(self, token: str, passphrase: str, again: str) -> str:
        """Use a first link up: from now on the person signs in by this passphrase. Raises RefusedError P001, P020 to P023, P045."""
        found = self._first(token)
        if found is None:
            raise RefusedError("P001")
        if passphrase != again:
            raise RefusedError("P045")
        check_passphrase(passphrase, (*_PRODUCT, found[1].name))
        return self._begin(*found, replace(found[1], passphrase=hash_secret(passphrase, self._cost)))

    def bind(self, token: str, account: Account) -> str:
        """Use a first link up: from now on the person signs in by this account. Raises RefusedError P001, P046 (somebody has it)."""
        found = self._first(token)
        if found is None:
            raise RefusedError("P001")
        if self._of(account) is not None:
            raise RefusedError("P046")
        return self._begin(*found, replace(found[1], issuer=account.issuer, subject=account.subject))

    def by_passphrase(self, name: str, passphrase: str, address: str) -> str:
        """Raises RefusedError P040 (the same for whatever is wrong), P020 (busy), P047 (wait) with the seconds."""
        staff_id = id_of_name(self._workshop, name)
        selector = key_of_staff(staff_id)
        if seconds := check(self._workshop, selector, address):
            raise RefusedError("P047", seconds=seconds)
        person = active_person(self._workshop, staff_id)
        encoded = person.passphrase if person else ""
        matches = verify(encoded or None, passphrase, self._cost)
        grants = self._grants(staff_id)
        if person is None or not matches or not grants:
            failed(self._workshop, address)
            raise self._refuse(staff_id, "P040")
        succeeded(self._workshop, selector)
        if needs_rehash(encoded, self._cost):
            self._workshop.write(Keep(replace(person, passphrase=hash_secret(passphrase, self._cost)), before=person))
        return self._open(person.id, grants[0])

    def by_account(self, account: Account) -> str:
        """Raises RefusedError P044 for an account without a role here."""
        person = self._of(account)
        grants = self._grants(person.id) if person else ()
        if person is None or not grants:
            self._workshop.store.write(Note(audit_event("sign in", subject=account.number, outcome="P044")))
            raise RefusedError("P044", number=account.number)
        return self._open(person.id, grants[0])

    def roles(self, secret: str) -> tuple[HeldRole, ...]:
        """What whoever has this cookie can open, the least power first; nothing without an open session of staff."""
        session = self._session(secret)
        if session is None:
            return ()
        here = (session.role, session.round_id)
        return tuple(
            HeldRole(grant, self._round_name(grant.round_id), (grant.role, grant.round_id) == here)
            for grant in self._grants(session.staff_id)
        )

    def change_role(self, secret: str, role: str, round_id: int) -> str:
        """Open another role of the same person under a new cookie; the old session ends. The eight hours go on, they do not begin
        anew. Raises RefusedError P001.
        """
        session = self._session(secret)
        grants = self._grants(session.staff_id) if session else ()
        wanted = next((grant for grant in grants if (grant.role, grant.round_id) == (role, round_id)), None)
        if session is None or wanted is None:
            raise RefusedError("P001")
        ended = Keep(replace(session, expires_at=now()), before=session)
        return self._open(session.staff_id, wanted, ended, until=session.expires_at)

    def _session(self, secret: str) -> StaffSession | None:
        session_hash = digest(secret)
        if not secret or staff_actor(self._workshop, session_hash) is None:
            return None
        return open_session(self._workshop, session_hash)

    def _first(self, token: str) -> tuple[Ticket, Staff] | None:
        found = self._workshop.store.facts(Ticket, ticket_hash=digest(token), purpose="first")
        person = active_person(self._workshop, found[0].staff_id) if found and is_good(found[0]) else None
        return (found[0], person) if person and self._grants(person.id) else None

    def _begin(self, ticket: Ticket, person: Staff, known: Staff) -> str:
        """Use the link up, keep how the person signs in, and sign them in."""
        used = Keep(replace(ticket, used_at=now()), before=ticket)
        then = (Keep(known, before=person), *ends(self._workshop, person.id))
        result = self._workshop.write(Audited(used, staff_event(person.id, None, "use a first link"), then))
        if isinstance(result, Refused):
            raise RefusedError("P001")
        return self._open(person.id, self._grants(person.id)[0])

    def _open(self, staff_id: int, grant: Grant, *then: Keep, until: int = 0) -> str:
        secret, moment = secrets.token_urlsafe(16), now()
        expires = until or moment + STAFF_HOURS * HOUR
        session = StaffSession(digest(secret), staff_id, grant.role, grant.round_id, moment, expires)
        self._workshop.write(Audited(Keep(session), staff_event(staff_id, session, "sign in"), then))
        return secret

    def _grants(self, staff_id: int) -> tuple[Grant, ...]:
        held = [grant for grant in self._workshop.store.facts(Grant, staff_id=staff_id) if not grant.ended_at]
        return tuple(sorted(held, key=lambda grant: (_ORDER.index(grant.role), -grant.granted_at, grant.round_id)))

    def _of(self, account: Account) -> Staff | None:
        found = self._workshop.store.facts(Staff, issuer=account.issuer, subject=account.subject)
        return next((one for one in found if account.subject and not one.disabled_at), None)

    def _refuse(self, staff_id: int, code: str) -> RefusedError:
        """The same entry whether there is such a person or not: the id is made from the name alone."""
        self._workshop.store.write(Note(staff_event(staff_id, None, "sign in", code)))
        return RefusedError(code)

    def _round_name(self, round_id: int) -> str:
        round_ = self._workshop.round(round_id) if round_id else None
        return round_.name if round_ else ""
