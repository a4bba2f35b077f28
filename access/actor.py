"""Who acts, and the refusal of what they may not do."""

from __future__ import annotations

from dataclasses import dataclass

from access.matrix import Place, Role
from survey.problems import CodedError


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with an open session: a role, in one round and one organisation where the role belongs to such.

    `key` names them in answers and in the audit trail: the first letters of their link's hash, or `staff-` and a number. It is
    nobody's name, and no secret. `respondent`: whose responses are theirs; "" for the common ones of their organisation.
    """

    role: Role
    round_id: int
    organisation_id: int | None
    label: str
    key: str
    respondent: str = ""

    @property
    def home(self) -> Place:
        """Where they may act."""
        return Place(self.round_id, self.organisation_id or 0, self.respondent)


class RefusedError(CodedError):
    """The actor may not do this, or not now."""
