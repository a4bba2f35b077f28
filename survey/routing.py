"""Skip logic: which items a response is asked. One implementation for one response and for a million.

Routing reads declared answers only, in the questionnaire's order; an item that is not asked counts as unanswered for
the conditions after it, whatever is stored for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from survey.response import CODES, NOT_ASKED, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.questionnaire import Condition, Form, Questionnaire

Codes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def route(questionnaire: Questionnaire, codes: Codes, form: Form = "full") -> Codes:
    """Mark items that are not asked.

    Takes an answer matrix (responses × items, stored codes) and returns one of the same shape in which every item that
    the form or an `asked_if` leaves out is NOT_ASKED. The input is returned as it is (not copied) when nothing can be
    left out.
    """
    hidden = [index for index, item in enumerate(questionnaire.items) if form == "pulse" and not item.pulse]
    conditional = [
        (i, item.asked_if) for i, item in enumerate(questionnaire.items) if item.asked_if and i not in hidden
    ]
    if not hidden and not conditional:
        return codes
    routed = codes.copy(order="K")
    routed[:, hidden] = NOT_ASKED

    def column(item: str) -> Codes:
        answers: Codes = routed[:, questionnaire.position[item]]
        return answers

    for index, condition in conditional:
        asked = _holds(condition, column)
        routed[:, index] = np.where(asked, routed[:, index], np.uint8(NOT_ASKED))
    return routed


def items_asked(questionnaire: Questionnaire, answers: dict[str, int], form: Form = "full") -> tuple[str, ...]:
    """Ids of the items that a response with these answers (item id → code; absent = unanswered) is asked, in order."""
    codes = np.array([[answers.get(item.id, UNANSWERED) for item in questionnaire.items]], dtype=np.uint8)
    routed = route(questionnaire, codes, form)[0]
    return tuple(item.id for item, code in zip(questionnaire.items, routed, strict=True) if code != NOT_ASKED)


def _holds(condition: Condition, column: Callable[[str], Codes]) -> Mask:
    """For each response, whether the condition is true. Comparisons with anything but a level are false."""
    if condition.kind in ("all", "any"):
        parts = [_holds(part, column) for part in condition.parts]
        combine = np.logical_and if condition.kind == "all" else np.logical_or
        together: Mask = combine.reduce(parts)
        return together
    if condition.kind == "not":
        return ~_holds(condition.parts[0], column)
    assert condition.item is not None
    answers = column(condition.item)
    if condition.kind == "is":
        return np.isin(answers, [CODES[code] for code in condition.codes])
    assert condition.level is not None
    if condition.kind == "at_least":
        return (answers >= condition.level) & (answers <= 5)
    return (answers >= 1) & (answers <= condition.level)
