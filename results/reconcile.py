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
from results.tables import COLUMNS, Changes, Row, Totals, append, by_column, insert, totals

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


@dataclass(frozen=True, slots=True)
class Plan:
    """What the database lacks: rows to write (`changes.added`, also those that replace one), and lines it is behind."""

    missing: Changes
    lines: int

    @property
    def rows(self) -> int:
        return sum(map(len, self.missing.added.values()))


def plan(connection: duckdb.DuckDBPyConnection, database: Path, found: Scan, *, thorough: bool) -> Plan:
    """Compare, without writing. `thorough`: each row since the journal's base, not only heads and counts.

    Raises StoreError S020 to S022, and duckdb.Error from reading.
    """
    head = head_of(connection)
    _check_heads(head, found, database)
    lines = found.head.number - head.number
    if not thorough and _plausible(head, found):
        return Plan(_after(found, head.number) if lines else Changes(), lines)
    missing, rows = _compare(connection, database, found, head)
    if rows != found.head.rows:
        raise _lacking(database, found, rows)
    return Plan(missing, lines)


def carry_out(connection: duckdb.DuckDBPyConnection, database: Path, found: Scan, planned: Plan) -> Replayed:
    """Bring the database to the journal's head. Raises ReplayError when it cannot be written, StoreError S022."""
    if planned.rows or planned.lines:
        try:
            _write(connection, planned.missing, found, database)
        except duckdb.Error as error:
            raise ReplayError(type(error).__name__) from None
        _log.warning(
            "%(file)s: %(lines)d line(s) and %(rows)d row(s) replayed from the journal",
            {"file": database.name, "lines": planned.lines, "rows": planned.rows},
        )
    return Replayed(planned.lines, planned.rows)


def _check_heads(head: Head, found: Scan, database: Path) -> None:
    if head.number > found.head.number:
        raise _ahead(database, found, head)
    if head.number < found.base.number:
        raise _lacking(database, found, head.rows)
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
    if head.number == found.head.number:
        return head.rows == found.head.rows
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


def _compare(connection: duckdb.DuckDBPyConnection, database: Path, found: Scan, head: Head) -> tuple[Changes, Totals]:
    """Rows that the database lacks or has in another state than the journal, and the rows it will have with them.

    Raises StoreError S021 for an answer that the journal has not or has otherwise: answers are only ever appended.
    """
    missing, counts = Changes(), dict(head.rows)
    wanted_rows = _after(found, found.base.number).added
    for table, columns in COLUMNS.items():
        query = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608  (constants only)
        if table == "answers":
            query += f" WHERE sequence > {found.base.sequence}"
        there = {key_of(table, row): row for row in connection.execute(query).fetchall()}
        wanted = {key_of(table, row): row for row in wanted_rows.get(table, ())}
        if table == "answers" and any(wanted.get(key) != row for key, row in there.items()):
            raise _ahead(database, found, head)
        for key, row in wanted.items():
            if there.get(key) != row:
                missing.add(table, row)
                counts[table] += key not in there
    return missing, counts


def _write(connection: duckdb.DuckDBPyConnection, missing: Changes, found: Scan, database: Path) -> None:
    connection.begin()
    try:
        for table, rows in missing.added.items():
            if table == "answers":
                for begin in range(0, len(rows), 10_000):
                    connection.execute(append(table), by_column(rows[begin : begin + 10_000]))
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
    rows = totals(connection)
    if rows != found.head.rows:
        raise _lacking(database, found, rows)


def _replacing(table: str) -> str:
    return insert(table).replace("INSERT", "INSERT OR REPLACE", 1)


def _ahead(database: Path, found: Scan, head: Head) -> StoreError:
    return StoreError("S021", path=database, journal=found.path, found=head.number, known=found.head.number)


def _lacking(database: Path, found: Scan, rows: Totals) -> StoreError:
    differing = [table for table, count in found.head.rows.items() if rows.get(table) != count]
    return StoreError("S022", path=database, journal=found.path, tables=", ".join(differing))
