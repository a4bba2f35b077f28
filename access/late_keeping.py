"""Keeping an answer that came too late as a draft (`access.late` settles it)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from access.actor import RefusedError
from results.facts import LateAnswer
from results.ids import now
from results.store import Done, Keep, StoreError

if TYPE_CHECKING:
    from access.actor import Actor
    from access.workshop import Workshop
    from survey.response import Answer

_TEXTS: Final = {"P002": "P060", "P003": "P061"}
LATE: Final = frozenset(_TEXTS)  # refusals of what came too late


class LateError(RefusedError):
    """The round is closed (P060) or the response submitted (P061); the answer is kept as a draft. `because`: P002 or P003."""

    def __init__(self, because: str) -> None:
        self.because = because
        super().__init__(_TEXTS[because])


def keep_late(
    workshop: Workshop, actor: Actor, response_id: int, item_id: str, answer: Answer, based_on: int | None
) -> bool:
    """Keep it as the person's draft to this item, in place of an earlier one; whether it is kept.

    Two tabs may do so at once; the later one is kept then.
    """
    draft = LateAnswer(
        response_id, item_id, actor.key, based_on or 0, answer.code, answer.evidence, *_texts(answer), now()
    )
    try:
        for _ in range(3):
            found = workshop.store.facts(LateAnswer, response_id=response_id, item_id=item_id, author=actor.key)
            before = found[0] if found else None
            if before is not None and replace(before, given_at=draft.given_at, based_on=draft.based_on) == draft:
                return True
            if workshop.write(Keep(draft, before)) == Done():
                return True
    except StoreError:
        return False
    return False


def _texts(answer: Answer) -> tuple[str, str, str, str]:
    return answer.link, answer.note, answer.reason, answer.comment
