"""All facts of a store as lines of text that belong to no engine, and back: export, and copies from one engine to another.

An export is canonical: equal facts are equal bytes, whatever engine they come from. UTF-8, one JSON value a line: a
header; for each table its name and columns, then its rows as arrays, ordered by key; at last how many rows each table has and
the SHA-256 of all lines before. It is read and written row by row. A copy goes into an empty database, in one
transaction, and is kept only when exporting it again gives the same hash. An export of an older schema, which lacks tables and
columns, is read too: it is compared with what it would be now in its own tables and columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from results.store import StoreError, embedded_path, is_postgres, open_store
from results.tables import COLUMNS, KEYS, LATER, Row

Tell = Callable[[str, int, int], None]
Shape = Mapping[str, list[str]]  # table → its columns

VERSION: Final = 1
CHUNK: Final = 5_000  # rows at a time
_ERASURES: Final = ("erased_at", "kind", "organisations", "responses", "answers", "invitations")
# In this order: what others belong to comes first. Rows without a key of their own are ordered by all columns.
TABLES: Final = COLUMNS | {"erasures": _ERASURES}


def columns_of(table: str) -> list[str]:
    return list(TABLES[table])


def order_of(table: str) -> str:
    return ", ".join(KEYS.get(table, TABLES[table]))


class Copy(Protocol):
    """A database opened to be copied from or into, in one transaction that shows one moment."""

    where: str  # what messages call it

    def tables(self) -> list[str]:
        """Those of TABLES that it has, in their order; an older schema lacks some."""

    def count(self, table: str) -> int: ...

    def rows(self, table: str) -> Iterator[Row]:
        """By key."""

    def append(self, table: str, rows: list[Row]) -> None: ...

    def finish(self) -> None:
        """Make what was appended durable."""

    def close(self) -> None:
        """End the transaction; what is not finished is not kept."""


@contextmanager
def opened(url: str) -> Iterator[Copy]:
    """The database of a URL. A DuckDB file is made when it is not there. Raises StoreError."""
    if is_postgres(url):
        try:
            from results.postgres_copy import PostgresCopy  # noqa: PLC0415  (only the engine that is used is loaded)
        except ImportError:
            raise StoreError("S039") from None
        copy: Copy = PostgresCopy(url)
    else:
        from results.duckdb_copy import DuckDBCopy  # noqa: PLC0415

        copy = DuckDBCopy(embedded_path(url))
    try:
        yield copy
    finally:
        copy.close()


def check_source(url: str) -> None:
    """Open the store as the app does, so that it is checked, and close it. Raises StoreError, also where there is none."""
    if not is_postgres(url) and not embedded_path(url).exists():
        raise StoreError("S002", path=embedded_path(url), reason="there is no such file")
    open_store(url).close()


def check_target(url: str, source: str) -> None:
    """A copy into its own source is refused: opened twice, a file would only be said to be in use. Raises StoreError S040."""
    if url == source and not is_postgres(url):
        raise StoreError("S040", path=embedded_path(url))


def export(copy: Copy, tell: Tell | None = None, shape: Shape | None = None) -> Generator[bytes, None, None]:
    """The lines of an export. `tell(table, rows done, rows)` now and then. `shape`: of an older schema."""
    digest, counts = hashlib.sha256(), {}

    def line(value: object) -> bytes:
        text = (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        digest.update(text)
        return text

    yield line({"export": "ai-readiness", "version": VERSION})
    there = copy.tables()
    for table, names in (shape or {table: columns_of(table) for table in TABLES}).items():
        yield line({"table": table, "columns": names})
        total, counts[table] = (copy.count(table), 0) if table in there else (0, 0)
        for row in copy.rows(table) if total else ():
            counts[table] += 1
            if tell and counts[table] % CHUNK == 0:
                tell(table, counts[table], total)
            yield line(row[: len(names)])
    end = {"rows": counts, "sha256": digest.hexdigest()}
    yield line(end)


def load(copy: Copy, lines: Iterable[bytes], source: str = "-", tell: Tell | None = None) -> dict[str, int]:
    """Take the lines of an export into an empty database and keep them; rows by table.

    Raises StoreError, and nothing is kept: S040 not empty, S041 not a line of an export, S042 not the same
    afterwards, S043 another version.
    """
    if any(copy.count(table) for table in copy.tables()):
        raise StoreError("S040", path=copy.where)
    reader = _Reader(source)
    for table, rows in reader.chunks(lines):
        if table not in copy.tables():
            raise StoreError("S043", path=copy.where, found="an older schema", known=table)
        try:
            copy.append(table, rows)
        except ValueError as error:
            raise StoreError("S041", path=source, line=reader.number, reason=error) from None
        if tell:
            tell(table, reader.counts[table], 0)
    last = json.loads(_last(export(copy, shape=reader.shape)))
    if last != reader.end:
        differs = [table for table, count in last["rows"].items() if reader.counts[table] != count]
        raise StoreError("S042", path=copy.where, tables=", ".join(differs) or "the contents of its rows")
    copy.finish()
    return dict.fromkeys(TABLES, 0) | reader.counts


def _last(lines: Iterable[bytes]) -> bytes:
    last = b""
    for line in lines:
        last = line
    return last


class _Reader:
    """Reads an export and checks it; `number` counts lines from 1. `shape`, `counts`: of the tables that it has."""

    def __init__(self, source: str) -> None:
        self.source, self.number = source, 0
        self.shape: dict[str, list[str]] = {}
        self.counts: dict[str, int] = {}
        self.end: dict[str, Any] = {}
        self._digest = hashlib.sha256()

    def chunks(self, lines: Iterable[bytes]) -> Iterator[tuple[str, list[Row]]]:
        """(table, at most CHUNK rows). Ends after the last line has confirmed all before it."""
        values = self._values(lines)
        header = next(values, None)
        if not isinstance(header, dict) or header.get("export") != "ai-readiness":
            raise self._fault("it is not the header of an export")
        if header.get("version") != VERSION:
            raise StoreError("S043", path=self.source, found=header.get("version"), known=VERSION)
        table, rows = "", list[Row]()
        for value in values:
            if isinstance(value, list):
                rows.append(self._row(table, value))
            if rows and (len(rows) == CHUNK or not isinstance(value, list)):
                yield table, rows
                rows = []
            if isinstance(value, dict) and "table" in value:
                table = self._table(value)
            elif isinstance(value, dict):
                self._finish(value, values)
        if not self.end:
            raise self._fault("the file ends too early")

    def _values(self, lines: Iterable[bytes]) -> Iterator[Any]:
        for line in lines:
            self.number += 1
            try:
                value = json.loads(line)
            except ValueError:
                raise self._fault("it is not JSON") from None
            if not (isinstance(value, dict) and "sha256" in value):
                self._digest.update(line)
            yield value

    def _table(self, value: dict[str, Any]) -> str:
        name, names = value["table"], value.get("columns")
        known = columns_of(name) if name in TABLES else []
        # Columns that came later stand at the end.
        fewer = range(len(LATER.get(name, ())) + 1)
        if not known or names not in [known[: len(known) - missing] for missing in fewer]:
            raise self._fault("its table or columns are not known")
        self.shape[name] = list(names)
        self.counts.setdefault(name, 0)
        return str(name)

    def _row(self, table: str, value: list[Any]) -> Row:
        if not table or len(value) != len(self.shape[table]):
            raise self._fault("it does not have its table's columns")
        self.counts[table] += 1
        missing = len(columns_of(table)) - len(value)
        return (*value, *LATER[table][-missing:]) if missing else tuple(value)

    def _finish(self, value: dict[str, Any], rest: Iterator[Any]) -> None:
        if value != {"rows": self.counts, "sha256": self._digest.hexdigest()}:
            raise self._fault("the lines before it are not those that were exported")
        self.end = value
        if list(islice(rest, 1)):
            raise self._fault("something follows the end")

    def _fault(self, reason: str) -> StoreError:
        return StoreError("S041", path=self.source, line=self.number, reason=reason)


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of an export in a file. Raises StoreError S041 when it cannot be read."""
    try:
        with file.open("rb") as stream:
            yield from stream
    except OSError as error:
        raise StoreError("S041", path=file, line=1, reason=error.strerror or error) from None
