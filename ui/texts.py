"""The interface's texts: English in the code, marked by `t()`, translated by the same catalogues as questionnaires."""

from __future__ import annotations

import re

from survey.translation import interface_text
from ui import session

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~<>:&^=])")


def t(text: str, /, **facts: object) -> str:
    """The text in the session's language, filled with facts."""
    found = interface_text(session.language(), text)
    return found.format(**facts) if facts else found


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it stands: no emphasis, link, image, icon, colour or formula comes of it."""
    return _MARKDOWN.sub(r"\\\1", text).replace("\n", " ")
