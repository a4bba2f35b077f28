"""What every operation works on: the store, the pinned questionnaires of its rounds, and the live comparison."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from results.live import LiveQuestionnaire
from results.store import Command, ResponseStore, Result, StoreError
from results.workshop import Organisation, Round
from survey.loader import parse
from survey.questionnaire import Form, Questionnaire

WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A questionnaire as a round asks it."""

    questionnaire: Questionnaire
    form: Form
    content_hash: str


class Workshop:
    """One open store with what is derived from it, shared by all sessions of a process. Thread-safe."""

    def __init__(self, store: ResponseStore) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._asked: dict[str, Asked] = {}
        self._live: dict[tuple[int, str], LiveQuestionnaire] = {}
        self._responses: dict[int, dict[str, int]] = {}

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

    def responses_of(self, organisation: Organisation) -> dict[str, int]:
        """Questionnaire id → id of the organisation's response. Never changes: responses are made with their organisation."""
        with self._lock:
            known = self._responses.get(organisation.id)
        if known is None:
            listed = self.store.responses(organisation.round_id)
            known = {state.questionnaire_id: state.id for state in listed if state.organisation_id == organisation.id}
            with self._lock:
                self._responses[organisation.id] = known
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
        return finished(self.store.write(command))

    def close(self) -> None:
        self.store.close()


def finished(future: Future[Result]) -> Result:
    """The result of a queued command, once durable. Raises StoreError P007 after ten seconds."""
    try:
        return future.result(timeout=WAIT_SECONDS)
    except FutureTimeoutError:
        raise StoreError("P007") from None
