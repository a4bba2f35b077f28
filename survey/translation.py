"""A questionnaire in another language, falling back along a chain such as ky, ru, en; and the template to translate.

A translation never touches ids, weights or the content hash, so answers given in any language are one data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polib

from survey.catalogue import Catalogue, Found, completeness_of, find, load_catalogue, load_chain
from survey.problems import CATALOGUE, filled
from survey.texts import Text, rewritten, translatable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.problems import CodedError, Problem
    from survey.questionnaire import Item, Questionnaire

__all__ = [
    "Catalogue", "Text", "Translated", "completeness", "interface_chain", "interface_text", "is_draft", "load_catalogue", "load_chain",
    "marked", "problem_text", "template", "translatable", "translate",
]  # fmt: skip
INTERFACE = Path(__file__).resolve().parent.parent / "locale"


@dataclass(frozen=True, slots=True)
class Translated:
    """A questionnaire to show: its texts in `language` where there are any, and which of them a page must mark.

    `languages` names the language of each text that comes from further down the chain (context → language code).
    """

    questionnaire: Questionnaire
    language: str
    languages: Mapping[str, str]
    drafts: frozenset[str]

    def mark(self, context: str) -> str:
        """The language of a text that is not in the one shown, for its `lang` attribute; else ""."""
        return self.languages.get(context, "")

    def others(self, items: Iterable[Item]) -> tuple[str, ...]:
        """The languages that stand in for the one shown, in the headings and in these items."""
        shown = {"title", "purpose", "levels", *self.questionnaire.dimension_ids, *(item.id for item in items)}
        return tuple(sorted({code for context, code in self.languages.items() if context.partition(".")[0] in shown}))

    def is_draft(self, owner: str) -> bool:
        """Whether a text of this item or dimension is a draft."""
        return any(context.startswith(f"{owner}.") for context in self.drafts)

    @property
    def untranslated(self) -> frozenset[str]:
        """Contexts of the texts that are not in `language`."""
        return frozenset(self.languages)


def translate(questionnaire: Questionnaire, chain: Sequence[Catalogue]) -> Translated:
    """The questionnaire in the chain's first language, falling back along the chain and at last on its own language.

    Where the wanted language has no file yet, begin the chain with an empty `Catalogue(language)`. Without a chain the
    questionnaire stays as it is. What follows the questionnaire's own language in the chain is not looked at.
    """
    original = questionnaire.original
    own = next((place for place, catalogue in enumerate(chain) if catalogue.language == original.language), len(chain))
    chain = chain[: own + 1]
    language = chain[0].language if chain else original.language
    languages: dict[str, str] = {}
    drafts: set[str] = set()

    def say(context: str, words: str) -> str:
        found = find(chain, context, words) or Found(words, original.language, draft=False)
        if found.language != language:
            languages[context] = found.language
        if found.draft:
            drafts.add(context)
        return found.text

    shown = rewritten(original, say)
    shown._original = original  # noqa: SLF001  (the other half of Questionnaire.original)
    return Translated(shown, language, languages, frozenset(drafts))


def completeness(questionnaire: Questionnaire, catalogue: Catalogue) -> list[Problem]:
    """What is missing, draft, out of date (warnings) or broken (errors) in a translation of this questionnaire."""
    return completeness_of(translatable(questionnaire), catalogue)


def interface_text(language: str, text: str, plural: str = "", count: int | None = None) -> str:
    """A text of the program itself in `language`, along the same chain; in English where it has no translation.

    `plural`, `count`: of a text that counts something, its English for other numbers than one, and the number.
    """
    if count is not None:
        found = find(interface_chain(language), text, text, count)
        return found.text if found else plural if plural and count != 1 else text
    return _interface_texts(language).get(text, text)


@lru_cache(maxsize=64)
def interface_chain(language: str) -> tuple[Catalogue, ...]:
    """The catalogues of the program's own texts for a language, read once."""
    return load_chain(INTERFACE, language)


@lru_cache(maxsize=64)
def _interface_texts(language: str) -> Mapping[str, str]:
    """Every text that has a translation, in the first language of the chain that has it: pages ask a hundred times a run."""
    chain = interface_chain(language)
    known = {text for catalogue in chain for text in catalogue.entries}
    return {text: found.text for text in known if (found := find(chain, text, text))}


@lru_cache(maxsize=64)
def is_draft(language: str) -> bool:
    """Whether a native speaker has still to check some of the program's own texts in this language."""
    return any(entry.draft and entry.text for entry in interface_chain(language)[0].entries.values())


def marked(text: str) -> str:
    """The same text: marks it for the translators where it is not yet said, only written down."""
    return text


def problem_text(language: str, error: CodedError) -> str:
    """What an error says, in the reader's language."""
    sentence = CATALOGUE[error.code][1]
    translated = interface_text(language, sentence)
    return str(error) if translated == sentence else filled(translated, error.facts)


def template(questionnaire: Questionnaire) -> polib.POFile:
    """The .pot file from which translations begin. It carries no date, so that it changes only when a text does."""
    pot = polib.POFile()
    pot.header = f"Texts of the questionnaire '{questionnaire.id}'. Licence: CC BY 4.0."
    pot.metadata = {
        "Project-Id-Version": questionnaire.id,
        "Language": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    questions = {item.id: item.text for item in questionnaire.original.items}
    for text in translatable(questionnaire):
        owner, _, part = text.context.partition(".")
        # A translator meets texts one by one; the question tells what each of them belongs to.
        comment = questions.get(owner, "") if part != "text" else ""
        pot.append(polib.POEntry(msgctxt=text.context, msgid=text.english, comment=comment))
    return pot
