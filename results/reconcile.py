"""The database and its journal compared at the start: what only the journal has is replayed, and said.

The journal is written first. So a database may lack what the journal has (the process was killed between the two, or
the write-ahead log lost rows); it cannot hold more. Where it does, or where rows are gone that the journal only builds
on, the files do not belong together or are damaged: then nothing is changed and the start is refused.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb

from results.journal import Scan, entries
from results.journal_line import Head, key_of
from results.store import StoreError
from results.tables import COLUMNS, Changes, Row, insert, totals

if TYPE_CHECKING:
    from pathlib import Path

_log: Final = logging.getLogger(__name__)
_SEQUENCES: Final = " UNION ALL ".join(
    f"SELECT max(sequence) FROM {table}"  # noqa: S608  (constants only)
    for table in COLUMNS
    if "sequence" in COLUMNS[table]
)
_SET_HEAD: Final = "UPDATE journal_head SET number = ?, sha256 = ?, sequence = ?"


class ReplayError(Exception):
    """What is missing could not be written into the database: a full disk, for instance."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the database lacked: lines of the journal after its own head, and rows written from the journal."""

    lines: int
    rows: int


def head_of(cursor: duckdb.DuckDBPyConnection) -> Head:
    """The database's own head: which line of the journal it holds."""
    row = cursor.execute("SELECT number, sha256, sequence FROM journal_head").fetchone()
    assert row is not None, "journal_head has one row"
    highest = cursor.execute(f"SELECT coalesce(max(s), 0) FROM ({_SEQUENCES}) AS t(s)").fetchone()  # noqa: S608
    assert highest is not None
    return Head(row[0], row[1], max(row[2], highest[0]), totals(cursor))


def set_head(cursor: duckdb.DuckDBPyConnection, head: Head) -> None:
    """Within the transaction that makes the changes of the line."""
    cursor.execute(_SET_HEAD, [head.number, head.sha256, head.sequence])


def reconcile(connection: duckdb.DuckDBPyConnection, database: Path, found: Scan, *, thorough: bool) -> Replayed:
    """Bring the database to the journal's head. `thorough`: compare each row since the journal's base, not only counts.

    Raises StoreError S020 to S022 (nothing is changed), ReplayError, and duckdb.Error from reading.
    """
    head = head_of(connection)
    _check_heads(head, found, database)
    done = Replayed(0, 0)
    if head.number == found.head.number and head.rows == found.head.rows and not thorough:
        return done
    if thorough or head.number == found.head.number or not _plausible(head, found):
        missing, extra = _compare(connection, found)
        if extra:
            raise _ahead(database, found, head)
    else:
        missing = _after(found, head.number)
    rows = sum(map(len, missing.added.values()))
    if rows or head.number != found.head.number:
        try:
            _write(connection, missing, found, database)
        except duckdb.Error as error:
            raise ReplayError(type(error).__name__) from None
        done = Replayed(found.head.number - head.number, rows)
        _log.warning("%s: %d line(s) and %d row(s) replayed from the journal", database.name, done.lines, done.rows)
    elif head.rows != found.head.rows:
        raise _lacking(database, found, head)
    return done


def _check_heads(head: Head, found: Scan, database: Path) -> None:
    if head.number > found.head.number:
        raise _ahead(database, found, head)
    if head.number < found.base.number:
        raise _lacking(database, found, head)
    if head.sha256 != _hash_at(found, head.number):
        raise _ahead(database, found, head)


def _hash_at(found: Scan, number: int) -> str:
    for head in (found.base, found.head):
        if head.number == number:
            return head.sha256
    return next(entry.head.sha256 for _, entry in entries(found.path) if entry.head.number == number)


def _plausible(head: Head, found: Scan) -> bool:
    """Whether the database has as many rows as the line it says it holds."""
    if head.number == found.base.number:
        return head.rows == found.base.rows
    return any(entry.head.rows == head.rows for _, entry in entries(found.path) if entry.head.number == head.number)


def _after(found: Scan, number: int) -> Changes:
    """The last state of each row that lines after `number` wrote."""
    last: dict[str, dict[Row, Row]] = {table: {} for table in COLUMNS}
    for _, entry in entries(found.path):
        if entry.head.number > number:
            for rows in (entry.changes.added, entry.changes.altered):
                for table, some in rows.items():
                    last[table].update((key_of(table, row), row) for row in some)
    return Changes({table: list(rows.values()) for table, rows in last.items() if rows})


def _compare(connection: duckdb.DuckDBPyConnection, found: Scan) -> tuple[Changes, bool]:
    """Rows that the journal has and the database lacks or has in another state; and whether the database has too many."""
    missing, extra = Changes(), False
    for table, rows in _after(found, found.base.number).added.items():
        query = f"SELECT {', '.join(COLUMNS[table])} FROM {table}"  # noqa: S608  (constants only)
        if table == "answers":
            query += f" WHERE sequence > {found.base.sequence}"
        there = {key_of(table, row): row for row in connection.execute(query).fetchall()}
        wanted = {key_of(table, row): row for row in rows}
        for key, row in wanted.items():
            if there.get(key) != row:
                missing.add(table, row)
        if table == "answers":  # appended and never altered: another answer under the same sequence is another history
            extra = any(key not in wanted or wanted[key] != row for key, row in there.items())
    return missing, extra


def _write(connection: duckdb.DuckDBPyConnection, missing: Changes, found: Scan, database: Path) -> None:
    connection.begin()
    try:
        for table, rows in missing.added.items():
            if table == "answers":
                names = COLUMNS[table]
                query = f"INSERT INTO answers ({', '.join(names)}) SELECT {', '.join('unnest(?)' for _ in names)}"
                for begin in range(0, len(rows), 10_000):
                    columns = zip(*rows[begin : begin + 10_000], strict=True)
                    connection.execute(query, [list(column) for column in columns])
            else:
                connection.executemany(_replacing(table), rows)
        set_head(connection, found.head)
        _require_rows(connection, found, database)
        connection.commit()
    except Exception:
        try:
            connection.rollback()
        except duckdb.Error:
            _log.debug("nothing to roll back: a failed commit has ended the transaction")
        raise


def _require_rows(connection: duckdb.DuckDBPyConnection, found: Scan, database: Path) -> None:
    head = head_of(connection)
    if head.rows != found.head.rows:
        raise _lacking(database, found, head)


def _replacing(table: str) -> str:
    return insert(table).replace("INSERT", "INSERT OR REPLACE", 1)


def _ahead(database: Path, found: Scan, head: Head) -> StoreError:
    return StoreError("S021", path=database, journal=found.path, found=head.number, known=found.head.number)


def _lacking(database: Path, found: Scan, head: Head) -> StoreError:
    lost = {table: count for table, count in found.head.rows.items() if head.rows.get(table) != count}
    tables = ", ".join(lost) or "all tables"
    return StoreError("S022", path=database, journal=found.path, tables=tables)
