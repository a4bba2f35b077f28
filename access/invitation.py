"""Personal links and the browser sessions they open. Tokens and cookies are 128-bit secrets; only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from access.actor import Actor
from access.gate import authorise, do, refuse
from access.workshop import Workshop
from charts.countries import country_name
from results.ids import now
from results.store import AddInvitation, AddSession, EndSession, RevokeInvitation
from results.workshop import Invitation, InvitationRole, Round, Session

COOKIE = "readiness_session"
SESSION_DAYS = 14
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a link's first page shows before anything is opened: whose it is and for which round. `country` is a name or ""."""

    organisation: str
    country: str
    round: str
    role: InvitationRole
    invented: bool


def key_of(token_hash: str) -> str:
    """What names a link in answers, logs and the audit trail: the first letters of its hash."""
    return token_hash[:12]


def digest(secret: str) -> str:
    """SHA-256 of a token or cookie, the only form in which it is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_invitation(
    round_id: int, organisation_id: int | None, role: InvitationRole, label: str
) -> tuple[str, AddInvitation]:
    """A new link's token, which is not stored and cannot be shown again, and the command that keeps its hash."""
    token = secrets.token_urlsafe(16)
    return token, AddInvitation(Invitation(digest(token), round_id, organisation_id, role, label, now()))


def add_invitation(
    workshop: Workshop, round_: Round, organisation_id: int | None, role: InvitationRole, label: str
) -> str:
    """A new link's token. For programs that set up a round; people go through `invite_colleague`."""
    token, command = new_invitation(round_.id, organisation_id, role, label)
    workshop.write(command)
    return token


def invite_colleague(workshop: Workshop, actor: Actor, label: str) -> str:
    """A token for a colleague of the coordinator's own organisation, who may answer but not submit."""
    authorise(workshop, actor, "invite a colleague", actor.home)
    token, command = new_invitation(actor.round_id, actor.organisation_id, "respondent", label.strip()[:80])
    subject = key_of(command.invitation.token_hash)
    do(workshop, actor, "invite a colleague", actor.home, command, subject=subject)
    return token


def colleagues(workshop: Workshop, actor: Actor) -> tuple[Invitation, ...]:
    """The links of the coordinator's own organisation, revoked ones left out."""
    authorise(workshop, actor, "list colleagues", actor.home)
    listed = workshop.store.invitations(actor.round_id, actor.organisation_id)
    return tuple(invitation for invitation in listed if invitation.revoked_at is None)


def revoke(workshop: Workshop, actor: Actor, token_hash: str) -> None:
    """End a colleague's link and every session it opened; a coordinator's own link cannot be ended by itself."""
    authorise(workshop, actor, "end a colleague's link", actor.home)
    mine = {invitation.token_hash: invitation for invitation in colleagues(workshop, actor)}
    if token_hash not in mine or mine[token_hash].role != "respondent":
        raise refuse(workshop, actor, "end a colleague's link")
    command = RevokeInvitation(token_hash, now())
    do(workshop, actor, "end a colleague's link", actor.home, command, subject=key_of(token_hash))


class InvitationDesk:
    """What the web routes need of invitations; an unknown, a revoked and a malformed link are the same None."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def look_up(self, token: str) -> Welcome | None:
        """What the link's page shows. Changes nothing, so that prefetching a link is harmless."""
        invitation = _valid(self._workshop, digest(token))
        round_ = self._workshop.round(invitation.round_id) if invitation else None
        if invitation is None or round_ is None:
            return None
        organisation = self._workshop.organisation(invitation.organisation_id) if invitation.organisation_id else None
        return Welcome(
            organisation=organisation.name if organisation else "",
            country=country_name(organisation.country, "en") if organisation else "",
            round=round_.name,
            role=invitation.role,
            invented=round_.invented,
        )

    def open(self, token: str) -> str | None:
        """Open a session; the secret for its cookie."""
        invitation = _valid(self._workshop, digest(token))
        if invitation is None:
            return None
        secret, moment = secrets.token_urlsafe(16), now()
        session = Session(digest(secret), invitation.token_hash, moment, moment + SESSION_DAYS * _DAY)
        self._workshop.write(AddSession(session))
        return secret

    def close_session(self, secret: str) -> None:
        """End the session of this cookie, if there is one."""
        if self._workshop.store.session(digest(secret)) is not None:
            self._workshop.write(EndSession(digest(secret), now()))


def actor_of(workshop: Workshop, secret: str | None) -> Actor | None:
    """The actor behind a session cookie. None when there is no session, it has expired, or its link was revoked."""
    if not secret:
        return None
    session_hash = digest(secret)
    if known := workshop.sessions.get(session_hash):
        return known
    session = workshop.store.session(session_hash)
    if session is None or session.expires_at <= now():
        return None
    invitation = _valid(workshop, session.token_hash)
    if invitation is None:
        return None
    actor = Actor(
        invitation.role,
        invitation.round_id,
        invitation.organisation_id,
        invitation.label,
        key_of(invitation.token_hash),
    )
    workshop.sessions.put(session_hash, actor)
    return actor


def _valid(workshop: Workshop, token_hash: str) -> Invitation | None:
    invitation = workshop.store.invitation(token_hash)
    return invitation if invitation is not None and invitation.revoked_at is None else None
