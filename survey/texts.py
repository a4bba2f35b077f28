"""Where the texts of a questionnaire are. One walk lists them and replaces them, so that neither can forget one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from survey.questionnaire import Dimension, EvidenceRequest, Frozen, Item, Level, Questionnaire

Model = TypeVar("Model", bound=Frozen)
Say = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text to translate: a context such as `st_strategy.anchors.3`, and words in the questionnaire's language.

    `plural`: the words for other numbers than one, of a text that counts something.
    """

    context: str
    english: str
    plural: str = ""


def translatable(questionnaire: Questionnaire) -> tuple[Text, ...]:
    """Every text that people read, in the questionnaire's order; contexts are unique."""
    texts: list[Text] = []

    def collect(context: str, words: str) -> str:
        texts.append(Text(context, words))
        return words

    rewritten(questionnaire.original, collect)
    return tuple(texts)


def rewritten(questionnaire: Questionnaire, say: Say) -> Questionnaire:
    """A copy in which each text went through `say(context, words)`; the one place that knows where the texts are."""
    return _with(
        questionnaire,
        title=say("title", questionnaire.title),
        purpose=_if_any(say, "purpose", questionnaire.purpose),
        levels=tuple(_level(level, say) for level in questionnaire.levels),
        dimensions=tuple(_dimension(dimension, say) for dimension in questionnaire.dimensions),
    )


def _level(level: Level, say: Say) -> Level:
    at = f"levels.{level.level}"
    return _with(level, name=say(f"{at}.name", level.name), meaning=say(f"{at}.meaning", level.meaning))


def _dimension(dimension: Dimension, say: Say) -> Dimension:
    title = say(f"{dimension.id}.title", dimension.title)
    return _with(dimension, title=title, items=tuple(_item(item, say) for item in dimension.items))


def _item(item: Item, say: Say) -> Item:
    return _with(
        item,
        text=say(f"{item.id}.text", item.text),
        scope=_if_any(say, f"{item.id}.scope", item.scope),
        why=_if_any(say, f"{item.id}.why", item.why),
        anchors=tuple(say(f"{item.id}.anchors.{level}", words) for level, words in enumerate(item.anchors, 1)),
        next_steps=tuple(say(f"{item.id}.next_steps.{level}", words) for level, words in enumerate(item.next_steps, 1)),
        evidence=item.evidence and _evidence(item.evidence, f"{item.id}.evidence", say),
    )


def _evidence(evidence: EvidenceRequest, at: str, say: Say) -> EvidenceRequest:
    return _with(
        evidence,
        ask=say(f"{at}.ask", evidence.ask),
        sufficient=_if_any(say, f"{at}.sufficient", evidence.sufficient),
        insufficient=_if_any(say, f"{at}.insufficient", evidence.insufficient),
    )


def _if_any(say: Say, context: str, words: str | None) -> str | None:
    return None if words is None else say(context, words)


def _with(value: Model, **changes: Any) -> Model:
    # Not model_copy: it would carry over cached properties such as Questionnaire.items, with the old texts in them.
    kept = {name: getattr(value, name) for name in type(value).model_fields if name not in changes}
    return cast("Model", type(value).model_construct(**kept, **changes))
