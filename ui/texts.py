"""The interface's texts: English in the code, marked by `t()`, translated by the same catalogues as questionnaires."""

from __future__ import annotations

import re

from survey.direction import isolated
from survey.translation import interface_text
from ui import session

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~<>:&^=])")
_FOUND_LATER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def t(text: str, /, **facts: object) -> str:
    """The text in the session's language, filled with facts; words among them turn nobody's direction but their own."""
    found = interface_text(session.language(), text)
    if not facts:
        return found
    return found.format(**{key: isolated(fact) if isinstance(fact, str) else fact for key, fact in facts.items()})


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it stands: no emphasis, link, image, icon, colour or formula comes of it.

    An escape ends where Markdown has been read; after that Streamlit still looks for addresses, `:icons:` and arrows such as `->`
    in what is left. An invisible word joiner keeps those from being found.
    """
    return _MARKDOWN.sub(r"\\\1", _FOUND_LATER.sub(_WORD_JOINER, text)).replace("\n", " ")
