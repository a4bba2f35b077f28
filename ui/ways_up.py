"""The ways up of a profile as markup: one part after the other, folded away; the questionnaire's own is open when it is short."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from charts.wording import Line, Way, way_up
from scoring.explain import Explanation
from survey.questionnaire import Questionnaire
from ui import look
from ui.texts import t

_SHORT = 5


def ways_up(questionnaire: Questionnaire, explanations: Sequence[Explanation]) -> str:
    """The questionnaire's way, then the dimensions'; empty when nothing can be raised. Every text is escaped."""
    titles = [(questionnaire.title, explanations[-1])]
    titles += [(d.title, explanation) for d, explanation in zip(questionnaire.dimensions, explanations, strict=False)]
    return "".join(
        _part(title, way, is_open=place == 0 and len(way.lines) <= _SHORT)
        for place, (title, explanation) in enumerate(titles)
        if (way := way_up(t, questionnaire, explanation))
    )


def _part(title: str, way: Way, *, is_open: bool) -> str:
    opens = f'<p class="muted">{escape(way.opens)}</p>' if way.opens else ""
    return (
        f'<details class="way"{" open" if is_open else ""}><summary>{look.words(title)} <span>{escape(way.heading)}</span></summary>'
        f"<ol>{''.join(_line(line) for line in way.lines)}</ol>{opens}</details>"
    )


def _line(line: Line) -> str:
    move = f' <span class="badge">{escape(line.move)}</span>' if line.move else ""
    steps = "".join(f"<li>{escape(step)}</li>" for step in line.steps)
    return f"<li>{look.words(line.question)}{move}{f'<ul>{steps}</ul>' if steps else ''}</li>"
