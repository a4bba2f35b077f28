"""What Streamlit tells the browser at the start of each run and never changes, computed once.

Each run, of a page or of a single card, begins with a message that holds the theme. Streamlit 1.67 gathers it from 295
settings every time, which takes a twentieth of an answer's CPU. They are fixed once the server runs.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_READ: Final = app_session._populate_theme_msg  # noqa: SLF001  (Streamlit is pinned; a test compares the messages)


def remember_theme() -> None:
    """Make Streamlit read each section of the theme's settings once in this process."""
    app_session._populate_theme_msg = _populate  # noqa: SLF001


def _populate(message: CustomThemeConfig, section: str = "theme") -> None:
    theme = _theme(section)
    if theme.ByteSize():  # a section without settings must stay absent
        message.MergeFrom(theme)


@cache
def _theme(section: str) -> CustomThemeConfig:
    message = CustomThemeConfig()
    _READ(message, section)
    return message
