"""The embedded engine's side of a copy (`results.transfer`): all rows by table, in one transaction."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from results.journal_line import NOTHING, Head
from results.migrations import open_database
from results.places import journal_of
from results.reconcile import set_head
from results.tables import Row, append, by_column
from results.transfer import CHUNK, TABLES, columns_of, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class DuckDBCopy:
    """The `Copy` protocol on a DuckDB file. Raises StoreError from opening, ValueError for a row that does not fit."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self._connection = open_database(path)
        self._connection.begin()

    def tables(self) -> list[str]:
        query = "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()"
        there = {row[0] for row in self._connection.execute(query).fetchall()}
        return [table for table in TABLES if table in there]

    def count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  (constants only)
        assert row is not None
        return int(row[0])

    def rows(self, table: str) -> Iterator[Row]:
        query = f"SELECT {', '.join(columns_of(table))} FROM {table} ORDER BY {order_of(table)}"  # noqa: S608
        result = self._connection.execute(query)
        while rows := result.fetchmany(CHUNK):
            yield from rows

    def append(self, table: str, rows: list[Row]) -> None:
        try:
            self._connection.execute(append(table, columns_of(table)), by_column(rows))
        except (duckdb.Error, UnicodeError) as error:
            raise ValueError(type(error).__name__) from None

    def finish(self) -> None:
        """Kept, with a journal that begins at the next start. (Killed before that: a start names the command that helps.)"""
        set_head(self._connection, Head(0, NOTHING, 0, {}))
        self._connection.commit()
        self._connection.execute("CHECKPOINT")
        journal_of(Path(self.where)).unlink(missing_ok=True)

    def close(self) -> None:
        with suppress(duckdb.Error):  # there is nothing to roll back once it is finished
            self._connection.rollback()
        self._connection.close()
