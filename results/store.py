"""The store's protocol: what every engine promises, the commands it takes and what it answers.

The promise: when a command's future has its result, the change is durable (fsynced). Answers are append-only
revisions; the latest revision of (response, item) is the answer. A repeated event id changes nothing and gets the same
result again. Commands are applied in one order; a save that comes after its round closed or its response was submitted
is refused. Different items never conflict.

Engines translate their driver's errors into StoreError (the store refuses or fails) and nothing else.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from results.audit_chain import Head
from results.facts import AuditEntry, AuditEvent, Fact
from results.workshop import (
    Invitation,
    Organisation,
    ResponseState,
    ResponseStatus,
    Round,
    RoundStatus,
    Session,
    StoredAnswer,
)
from survey.problems import CodedError
from survey.response import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence


AFact = TypeVar("AFact", bound=Fact)


class StoreError(CodedError):
    """The store cannot be opened or cannot keep a change."""


# --- commands -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SaveAnswer:
    """Append a revision of an answer. `based_on`: the revision the respondent saw (0 = none yet; None = do not check)."""

    event_id: int
    response_id: int
    item_id: str
    answer: Answer
    based_on: int | None
    author: str
    saved_at: int


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Submit or reopen a response. Setting the status that it has already changes nothing and is `Done` with its revision."""

    event_id: int
    response_id: int
    status: ResponseStatus
    author: str
    at: int


@dataclass(frozen=True, slots=True)
class AddRound:
    round: Round


@dataclass(frozen=True, slots=True)
class SetRoundStatus:
    round_id: int
    status: RoundStatus


@dataclass(frozen=True, slots=True)
class AddOrganisation:
    """Add an organisation together with its common responses (one for each questionnaire of the round)."""

    organisation: Organisation
    responses: tuple[ResponseState, ...]


@dataclass(frozen=True, slots=True)
class AddInvitation:
    """Add an invitation; the first one of somebody who answers on their own together with their responses."""

    invitation: Invitation
    responses: tuple[ResponseState, ...] = ()


@dataclass(frozen=True, slots=True)
class RevokeInvitation:
    token_hash: str
    at: int


@dataclass(frozen=True, slots=True)
class AddSession:
    session: Session


@dataclass(frozen=True, slots=True)
class EndSession:
    """End a browser session: its expiry is brought forward to `at`."""

    session_hash: str
    at: int


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a fact if what is there under its key is `before` (None: nothing) or, as after a retry, the fact itself.

    Refused P008 when it is something else: somebody was faster.
    """

    fact: Fact
    before: Fact | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Append an event to the audit trail; once, whatever the retries."""

    event: AuditEvent


@dataclass(frozen=True, slots=True)
class Audited:
    """A command with its entry in the audit trail, whose outcome is the command's; both are kept or neither.

    `then`: what else happens with it, only when it is done; these must be possible. The result is that of `command`.
    """

    command: (
        SaveAnswer | ChangeStatus | SetRoundStatus | AddInvitation | RevokeInvitation | AddSession | EndSession | Keep
    )
    event: AuditEvent
    then: tuple[AddInvitation | RevokeInvitation | AddSession | EndSession | Keep, ...] = ()


Command = (
    SaveAnswer
    | ChangeStatus
    | AddRound
    | SetRoundStatus
    | AddOrganisation
    | AddInvitation
    | RevokeInvitation
    | AddSession
    | EndSession
    | Keep
    | Note
    | Audited
)


# --- results --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Saved:
    """The answer is durable as this revision."""

    stored: StoredAnswer


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved a newer revision than `based_on`; nothing was written. Both versions are the caller's to show."""

    theirs: StoredAnswer


@dataclass(frozen=True, slots=True)
class Refused:
    """Not possible now; `code` is P001 (no such thing), P002 (round closed), P003 (submitted) or P008 (changed meanwhile)."""

    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """The change is durable. `revision`: of the response for ChangeStatus, else 0."""

    revision: int = 0


Result = Saved | Conflict | Refused | Done


@dataclass(frozen=True, slots=True)
class CodedAnswers:
    """Revisions of answers without their texts, in order of sequence: arrays (n,). `item`: position in the items asked for."""

    sequence: NDArray[np.int64]
    response_id: NDArray[np.int64]
    item: NDArray[np.int64]
    code: NDArray[np.uint8]
    evidence: NDArray[np.uint8]
    saved_at: NDArray[np.int64]


class ResponseStore(Protocol):
    """One engine. Reads may be called from any thread and see every command whose future is done."""

    def write(self, command: Command) -> Future[Result]:
        """Queue a command. The future holds its result once durable, or StoreError when nothing was kept."""

    def rounds(self) -> tuple[Round, ...]:
        """All rounds, newest first."""

    def round(self, round_id: int) -> Round | None: ...

    def organisations(self, round_id: int) -> tuple[Organisation, ...]:
        """Of one round, by country code, then name, then id."""

    def organisation(self, organisation_id: int) -> Organisation | None: ...

    def invitation(self, token_hash: str) -> Invitation | None: ...

    def invitations(self, round_id: int, organisation_id: int | None = None) -> tuple[Invitation, ...]:
        """Of one round (or one organisation of it), oldest first, revoked ones included."""

    def session(self, session_hash: str) -> Session | None: ...

    def responses(self, round_id: int) -> tuple[ResponseState, ...]:
        """Of one round, by organisation id, then questionnaire id, the common response before those of single respondents."""

    def response(self, response_id: int) -> ResponseState | None: ...

    def answers(self, response_id: int) -> dict[str, StoredAnswer]:
        """Item id → latest revision."""

    def history(self, response_id: int, item_id: str) -> tuple[StoredAnswer, ...]:
        """All revisions of one answer, oldest first."""

    def revision(self, round_id: int) -> int:
        """The sequence of the round's last durable change; equal numbers mean equal data. Cheap: no query.

        Where several replicas write, another one's change may show here a moment later than in the other reads.
        """

    def changes(self, round_id: int, after: int) -> tuple[StoredAnswer, ...]:
        """Revisions of the round's answers with `sequence` > `after`, in order of sequence.

        Complete: once a reader has seen a sequence, no lower one appears in that round.
        """

    def codes(self, round_id: int, items: Sequence[str], after: int) -> CodedAnswers:
        """The same without texts, of these items only, as arrays: a million take about a second."""

    def facts(self, kind: type[AFact], **where: int | str) -> tuple[AFact, ...]:
        """Small facts of a kind (`results.facts`) whose fields have these values, in order of their key."""

    def audit(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        """Entries of the audit trail with `number` > `after`, at most `limit`, in their order."""

    def audit_head(self) -> Head:
        """Number and hash of the newest entry of the audit trail; `results.audit_chain.BEGINNING` when there is none."""

    def close(self) -> None:
        """Finish what is queued, then close. Later writes fail with StoreError."""


_EMBEDDED = "duckdb:///"


def embedded_path(url: str) -> Path:
    """The file of an embedded database. Raises StoreError: S029 another kind of database, S003 no database's URL."""
    if is_postgres(url):
        # Neither the password before "@" nor one among the options is shown.
        raise StoreError("S029", url=url.rsplit("@", maxsplit=1)[-1].partition("?")[0])
    if not url.startswith(_EMBEDDED) or not url.removeprefix(_EMBEDDED).strip():
        raise StoreError("S003", url=url)
    return Path(url.removeprefix(_EMBEDDED))


def open_store(url: str) -> ResponseStore:
    """Open the engine that a URL names. Raises StoreError.

    `duckdb:///relative/path` or `duckdb:////absolute/path`: the folder is made when it is not there.
    `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`: needs the extra `postgres`; the database has to be there.
    """
    # (Only the engine that is used is loaded.)
    if is_postgres(url):
        try:
            from results.postgres_store import PostgresStore  # noqa: PLC0415
        except ImportError:
            raise StoreError("S039") from None
        return PostgresStore(url)
    path = embedded_path(url)
    from results.duckdb_store import DuckDBStore  # noqa: PLC0415

    return DuckDBStore(path)


def is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))
