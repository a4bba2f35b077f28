"""Personal links and the browser sessions they open. Tokens and cookies are 128-bit secrets; only their SHA-256 is kept.

An invitation is good until it is revoked or has expired; then it is as unknown, and so is every session it opened.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

from access.actor import Actor
from access.gate import audit_event
from access.matrix import Place
from access.staff_session import HOUR, STAFF_HOURS, end_staff_session, staff_actor
from access.workshop import Workshop, new_responses
from results.facts import AuditEvent, Expiry
from results.ids import now
from results.store import AddInvitation, AddSession, Audited, EndSession
from results.workshop import Invitation, InvitationRole, Round, Session

COOKIE = "readiness_session"  # its name without TLS
SESSION_DAYS = 14
FACILITATOR_HOURS = STAFF_HOURS  # by link or by account


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a link's first page shows before anything is opened: whose it is and for which round. `country` is a code or ""."""

    organisation: str
    country: str
    round: str
    role: InvitationRole
    invented: bool


def session_cookie(*, secure: bool) -> str:
    """The name of the session's cookie. `secure`: people reach the site through TLS (see `web.cookies`)."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def key_of(token_hash: str) -> str:
    """What names a link in answers, logs and the audit trail: the first letters of its hash."""
    return token_hash[:12]


def digest(secret: str) -> str:
    """SHA-256 of a token or cookie, the only form in which it is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_invitation(
    round_: Round, organisation_id: int | None, role: InvitationRole, label: str, respondent: str = ""
) -> tuple[str, AddInvitation]:
    """A new link's token, which is not stored and cannot be shown again, and the command that keeps its hash.

    `respondent`: whose responses an independent respondent's link opens; "": new ones, which come with it.
    """
    token = secrets.token_urlsafe(16)
    made = Invitation(digest(token), round_.id, organisation_id, role, label, now(), respondent=respondent)
    if role != "independent" or organisation_id is None or respondent:
        return token, AddInvitation(made)
    made = replace(made, respondent=key_of(made.token_hash))
    return token, AddInvitation(made, new_responses(round_, organisation_id, made.respondent))


def add_invitation(
    workshop: Workshop, round_: Round, organisation_id: int | None, role: InvitationRole, label: str
) -> str:
    """A new link's token. For programs that set up a round; people go through `access.issuing`."""
    token, command = new_invitation(round_, organisation_id, role, label)
    workshop.write(command)
    return token


class InvitationDesk:
    """What the web routes need of invitations; an unknown, a revoked and a malformed link are the same None."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def look_up(self, token: str) -> Welcome | None:
        """What the link's page shows. Changes nothing, so that prefetching a link is harmless."""
        return self.welcome(digest(token))

    def welcome(self, token_hash: str) -> Welcome | None:
        """The same for a link whose hash is known."""
        invitation = valid_invitation(self._workshop, token_hash)
        round_ = self._workshop.round(invitation.round_id) if invitation else None
        if invitation is None or round_ is None:
            return None
        organisation = self._workshop.organisation(invitation.organisation_id) if invitation.organisation_id else None
        return Welcome(
            organisation=organisation.name if organisation else "",
            country=organisation.country if organisation else "",
            round=round_.name,
            role=invitation.role,
            invented=round_.invented,
        )

    def open(self, token: str) -> str | None:
        """Open a session; the secret for its cookie."""
        return open_session(self._workshop, digest(token))

    def close_session(self, secret: str) -> None:
        """End the session of this cookie, if there is one."""
        session = self._workshop.store.session(digest(secret))
        if session is None:
            end_staff_session(self._workshop, digest(secret))
        elif session.expires_at > now():
            invitation = self._workshop.store.invitation(session.token_hash)
            ended = EndSession(session.session_hash, now())
            self._workshop.write(Audited(ended, _door_event(invitation, "leave")) if invitation else ended)


def actor_of(workshop: Workshop, secret: str | None) -> Actor | None:
    """The actor behind a session cookie, of a link or of an account. None when there is no session or it is over (`is_open`)."""
    return _actor_behind(workshop, digest(secret)) if secret else None


def is_open(workshop: Workshop, session_hash: str) -> bool:
    """Whether the session goes on: it has not expired or been left, its link is good, its person may still do this."""
    return _actor_behind(workshop, session_hash) is not None


def _actor_behind(workshop: Workshop, session_hash: str) -> Actor | None:
    if known := workshop.sessions.get(session_hash):
        return known
    session = workshop.store.session(session_hash)
    actor = _invited_actor(workshop, session) if session else staff_actor(workshop, session_hash)
    if actor is not None:
        workshop.sessions.put(session_hash, actor)
    return actor


def _invited_actor(workshop: Workshop, session: Session) -> Actor | None:
    invitation = valid_invitation(workshop, session.token_hash) if session.expires_at > now() else None
    if invitation is None:
        return None
    return Actor(
        invitation.role,
        invitation.round_id,
        invitation.organisation_id,
        invitation.label,
        key_of(invitation.token_hash),
        invitation.respondent,
    )


def open_session(workshop: Workshop, token_hash: str) -> str | None:
    """A new session of an invitation: the secret for its cookie. None when the invitation is unknown, revoked or expired.

    It lasts 14 days, a facilitator's 8 hours. Who calls this has seen the token or its code.
    """
    invitation = valid_invitation(workshop, token_hash)
    if invitation is None:
        return None
    secret, moment = secrets.token_urlsafe(16), now()
    hours = FACILITATOR_HOURS if invitation.role == "facilitator" else SESSION_DAYS * 24
    session = Session(digest(secret), token_hash, moment, moment + hours * HOUR)
    workshop.write(Audited(AddSession(session), _door_event(invitation, "come in")))
    return secret


def _door_event(invitation: Invitation, action: str) -> AuditEvent:
    """What the audit trail says of somebody with a link or code at the door."""
    return audit_event(action, invitation.role, key_of(invitation.token_hash), place_of(invitation))


def place_of(invitation: Invitation) -> Place:
    """Where whoever has it may act."""
    return Place(invitation.round_id, invitation.organisation_id or 0, invitation.respondent)


def expiry_of(workshop: Workshop, token_hash: str) -> int | None:
    """When an invitation ends by itself, or None. It is kept together with the invitation and never changes: it is read once."""
    if token_hash not in workshop.expiries:
        known = workshop.store.facts(Expiry, token_hash=token_hash)
        workshop.expiries[token_hash] = known[0].expires_at if known else None
    return workshop.expiries[token_hash]


def valid_invitation(workshop: Workshop, token_hash: str) -> Invitation | None:
    """The invitation, unless it is unknown, revoked or expired."""
    invitation = workshop.store.invitation(token_hash)
    if invitation is None or invitation.revoked_at is not None:
        return None
    expires = expiry_of(workshop, token_hash)
    return invitation if expires is None or expires > now() else None
