"""`readiness export` and `readiness migrate --to`: the terminal's side of `results.transfer`. Progress is lines on standard error."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from results import transfer
from results.store import StoreError

DONE: Final = 0
_EVERY: Final = 2.0  # seconds between two lines of progress


class _Progress:
    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, table: str, done: int, of: int) -> None:
        if time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            sys.stderr.write(f"  {table}: {done} of {of} ({done / of:.0%})\n" if of else f"  {table}: {done} written\n")
            sys.stderr.flush()


def export(options: argparse.Namespace) -> int:
    """`readiness export`. Raises StoreError."""
    transfer.check_source(options.db)
    with transfer.opened(options.db) as copied, closing(transfer.export(copied, _Progress())) as lines:
        if options.out == "-":
            _write(sys.stdout.buffer, lines)
        else:
            _write_file(Path(options.out), lines)
    return DONE


def copy(options: argparse.Namespace) -> int:
    """`readiness migrate --to URL`: from `--db`, or from the file of `--from`, into an empty database. Raises StoreError."""
    tell = _Progress()
    if options.file:
        with transfer.opened(options.to) as target:
            counts = transfer.load(target, transfer.lines_of(options.file), str(options.file), tell)
    else:
        transfer.check_source(options.db)
        transfer.check_target(options.to, options.db)
        with transfer.opened(options.db) as source, transfer.opened(options.to) as target:
            counts = transfer.load(target, transfer.export(source, tell), source.where, tell)
    listed = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in counts.items() if count)
    sys.stderr.write(f"Copied and compared: {listed or 'nothing, as the source is empty'}.\n")
    return DONE


def _write(stream: BinaryIO, lines: Iterable[bytes]) -> None:
    stream.writelines(lines)
    stream.flush()


def _write_file(path: Path, lines: Iterable[bytes]) -> None:
    """Whole or not at all, and readable by its owner only: it holds everybody's answers."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            _write(stream, lines)
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError("S010", path=path, reason=error.strerror or error) from None
