"""The way in by a typed code: a round's join code opens its waiting room, an organisation's own code a session."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from access.actor import Actor, RefusedError
from access.codes import JoinCode as TypedJoinCode
from access.codes import OrganisationCode, new_join_code, require_code
from access.facilitator import own_round
from access.gate import audit_event, do
from access.invitation import InvitationDesk, Welcome, digest, open_session
from access.passphrase import verify
from access.secret import keyed_hash
from access.throttle import check, failed, succeeded
from access.workshop import Workshop
from results.facts import Code, JoinCode
from results.ids import now
from results.store import Keep, Note
from results.workshop import Round

_PASS_LETTERS = 32  # of an HMAC in hex: 128 bits


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """What a join code opens: the round's name and notice, no organisation. `pass_`: shows the room again, while its code holds."""

    round: str
    notice: str
    invented: bool
    pass_: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What an organisation's code opens: a session's secret, for the cookie."""

    secret: str


class JoinDesk:
    """What the web routes need of codes."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def enter(self, typed: str, address: str) -> WaitingRoom | Entered:
        """What the typed code opens, for somebody at this network address.

        Raises RefusedError: P024 it is no code, P030 it opens nothing (unknown, ended, expired or wrong: the same text after
        the same work), P031 too many wrong ones, P020 too many people at once.
        """
        code = require_code(typed)
        selector = code.selector if isinstance(code, OrganisationCode) else ""
        if seconds := check(self._workshop, selector, address):
            raise WaitError(seconds)
        opened = self._room_of(code) if isinstance(code, TypedJoinCode) else self._session_of(code)
        if opened is None:
            failed(self._workshop, address)
            self._workshop.store.write(Note(audit_event("come in by a code", outcome="P030")))
            raise RefusedError("P030")
        return opened

    def room(self, pass_: str) -> WaitingRoom | None:
        """The waiting room behind a pass; None when its join code is no longer the current one, or the round is closed."""
        number = pass_.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) <= 19):
            return None
        known = self._workshop.store.facts(JoinCode, round_id=int(number))
        room = self._room(known[0]) if known else None
        return (
            room
            if room is not None and hmac.compare_digest(room.pass_.encode(), pass_.encode("utf-8", "replace"))
            else None
        )

    def welcome(self, secret: str) -> Welcome | None:
        """Whose session this is; None when it is over."""
        session = self._workshop.store.session(digest(secret))
        if session is None or session.expires_at <= now():
            return None
        return InvitationDesk(self._workshop).welcome(session.token_hash)

    def _room_of(self, code: TypedJoinCode) -> WaitingRoom | None:
        known = self._workshop.store.facts(JoinCode, code=code.symbols)
        return self._room(known[0]) if len(known) == 1 else None

    def _room(self, current: JoinCode) -> WaitingRoom | None:
        round_ = self._workshop.round(current.round_id)
        if not current.code or round_ is None or round_.status != "open":
            return None
        mac = keyed_hash(self._workshop, "waiting room", f"{current.round_id}:{current.code}")[:_PASS_LETTERS]
        return WaitingRoom(round_.name, round_.notice, round_.invented, f"{current.round_id}-{mac}")

    def _session_of(self, code: OrganisationCode) -> Entered | None:
        known = self._workshop.store.facts(Code, selector=code.selector)
        if not verify(known[0].code_hash if known else None, code.secret) or not known:
            return None
        secret = open_session(self._workshop, known[0].token_hash)
        if secret is None:
            return None
        succeeded(self._workshop, code.selector)
        return Entered(secret)


class WaitError(RefusedError):
    """Too many wrong codes: P031. `seconds` until the next try."""

    def __init__(self, seconds: int) -> None:
        super().__init__("P031", seconds=seconds)
        self.seconds = seconds


def join_code(workshop: Workshop, actor: Actor) -> str:
    """The current join code of the facilitator's round; "" when there is none, or the round is closed."""
    round_ = own_round(workshop, actor)
    known = workshop.store.facts(JoinCode, round_id=round_.id)
    return known[0].code if known and round_.status == "open" else ""


def change_join_code(workshop: Workshop, actor: Actor, *, ended: bool = False) -> str:
    """A new join code for the facilitator's round, or (`ended`) none. The earlier one opens nothing from now on."""
    round_ = own_round(workshop, actor, "change the join code")
    return set_join_code(workshop, actor, round_, ended=ended)


def set_join_code(workshop: Workshop, actor: Actor, round_: Round, *, ended: bool = False) -> str:
    """The same, for a request that has been authorised."""
    code = "" if ended else _free_code(workshop)
    known = workshop.store.facts(JoinCode, round_id=round_.id)
    keep = Keep(JoinCode(round_.id, code, now()), known[0] if known else None)
    do(workshop, actor, "change the join code", actor.home, keep, subject=str(round_.id))
    return code


def _free_code(workshop: Workshop) -> str:
    code = new_join_code().symbols
    while workshop.store.facts(JoinCode, code=code):
        code = new_join_code().symbols
    return code
