"""What engines offer beside the store's protocol: backups, whether they can still save, and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from results.backup import Backup


@runtime_checkable
class Probed(Protocol):
    """A store that can say whether it still saves. Found by `isinstance`."""

    def not_ready(self) -> list[str]:
        """Why an answer could not be saved now; empty when it can."""


@runtime_checkable
class Upkeep(Probed, Protocol):
    """A store that looks after files. Found by `isinstance`; a database server's store has tools of its own."""

    path: Path

    def backup(self, folder: Path | None = None, progress: Callable[[int], None] | None = None) -> Backup:
        """A verified backup while others read and write. Raises StoreError S028."""


# Tables that go with an invitation, with a response, with an organisation and its round, and with a round only, besides. The
# audit trail stays: it holds ids and keys only.
OF_INVITATIONS: Final = ("sessions", "codes", "expiries")
OF_RESPONSES: Final = ("answers", "status_changes", "late_answers")
OF_ORGANISATIONS: Final = ("consents", "informed", "targets")
OF_ROUNDS: Final = ("join_codes", "grants", "staff_sessions", "notices", "peers_shown")
WITH_TEXTS: Final = ("answers", "late_answers")  # that an author wrote beside a choice

Kind = Literal["organisation", "comments", "round"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What to erase: an organisation or a round with all that belongs to it, or an author's texts (levels stay).

    `subject`: the id, or the author's key as answers carry it.
    """

    kind: Kind
    subject: int | str


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows are gone; of comments: answers and links whose texts are. False when there was nothing to erase.

    `backups`, `removed`: files made anew or removed, where an engine has files of its own.
    """

    organisations: int
    responses: int
    answers: int
    invitations: int
    backups: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        return any((self.organisations, self.responses, self.answers, self.invitations))
