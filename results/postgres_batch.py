"""One transaction of the PostgreSQL engine: commands applied in their order under the locks of their rounds.

1. Which rounds do the commands belong to? (A response never changes its round.) 2. Their revision rows are locked, in
order of id, so that two replicas never wait for each other; what the commands build on is read after that, in the
same round trip. 3. The commands are decided one after another, each seeing those before it. 4. All rows are written, the new
revisions are sent to whoever listens, and the transaction commits, in one more round trip.

The lock is what puts submissions, closings and saves into one order over all replicas, and what makes a round's sequences
rise in the order of its commits: a reader who has seen sequence n has seen all below n.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from results.postgres_rows import (
    ANSWERS,
    APPEND,
    INVITATIONS,
    LATEST,
    ORGANISATIONS,
    PINNED,
    RESPONSES,
    ROUNDS,
    SESSIONS,
    Row,
    answer_row,
    columns,
    stored_answer,
)
from results.postgres_signals import payload
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    ChangeStatus,
    Command,
    Conflict,
    Done,
    EndSession,
    Refused,
    Result,
    RevokeInvitation,
    SaveAnswer,
    Saved,
    SetRoundStatus,
    StoreError,
)
from results.workshop import (
    Invitation,
    Organisation,
    PinnedQuestionnaire,
    ResponseState,
    Round,
    Session,
    StoredAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psycopg import Cursor

    from results.postgres_connection import Connection

_LOCK: Final = (
    "SELECT round_id FROM round_revisions WHERE round_id = ANY(%s::bigint[]) ORDER BY round_id FOR NO KEY UPDATE"
)
_GROW: Final = (
    "UPDATE round_revisions r SET revision = n.revision FROM unnest(%s::bigint[], %s::bigint[]) AS n(round_id, revision) "
    "WHERE r.round_id = n.round_id"
)


@dataclass
class _State:
    """What the commands build on, as it was when the rounds had been locked; it changes as they are decided."""

    rounds: dict[int, Round] = field(default_factory=dict)
    organisations: dict[int, Organisation] = field(default_factory=dict)
    responses: dict[int, ResponseState] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    latest: dict[tuple[int, str], StoredAnswer] = field(default_factory=dict)
    saved: dict[int, StoredAnswer] = field(default_factory=dict)  # by event
    changed: dict[int, int] = field(default_factory=dict)  # event of a status change → the response's revision
    sequences: list[int] = field(default_factory=list)


class Batch:
    """Commands in one transaction of a connection that does not commit by itself. `homes`: known response → round."""

    def __init__(self, connection: Connection, channel: str, homes: dict[int, int]) -> None:
        self._connection, self._channel, self._homes = connection, channel, homes
        self._state = _State()
        self._writes: list[tuple[str, Sequence[object]]] = []
        self._appended: list[Row] = []
        self.revisions: dict[int, int] = {}

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Do all of them and commit. Raises StoreError P007, psycopg.Error or UnicodeError; the caller rolls back."""
        self._load(commands, self._rounds_of(commands))
        results = [self._DO[type(command)](self, command) for command in commands]
        with self._connection.pipeline():
            for query, values in self._writes:
                self._connection.execute(query.encode(), values)
            if self._appended:
                self._connection.execute(APPEND.encode(), columns(self._appended))
            if self.revisions:
                self._connection.execute(_GROW.encode(), columns(self.revisions.items()))
            for round_id, revision in self.revisions.items():
                self._connection.execute("SELECT pg_notify(%s, %s)", [self._channel, payload(round_id, revision)])
            self._connection.commit()
        return results

    # --- what the commands build on
    def _rounds_of(self, commands: Sequence[Command]) -> set[int]:
        """Rounds that the commands may change; ids of responses and invitations that are not known yet belong to none."""
        rounds = {c.round_id for c in commands if isinstance(c, SetRoundStatus)}
        rounds |= {c.organisation.round_id for c in commands if isinstance(c, AddOrganisation)}
        rounds |= {c.invitation.round_id for c in commands if isinstance(c, AddInvitation)}
        rounds |= {c.round.id for c in commands if isinstance(c, AddRound)}
        wanted = {c.response_id for c in commands if isinstance(c, SaveAnswer | ChangeStatus)}
        if missing := wanted - self._homes.keys():
            query = "SELECT id, round_id FROM responses WHERE id = ANY(%s::bigint[])"
            self._homes |= dict(self._connection.execute(query, [list(missing)]).fetchall())
        rounds |= {self._homes[response_id] for response_id in wanted & self._homes.keys()}
        revoked = [c.token_hash for c in commands if isinstance(c, RevokeInvitation)]
        if revoked:
            query = "SELECT round_id FROM invitations WHERE token_hash = ANY(%s::text[])"
            rounds |= {row[0] for row in self._connection.execute(query, [revoked]).fetchall()}
        return rounds

    def _load(self, commands: Sequence[Command], round_ids: set[int]) -> None:
        saves = [c for c in commands if isinstance(c, SaveAnswer)]
        changes = [c for c in commands if isinstance(c, ChangeStatus)]
        organisations = [c for c in commands if isinstance(c, AddOrganisation)]
        sessions = {c.session.session_hash for c in commands if isinstance(c, AddSession)}
        sessions |= {c.session_hash for c in commands if isinstance(c, EndSession)}
        tokens = {c.invitation.token_hash for c in commands if isinstance(c, AddInvitation)}
        tokens |= {c.session.token_hash for c in commands if isinstance(c, AddSession)}
        tokens |= {c.token_hash for c in commands if isinstance(c, RevokeInvitation)}
        responses = (
            {c.response_id for c in saves}
            | {c.response_id for c in changes}
            | {r.id for c in organisations for r in c.responses}
        )
        pairs = list({(save.response_id, save.item_id) for save in saves})
        added = [c.round.id for c in commands if isinstance(c, AddRound)]
        ours = [c.organisation.id for c in organisations]

        with self._connection.pipeline():
            self._ask(_LOCK, list(round_ids), when=round_ids)
            sequences = self._ask(
                "SELECT nextval('sequences') FROM generate_series(1, %s::int)", len(commands), when=round_ids
            )
            rounds = self._ask(f"{ROUNDS} WHERE id = ANY(%s::bigint[])", list(round_ids), when=round_ids)
            pinned = self._ask(PINNED, added, when=added)
            known = self._ask(f"{ORGANISATIONS} WHERE id = ANY(%s::bigint[])", ours, when=ours)
            query = f"{RESPONSES} WHERE id = ANY(%s::bigint[]) OR organisation_id = ANY(%s::bigint[])"
            states = self._ask(query, list(responses), ours, when=responses or ours)
            query = f"{INVITATIONS} WHERE token_hash = ANY(%s::text[])"
            invitations = self._ask(query, list(tokens), when=tokens)
            query = f"{SESSIONS} WHERE session_hash = ANY(%s::text[])"
            opened = self._ask(query, list(sessions), when=sessions)
            query = f"{ANSWERS} WHERE event_id = ANY(%s::bigint[])"
            saved = self._ask(query, [save.event_id for save in saves], when=saves)
            latest = self._ask(LATEST, [pair[0] for pair in pairs], [pair[1] for pair in pairs], when=pairs)
            query = "SELECT event_id, revision FROM status_changes WHERE event_id = ANY(%s::bigint[])"
            changed = self._ask(query, [change.event_id for change in changes], when=changes)

        questionnaires: dict[int, list[PinnedQuestionnaire]] = {}
        for round_id, *facts in _rows(pinned):
            questionnaires.setdefault(round_id, []).append(PinnedQuestionnaire(*facts))
        stored = [stored_answer(row) for row in _rows(latest)]
        self._state = _State(
            rounds={row[0]: Round(*(*row, tuple(questionnaires.get(row[0], ())))) for row in _rows(rounds)},
            organisations={row[0]: Organisation(*row) for row in _rows(known)},
            responses={row[0]: ResponseState(*row) for row in _rows(states)},
            invitations={row[0]: Invitation(*row) for row in _rows(invitations)},
            sessions={row[0]: Session(*row) for row in _rows(opened)},
            latest={(one.response_id, one.item_id): one for one in stored},
            saved={row[1]: stored_answer(row) for row in _rows(saved)},
            changed=dict(_rows(changed)),
            sequences=[row[0] for row in reversed(_rows(sequences))],
        )

    def _ask(self, query: str, *values: object, when: Iterable[object]) -> Cursor[Row] | None:
        """Send a query of the pipeline, if anything is asked for."""
        return self._connection.execute(query.encode(), values) if when else None

    def _next(self, round_id: int) -> int:
        """The next sequence, and with it the round's revision."""
        self.revisions[round_id] = sequence = self._state.sequences.pop()
        return sequence

    def _write(self, query: str, *values: object) -> None:
        self._writes.append((query, values))

    def _response(self, response_id: int) -> ResponseState | None:
        """A response whose round is locked; one that another replica adds at this very moment comes after this batch."""
        found = self._state.responses.get(response_id)
        return found if found is not None and found.round_id in self._state.rounds else None

    # --- decisions
    def _save(self, save: SaveAnswer) -> Result:
        state = self._state
        repeated = state.saved.get(save.event_id)
        if repeated is not None:
            return Saved(repeated)
        response = self._response(save.response_id)
        if response is None:
            return Refused("P001")
        if state.rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status == "submitted":
            return Refused("P003")
        theirs = state.latest.get((response.id, save.item_id))
        if theirs is not None and save.based_on not in {None, theirs.revision}:
            return Conflict(theirs)
        stored = StoredAnswer(
            response_id=response.id,
            item_id=save.item_id,
            answer=save.answer,
            revision=theirs.revision + 1 if theirs else 1,
            sequence=self._next(response.round_id),
            event_id=save.event_id,
            author=save.author,
            saved_at=save.saved_at,
        )
        state.latest[response.id, save.item_id] = state.saved[save.event_id] = stored
        self._appended.append(answer_row(stored, response.round_id))
        return Saved(stored)

    def _change_status(self, change: ChangeStatus) -> Result:
        state = self._state
        if change.event_id in state.changed:
            return Done(state.changed[change.event_id])
        response = self._response(change.response_id)
        if response is None:
            return Refused("P001")
        if state.rounds[response.round_id].status == "closed":
            return Refused("P002")
        if response.status != change.status:
            response = replace(response, status=change.status, revision=response.revision + 1, changed_at=change.at)
            state.responses[response.id] = response
            query = "UPDATE responses SET status = %s, revision = %s, changed_at = %s WHERE id = %s"
            self._write(query, change.status, response.revision, change.at, response.id)
        # An event that found the status set already is kept too: sent again after a reopening, it must not submit.
        key = (change.event_id, self._next(response.round_id), response.id, response.round_id)
        query = "INSERT INTO status_changes VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        self._write(query, *key, change.status, change.author, change.at, response.revision)
        state.changed[change.event_id] = response.revision
        return Done(response.revision)

    def _add_round(self, add: AddRound) -> Result:
        new = add.round
        existing = self._state.rounds.get(new.id)
        if existing is not None:
            return _require(new == replace(existing, status=new.status))
        *facts, questionnaires = astuple(new)
        sequence = self._next(new.id)
        self._write("INSERT INTO rounds VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", sequence, *facts)
        for position, pinned in enumerate(questionnaires):
            query = "INSERT INTO pinned_questionnaires VALUES (%s, %s, %s, %s, %s, %s, %s)"
            self._write(query, new.id, position, *pinned)
        self._write("INSERT INTO round_revisions VALUES (%s, %s)", new.id, sequence)
        self._state.rounds[new.id] = new
        return Done()

    def _set_round_status(self, change: SetRoundStatus) -> Result:
        existing = self._state.rounds.get(change.round_id)
        if existing is None:
            return Refused("P001")
        if existing.status != change.status:
            query = "UPDATE rounds SET status = %s, sequence = %s WHERE id = %s"
            self._write(query, change.status, self._next(existing.id), existing.id)
            self._state.rounds[existing.id] = replace(existing, status=change.status)
        return Done()

    def _add_organisation(self, add: AddOrganisation) -> Result:
        new, state = add.organisation, self._state
        _require(all((r.round_id, r.organisation_id) == (new.round_id, new.id) for r in add.responses))
        existing = state.organisations.get(new.id)
        if existing is not None:
            known = {(r.id, r.questionnaire_id) for r in state.responses.values() if r.organisation_id == new.id}
            asked = {(r.id, r.questionnaire_id) for r in add.responses}
            return _require(existing == new and known == asked)
        if new.round_id not in state.rounds:
            return Refused("P001")
        _require(not any(r.id in state.responses for r in add.responses))
        self._write("INSERT INTO organisations VALUES (%s, %s, %s, %s, %s)", self._next(new.round_id), *astuple(new))
        for response in add.responses:
            self._write("INSERT INTO responses VALUES (%s, %s, %s, %s, %s, %s, %s)", *astuple(response))
        state.organisations[new.id] = new
        state.responses |= {response.id: response for response in add.responses}
        return Done()

    def _add_invitation(self, add: AddInvitation) -> Result:
        new, state = add.invitation, self._state
        existing = state.invitations.get(new.token_hash)
        if existing is not None:
            return _require(new == replace(existing, revoked_at=new.revoked_at))
        if new.round_id not in state.rounds:
            return Refused("P001")
        query = "INSERT INTO invitations VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        self._write(query, self._next(new.round_id), *astuple(new))
        state.invitations[new.token_hash] = new
        return Done()

    def _revoke_invitation(self, revoke: RevokeInvitation) -> Result:
        existing = self._state.invitations.get(revoke.token_hash)
        if existing is None or existing.round_id not in self._state.rounds:
            return Refused("P001")
        if existing.revoked_at is None:
            query = "UPDATE invitations SET revoked_at = %s, sequence = %s WHERE token_hash = %s"
            self._write(query, revoke.at, self._next(existing.round_id), revoke.token_hash)
            self._state.invitations[revoke.token_hash] = replace(existing, revoked_at=revoke.at)
        return Done()

    def _add_session(self, add: AddSession) -> Result:
        new, state = add.session, self._state
        existing = state.sessions.get(new.session_hash)
        if existing is not None:
            return _require(new == replace(existing, expires_at=new.expires_at))
        if new.token_hash not in state.invitations:
            return Refused("P001")
        self._write("INSERT INTO sessions VALUES (%s, %s, %s, %s)", *astuple(new))
        state.sessions[new.session_hash] = new
        return Done()

    def _end_session(self, end: EndSession) -> Result:
        if end.session_hash not in self._state.sessions:
            return Refused("P001")
        query = "UPDATE sessions SET expires_at = least(expires_at, %s) WHERE session_hash = %s"
        self._write(query, end.at, end.session_hash)
        return Done()

    _DO: ClassVar[dict[type[Command], Callable[[Batch, Any], Result]]] = {
        SaveAnswer: _save,
        ChangeStatus: _change_status,
        AddRound: _add_round,
        SetRoundStatus: _set_round_status,
        AddOrganisation: _add_organisation,
        AddInvitation: _add_invitation,
        RevokeInvitation: _revoke_invitation,
        AddSession: _add_session,
        EndSession: _end_session,
    }


def _rows(cursor: Cursor[Row] | None) -> list[Row]:
    return [] if cursor is None else cursor.fetchall()


def _require(right: bool) -> Done:
    """What exists may be added again as it was; something else under its id, or a wrong id, is a mistake: P007."""
    if not right:
        raise StoreError("P007")
    return Done()
