"""The theme that is remembered is the one that Streamlit would read at each run."""

from __future__ import annotations

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime import app_session

from ui import run_start

SECTIONS = ("", ".light", ".dark", ".sidebar", ".light.sidebar", ".dark.sidebar")


def message(populate) -> NewSession:
    """As Streamlit fills it."""
    filled = NewSession()
    for section in SECTIONS:
        part = filled.custom_theme
        for name in section.split(".")[1:]:
            part = getattr(part, name)
        populate(part, f"theme{section}")
    return filled


@pytest.mark.parametrize(
    "options", [{}, {"theme.dark.primaryColor": "#ff0000", "theme.sidebar.backgroundColor": "#eeeeee"}]
)
def test_the_message_is_the_same_to_the_byte(options):
    before = {name: config.get_option(name) for name in options}
    try:
        for name, value in options.items():
            config.set_option(name, value)
        run_start._theme.cache_clear()
        first, later = message(run_start._populate), message(run_start._populate)
        read = message(run_start._READ)
    finally:
        for name, value in before.items():
            config.set_option(name, value)
        run_start._theme.cache_clear()
    assert read.custom_theme.light.primary_color  # our own themes are in it
    assert (read.custom_theme.dark.primary_color == "#ff0000") is bool(options)
    assert read.custom_theme.HasField("sidebar") is bool(options)
    assert first.SerializeToString(deterministic=True) == read.SerializeToString(deterministic=True) != b""
    assert later == read


def test_the_settings_are_read_once_a_process(monkeypatch):
    read = []
    monkeypatch.setattr(run_start, "_READ", lambda _, section: read.append(section))
    monkeypatch.setattr(app_session, "_populate_theme_msg", None)
    run_start._theme.cache_clear()
    run_start.remember_theme()
    for _ in range(3):
        message(app_session._populate_theme_msg)
    run_start._theme.cache_clear()
    assert sorted(read) == sorted(f"theme{section}" for section in SECTIONS)
