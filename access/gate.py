"""The one place that decides whether somebody may, and writes down that they might not. Every operation begins here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from access.actor import Actor, RefusedError
from access.matrix import NOWHERE, Action, Place, may
from results.facts import AuditEvent
from results.ids import new_id, now
from results.store import Audited, Command, Note, Refused, Result

if TYPE_CHECKING:
    from access.workshop import Workshop

log = logging.getLogger("readiness.access")


def authorise(workshop: Workshop, actor: Actor, action: Action, there: Place) -> None:
    """Return when the matrix allows it and the organisation is one of that round.

    Raises RefusedError: P005 for a colleague in the own organisation, else P001.
    """
    if may(actor.role, actor.home, action, there) and _is_a_place(workshop, there):
        return
    is_colleague = actor.role == "respondent" and there == actor.home and may("coordinator", there, action, there)
    raise refuse(workshop, actor, action, "P005" if is_colleague else "P001")


def _is_a_place(workshop: Workshop, there: Place) -> bool:
    """Whether the organisation, where there is one, exists and belongs to the round: an actor is only as right as their link."""
    if not there.organisation_id:
        return True
    organisation = workshop.organisation(there.organisation_id)
    return organisation is not None and organisation.round_id == there.round_id


def refuse(workshop: Workshop, actor: Actor, action: Action, code: str = "P001") -> RefusedError:
    """A refusal, in the audit trail and the log without anything the actor said.

    The trail names the actor's own place, not the one that was tried: an id from outside may be anything.
    """
    _log_refusal(actor, action, code)
    workshop.store.write(Note(audit_event(action, actor.role, actor.key, actor.home, outcome=code)))
    return RefusedError(code)


def _log_refusal(actor: Actor, action: Action, code: str) -> None:
    log.warning(
        "refused %(action)s to %(role)s %(key)s in round %(round)s: %(code)s",
        {"action": action, "role": actor.role, "key": actor.key, "round": actor.round_id, "code": code},
    )


def audit_event(
    action: str, role: str = "", key: str = "", there: Place = NOWHERE, subject: str = "", outcome: str = "done"
) -> AuditEvent:
    """What the audit trail says of an action, now. `role` and `key`: who; "" for somebody who has not come in.

    `subject`: an id or the key of a link.
    """
    who, where = (role, key), (there.round_id, there.organisation_id)
    return AuditEvent(new_id(), now(), *who, action, *where, subject[:64], outcome)


def do(
    workshop: Workshop,
    actor: Actor,
    action: Action,
    there: Place,
    command: Command,
    *then: Command,
    subject: str = "",
) -> Result:
    """Carry out an authorised command together with its audit entry; returns when both are durable.

    Raises RefusedError when the store refuses (the trail then has its code), StoreError when nothing was kept.
    """
    noted = audit_event(action, actor.role, actor.key, there, subject)
    result = workshop.write(Audited(command, noted, then))  # type: ignore[arg-type]
    if isinstance(result, Refused):
        _log_refusal(actor, action, result.code)
        raise RefusedError(result.code)
    return result
