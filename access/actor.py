"""Who acts, and the one place that decides whether they may. Every operation of this package begins by asking here."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from results.workshop import InvitationRole, ResponseState
from survey.problems import message

log = logging.getLogger("readiness.access")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with an open session: a role in one round, and in one organisation unless a facilitator.

    `key` names the invitation behind it in the audit trail (the first letters of a hash: nobody's name, and no secret).
    """

    role: InvitationRole
    round_id: int
    organisation_id: int | None
    label: str
    key: str


class RefusedError(Exception):
    """The actor may not do this, or not now. `code` and text come from the catalogue; the text is safe to show."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(message(code))


def refuse(actor: Actor, action: str, code: str = "P001") -> RefusedError:
    """A refusal, written to the log without anything the actor said."""
    log.warning("refused %s to %s %s in round %s: %s", action, actor.role, actor.key, actor.round_id, code)
    return RefusedError(code)


def require_facilitator(actor: Actor, action: str) -> None:
    """Raises RefusedError unless the actor is a facilitator (of their own round: the caller reads only `actor.round_id`)."""
    if actor.role != "facilitator":
        raise refuse(actor, action)


def require_coordinator(actor: Actor, action: str) -> int:
    """The actor's organisation, of which they are the coordinator. Raises RefusedError."""
    if actor.role != "coordinator" or actor.organisation_id is None:
        raise refuse(actor, action, "P005" if actor.role == "respondent" else "P001")
    return actor.organisation_id


def require_own(actor: Actor, response: ResponseState | None, action: str) -> ResponseState:
    """The response, when it belongs to the actor's organisation and round. 'Not yours' and 'does not exist' are one refusal."""
    own = (
        response is not None
        and actor.role in ("respondent", "coordinator")
        and response.organisation_id == actor.organisation_id
        and response.round_id == actor.round_id
    )
    if not own or response is None:
        raise refuse(actor, action)
    return response
