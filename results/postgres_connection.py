"""Connections to PostgreSQL: opened, made durable and bounded in time, and their failures as the catalogue's messages.

A URL is libpq's (`postgresql://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full`); whatever libpq takes can stand in it,
a schema of one's own by `options=-csearch_path%3DNAME`. Never a password in a message: `place` names host and database only.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from results.ids import now
from results.numbered_sql import APPLICATION, numbered_sql
from results.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

Connection = psycopg.Connection[tuple[Any, ...]]

# A server that is gone without a word is noticed within ten seconds, not after the system's two hours.
_DEFAULTS: Final[Mapping[str, str | int]] = {
    "connect_timeout": 3,
    "application_name": APPLICATION,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SETTINGS: Final = (
    "SET statement_timeout = '60s'",
    # A replica that hangs in the middle of a commit must not keep a round's lock for ever.
    "SET lock_timeout = '8s'",
    "SET idle_in_transaction_session_timeout = '10s'",
    # 'Saved' means durable, whatever the server's default; stronger settings (remote_apply) stay.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')",
)
_LOCK_KEY: Final = 0x7265_6164_696E_6573  # of the advisory lock under which one replica migrates; any fixed number does
_REFUSED: Final = re.compile(
    r"authentication failed|no password supplied|role \".*\" does not exist|pg_hba\.conf|no encryption", re.IGNORECASE
)
_NO_DATABASE: Final = re.compile(r"database \"(.*)\" does not exist")
_FOREIGN: Final = -1
_log: Final = logging.getLogger(__name__)


def complete(url: str) -> str:
    """The URL as libpq reads it, with time limits where it sets none. Raises StoreError S031 when libpq cannot read it."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreError("S031", reason=_sentence(error)) from None
    if not all(re.fullmatch(r"\d*", port) for port in str(given.get("port") or "").split(",")):
        raise StoreError("S031", reason=f"the port '{given['port']}' is not a number")
    return make_conninfo(url, **{key: value for key, value in _DEFAULTS.items() if key not in given})


def place(conninfo: str) -> str:
    """Host and database, to be named in messages; no user and no password."""
    parts = conninfo_to_dict(conninfo)
    host = parts.get("host") or parts.get("hostaddr") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{host}{port}/{parts.get('dbname') or parts.get('user') or ''}"


def connect(conninfo: str, *, autocommit: bool) -> Connection:
    """A connection with this program's settings. Raises psycopg.Error."""
    connection: Connection = psycopg.connect(conninfo, autocommit=True)
    try:
        configure(connection)
        connection.autocommit = autocommit
    except psycopg.Error:
        connection.close()
        raise
    return connection


def configure(connection: Connection) -> None:
    """This program's settings, for a connection that commits by itself."""
    for statement in _SETTINGS:
        connection.execute(statement)


def refusal(error: Exception, conninfo: str) -> StoreError:
    """What a driver's error means for whoever runs the program: S032 to S035, S034 where it is nothing else."""
    where, said = place(conninfo), _sentence(error)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return StoreError("S035", path=where)
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        # Before there is a session libpq gives a sentence and no state.
        if missing := _NO_DATABASE.search(said):
            return StoreError("S033", path=where, database=missing[1])
        if _REFUSED.search(said):
            return StoreError("S032", path=where)
        return StoreError("S034", path=where, reason=said)
    # Once there is one, a message can quote an answer: only its kind is told.
    return StoreError("S034", path=where, reason=type(error).__name__)


def _sentence(error: Exception) -> str:
    """The first line of what was said, or the server's own words in it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    fatal = next((line for line in lines if "FATAL:" in line), lines[0])
    return fatal.rpartition("FATAL:")[2].removeprefix("connection is bad:").strip().rstrip(".")[:200]


def migrate(conninfo: str) -> str:
    """Bring the tables to the newest schema and return the name of the PostgreSQL schema they are in.

    All that is due runs in one transaction, and one replica at a time does it. Raises StoreError: S004 newer schema, S036 not
    UTF-8, S037 another program's tables, S038 read-only, and those of `refusal`; nothing is changed then.
    """
    try:
        with connect(conninfo, autocommit=False) as connection:
            return _migrate(connection, place(conninfo))
    except psycopg.Error as error:
        raise refusal(error, conninfo) from None


def _migrate(connection: Connection, where: str) -> str:
    schema, encoding, is_standby, fsync = _one(
        connection,
        "SELECT current_schema(), current_setting('server_encoding'), pg_is_in_recovery(), current_setting('fsync')",
    )
    if schema is None:
        raise StoreError("S035", path=where)
    if encoding != "UTF8":
        raise StoreError("S036", path=where, encoding=encoding)
    if is_standby:
        raise StoreError("S038", path=where)
    if fsync != "on":
        _log.warning(
            "%(file)s runs with fsync = %(setting)s: what it acknowledges is lost when its machine stops",
            {"file": where, "setting": fsync},
        )
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    done, scripts = _schema_of(connection), numbered_sql("postgres")
    if done == _FOREIGN:
        raise StoreError("S037", path=where, schema=schema)
    if done > len(scripts):
        raise StoreError("S004", path=where, found=done, known=len(scripts))
    for number, script in enumerate(scripts[done:], done + 1):
        connection.execute(script.encode())
        connection.execute("INSERT INTO schema_version VALUES (%s, %s, %s)", [number, APPLICATION, now()])
    return str(schema)


def _schema_of(connection: Connection) -> int:
    """The schema version: 0 without tables, _FOREIGN when the tables are not this program's. An extension's do not count."""
    tables, has_version = _one(
        connection,
        "SELECT count(*), coalesce(bool_or(relname = 'schema_version' AND EXISTS (SELECT FROM pg_attribute "
        "WHERE attrelid = c.oid AND attname = 'application')), false) FROM pg_class c "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT EXISTS "
        "(SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')",
    )
    if not tables:
        return 0
    if not has_version:
        return _FOREIGN
    (version,) = _one(connection, "SELECT max(version) FROM schema_version WHERE application = %s", APPLICATION)
    return _FOREIGN if version is None else int(version)


def _one(connection: Connection, query: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row
