"""The interface's texts: English in the code, marked by `t()`, translated by the same catalogues as questionnaires."""

from __future__ import annotations

import re

from survey.direction import isolated
from survey.problems import CodedError
from survey.translation import interface_text, problem_text
from ui import session

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~<>:&^=])")
_FOUND_LATER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def t(text: str, plural: str = "", /, **facts: object) -> str:
    """The text in the session's language, filled with facts; words among them turn nobody's direction but their own.

    `plural`: the English for other numbers than one, of a text that counts the fact `n`.
    """
    count = facts.get("n") if plural else None
    found = interface_text(session.language(), text, plural, count if isinstance(count, int) else None)
    if not facts:
        return found
    return found.format(**{key: isolated(fact) if isinstance(fact, str) else fact for key, fact in facts.items()})


def problem(error: CodedError) -> str:
    """What a refusal or failure says, in the session's language."""
    return problem_text(session.language(), error)


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it stands: no emphasis, link, image, icon, colour or formula comes of it.

    An escape ends where Markdown has been read; after that Streamlit still looks for addresses, `:icons:` and arrows such as `->`
    in what is left. An invisible word joiner keeps those from being found.
    """
    return _MARKDOWN.sub(r"\\\1", _FOUND_LATER.sub(_WORD_JOINER, text)).replace("\n", " ")
