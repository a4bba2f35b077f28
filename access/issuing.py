"""Invitations given out, replaced and ended: each a link and, for an organisation's people, a code that opens the same.

Link and code exist in clear only in the `Issued` that is returned here; they are shown or written once and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from access.actor import Actor, RefusedError
from access.codes import OrganisationCode, new_organisation_code
from access.gate import authorise, do, refuse
from access.invitation import expiry_of, key_of, new_invitation, place_of
from access.matrix import Action
from access.passphrase import hash_secret
from access.workshop import Workshop
from results.facts import Code, Expiry
from results.ids import now
from results.store import AddInvitation, Command, Keep, RevokeInvitation
from results.workshop import Invitation, InvitationRole
from survey.text_file import is_one_line

OPERATOR = Actor("administrator", 0, None, "", "terminal")
"""Who works at the machine itself, in the audit trail; no matrix binds the owner of the data."""


LONGEST_LABEL: Final = 80  # characters
LABELS: Final[dict[InvitationRole, str]] = {
    "facilitator": "Facilitator",
    "coordinator": "Coordinator",
    "respondent": "",
    "independent": "",
}
"""What an invitation is labelled with where nobody gave it a name."""


@dataclass(frozen=True, slots=True)
class Seat:
    """For whom an invitation is. `organisation_id` None: a facilitator's. `expires_at`: microseconds, None: it does not expire.

    `respondent`: whose responses go on, when an independent respondent's invitation is made anew.
    """

    round_id: int
    organisation_id: int | None
    role: InvitationRole
    label: str
    expires_at: int | None = None
    respondent: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new invitation with its secrets: the token of its link, and its code as it is shown, or ""."""

    invitation: Invitation
    token: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A new invitation that nobody knows of yet, in place of `old` where there is one. `rest`: what is kept along with it."""

    issued: Issued
    add: AddInvitation
    rest: tuple[Command, ...]
    old: Invitation | None


def prepare(workshop: Workshop, seat: Seat, old: Invitation | None = None, taken: set[str] | None = None) -> Prepared:
    """A new invitation for a seat. Takes a third of a second: its code is hashed. Raises RefusedError P020 when too many wait.

    `taken`: selectors prepared before and not yet handed out; this one's is added.
    """
    round_ = workshop.round(seat.round_id)
    if round_ is None:
        raise RefusedError("P001")
    token, add = new_invitation(round_, seat.organisation_id, seat.role, seat.label, seat.respondent)
    made = add.invitation
    rest: list[Command] = []
    if seat.expires_at is not None:
        rest.append(Keep(Expiry(made.token_hash, seat.round_id, seat.expires_at)))
    shown = ""
    if seat.organisation_id is not None:
        code = _free_code(workshop, set() if taken is None else taken)
        shown = code.shown
        hashed = hash_secret(code.secret)
        rest.append(Keep(Code(code.selector, seat.round_id, made.token_hash, hashed, made.created_at)))
    return Prepared(Issued(made, token, shown), add, tuple(rest), old)


def prepare_again(
    workshop: Workshop, old: Invitation, expires_at: int | None = None, taken: set[str] | None = None
) -> Prepared:
    """A new invitation to the same place, with its role and label. `expires_at` None: the old one's, if it is still to come."""
    kept = expiry_of(workshop, old.token_hash)
    ends = expires_at or (kept if kept and kept > now() else None)
    seat = Seat(old.round_id, old.organisation_id, old.role, old.label, ends, old.respondent)
    return prepare(workshop, seat, old, taken)


def hand_out(workshop: Workshop, actor: Actor, action: Action, prepared: Prepared) -> Issued:
    """Carry out an authorised request: in one transaction the new invitation is kept, and the old one dies with its code and every
    session they opened. Raises RefusedError P034 when the old one has ended meanwhile."""
    made, old = prepared.issued, prepared.old
    there = place_of(made.invitation)
    key = key_of(made.invitation.token_hash)
    if old is None:
        do(workshop, actor, action, there, prepared.add, *prepared.rest, subject=key)
        return made
    latest = workshop.store.invitation(old.token_hash)
    if latest is None or latest.revoked_at is not None:
        raise refuse(workshop, actor, action, "P034")
    revoke_old = RevokeInvitation(old.token_hash, now())
    do(
        workshop, actor, action, there, revoke_old, prepared.add, *prepared.rest,
        subject=f"{key_of(old.token_hash)} {key}",
    )  # fmt: skip
    return made


def end_invitation(workshop: Workshop, actor: Actor, action: Action, one: Invitation) -> None:
    """Carry out an authorised request: the invitation and every session it opened end."""
    command = RevokeInvitation(one.token_hash, now())
    do(workshop, actor, action, place_of(one), command, subject=key_of(one.token_hash))


def invite_colleague(workshop: Workshop, actor: Actor, label: str, *, independent: bool = False) -> Issued:
    """An invitation for a colleague of the coordinator's own organisation: to answer together, but not to submit.

    `independent`: to responses of their own instead, which they submit and nobody else reads before that.

    The label is kept as it is but for spaces around it. Raises RefusedError P036 when it is too long or not one line of text.
    """
    authorise(workshop, actor, "invite a colleague", actor.home)
    shown = label.strip(" ")
    if len(shown) > LONGEST_LABEL or not is_one_line(shown):
        raise RefusedError("P036")
    role: InvitationRole = "independent" if independent else "respondent"
    seat = Seat(actor.round_id, actor.organisation_id, role, shown)
    return hand_out(workshop, actor, "invite a colleague", prepare(workshop, seat))


def colleagues(workshop: Workshop, actor: Actor) -> tuple[Invitation, ...]:
    """The invitations of the coordinator's own organisation, revoked ones left out."""
    authorise(workshop, actor, "list colleagues", actor.home)
    listed = workshop.store.invitations(actor.round_id, actor.organisation_id)
    return tuple(invitation for invitation in listed if invitation.revoked_at is None)


def reissue_colleague(workshop: Workshop, actor: Actor, token_hash: str) -> Issued:
    """A colleague's invitation anew; the coordinator's own is the facilitator's to replace."""
    old = _colleague(workshop, actor, "reissue a colleague's link", token_hash)
    return hand_out(workshop, actor, "reissue a colleague's link", prepare_again(workshop, old))


def revoke(workshop: Workshop, actor: Actor, token_hash: str) -> None:
    """End a colleague's invitation and every session it opened; a coordinator's own cannot be ended by itself."""
    one = _colleague(workshop, actor, "end a colleague's link", token_hash)
    end_invitation(workshop, actor, "end a colleague's link", one)


def _colleague(workshop: Workshop, actor: Actor, action: Action, token_hash: str) -> Invitation:
    authorise(workshop, actor, action, actor.home)
    mine = {invitation.token_hash: invitation for invitation in colleagues(workshop, actor)}
    if token_hash not in mine or mine[token_hash].role == "coordinator":
        raise refuse(workshop, actor, action)
    return mine[token_hash]


def _free_code(workshop: Workshop, taken: set[str]) -> OrganisationCode:
    code = new_organisation_code()
    while code.selector in taken or workshop.store.facts(Code, selector=code.selector):
        code = new_organisation_code()
    taken.add(code.selector)
    return code
