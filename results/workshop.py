"""The workshop's facts as frozen values: rounds, organisations, invitations, sessions, responses and stored answers.

Ids are app-made 64-bit integers (`results.ids`). Times are microseconds since 1970 (UTC). Countries are ISO 3166-1
alpha-2 codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from survey.questionnaire import Form
from survey.response import Answer

RoundStatus = Literal["open", "closed"]
ResponseStatus = Literal["draft", "submitted"]
InvitationRole = Literal["coordinator", "respondent", "independent", "facilitator"]


@dataclass(frozen=True, slots=True)
class PinnedQuestionnaire:
    """The questionnaire as this round asks it: its text is kept with the round, so a changed file changes nothing here."""

    id: str
    version: str
    content_hash: str
    form: Form
    content: str


@dataclass(frozen=True, slots=True)
class Round:
    """One workshop's collection wave. `invented`: demo data, to be labelled on every screen, chart and file."""

    id: int
    name: str
    status: RoundStatus
    invented: bool
    notice: str
    keep_until: str
    created_at: int
    questionnaires: tuple[PinnedQuestionnaire, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency invited to a round, under its country."""

    id: int
    round_id: int
    country: str
    name: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A personal link. Only the SHA-256 of its token is stored. A facilitator's link has no organisation.

    `respondent`: whose responses it opens, as `ResponseState` has it; a link made anew carries the same.
    """

    token_hash: str
    round_id: int
    organisation_id: int | None
    role: InvitationRole
    label: str
    created_at: int
    revoked_at: int | None = None
    respondent: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has opened an invitation. Only the SHA-256 of its cookie is stored."""

    session_hash: str
    token_hash: str
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class ResponseState:
    """One organisation's response to one questionnaire. `revision` counts its submissions and reopenings.

    `respondent`: "" for the common response, which the organisation's people answer together; else who answers on their own.
    An organisation has one response for each questionnaire and respondent.
    """

    id: int
    round_id: int
    organisation_id: int
    questionnaire_id: str
    status: ResponseStatus
    revision: int
    changed_at: int
    respondent: str = ""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One revision of one answer. `revision` counts per (response, item) from 1; `sequence` counts all writes of the store."""

    response_id: int
    item_id: str
    answer: Answer
    revision: int
    sequence: int
    event_id: int
    author: str
    saved_at: int


Answers = dict[str, StoredAnswer]  # item → latest revision
