"""The tables that hold a workshop, as the journal, backups and checks name them: columns in the schema's order, and keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from results.facts import KEY, TABLE, columns
from results.workshop import StoredAnswer
from survey.response import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from duckdb import DuckDBPyConnection

Row = tuple[Any, ...]
Rows = dict[str, list[Row]]
Totals = dict[str, int]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "rounds": ("sequence", "id", "name", "status", "invented", "notice", "keep_until", "created_at"),
    "pinned_questionnaires": ("round_id", "position", "id", "version", "content_hash", "form", "content"),
    "organisations": ("sequence", "id", "round_id", "country", "name"),
    "invitations": (
        *("sequence", "token_hash", "round_id", "organisation_id"),
        *("role", "label", "created_at", "revoked_at", "respondent"),
    ),
    "sessions": ("session_hash", "token_hash", "created_at", "expires_at"),
    "responses": (
        *("id", "round_id", "organisation_id", "questionnaire_id"),
        *("status", "revision", "changed_at", "respondent"),
    ),
    "status_changes": (
        *("event_id", "sequence", "response_id", "round_id"),
        *("status", "author", "changed_at", "revision"),
    ),
    "answers": (
        *("sequence", "event_id", "response_id", "round_id", "item_id", "revision"),
        *("code", "evidence", "link", "note", "reason", "comment", "author", "saved_at"),
    ),
} | {name: columns(kind) for kind, name in TABLE.items()}
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "rounds": ("id",),
    "pinned_questionnaires": ("round_id", "position"),
    "organisations": ("id",),
    "invitations": ("token_hash",),
    "sessions": ("session_hash",),
    "responses": ("id",),
    "status_changes": ("event_id",),
    "answers": ("sequence",),
} | {name: KEY[kind] for kind, name in TABLE.items()}
# Columns that came after a table's first version, and what its rows of before have in them: journals and exports may lack them.
LATER: Final[dict[str, Row]] = {"responses": ("",), "invitations": ("",)}
# Columns of a row that can change after it was added, and how; `{}`: the new value. A session's expiry only falls.
_CHANGING: Final[dict[str, dict[str, str]]] = {
    "rounds": {"sequence": "{}", "status": "{}"},
    "invitations": {"sequence": "{}", "revoked_at": "{}"},
    "sessions": {"expires_at": "least(expires_at, {})"},
    "responses": {"status": "{}", "revision": "{}", "changed_at": "{}"},
} | {name: dict.fromkeys((c for c in columns(kind) if c not in KEY[kind]), "{}") for kind, name in TABLE.items()}


def select(table: str) -> str:
    """What reads the rows of a table: of `answers` all columns, of the others those of the workshop's value in its order."""
    names = [name for name in COLUMNS[table] if table == "answers" or name not in {"sequence", "position"}]
    return f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608  (constants only, here and below)


ANSWERS: Final = select("answers")
ROUNDS: Final = select("rounds")
PINNED: Final = select("pinned_questionnaires")
ORGANISATIONS: Final = select("organisations")
INVITATIONS: Final = select("invitations")
SESSIONS: Final = select("sessions")
RESPONSES: Final = select("responses")


def append(table: str, names: Sequence[str] = ()) -> str:
    """DuckDB's statement that adds many rows, given by column: `executemany` takes 30 times as long. `names`: all by default."""
    listed = names or COLUMNS[table]
    return f"INSERT INTO {table} ({', '.join(listed)}) SELECT {', '.join(['unnest(?)'] * len(listed))}"


def by_column(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows as one list for each column, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch did, as rows after it: rows that are new, and rows that replace the one with the same key."""

    added: Rows = field(default_factory=dict)
    altered: Rows = field(default_factory=dict)

    def add(self, table: str, row: Row) -> None:
        self.added.setdefault(table, []).append(row)

    def alter(self, table: str, row: Row) -> None:
        self.altered.setdefault(table, []).append(row)

    def __bool__(self) -> bool:
        return bool(self.added or self.altered)


@cache
def insert(table: str, mark: str = "?") -> str:
    """The statement that adds one row of all columns. `mark`: what the driver takes for a value to come."""
    names = COLUMNS[table]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608


@cache
def update(table: str, mark: str = "?") -> tuple[str, Callable[[Row], Row]]:
    """The statement that brings the row of the same key to a new state, and what takes its values from that row."""
    changing, keys = _CHANGING[table], KEYS[table]
    changes = ", ".join(f"{name} = {value.format(mark)}" for name, value in changing.items())
    which = " AND ".join(f"{name} = {mark}" for name in keys)
    positions = [COLUMNS[table].index(name) for name in (*changing, *keys)]
    return f"UPDATE {table} SET {changes} WHERE {which}", itemgetter(*positions)  # noqa: S608


def answer_row(stored: StoredAnswer, round_id: int) -> Row:
    """A row of `answers`."""
    answer = stored.answer
    key = (stored.sequence, stored.event_id, stored.response_id, round_id, stored.item_id, stored.revision)
    texts = (answer.link, answer.note, answer.reason, answer.comment)
    return (*key, answer.code, answer.evidence, *texts, stored.author, stored.saved_at)


def stored_answer(row: Row) -> StoredAnswer:
    """A row of `answers` as the workshop's value."""
    sequence, event_id, response_id, _, item_id, revision, *answer, author, saved_at = row
    return StoredAnswer(response_id, item_id, Answer(*answer), revision, sequence, event_id, author, saved_at)


def totals(cursor: DuckDBPyConnection, database: str = "") -> Totals:
    """Rows in each table; 0 for a table that an older schema does not have."""
    prefix = f"{database}." if database else ""
    found = dict.fromkeys(COLUMNS, 0)
    there = _there(cursor, database)
    parts = [f"(SELECT count(*) FROM {prefix}{table})" for table in there]  # noqa: S608
    row = cursor.execute(f"SELECT {', '.join(parts)}").fetchone() if parts else ()
    assert row is not None
    return found | dict(zip(there, row, strict=True))


def digests(cursor: DuckDBPyConnection, database: str = "") -> dict[str, str]:
    """A number per table that follows from its rows in any order; to compare copies made by one version of DuckDB."""
    prefix = f"{database}." if database else ""
    found = dict.fromkeys(COLUMNS, "0")
    for table in _there(cursor, database):
        query = f"SELECT coalesce(sum(hash(t)::HUGEINT), 0) FROM {prefix}{table} t"  # noqa: S608
        row = cursor.execute(query).fetchone()
        assert row is not None
        found[table] = str(row[0])
    return found


def _there(cursor: DuckDBPyConnection, database: str) -> list[str]:
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = coalesce(nullif(?, ''), current_database())"
    names = {row[0] for row in cursor.execute(query, [database]).fetchall()}
    return [table for table in COLUMNS if table in names]
