"""Backups of the embedded engine: a copy made inside the running process, opened again and compared, then kept.

A backup is a DuckDB file `readiness-20261124T104608123456Z.duckdb` with a manifest beside it (`.json`, written last: a file
without one is not a backup) and, where the journal was rotated, the journal's lines up to it (`.journal.jsonl`).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from results.files import free_bytes, move_durably, remove_database, sha256_of, sync_file, write_durably
from results.ids import now
from results.journal_line import NOTHING
from results.store import StoreError
from results.tables import COLUMNS, Totals, digests, totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FORMAT: Final = 1
APPLICATION: Final = "ai-readiness"
_STAMP: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """A manifest. `number`, `journal`: the line of the journal whose state it holds, and that line's hash."""

    file: Path
    created_at: int
    schema: int
    number: int
    journal: str
    sequence: int
    rows: Totals
    digests: dict[str, str]
    bytes: int
    sha256: str

    @property
    def manifest(self) -> Path:
        return self.file.with_suffix(".json")

    @property
    def lines(self) -> Path:
        """The journal's lines up to this backup, if it was rotated then."""
        return self.file.with_suffix(".journal.jsonl")


def back_up(
    connection: duckdb.DuckDBPyConnection, database: Path, folder: Path, progress: Callable[[int], None] | None = None
) -> Backup:
    """A verified backup in `folder`, made while others read and write. `progress` gets per cent. Raises StoreError S028.

    The copy is made beside the database, the only folder that SQL may reach, and moved when it has been checked.
    """
    say = progress or (lambda _: None)
    at = now()
    partial = database.with_name(f".{database.stem}-{_stamp(at)}.duckdb.partial")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _room(database, folder)
        say(0)
        with connection.cursor() as cursor:
            taken = _copy(cursor, partial, at)
        say(50)
        checked = verify(partial, taken)
        partial.chmod(0o600)
        sync_file(partial)
        say(80)
        target = folder / f"{database.stem}-{_stamp(at)}.duckdb"
        move_durably(partial, target)
        backup = replace(checked, file=target)
        write_durably(backup.manifest, _json(backup))
    except OSError as error:
        raise StoreError("S028", reason=error.strerror or error) from None
    except duckdb.Error as error:
        raise StoreError("S028", reason=str(error).splitlines()[0].rstrip(" .")) from None
    finally:
        with suppress(OSError):
            remove_database(partial)
    say(100)
    return backup


def _room(database: Path, folder: Path) -> None:
    needed = database.stat().st_size
    for place in {database.parent, folder}:
        if free_bytes(place) < needed:
            raise StoreError("S028", reason=f"{place} has no room for {needed} bytes")


def _copy(cursor: duckdb.DuckDBPyConnection, partial: Path, at: int) -> Backup:
    """Copy and count in one transaction, so that both see the same state."""
    name = f"copy_{at}"
    source = str(_value(cursor, "SELECT current_database()"))
    quoted = str(partial.resolve()).replace("'", "''")
    cursor.execute(f"ATTACH '{quoted}' AS {name}")
    try:
        cursor.begin()
        try:
            cursor.execute(f'COPY FROM DATABASE "{source}" TO {name}')
            taken = _taken(cursor, partial, at)
            cursor.commit()
        except BaseException:
            with suppress(duckdb.Error):
                cursor.rollback()
            raise
    finally:
        with suppress(duckdb.Error):
            cursor.execute(f"DETACH {name}")
    return taken


def _taken(cursor: duckdb.DuckDBPyConnection, file: Path, at: int) -> Backup:
    schema = int(str(_value(cursor, "SELECT max(version) FROM schema_version")))
    number, sha256, sequence = 0, NOTHING, 0
    if schema >= 2:  # the journal came with the second migration
        row = cursor.execute("SELECT number, sha256, sequence FROM journal_head").fetchone()
        assert row is not None
        number, sha256, sequence = row
    return Backup(file, at, schema, number, sha256, sequence, totals(cursor), digests(cursor), 0, "")


def verify(file: Path, taken: Backup) -> Backup:
    """Open a closed copy read-only and compare counts and digests. Raises StoreError S028, OSError, duckdb.Error."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = _taken(connection, file, taken.created_at)
    if found != taken:
        differing = [table for table in COLUMNS if found.digests[table] != taken.digests[table]]
        raise StoreError("S028", reason=f"the copy differs from the database in {', '.join(differing) or 'its head'}")
    return _sized(found)


def describe(file: Path) -> Backup:
    """The manifest that a closed database file should have. Raises OSError, duckdb.Error."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return _sized(_taken(connection, file, now()))


def _sized(found: Backup) -> Backup:
    return replace(found, bytes=found.file.stat().st_size, sha256=sha256_of(found.file))


def keep_manifest(backup: Backup) -> None:
    write_durably(backup.manifest, _json(backup))


def _json(backup: Backup) -> bytes:
    body = asdict(backup) | {"file": backup.file.name, "format": FORMAT, "application": APPLICATION}
    return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(file: Path) -> Backup | None:
    """The backup that belongs to a manifest or database file; None when it has no manifest or an unreadable one."""
    manifest = file.with_suffix(".json")
    try:
        body = json.loads(manifest.read_bytes())
        if (body.pop("format"), body.pop("application")) != (FORMAT, APPLICATION):
            return None
        # A manifest of an older schema does not count the tables that came later.
        body |= {"rows": dict.fromkeys(COLUMNS, 0) | body["rows"]}
        return Backup(**body | {"file": manifest.with_suffix(".duckdb")})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def backups_in(folder: Path) -> list[Backup]:
    """Those with a manifest, newest first."""
    found = [read_manifest(manifest) for manifest in folder.glob("*.json")]
    return sorted((one for one in found if one and one.file.exists()), key=lambda one: one.created_at, reverse=True)


def outdated(created: Iterable[int], at: int) -> set[int]:
    """Which of these times no longer need a backup: kept are all of 24 hours, then one a day for 14 days, one a month for 12.

    Of a day or month the newest is kept, and the newest of all always.
    """
    kept: dict[object, int] = {}
    times = sorted(created, reverse=True)
    for time in times:
        age = timedelta(microseconds=at - time)
        day = datetime.fromtimestamp(time / 1e6, UTC)
        if age <= timedelta(hours=24) or time == times[0]:
            kept[time] = time
        elif age <= timedelta(days=14):
            kept.setdefault((day.year, day.month, day.day), time)
        elif age <= timedelta(days=366):
            kept.setdefault((day.year, day.month), time)
    return set(times) - set(kept.values())


def prune(folder: Path, stem: str) -> list[Backup]:
    """Remove outdated backups of one database. Raises OSError."""
    mine = [one for one in backups_in(folder) if one.file.name.startswith(f"{stem}-")]
    drop = outdated((one.created_at for one in mine), now())
    gone = [one for one in mine if one.created_at in drop]
    for backup in gone:
        for file in (backup.manifest, backup.file, backup.lines):
            file.unlink(missing_ok=True)
    return gone


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).strftime(_STAMP)


def _value(cursor: duckdb.DuckDBPyConnection, query: str) -> object:
    row = cursor.execute(query).fetchone()
    assert row is not None
    return row[0]
