"""Translations into one language (a gettext .po file), and the chain of languages in which a text is looked up.

Knows nothing of questionnaires: the interface's texts go through the same chain and the same completeness check.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polib
from babel import Locale, UnknownLocaleError

from survey.languages import plural_categories, plural_place
from survey.problems import Problem, ProblemsError, message
from survey.text_file import read_text, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from survey.texts import Text

MAX_BYTES = 4_000_000
# The language that most readers of another one also read, where there is one. English comes last for everybody.
FALLBACKS = {"kk": ("ru",), "ky": ("ru",), "tg": ("ru",), "uz": ("ru",)}
_QUOTED = re.compile(r'\s*(#~\s*)?(msg\w+(\[\d+\])?\s+)?"')
_CLOSED = re.compile(r'"([^"\\]|\\.)*"\s*$')
_CODE = re.compile(r"[A-Za-z]{2,8}([_-][A-Za-z0-9]{2,8}){0,2}")
# `{name}` and `%(name)s`. A bare % is left alone: it is a percent sign in many sentences.
_PLACEHOLDER = re.compile(r"\{\w*(?::[^{}]*)?\}|%\(\w+\)[a-z]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One translation: `source` is the text that was translated; `draft` is the .po file's fuzzy flag.

    Of a text that counts something, `plural` is the source for other numbers than one, `forms` are the language's plural forms in
    CLDR's order, and `text` is the last of them; empty while one of them is missing.
    """

    source: str
    text: str
    draft: bool = False
    line: int = 1
    plural: str = ""
    forms: tuple[str, ...] = ()

    @property
    def keeps_placeholders(self) -> bool:
        """Whether it can be filled in. A plural form may be made after either source: "one day" may leave the number out."""
        allowed = [placeholders(source) for source in (self.source, self.plural) if source]
        return not self.text or all(placeholders(form) in allowed for form in self.forms or (self.text,))

    def form(self, language: str, count: int | None) -> str:
        """The words for a count; "" when the file has not as many forms as the language."""
        if not self.forms or count is None:
            return self.text
        return self.forms[plural_place(language, count)] if self.has_forms_of(language) else ""

    def has_forms_of(self, language: str) -> bool:
        return not self.forms or len(self.forms) == len(plural_categories(language))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translations into one language by context (by source text where an entry has no context). May be empty."""

    language: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A text in the first language of a chain that has it. `draft`: a fuzzy one, or one of an earlier wording."""

    text: str
    language: str
    draft: bool


def find(chain: Sequence[Catalogue], context: str, source: str, count: int | None = None) -> Found | None:
    """The first translation along the chain that can be used; None if there is none. `count`: what the text counts.

    A translation that lost a placeholder cannot be used: filling it in would fail in front of a reader.
    """
    for catalogue in chain:
        entry = catalogue.entries.get(context)
        if entry and entry.text and entry.keeps_placeholders and (text := entry.form(catalogue.language, count)):
            return Found(text, catalogue.language, draft=entry.draft or entry.source != source)
    return None


def placeholders(text: str) -> Counter[str]:
    """The places of a text that a program fills in, with their number."""
    return Counter(_PLACEHOLDER.findall(text))


def load_chain(folder: Path, language: str) -> tuple[Catalogue, ...]:
    """The catalogues for `language` and those it falls back on, from `<folder>/ky.po` or the files in `<folder>/ky/`.

    The first one is always there, if empty. A file that cannot be read is left out, as a page must not fail for it;
    `readiness check` and the tests say what is wrong with it.
    """
    chain: list[Catalogue] = []
    # The code may come from a browser, and becomes part of a path.
    codes = (language, *FALLBACKS.get(language, ())) if _CODE.fullmatch(language) else ()
    for code in codes:
        entries: dict[str, Entry] = {}
        for path in [folder / f"{code}.po", *sorted((folder / code).rglob("*.po"))]:
            with suppress(ProblemsError):
                entries |= load_catalogue(path).entries
        if entries or not chain:
            chain.append(Catalogue(code, entries))
    return tuple(chain) or (Catalogue(language),)


def load_catalogue(path: Path, shown: str | None = None) -> Catalogue:
    """Read `<language>.po`. Raises ProblemsError with one located T001; `completeness_of` checks the language code."""
    name = shown or str(path)
    entries: dict[str, Entry] = {}
    for entry in _parsed(read_text(path, name, "T001", MAX_BYTES), name):
        if entry.obsolete:
            continue
        key = entry.msgctxt or entry.msgid
        if key in entries:
            raise refusal(
                name, "T001", entry.linenum, reason=f"'{key}' is already translated in line {entries[key].line}"
            )
        entries[key] = _entry(entry)
    return Catalogue(path.stem, entries, name)


def _entry(entry: Any) -> Entry:
    if not entry.msgid_plural:
        return Entry(entry.msgid, entry.msgstr.strip(), entry.fuzzy, entry.linenum)
    forms = tuple(entry.msgstr_plural[place].strip() for place in sorted(entry.msgstr_plural))
    text = forms[-1] if all(forms) and forms else ""
    return Entry(entry.msgid, text, entry.fuzzy, entry.linenum, entry.msgid_plural, forms)


def _parsed(text: str, name: str) -> Any:
    # polib would drop the last letter of a line whose quotation mark is not closed.
    for number, line in enumerate(text.split("\n"), 1):
        if _QUOTED.match(line) and not _CLOSED.search(line):
            raise refusal(name, "T001", number, reason="a quotation mark is not closed")
    try:
        # The line break keeps polib from taking a one-line text for the name of a file.
        return polib.pofile(text + "\n", encoding="utf-8")
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        place = re.search(r"line (\d+)", str(error))
        reason = str(error).rpartition(": ")[2] if ": " in str(error) else "its syntax is wrong"
        raise refusal(name, "T001", int(place.group(1)) if place else 1, reason=reason) from None


def completeness_of(texts: Sequence[Text], catalogue: Catalogue) -> list[Problem]:
    """What is missing, draft, out of date (warnings) or broken (errors) in the translation of these texts."""
    sources = {text.context: (text.english, text.plural) for text in texts}
    entries = {context: entry for context, entry in catalogue.entries.items() if entry.text}
    current = {
        context
        for context, source in sources.items()
        if context in entries and (entries[context].source, entries[context].plural) == source
    }
    groups = {
        "T002": [context for context in sources if context not in entries],
        "T003": [context for context in sources if context in current and entries[context].draft],
        "T004": [context for context in entries if context not in current],
    }
    problems = [] if _is_language(catalogue.language) else [_problem(catalogue, 1, "T005", name=catalogue.language)]
    for code, contexts in groups.items():
        if contexts:
            line = catalogue.entries[contexts[0]].line if contexts[0] in catalogue.entries else 1
            facts = {
                "count": len(contexts),
                "total": len(sources),
                "first": contexts[0],
                "language": catalogue.language,
            }
            problems.append(_problem(catalogue, line, code, **facts))
    for context, entry in entries.items():
        if not entry.has_forms_of(catalogue.language):
            needed, found = len(plural_categories(catalogue.language)), len(entry.forms)
            forms = {"context": context, "wanted": needed, "found": found, "language": catalogue.language}
            problems.append(_problem(catalogue, entry.line, "T007", **forms))
        elif not entry.keeps_placeholders:
            wanted = ", ".join(placeholders(entry.source).elements()) or "of the source: none"
            problems.append(_problem(catalogue, entry.line, "T006", context=context, wanted=wanted))
    return sorted(problems)


def _problem(catalogue: Catalogue, line: int, code: str, **facts: object) -> Problem:
    return Problem(catalogue.path or catalogue.language, line, 1, code, message(code, **facts))


def _is_language(code: str) -> bool:
    """Whether Unicode's CLDR knows a language by exactly this code (`km`, `pt_BR`, `zh-Hans`; not `KM`)."""
    written = code.replace("-", "_")
    try:
        return str(Locale.parse(written)) == written
    except (UnknownLocaleError, ValueError):
        return False
