"""PostgreSQL's own ways to read answers and pinned questionnaires, and to add a batch of answers."""

from __future__ import annotations

from typing import Final

from results.tables import ANSWERS, COLUMNS, PINNED

_ANSWER: Final = ", ".join(COLUMNS["answers"])
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
PINNED_OF: Final = f"{PINNED} WHERE round_id = ANY(%s::bigint[]) ORDER BY round_id, position"
