"""What an engine with files of its own offers beside the store's protocol: backups, and whether it can still save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from results.backup import Backup


@runtime_checkable
class Upkeep(Protocol):
    """A store that looks after files. Found by `isinstance`; a database server's store has tools of its own."""

    path: Path

    def backup(self, folder: Path | None = None, progress: Callable[[int], None] | None = None) -> Backup:
        """A verified backup while others read and write. Raises StoreError S028."""

    def not_ready(self) -> list[str]:
        """Why an answer could not be saved now; empty when it can."""
