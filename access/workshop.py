"""What every operation works on: the store, the pinned questionnaires of its rounds, and the live comparison."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from pathlib import Path

from access.actor import Actor
from results.decisions import parts
from results.facts import Grant, Notice, Staff, StaffSession
from results.ids import new_id, now
from results.live import LiveQuestionnaire
from results.shown import Audience, Shown
from results.store import Command, EndSession, Keep, ResponseStore, Result, RevokeInvitation, StoreError
from results.workshop import Organisation, ResponseState, Round
from survey.loader import parse
from survey.questionnaire import Form, Questionnaire
from survey.translation import Translated, load_chain, translate

WAIT_SECONDS = 10.0
QUESTIONNAIRES = Path(__file__).resolve().parent.parent / "questionnaires"


@dataclass(frozen=True, slots=True)
class Asked:
    """A questionnaire as a round asks it."""

    questionnaire: Questionnaire
    form: Form
    content_hash: str


class RecentSessions:
    """Who stands behind a cookie, remembered for a few seconds: every fragment of every page asks.

    Ending a session or a link in this process forgets all at once; another replica notices within KEEP_SECONDS.
    """

    KEEP_SECONDS = 5.0

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Actor]] = {}

    def get(self, session_hash: str) -> Actor | None:
        until, actor = self._known.get(session_hash, (0.0, None))
        return actor if time.monotonic() < until else None

    def put(self, session_hash: str, actor: Actor) -> None:
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[session_hash] = (time.monotonic() + self.KEEP_SECONDS, actor)

    def here(self) -> list[Actor]:
        """Those who asked within KEEP_SECONDS."""
        moment = time.monotonic()
        return [actor for until, actor in list(self._known.values()) if moment < until]

    def clear(self) -> None:
        self._known.clear()


class Workshop:
    """One open store with what is derived from it, shared by all sessions of a process. Thread-safe.

    `questionnaires`: the folder of the installed questionnaires, for their translations.
    """

    def __init__(self, store: ResponseStore, questionnaires: Path = QUESTIONNAIRES) -> None:
        self.store = store
        self._questionnaires = questionnaires
        self._translated: dict[tuple[int, str], tuple[Questionnaire, Translated]] = {}
        self._lock = threading.Lock()
        self._asked: dict[str, Asked] = {}
        self._live: dict[tuple[int, str], LiveQuestionnaire] = {}
        self._responses: dict[tuple[int, str], dict[str, int]] = {}
        self._organisations: dict[int, Organisation] = {}
        self.sessions = RecentSessions()
        self.expiries: dict[str, int | None] = {}  # of invitations, as far as they were asked for (`access.invitation`)
        # What an audience may see, with the data revision of which that was true (`access.visibility`).
        self.shown: dict[tuple[int, Audience], tuple[int, Shown]] = {}
        # Newest notices, each until when it counts, and the version that somebody (round, key) has read (`access.informed`).
        self.notices: dict[int, tuple[float, Notice]] = {}
        self.informed: dict[tuple[int, str], int] = {}

    def round(self, round_id: int) -> Round | None:
        return self.store.round(round_id)

    def asked(self, round_: Round, questionnaire_id: str) -> Asked | None:
        """The round's pinned questionnaire, parsed once per content. None when the round does not ask it."""
        pinned = next((p for p in round_.questionnaires if p.id == questionnaire_id), None)
        if pinned is None:
            return None
        key = f"{pinned.content_hash}-{pinned.form}"
        with self._lock:
            if key not in self._asked:
                self._asked[key] = Asked(
                    parse(pinned.content, pinned.id).questionnaire, pinned.form, pinned.content_hash
                )
            return self._asked[key]

    def translated(self, questionnaire: Questionnaire, language: str) -> Translated:
        """A pinned questionnaire in a language, by the translations beside the installed questionnaire of the same id.

        Made once: pinned questionnaires stay the same objects while the process lives. A translation of another wording than the
        pinned one counts as a draft, and one that lost a placeholder is not used (`survey.translation`).
        """
        key = (id(questionnaire), language)
        known = self._translated.get(key)
        if known is None or known[0] is not questionnaire:
            folder = self._questionnaires / questionnaire.id / "locale"
            chain = () if language == questionnaire.original.language else load_chain(folder, language)
            known = self._translated[key] = (questionnaire, translate(questionnaire, chain))
        return known[1]

    def organisation(self, organisation_id: int) -> Organisation | None:
        """An organisation; it never changes, so it is read once."""
        known = self._organisations.get(organisation_id) or self.store.organisation(organisation_id)
        if known is not None:
            self._organisations[organisation_id] = known
        return known

    def responses_of(self, organisation: Organisation, respondent: str = "") -> dict[str, int]:
        """Questionnaire id → id of the organisation's common response, or of a single respondent's.

        Never changes: responses are made with their organisation, or with the respondent's invitation.
        """
        whose = organisation.id, respondent
        with self._lock:
            known = self._responses.get(whose)
        if known is None:
            listed = self.store.responses(organisation.round_id)
            known = {one.questionnaire_id: one.id for one in listed if (one.organisation_id, one.respondent) == whose}
            if known:
                with self._lock:
                    self._responses[whose] = known
        return known

    def live(self, round_: Round, questionnaire_id: str) -> LiveQuestionnaire | None:
        """The live matrix of one questionnaire of a round."""
        asked = self.asked(round_, questionnaire_id)
        if asked is None:
            return None
        with self._lock:
            key = (round_.id, questionnaire_id)
            if key not in self._live:
                self._live[key] = LiveQuestionnaire(self.store, round_, asked.questionnaire, asked.form)
            return self._live[key]

    def write(self, command: Command) -> Result:
        """Write a command and wait until it is durable. Raises StoreError P007 when it is not within ten seconds."""
        result = finished(self.store.write(command))
        done = tuple(parts([command]))
        if any(_ends_sessions(one) for one in done):
            self.sessions.clear()
        if any(isinstance(one, Keep) and isinstance(one.fact, Notice) for one in done):
            self.notices.clear()
        return result

    def close(self) -> None:
        self.store.close()


def new_responses(round_: Round, organisation_id: int, respondent: str = "") -> tuple[ResponseState, ...]:
    """An empty response to each questionnaire of the round. `respondent`: as `ResponseState` has it."""
    return tuple(
        ResponseState(new_id(), round_.id, organisation_id, pinned.id, "draft", 0, now(), respondent)
        for pinned in round_.questionnaires
    )


def _ends_sessions(command: object) -> bool:
    """Whether somebody's session may have ended with it, or changed what it may do."""
    if isinstance(command, Keep):
        return isinstance(command.fact, Staff | Grant | StaffSession)
    return isinstance(command, RevokeInvitation | EndSession)


def finished(future: Future[Result]) -> Result:
    """The result of a queued command, once durable. Raises StoreError P007 after ten seconds."""
    try:
        return future.result(timeout=WAIT_SECONDS)
    except FutureTimeoutError:
        raise StoreError("P007") from None
