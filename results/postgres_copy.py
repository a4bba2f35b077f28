"""PostgreSQL's side of a copy (`results.transfer`): all rows by table, in one transaction that shows one moment."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import psycopg

from results import postgres_connection
from results.tables import Row
from results.transfer import CHUNK, TABLES, columns_of, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# The revisions follow from the rows, as `results.writer.remember` has them for the embedded engine.
_REVISIONS: Final = """
    INSERT INTO round_revisions SELECT round_id, max(sequence) FROM (
        SELECT round_id, sequence FROM answers UNION ALL SELECT round_id, sequence FROM status_changes
        UNION ALL SELECT id, sequence FROM rounds UNION ALL SELECT round_id, sequence FROM organisations
        UNION ALL SELECT round_id, sequence FROM invitations
    ) AS written GROUP BY round_id"""
_SEQUENCE: Final = (
    "SELECT setval('sequences', (SELECT max(revision) FROM round_revisions)) WHERE EXISTS (SELECT FROM round_revisions)"
)


class PostgresCopy:
    """The `Copy` protocol on a PostgreSQL database. Raises StoreError from opening, ValueError for a row that does not fit."""

    def __init__(self, url: str) -> None:
        conninfo = postgres_connection.complete(url)
        self.where = postgres_connection.place(conninfo)
        postgres_connection.migrate(conninfo)
        try:
            self._connection = postgres_connection.connect(conninfo, autocommit=True)
            self._connection.execute("SET statement_timeout = 0")
            self._connection.execute("SET idle_in_transaction_session_timeout = 0")
            self._connection.autocommit = False
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        except psycopg.Error as error:
            raise postgres_connection.refusal(error, conninfo) from None

    def tables(self) -> list[str]:
        return list(TABLES)

    def count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608  (constants only)
        assert row is not None
        return int(row[0])

    def rows(self, table: str) -> Iterator[Row]:
        query = f"SELECT {', '.join(columns_of(table))} FROM {table} ORDER BY {order_of(table)}"  # noqa: S608
        with self._connection.cursor(name="copy") as cursor:
            cursor.itersize = CHUNK
            yield from cursor.execute(query.encode())

    def append(self, table: str, rows: list[Row]) -> None:
        query = f"COPY {table} ({', '.join(columns_of(table))}) FROM STDIN"
        try:
            with self._connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
                for row in rows:
                    copy.write_row(row)
        except (psycopg.Error, UnicodeError) as error:
            raise ValueError(type(error).__name__) from None

    def finish(self) -> None:
        self._connection.execute(_REVISIONS)
        self._connection.execute(_SEQUENCE)
        self._connection.commit()
        self._connection.autocommit = True
        self._connection.execute("ANALYZE")

    def close(self) -> None:
        with suppress(psycopg.Error):
            self._connection.rollback()
        self._connection.close()
