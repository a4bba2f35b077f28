"""Sessions of people with an account: one role each, eight hours, and checked anew on every run of every page."""

from __future__ import annotations

from dataclasses import replace

from access.actor import Actor
from access.gate import audit_event
from access.matrix import Place
from access.workshop import Workshop
from results.facts import AuditEvent, Grant, Staff, StaffSession
from results.ids import now
from results.store import Audited, Keep

STAFF_HOURS = 8
HOUR = 3_600_000_000


def key_of_staff(staff_id: int) -> str:
    """What names a person in the audit trail."""
    return f"staff-{staff_id}"


def staff_event(staff_id: int, session: StaffSession | None, action: str, outcome: str = "done") -> AuditEvent:
    """What the audit trail says of a person at the door; without a session nobody has come in."""
    role, round_id = (session.role, session.round_id) if session else ("", 0)
    return audit_event(action, role, key_of_staff(staff_id), Place(round_id), outcome=outcome)


def staff_actor(workshop: Workshop, session_hash: str) -> Actor | None:
    """Who is behind a session: None when it has ended, its person is disabled, or the role has been taken away."""
    session = open_session(workshop, session_hash)
    if session is None:
        return None
    person = active_person(workshop, session.staff_id)
    if person is None or not holds(workshop, session.staff_id, session.role, session.round_id):
        return None
    return Actor(session.role, session.round_id, None, person.name, key_of_staff(person.id))


def open_session(workshop: Workshop, session_hash: str) -> StaffSession | None:
    """The session if it has not ended; nothing is said of its person."""
    found = workshop.store.facts(StaffSession, session_hash=session_hash)
    return found[0] if found and found[0].expires_at > now() else None


def active_person(workshop: Workshop, staff_id: int) -> Staff | None:
    """The person, unless unknown or disabled."""
    found = workshop.store.facts(Staff, id=staff_id)
    return found[0] if found and not found[0].disabled_at else None


def holds(workshop: Workshop, staff_id: int, role: str, round_id: int) -> bool:
    """Whether the person has this role, there, at this moment."""
    found = workshop.store.facts(Grant, staff_id=staff_id, role=role, round_id=round_id)
    return bool(found) and not found[0].ended_at


def end_staff_session(workshop: Workshop, session_hash: str) -> None:
    """End a session, if it is open, and note it."""
    session = open_session(workshop, session_hash)
    if session is not None:
        ended = Keep(replace(session, expires_at=now()), before=session)
        workshop.write(Audited(ended, staff_event(session.staff_id, session, "leave")))


def ends(workshop: Workshop, staff_id: int, role: str = "", round_id: int = 0) -> tuple[Keep, ...]:
    """The commands that end a person's open sessions: all, or those in one role."""
    moment = now()
    return tuple(
        Keep(replace(session, expires_at=moment), before=session)
        for session in workshop.store.facts(StaffSession, staff_id=staff_id)
        if session.expires_at > moment and (not role or (session.role, session.round_id) == (role, round_id))
    )
