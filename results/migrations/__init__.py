"""The embedded engine's database file: opened, locked down, and brought to the newest schema by numbered SQL files.

`0001_what_it_does.sql`, `0002_…`: applied once each, in order, never edited after a release. All that are due run in
one transaction, so a database is either at the newest schema or untouched. A file that is not this program's, or that
a newer version wrote, is refused before anything in it changes.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import duckdb

from results.ids import now
from results.numbered_sql import APPLICATION, numbered_sql
from results.store import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_FOREIGN: Final = -1


def scripts() -> tuple[str, ...]:
    """The SQL of every migration; schema version n is the state after the first n."""
    return numbered_sql()


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the database at `path`, which is made with its folder when it is not there.

    Raises StoreError: S001 in use by a process, S002 cannot be opened, S004 newer schema, S005 not this program's.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _inspect(path)
        connection = duckdb.connect(str(path))
    except OSError as error:
        raise StoreError("S002", path=path, reason=error.strerror or error) from None
    except duckdb.Error as error:
        raise _refusal(path, error) from None
    try:
        _lock_down(connection, path)
        _migrate(connection)
    except duckdb.Error as error:
        connection.close()
        raise _refusal(path, error) from None
    return connection


def _inspect(path: Path) -> None:
    """Refuse a file that is not ours. Read-only: opening for writing would already fold a write-ahead log into it."""
    with path.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise StoreError("S005", path=path)
    connection = duckdb.connect(str(path), read_only=True)
    try:
        found = _schema_of(connection)
    finally:
        connection.close()
    if found == _FOREIGN:
        raise StoreError("S005", path=path)
    if found > len(scripts()):
        raise StoreError("S004", path=path, found=found, known=len(scripts()))


def _schema_of(connection: duckdb.DuckDBPyConnection) -> int:
    """The schema version: 0 for a database without tables, _FOREIGN when its tables are not this program's."""
    columns = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = current_database()"
    ).fetchall()
    if not columns:
        return 0
    if ("schema_version", "application") not in columns:
        return _FOREIGN
    query = "SELECT max(version) FROM schema_version WHERE application = ?"
    row = connection.execute(query, [APPLICATION]).fetchone()
    return int(row[0]) if row and row[0] is not None else _FOREIGN


def _lock_down(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """SQL reaches no file outside the database's folder, no network and no extension, until the process ends."""
    folder = str(path.parent.resolve()).replace("'", "''")
    # In an order that works: folders first, the lock last. GLOBAL, or a cursor would not have them.
    for setting in (
        f"allowed_directories = ['{folder}']",
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "default_null_order = 'postgres'",  # with the next: the same results as on PostgreSQL
        "integer_division = true",
        "lock_configuration = true",
    ):
        connection.execute(f"SET GLOBAL {setting}")


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring an empty, older or current schema to the newest. On an error nothing is changed."""
    done = _schema_of(connection)
    connection.begin()
    try:
        for number, script in enumerate(scripts()[done:], done + 1):
            connection.execute(script)
            connection.execute("INSERT INTO schema_version VALUES (?, ?, ?)", [number, APPLICATION, now()])
        connection.commit()
    except duckdb.Error:
        connection.rollback()
        raise


def _refusal(path: Path, error: duckdb.Error) -> StoreError:
    text = str(error)
    holder = re.search(r"\(PID (\d+)\)", text)
    if holder:
        return StoreError("S001", path=path, pid=holder[1])
    # A second store in this process. DuckDB would let it share the file, and each would miss what the other keeps;
    # refused because the first one is open for writing, or because its configuration is locked.
    if "different configuration" in text or "configuration has been locked" in text:
        return StoreError("S001", path=path, pid=os.getpid())
    return StoreError("S002", path=path, reason=text.splitlines()[0].rstrip(" ."))
