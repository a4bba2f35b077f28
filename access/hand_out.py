"""All invitations of a round, for its facilitator and for who sets it up: listed, replaced as a printable file, ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from access.actor import Actor, RefusedError
from access.facilitator import own_round
from access.gate import refuse
from access.invitation import key_of
from access.issuing import LABELS, Issued, Seat, end_invitation, hand_out, prepare, prepare_again
from access.matrix import Action
from access.workshop import Workshop
from charts.countries import country_name
from reports.invitations import InvitationLine, Invitations
from results.facts import Expiry
from results.ids import now
from results.workshop import Invitation, InvitationRole, Organisation, Round

_SECOND = 1_000_000
_NONE_YET = "organisation-"


@dataclass(frozen=True, slots=True)
class Given:
    """One invitation as it is listed, never with its secrets. `key` names it to `replace_chosen` and `end`.

    An organisation without any that works has one with `created_at` None, to be chosen all the same. Times are microseconds.
    """

    key: str
    organisation: str
    country: str
    role: InvitationRole
    label: str
    created_at: int | None
    expires_at: int | None
    ended_at: int | None
    own: bool

    @property
    def works(self) -> bool:
        return self.created_at is not None and self.ended_at is None and not self.expired

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()


def given_out(workshop: Workshop, actor: Actor) -> tuple[Given, ...]:
    """The invitations of the facilitator's round: facilitators', then by country's name and organisation; ended ones included."""
    round_ = own_round(workshop, actor, "list invitations")
    organisations = {one.id: one for one in workshop.store.organisations(round_.id)}
    expiries = {one.token_hash: one.expires_at for one in workshop.store.facts(Expiry, round_id=round_.id)}
    invitations = workshop.store.invitations(round_.id)
    listed = [
        _given(one, organisations.get(one.organisation_id or 0), expiries.get(one.token_hash), actor)
        for one in invitations
    ]
    invited = {one.organisation_id for one in invitations if one.revoked_at is None}
    listed += [_none_yet(one) for number, one in organisations.items() if number not in invited]
    return tuple(
        sorted(listed, key=lambda one: (one.role != "facilitator", one.country, one.organisation, one.created_at or 0))
    )


def replace_chosen(workshop: Workshop, actor: Actor, keys: Iterable[str], expires_at: int | None) -> tuple[Issued, ...]:
    """New links and codes for the invitations of these keys, in their order; the old ones die with every session they opened.

    Raises RefusedError: P032 nothing is chosen, P034 one of them has ended meanwhile, P001 it is none of the round's; then
    nothing was changed. A third of a second each.
    """
    round_ = own_round(workshop, actor, "issue invitations")
    wanted = _chosen(workshop, actor, "issue invitations", round_, dict.fromkeys(keys))
    if not wanted:
        raise RefusedError("P032")
    taken: set[str] = set()
    # All are prepared before the first old one dies: a server too busy to hash leaves everything as it was.
    prepared = [
        prepare_again(workshop, one, expires_at, taken)
        if isinstance(one, Invitation)
        else prepare(workshop, Seat(round_.id, one.id, "coordinator", LABELS["coordinator"], expires_at), None, taken)
        for one in wanted
    ]
    return tuple(hand_out(workshop, actor, "issue invitations", one) for one in prepared)


def end(workshop: Workshop, actor: Actor, key: str) -> None:
    """End an invitation of the round and every session it opened. Not the facilitator's own: nobody locks themselves out."""
    round_ = own_round(workshop, actor, "end an invitation")
    (one,) = _chosen(workshop, actor, "end an invitation", round_, [key])
    if not isinstance(one, Invitation) or key_of(one.token_hash) == actor.key:
        raise refuse(workshop, actor, "end an invitation")
    end_invitation(workshop, actor, "end an invitation", one)


def sheet(workshop: Workshop, round_: Round, issued: Iterable[Issued], base_url: str) -> Invitations:
    """What is printed or listed of new invitations. `base_url`: without a final slash."""
    lines = []
    for one in issued:
        number = one.invitation.organisation_id
        organisation = workshop.organisation(number) if number else None
        country, name = (organisation.country, organisation.name) if organisation else ("", "")
        link = f"{base_url}/i/{one.token}"
        lines.append(InvitationLine(country, name, one.invitation.role, one.invitation.label, link, one.code))
    return Invitations(round_.name, round_.invented, f"{base_url}/join", tuple(lines))


def end_of_day(text: str) -> int | None:
    """The last second of a day `2027-03-31` (UTC) in microseconds; None for "". Raises RefusedError P033 unless it is to come."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
        moment = int(datetime.combine(day, time(23, 59, 59), UTC).timestamp()) * _SECOND
    except (ValueError, OverflowError):
        raise RefusedError("P033") from None
    if moment <= now():
        raise RefusedError("P033")
    return moment


def _chosen(
    workshop: Workshop, actor: Actor, action: Action, round_: Round, keys: Iterable[str]
) -> list[Invitation | Organisation]:
    """The invitation of each key, or the organisation that has none. Raises RefusedError P001, or P034 when one has ended."""
    invitations = workshop.store.invitations(round_.id)
    invited = {one.organisation_id for one in invitations if one.revoked_at is None}
    offered: dict[str, list[tuple[Invitation | Organisation, bool]]] = {}  # by key, and whether it has ended
    for invitation in invitations:
        offered.setdefault(key_of(invitation.token_hash), []).append((invitation, invitation.revoked_at is not None))
    for organisation in workshop.store.organisations(round_.id):
        offered[f"{_NONE_YET}{organisation.id}"] = [(organisation, organisation.id in invited)]
    found = []
    for key in keys:
        if len(matching := offered.get(key, [])) != 1:
            raise refuse(workshop, actor, action)
        ((one, has_ended),) = matching
        if has_ended:
            raise refuse(workshop, actor, action, "P034")
        found.append(one)
    return found


def _given(one: Invitation, organisation: Organisation | None, expires_at: int | None, actor: Actor) -> Given:
    key = key_of(one.token_hash)
    country, name = (country_name(organisation.country), organisation.name) if organisation else ("", "")
    return Given(key, name, country, one.role, one.label, one.created_at, expires_at, one.revoked_at, key == actor.key)


def _none_yet(one: Organisation) -> Given:
    key = f"{_NONE_YET}{one.id}"
    return Given(
        key, one.name, country_name(one.country), "coordinator", LABELS["coordinator"], None, None, None, False
    )
