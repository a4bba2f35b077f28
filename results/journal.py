"""The journal of the embedded engine: a file beside the database to which each batch is appended before it is committed.

A database file alone is not enough: with a write-ahead log that is missing or has a flipped bit, DuckDB can open
without an error and with rows missing. The journal is plain text, is synced before each commit, and its lines form a
chain of hashes, so that what is missing is noticed and replayed (`results.reconcile`). It is also the audit trail in a
form that any program can read.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from results.files import copy_durably, create_private, sync_folder
from results.ids import now
from results.journal_line import Entry, Head, decode, decode_base, encode, encode_base
from results.places import database_of
from results.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from results.tables import Changes

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """A journal read to its end. `size`: bytes of its whole lines; `torn`: bytes of a line cut off behind them."""

    path: Path
    base: Head
    head: Head
    size: int
    torn: int


def entries(
    path: Path, progress: Callable[[int, int], None] | None = None, end: int | None = None
) -> Iterator[tuple[int, Entry]]:
    """Each line behind the first with the offset behind it, its chain checked. Raises StoreError S020, and OSError.

    A last line that is not whole (no writer finished it, so nobody was told that it is kept) ends the reading.
    `progress` gets the bytes read and all bytes.
    """
    size = path.stat().st_size if end is None else end
    with path.open("rb") as file:
        first = file.readline()
        before = _first(path, first)
        offset, number = len(first), 1
        for line in file:
            if offset + len(line) > size:
                return
            number += 1
            try:
                entry = decode(line)
            except ValueError as error:
                if offset + len(line) == size:
                    return
                raise StoreError("S020", path=path, line=number, reason=error, database=database_of(path)) from None
            if (entry.previous, entry.head.number) != (before.sha256, before.number + 1):
                reason = "it does not follow the line before it"
                raise StoreError("S020", path=path, line=number, reason=reason, database=database_of(path))
            before, offset = entry.head, offset + len(line)
            if progress is not None and number % 64 == 0:
                progress(offset, size)
            yield offset, entry


def _first(path: Path, line: bytes) -> Head:
    try:
        return decode_base(line)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("S020", path=path, line=1, reason=error, database=database_of(path)) from None


def base_of(path: Path) -> Head:
    """What a journal continues. Raises StoreError S020, OSError."""
    with path.open("rb") as file:
        return _first(path, file.readline())


def scan(path: Path) -> Scan:
    """Read all of a journal and check its chain. Raises StoreError S020, OSError."""
    base = base_of(path)
    with path.open("rb") as file:
        size = len(file.readline())
    head = base
    for end, entry in entries(path):
        head, size = entry.head, end
    return Scan(path, base, head, size, path.stat().st_size - size)


class Journal:
    """An open journal. One thread at a time calls it: whoever holds the store's lock."""

    def __init__(self, path: Path, base: Head, head: Head, size: int) -> None:
        self.path, self.base, self.head, self.size = path, base, head, size
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        self._written: tuple[int, Head] | None = None  # size and head before the last line
        self.is_broken = False  # it ends with something that could not be removed: read it anew before appending

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def line(self, changes: Changes, sequence: int) -> tuple[bytes, Head]:
        """The next line. Raises UnicodeEncodeError for text that is not text."""
        return encode(changes, self.head, sequence, now())

    def append(self, line: bytes, head: Head) -> None:
        """Keep a line durably. On an error (a full disk) the file is as it was before. Raises OSError."""
        try:
            _write_all(self._file, line)
            os.fdatasync(self._file)
        except OSError:
            self.is_broken = True
            self._cut(self.size)
            self.is_broken = False
            raise
        self._written = (self.size, self.head)
        self.size, self.head = self.size + len(line), head

    def take_back(self) -> None:
        """Remove the last line, whose changes are not kept; nobody was told that they are. Raises OSError."""
        assert self._written is not None, "only the last line can be taken back, once"
        size, head = self._written
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)  # it may be closed
        try:
            os.ftruncate(descriptor, size)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        self.size, self.head, self._written = size, head, None

    def _cut(self, size: int) -> None:
        os.ftruncate(self._file, size)
        os.fdatasync(self._file)

    def fault(self) -> str:
        """What is wrong with the file, or nothing: somebody may have moved it or written to it."""
        try:
            ours, named = os.fstat(self._file), self.path.stat()
        except OSError:
            return "the journal is gone"
        if (ours.st_ino, ours.st_dev) != (named.st_ino, named.st_dev):
            return "the journal was replaced"
        return "" if named.st_size == self.size else "the journal was changed"

    def rotate(self, base: Head, archive: Path | None) -> None:
        """Begin anew after line `base`, which a verified backup holds; the old file goes to `archive`. Raises OSError.

        Killed at any point there is the old journal or the new one, and either fits the database.
        """
        if archive is not None:
            copy_durably(self.path, archive, self.size)
        begin = self._offset_behind(base)
        fresh = self.path.with_name(f".{self.path.name}.new")
        first = encode_base(base, now())
        with create_private(fresh) as new, self.path.open("rb") as old:
            new.write(first)
            old.seek(begin)
            shutil.copyfileobj(old, new, _CHUNK)
            new.flush()
            os.fsync(new.fileno())
        fresh.replace(self.path)
        sync_folder(self.path.parent)
        self.close()
        self.base, self.size = base, len(first) + self.size - begin
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        self._written = None

    def _offset_behind(self, base: Head) -> int:
        if base.number == self.head.number:
            return self.size
        if base.number == self.base.number:
            with self.path.open("rb") as file:
                return len(file.readline())
        for offset, entry in entries(self.path, end=self.size):
            if entry.head.number == base.number:
                assert entry.head.sha256 == base.sha256
                return offset
        raise StoreError("S028", reason="the journal has no such line")


def create(path: Path, base: Head, erased: str = "") -> Journal:
    """A new journal that continues after `base`, where there is none; the database's lock is held. Raises OSError."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    line = encode_base(base, now(), erased)
    fresh = path.with_name(f".{path.name}.new")
    with create_private(fresh) as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    sync_folder(path.parent)
    return Journal(path, base, base, len(line))


def reopen(found: Scan) -> Journal:
    """Open a journal that has been read, to append to it. A torn last line is kept aside and cut off. Raises OSError."""
    journal = Journal(found.path, found.base, found.head, found.size)
    if found.torn:
        aside = found.path.with_name(f"{found.path.name.removesuffix('.jsonl')}.torn-{now()}")
        with found.path.open("rb") as file, create_private(aside) as kept:
            file.seek(found.size)
            shutil.copyfileobj(file, kept, _CHUNK)
            kept.flush()
            os.fsync(kept.fileno())
        sync_folder(found.path.parent)
        journal._cut(found.size)  # noqa: SLF001  (of this module)
    return journal


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
