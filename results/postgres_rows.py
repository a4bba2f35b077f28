"""Rows of the PostgreSQL tables: which columns are read in which order, and how a batch of answers goes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from results.tables import Row

_ANSWER: Final = (
    "sequence, event_id, response_id, round_id, item_id, revision, "
    "code, evidence, link, note, reason, comment, author, saved_at"
)
ANSWERS: Final = f"SELECT {_ANSWER} FROM answers"  # noqa: S608  (constants only, here and below)
CURRENT: Final = (
    f"SELECT DISTINCT ON (item_id) {_ANSWER} FROM answers WHERE response_id = %s ORDER BY item_id, revision DESC"  # noqa: S608
)
LATEST: Final = (  # of each (response, item); the primary key finds each by one look
    "SELECT a.* FROM unnest(%s::bigint[], %s::text[]) AS k(response_id, item_id) CROSS JOIN LATERAL "  # noqa: S608
    f"({ANSWERS} WHERE response_id = k.response_id AND item_id = k.item_id ORDER BY revision DESC LIMIT 1) a"
)
APPEND: Final = (
    f"INSERT INTO answers ({_ANSWER}) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], "  # noqa: S608
    "%s::text[], %s::int[], %s::smallint[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], "
    "%s::text[], %s::bigint[])"
)
ROUNDS: Final = "SELECT id, name, status, invented, notice, keep_until, created_at FROM rounds"
PINNED: Final = (
    "SELECT round_id, id, version, content_hash, form, content FROM pinned_questionnaires "
    "WHERE round_id = ANY(%s::bigint[]) ORDER BY round_id, position"
)
ORGANISATIONS: Final = "SELECT id, round_id, country, name FROM organisations"
INVITATIONS: Final = (
    "SELECT token_hash, round_id, organisation_id, role, label, created_at, revoked_at FROM invitations"
)
SESSIONS: Final = "SELECT session_hash, token_hash, created_at, expires_at FROM sessions"
RESPONSES: Final = "SELECT id, round_id, organisation_id, questionnaire_id, status, revision, changed_at FROM responses"


def columns(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows as one list for each column, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]
