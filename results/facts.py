"""Small facts beside the workshop's answers: notices, consents, drafts, targets, codes, people, sign-ins, the audit trail.

Frozen values. Each kind is one table with the same columns and one key (`TABLE`, `KEY`). All but the audit trail are kept by one command,
`results.store.Keep`, and read by `ResponseStore.facts`. Secrets never appear: hashes only. Ids are 0 where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Visibility = Literal["named", "blind", "facilitators", "nobody"]  # from the most open to the most closed
StaffRole = Literal["facilitator", "author", "administrator"]
Purpose = Literal["first"]


@dataclass(frozen=True, slots=True)
class Consent:
    """To whom an organisation shows its levels in a round. `organisation_id` 0: what holds where nobody has chosen."""

    round_id: int
    organisation_id: int
    visibility: Visibility
    author: str
    chosen_at: int


@dataclass(frozen=True, slots=True)
class JoinCode:
    """The code that is said aloud in the room and leads to the round's page; "" when there is none at the moment."""

    round_id: int
    code: str
    changed_at: int


@dataclass(frozen=True, slots=True)
class Code:
    """A code that opens the same as an invitation. `selector` finds it; `code_hash` (argon2id) proves the rest."""

    selector: str
    round_id: int
    token_hash: str
    code_hash: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """When an invitation ends by itself. Without one it is good until it is revoked."""

    token_hash: str
    round_id: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Staff:
    """A person with an account: an identity provider's (`issuer`, `subject`), or a passphrase's argon2id hash, or both."""

    id: int
    name: str
    issuer: str
    subject: str
    passphrase: str
    created_at: int
    disabled_at: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a person, in one round or (`round_id` 0) in none. It holds while `ended_at` is 0."""

    staff_id: int
    role: StaffRole
    round_id: int
    granted_at: int
    ended_at: int = 0


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A browser in which a person has signed in, for one of their roles."""

    session_hash: str
    staff_id: int
    role: StaffRole
    round_id: int
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link for one use: to choose how to sign in from now on."""

    ticket_hash: str
    purpose: Purpose
    staff_id: int
    created_at: int
    expires_at: int
    used_at: int = 0


@dataclass(frozen=True, slots=True)
class Throttle:
    """Failed attempts in a bucket (the keyed hash of a selector or an address), since the last success or a quiet day."""

    bucket: str
    failures: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Secret:
    """A random value that all processes on one store share. The first one kept stays."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What somebody did or was refused. Ids and keys only: never a name, an answer, a code or a link.

    `actor`: as answers carry it. `subject`: what it was done to (the key of a link, a response's id). `outcome`: `done` or the
    refusal's code.
    """

    event_id: int
    happened_at: int
    role: str
    actor: str
    action: str
    round_id: int
    organisation_id: int
    subject: str
    outcome: str


@dataclass(frozen=True, slots=True)
class AuditEntry(AuditEvent):
    """An event in its place of the chain: `sha256` is over `previous`, the number and the event."""

    number: int
    previous: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a round tells its people before they answer; each version is kept. Texts of the facilitators, "" where there is none.

    `asks`: who asks. `sees`: who will see what. `kept`: how long it is kept, a day (2028-12-31) or words. `contact`: whom to ask.
    """

    round_id: int
    version: int
    asks: str
    why: str
    sees: str
    kept: str
    contact: str
    author: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Informed:
    """Somebody (`author`, as answers carry it) has read this version of the round's notice and went on."""

    round_id: int
    organisation_id: int
    author: str
    version: int
    read_at: int


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A draft: an answer that came when its round was closed or its response submitted. The last one of a person and an item.

    `based_on`: the revision it was given over. `settled_at`: when it was taken over or discarded, 0 before; its texts are gone then.
    """

    response_id: int
    item_id: str
    author: str
    based_on: int
    code: int
    evidence: int
    link: str
    note: str
    reason: str
    comment: str
    given_at: int
    settled_at: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """The level (1-5; 0: none) that an organisation wants in a dimension. `organisation_id` 0: the facilitators' proposal to all."""

    round_id: int
    organisation_id: int
    questionnaire_id: str
    dimension_id: str
    level: int
    author: str
    chosen_at: int


@dataclass(frozen=True, slots=True)
class PeersShown:
    """Whether the organisations of a round see the range of the others' levels. Without one they do not."""

    round_id: int
    allowed: bool
    author: str
    chosen_at: int


Fact = (
    Consent
    | Notice
    | Informed
    | LateAnswer
    | Target
    | PeersShown
    | JoinCode
    | Code
    | Expiry
    | Staff
    | Grant
    | StaffSession
    | Ticket
    | Throttle
    | Secret
)

TABLE: Final[dict[type, str]] = {
    Consent: "consents",
    Notice: "notices",
    Informed: "informed",
    LateAnswer: "late_answers",
    Target: "targets",
    PeersShown: "peers_shown",
    JoinCode: "join_codes",
    Code: "codes",
    Expiry: "expiries",
    Staff: "staff",
    Grant: "grants",
    StaffSession: "staff_sessions",
    Ticket: "tickets",
    Throttle: "throttles",
    Secret: "secrets",
    AuditEntry: "audit",
}
KEY: Final[dict[type, tuple[str, ...]]] = {
    Consent: ("round_id", "organisation_id"),
    Notice: ("round_id", "version"),
    Informed: ("round_id", "author", "version"),
    LateAnswer: ("response_id", "item_id", "author"),
    Target: ("round_id", "organisation_id", "questionnaire_id", "dimension_id"),
    PeersShown: ("round_id",),
    JoinCode: ("round_id",),
    Code: ("selector",),
    Expiry: ("token_hash",),
    Staff: ("id",),
    Grant: ("staff_id", "role", "round_id"),
    StaffSession: ("session_hash",),
    Ticket: ("ticket_hash",),
    Throttle: ("bucket",),
    Secret: ("name",),
    AuditEntry: ("number",),
}


@cache
def columns(kind: type) -> tuple[str, ...]:
    """The columns of a kind's table: its fields, in their order."""
    return tuple(field.name for field in fields(kind))


def facts_query(kind: type, where: Iterable[str], mark: str = "?") -> str:
    """The statement that reads facts of a kind whose fields `where` have values to come, in order of their key.

    Raises ValueError for a name that is no field. `mark`: what the driver takes for a value.
    """
    names = list(where)
    if unknown := set(names) - set(columns(kind)):
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    condition = f" WHERE {' AND '.join(f'{name} = {mark}' for name in names)}" if names else ""
    return f"SELECT {', '.join(columns(kind))} FROM {TABLE[kind]}{condition} ORDER BY {', '.join(KEY[kind])}"  # noqa: S608


def audit_query(mark: str = "?") -> str:
    """The statement that reads at most so many entries (second value) after a number (first value)."""
    return f"SELECT {', '.join(columns(AuditEntry))} FROM audit WHERE number > {mark} ORDER BY number LIMIT {mark}"  # noqa: S608


AUDIT_HEAD: Final = "SELECT number, sha256 FROM audit ORDER BY number DESC LIMIT 1"


def key_of(fact: Fact) -> tuple[int | str, ...]:
    """What tells a fact from others of its kind."""
    return tuple(getattr(fact, name) for name in KEY[type(fact)])
