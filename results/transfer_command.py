"""`readiness export` and `readiness migrate --to`: the terminal's side of `results.transfer`. Progress is lines on standard error."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from results.store import StoreError

DONE, REFUSED = 0, 3
_EVERY: Final = 2.0  # seconds between two lines of progress


def add_export(commands: Any, database: str) -> None:
    """The parser of `readiness export`. `database`: the default URL."""
    parser = commands.add_parser("export", help="all facts of a database as one text file, the same from every engine")
    parser.add_argument("--db", default=database, metavar="URL", help=f"database (default {database})")
    parser.add_argument("--out", default="-", metavar="FILE.jsonl", help="'-' = standard output (default)")
    parser.set_defaults(command=_export)


class _Progress:
    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, table: str, done: int, of: int) -> None:
        if time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            sys.stderr.write(f"  {table}: {done} of {of} ({done / of:.0%})\n" if of else f"  {table}: {done} written\n")
            sys.stderr.flush()


def _export(options: argparse.Namespace) -> int:
    from results.store import StoreError  # noqa: PLC0415  (each command imports only what it needs, here and below)
    from results.transfer import check_source, export, opened  # noqa: PLC0415

    try:
        check_source(options.db)
        with opened(options.db) as copy, closing(export(copy, _Progress())) as lines:
            if options.out == "-":
                _write(sys.stdout.buffer, lines)
            else:
                _write_file(Path(options.out), lines)
    except StoreError as error:
        return _refused(error)
    return DONE


def copy(options: argparse.Namespace) -> int:
    """`readiness migrate --to URL`: from `--db`, or from the file of `--from`, into an empty database."""
    from results.store import StoreError  # noqa: PLC0415
    from results.transfer import check_source, check_target, export, lines_of, load, opened  # noqa: PLC0415

    tell = _Progress()
    try:
        if options.file:
            with opened(options.to) as target:
                counts = load(target, lines_of(options.file), str(options.file), tell)
        else:
            check_source(options.db)
            check_target(options.to, options.db)
            with opened(options.db) as source, opened(options.to) as target:
                counts = load(target, export(source, tell), source.where, tell)
    except StoreError as error:
        return _refused(error)
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
        from results.store import StoreError  # noqa: PLC0415

        unfinished.unlink(missing_ok=True)
        raise StoreError("S010", path=path, reason=error.strerror or error) from None


def _refused(error: StoreError) -> int:
    sys.stderr.write(f"{error.code} {error}\n")
    return REFUSED
