"""A response as it is taken away, and the words that the workbook and the printed form share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from charts.countries import country_name
from charts.wording import Translate
from survey.questionnaire import Condition, Dimension, Form, Item, Questionnaire
from survey.response import CODES, DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Answer


@dataclass(frozen=True, slots=True)
class OfflineResponse:
    """One organisation's response to one questionnaire. `answers`: what is stored, by item; `revisions`: of which revision.

    `questionnaire` may be a translation; `content_hash` is that of the original. `country`: ISO 3166-1 code.
    """

    response_id: int
    organisation: str
    country: str
    round_name: str
    notice: str
    invented: bool
    questionnaire: Questionnaire
    form: Form
    content_hash: str
    answers: Mapping[str, Answer]
    revisions: Mapping[str, int]

    def answer(self, item_id: str) -> Answer:
        return self.answers.get(item_id, Answer())

    def parts(self) -> tuple[tuple[Dimension, tuple[Item, ...]], ...]:
        """The dimensions of which the form asks something, each with those items; skip logic leaves none out."""
        asked = {item.id for item in self.questionnaire.items_of(self.form)}
        listed = [(d, tuple(item for item in d.items if item.id in asked)) for d in self.questionnaire.dimensions]
        return tuple((dimension, items) for dimension, items in listed if items)

    def numbers(self) -> dict[str, str]:
        """Item id → the number by which people call it: `2.3` is the third question of the second part."""
        return {
            item.id: f"{part}.{place}"
            for part, (_, items) in enumerate(self.parts(), 1)
            for place, item in enumerate(items, 1)
        }

    def whose(self, language: str) -> str:
        return ", ".join(filter(None, (self.organisation, country_name(self.country, language))))


def tier_name(t: Translate, tier: int) -> str:
    names = (t("No evidence"), t("Described in words"), t("A document or link"), t("Verified"))
    return names[tier]


def asked_note(t: Translate, item: Item, numbers: Mapping[str, str]) -> str:
    """When a question is asked at all, in the questions' numbers; "" where always."""
    return t("Asked only if: {condition}.", condition=_in_words(t, item.asked_if, numbers)) if item.asked_if else ""


def _in_words(t: Translate, condition: Condition, numbers: Mapping[str, str]) -> str:
    parts = [_in_words(t, part, numbers) for part in condition.parts]
    nested = [
        f"({words})" if part.kind in ("all", "any") else words
        for part, words in zip(condition.parts, parts, strict=True)
    ]
    if condition.kind == "not":
        return t("it is not so that {condition}", condition=nested[0])
    if condition.kind in ("all", "any"):
        return f" {t('and') if condition.kind == 'all' else t('or')} ".join(nested)
    number = numbers.get(condition.item or "", condition.item)
    if condition.kind == "at_least":
        return t("question {number} is at level {level} or above", number=number, level=condition.level)
    if condition.kind == "at_most":
        return t("question {number} is at level {level} or below", number=number, level=condition.level)
    codes = ", ".join(answer_name(t, CODES[code]) for code in condition.codes)
    return t("question {number} is answered with {codes}", number=number, codes=codes)


def answer_name(t: Translate, code: int) -> str:
    """An answer in a word: a level's number, or what it is instead of a level."""
    names = {UNANSWERED: "", DONT_KNOW: t("Don’t know"), NOT_APPLICABLE: t("Not applicable")}
    return names.get(code, str(code))
