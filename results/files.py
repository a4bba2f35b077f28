"""Files that must be there after a power cut: synced, then renamed into place, and their folder synced."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Final

from results.ids import now
from results.places import wal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedWriter
    from pathlib import Path

_CHUNK: Final = 1 << 20


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


sync_folder = sync_file  # a new name is durable once its folder is


def create_private(path: Path) -> BufferedWriter:
    """A new file that only its owner can read: it holds answers. One of that name, left by a killed process, goes first."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "wb")


def write_durably(path: Path, data: bytes) -> None:
    """`path` is its old content or `data`, never a part. Raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
    with create_private(partial) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def copy_durably(source: Path, target: Path, size: int | None = None) -> None:
    """`source` (its first `size` bytes) as `target`, which is whole or not there. Raises OSError."""
    partial = target.with_name(f".{target.name}.partial")
    left = source.stat().st_size if size is None else size
    try:
        with source.open("rb") as old, create_private(partial) as new:
            while left > 0 and (chunk := old.read(min(_CHUNK, left))):
                new.write(chunk)
                left -= len(chunk)
            new.flush()
            os.fsync(new.fileno())
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(target)
    sync_folder(target.parent)


def move_durably(source: Path, target: Path) -> None:
    """`source`, synced already, becomes `target`, on another disk too. Raises OSError."""
    if source.stat().st_dev == target.parent.stat().st_dev:
        source.replace(target)
        sync_folder(target.parent)
    else:
        copy_durably(source, target)
        source.unlink()


def sha256_of(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """Of a file no DuckDB connection of this process has open: closing it here would release DuckDB's lock."""
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, size)
    return digest.hexdigest()


def set_aside(path: Path, why: str) -> Path | None:
    """Rename a file that something else takes the place of; None when there is none. Raises OSError."""
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.{why}-{now()}")
    path.rename(aside)
    return aside


def remove_database(path: Path) -> None:
    """A working copy of our own, with its write-ahead log."""
    for one in (path, wal_of(path)):
        one.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
