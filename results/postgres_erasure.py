"""Erasure in PostgreSQL: rows are deleted and the tables rewritten without them; a tombstone keeps the counts.

The server's own copies (its log of changes, standbys, backups) are its operator's: they hold what was erased until they
are replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg

from results import postgres_connection
from results.ids import now
from results.postgres_signals import payload
from results.upkeep import OF_INVITATIONS, OF_ORGANISATIONS, OF_RESPONSES, OF_ROUNDS, WITH_TEXTS, Erased, Erasure, Kind

if TYPE_CHECKING:
    from results.postgres_connection import Connection

_ROUNDS: Final[dict[Kind, str]] = {
    "organisation": "SELECT round_id FROM organisations WHERE id = %(subject)s",
    "comments": "SELECT DISTINCT round_id FROM answers WHERE author = %(subject)s",
    "round": "SELECT id FROM rounds WHERE id = %(subject)s",
}
_LOCK: Final = (
    "SELECT round_id FROM round_revisions WHERE round_id = ANY(%s::bigint[]) ORDER BY round_id FOR NO KEY UPDATE"
)
_HAS_TEXT: Final = "(link <> '' OR note <> '' OR reason <> '' OR comment <> '')"
_BY_AUTHOR: Final = (
    "starts_with(token_hash, %(subject)s) AND length(%(subject)s) >= 12"  # an author's key begins the link's hash
)
_COMMENTS: Final = {
    table: f"UPDATE {table} SET link = '', note = '', reason = '', comment = '' WHERE author = %(subject)s AND {_HAS_TEXT}"  # noqa: S608
    for table in WITH_TEXTS
} | {
    "invitations": f"UPDATE invitations SET label = '' WHERE {_BY_AUTHOR} AND label <> ''",  # noqa: S608
}


def erase(conninfo: str, channel: str, what: Erasure) -> Erased:
    """Erase it. Counts are all 0 when there was nothing of it.

    Other replicas may be at work: what they save to an erased
    response from then on is refused (P001). Rewriting the tables makes them wait. Raises StoreError; nothing is erased then.
    """
    try:
        with postgres_connection.connect(conninfo, autocommit=False) as connection:
            connection.execute("SET statement_timeout = 0")
            erased = _erase(connection, channel, what.kind, what.subject)
            connection.commit()
            if erased:
                connection.autocommit = True
                connection.execute(
                    "VACUUM (FULL, ANALYZE) answers, status_changes, late_answers, invitations, organisations, responses, codes, "
                    "consents, informed, targets"
                )
            return erased
    except psycopg.Error as error:
        raise postgres_connection.refusal(error, conninfo) from None


def _erase(connection: Connection, channel: str, kind: Kind, subject: int | str) -> Erased:
    about = {"subject": subject}
    rounds = [row[0] for row in connection.execute(_ROUNDS[kind].encode(), about).fetchall()]
    connection.execute(_LOCK, [rounds])
    done = {table: connection.execute(query.encode(), about).rowcount for table, query in _statements(kind)}
    # A round without organisations counts as itself.
    organisations = done.get("organisations", 0) or done.get("rounds", 0)
    answers = sum(done[table] for table in WITH_TEXTS)  # drafts are answers too
    erased = Erased(organisations, done.get("responses", 0), answers, done["invitations"])
    if erased:
        _leave_traces(connection, channel, kind, erased, rounds)
    return erased


def _statements(kind: Kind) -> list[tuple[str, str]]:
    if kind == "comments":
        return list(_COMMENTS.items())
    owner = f"{'organisation_id' if kind == 'organisation' else 'round_id'} = %(subject)s"
    responses = f"response_id IN (SELECT id FROM responses WHERE {owner})"  # noqa: S608  (constants only, here and below)
    wanted = dict.fromkeys(OF_RESPONSES, responses) | dict.fromkeys(
        OF_INVITATIONS,
        f"token_hash IN (SELECT token_hash FROM invitations WHERE {owner})",  # noqa: S608
    )
    wanted |= dict.fromkeys(OF_ORGANISATIONS, owner) | {
        "invitations": owner,
        "responses": owner,
        "organisations": "id = %(subject)s" if kind == "organisation" else owner,
    }
    if kind == "round":
        wanted |= dict.fromkeys(OF_ROUNDS, owner) | {"pinned_questionnaires": owner, "rounds": "id = %(subject)s"}
    return [(table, f"DELETE FROM {table} WHERE {where}") for table, where in wanted.items()]  # noqa: S608


def _leave_traces(connection: Connection, channel: str, kind: Kind, erased: Erased, rounds: list[Any]) -> None:
    """The tombstone; and the rounds have changed, so their revisions grow and whoever listens hears it."""
    row = (now(), kind, erased.organisations, erased.responses, erased.answers, erased.invitations)
    connection.execute("INSERT INTO erasures VALUES (%s, %s, %s, %s, %s, %s)", row)
    for round_id in rounds:
        (revision,) = connection.execute("SELECT nextval('sequences')").fetchall()[0]
        connection.execute("UPDATE rounds SET sequence = %s WHERE id = %s", [revision, round_id])
        connection.execute("UPDATE round_revisions SET revision = %s WHERE round_id = %s", [revision, round_id])
        connection.execute("SELECT pg_notify(%s, %s)", [channel, payload(round_id, revision)])
    if kind == "round":
        connection.execute("DELETE FROM round_revisions WHERE round_id = ANY(%s::bigint[])", [rounds])
