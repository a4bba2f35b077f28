"""The embedded engine's database file: opened, locked down, and brought to the newest schema by numbered SQL files.

`0001_what_it_does.sql`, `0002_…`: applied once each, in order, never edited after a release. All that are due run in
one transaction, so a database is either at the newest schema or untouched. A file that is not this program's, or that
a newer version wrote, is refused before anything in it changes.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import duckdb

from results.files import remove_database, sync_file, sync_folder
from results.ids import now
from results.numbered_sql import APPLICATION, numbered_sql
from results.places import backups_of, journal_of
from results.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FOREIGN: Final = -1
# What keeps a sound database from being opened; anything else that DuckDB finds in a file of ours is damage.
_ENVIRONMENT: Final = re.compile(r"(?i)permission|read-only|no space|not enough space|too many open|memory|directory")


def scripts() -> tuple[str, ...]:
    """The SQL of every migration; schema version n is the state after the first n."""
    return numbered_sql()


def open_database(
    path: Path,
    look: Callable[[duckdb.DuckDBPyConnection], object] | None = None,
    before_migration: Callable[[duckdb.DuckDBPyConnection], object] | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection to the database at `path`, which is made with its folder when it is not there.

    `look` is called with a read-only connection to an existing database of the newest schema; what it raises ends the
    opening. `before_migration` is called with the connection to an older schema before it is changed.
    Raises StoreError: S001 in use by a process, S002 cannot be opened, S004 newer schema, S005 not this program's,
    S023 damaged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            inspect_database(path, look)
        else:
            _make(path)
        connection = duckdb.connect(str(path))
    except OSError as error:
        raise StoreError("S002", path=path, reason=error.strerror or error) from None
    except duckdb.Error as error:
        raise _refusal(path, error) from None
    try:
        _lock_down(connection, path)
        remove_database(_fresh(path))  # of a creation that was killed
        if before_migration is not None and 0 < _schema_of(connection) < len(scripts()):
            before_migration(connection)
        _migrate(connection)
    except duckdb.Error as error:
        connection.close()
        raise _refusal(path, error, is_opening=False) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """A new database appears whole: its creation can be killed at any point, and half a file would be a stranger's."""
    fresh = _fresh(path)
    remove_database(fresh)
    with duckdb.connect(str(fresh)) as connection:
        _migrate(connection)
    fresh.chmod(0o600)  # only its owner's processes need to read answers
    sync_file(fresh)
    with suppress(FileExistsError):  # another process was faster; it then holds the lock
        os.link(fresh, path)
    remove_database(fresh)
    sync_folder(path.parent)


def _fresh(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def inspect_database(path: Path, look: Callable[[duckdb.DuckDBPyConnection], object] | None = None) -> int:
    """The schema version of a file of ours; a stranger's is refused (S004, S005). `look` as for `open_database`.

    Read-only: opening for writing would already fold a write-ahead log into it. Raises OSError, duckdb.Error.
    """
    with path.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise StoreError("S005", path=path)
    connection = duckdb.connect(str(path), read_only=True)
    try:
        found = _schema_of(connection)
        if look is not None and found == len(scripts()):
            look(connection)
    finally:
        connection.close()
    if found == _FOREIGN:
        raise StoreError("S005", path=path)
    if found > len(scripts()):
        raise StoreError("S004", path=path, found=found, known=len(scripts()))
    return found


def schema_of_file(path: Path) -> int:
    """The schema version of a database that nobody has open. Raises StoreError as `open_database` does."""
    try:
        return inspect_database(path)
    except OSError as error:
        raise StoreError("S002", path=path, reason=error.strerror or error) from None
    except duckdb.Error as error:
        raise _refusal(path, error) from None


def check_unused(path: Path) -> None:
    """Refuse a database that another process has open (S001). A damaged one passes."""
    if path.is_file():
        try:
            duckdb.connect(str(path), read_only=True).close()
        except duckdb.Error as error:
            refusal = _refusal(path, error)
            if refusal.code == "S001":
                raise refusal from None


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


def _refusal(path: Path, error: duckdb.Error, *, is_opening: bool = True) -> StoreError:
    text = str(error)
    holder = re.search(r"\(PID (\d+)\)", text)
    if holder:
        return StoreError("S001", path=path, pid=holder[1])
    # A second store in this process. DuckDB would let it share the file, and each would miss what the other keeps;
    # refused because the first one is open for writing, or because its configuration is locked.
    if "different configuration" in text or "configuration has been locked" in text:
        return StoreError("S001", path=path, pid=os.getpid())
    reason = text.splitlines()[0].rstrip(" .")
    if is_opening and path.is_file() and not _ENVIRONMENT.search(text):
        return StoreError("S023", path=path, journal=journal_of(path), folder=backups_of(path), reason=reason)
    return StoreError("S002", path=path, reason=reason)
