"""What explains a level, in words: one sentence for what binds it, and the way up as a list. For pages and documents alike.

The caller gives its translate function `t`; the texts stand here in English, marked by it, and reach the translators by
`make translations`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from scoring.explain import Constraint, Explanation
from scoring.way_up import Raise
from survey.questionnaire import Questionnaire


class Translate(Protocol):
    """A text in the reader's language, filled with facts. `plural`: its English for other numbers than one, when it counts `n`."""

    def __call__(self, text: str, plural: str = "", /, **facts: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a way up: the question, `move` ("2 → 3", or empty), and what to do, one sentence a step."""

    question: str
    move: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A way up in words. `opens` is empty unless further questions would be asked."""

    heading: str
    lines: tuple[Line, ...]
    opens: str


def why(t: Translate, questionnaire: Questionnaire, explanation: Explanation) -> str:
    """One sentence: why the part stands at its level and not at the next, or why it has none."""
    constraint = explanation.binding
    if constraint.kind == "highest":
        return t("The highest level.")
    if constraint.kind == "nothing_asked":
        return t("Not rated: none of these questions is asked here.")
    if constraint.kind == "not_applicable":
        return t("Not rated: too many of the questions do not apply.")
    if constraint.kind == "unknown":
        return _withheld(t, questionnaire, constraint)
    if constraint.kind == "share":
        assert constraint.share is not None
        assert explanation.target is not None
        return t(
            "{level}, not {target}: {share} of the requirements are at level {target} or better. Needed: {needed}.",
            level=explanation.level,
            target=explanation.target,
            share=_below(constraint.share, questionnaire.scoring.threshold),
            needed=_needed(t, questionnaire.scoring.threshold),
        )
    return _held(t, questionnaire, explanation, constraint)


def way_up(t: Translate, questionnaire: Questionnaire, explanation: Explanation) -> Way | None:
    """The cheapest way to the next level, or to a level that can be shown; None when there is none."""
    way = explanation.way_up
    if way is None:
        return None
    if way.answers:
        lines = tuple(Line(questionnaire.item(item).text, "", ()) for item in way.answers)
        return Way(t("Questions to answer: {count}", count=len(lines)), lines, "")
    opens = ""
    if way.opens:
        opened = "; ".join(questionnaire.item(item).text for item in way.opens)
        opens = t("Then these questions are asked too: {questions}", questions=opened)
    lines = tuple(_line(t, questionnaire, step) for step in way.raises)
    level, target = explanation.level, explanation.target
    heading = t("From {level} to {target}. Questions: {count}", level=level, target=target, count=len(lines))
    return Way(heading, lines, opens)


def _line(t: Translate, questionnaire: Questionnaire, step: Raise) -> Line:
    first = (t("First find out where you stand today. It counts as 1 until then."),) if step.is_unknown else ()
    move = f"{step.from_level} → {step.to_level}"
    if step.from_level == step.to_level:  # a panel whose typical agency is at the top already
        move = t("those below {level}", level=step.to_level)
    return Line(questionnaire.item(step.item).text, move, first + step.next_steps)


def _held(t: Translate, questionnaire: Questionnaire, explanation: Explanation, constraint: Constraint) -> str:
    is_whole, is_critical = explanation.kind == "questionnaire", constraint.kind == "critical"
    name = questionnaire.dimension(constraint.part).title if is_whole else questionnaire.item(constraint.part).text
    if is_critical and is_whole:
        text = t("Held at {level} by the critical dimension “{name}”, which stands at {at}.")
    elif is_critical and constraint.is_unknown:
        text = t("Held at {level} by the critical question “{name}”. The answer is not known, so it counts as 1.")
    elif is_critical:
        text = t("Held at {level} by the critical question “{name}”, which stands at {at}.")
    elif constraint.is_unknown:
        text = t("Held at {level} by “{name}”. The answer is not known, so it counts as 1.")
    else:
        text = t("Held at {level} by “{name}”, which stands at {at}.")
    return text.format(level=explanation.level, name=name, at=constraint.level)


def _withheld(t: Translate, questionnaire: Questionnaire, constraint: Constraint) -> str:
    if len(constraint.items) == 1:
        name = questionnaire.item(constraint.items[0]).text
        return t("The critical question “{name}” has no answer.", name=name)
    if constraint.items:
        return t("Critical questions without an answer: {count}.", count=len(constraint.items))
    assert constraint.share is not None
    return t(
        "{share} of the answers are not known. At most {limit} may be.",
        share=_above(constraint.share, questionnaire.scoring.max_unknown),
        limit=_needed(t, questionnaire.scoring.max_unknown),
    )


def _needed(t: Translate, share: Fraction) -> str:
    """A threshold in words where there is a common word for it."""
    words = {
        Fraction(1, 3): t("one in three"), Fraction(1, 2): t("half"), Fraction(2, 3): t("two in three"),
        Fraction(3, 4): t("three in four"), Fraction(1): t("all"),
    }  # fmt: skip
    return words.get(share) or f"{float(share):.0%}"


def _below(share: float, limit: Fraction) -> str:
    """A percentage that does not round up to a limit it misses."""
    shown = round(share * 100)
    return f"{math.floor(share * 100) if shown >= float(limit) * 100 else shown}%"


def _above(share: float, limit: Fraction) -> str:
    """A percentage that does not round down to a limit it exceeds."""
    shown = round(share * 100)
    return f"{math.ceil(share * 100) if shown <= float(limit) * 100 else shown}%"
