"""`.streamlit/config.toml`: Streamlit knows every option and the ones that safety and capacity rest on are set."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from survey.response import MAX_LINK, MAX_TEXT
from web.sockets import OWNER_HEADER

PATH = Path(__file__).parents[2] / ".streamlit" / "config.toml"
SETTINGS = tomllib.loads(PATH.read_text(encoding="utf-8"))
config = pytest.importorskip("streamlit.config")

REQUIRED = {
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "runner.postScriptGC": False,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.maxUploadSize": 5,
    "server.maxWidgetStateSize": 5,
    "server.maxMessageSize": 8,
    "server.websocketPingInterval": 20,
    "server.enableWebsocketCompression": True,
    "server.trustedUserHeaders": {OWNER_HEADER: "owner"},
    "logger.enableRich": False,
    "server.allowedHosts": ["localhost", "127.0.0.1", "::1"],
}


def test_streamlit_knows_every_option():
    names = {
        name
        for section, options in SETTINGS.items()
        for option, value in options.items()
        # [theme.dark] and [theme.light] are sections of their own; trustedUserHeaders is an option that is a table.
        for name in (
            [f"theme.{option}.{part}" for part in value]
            if section == "theme" and isinstance(value, dict)
            else [f"{section}.{option}"]
        )
    }
    assert names - set(config._config_options_template) == set()


def test_what_must_be_set_is_set():
    given = {f"{section}.{name}": value for section, options in SETTINGS.items() for name, value in options.items()}
    assert {name: given.get(name) for name in REQUIRED} == REQUIRED


def test_a_message_has_room_for_a_page_of_the_longest_texts():
    questions = 8  # as many as the plain page takes (web/limits.py)
    longest = questions * 4 * (3 * MAX_TEXT + MAX_LINK)  # bytes of UTF-8
    megabyte = 1024 * 1024
    assert (
        longest < SETTINGS["server"]["maxWidgetStateSize"] * megabyte < SETTINGS["server"]["maxMessageSize"] * megabyte
    )


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("localhost:8501", True), ("127.0.0.1:8501", True), ("[::1]:8501", True), ("evil.example", False), (None, False)],
)
def test_allowed_hosts_are_written_as_streamlit_compares_them(monkeypatch, host, allowed):
    websocket = pytest.importorskip("streamlit.web.server.starlette.starlette_websocket")
    monkeypatch.setattr(websocket.config, "get_option", lambda name: SETTINGS["server"][name.removeprefix("server.")])
    assert websocket.is_host_allowed(host) is allowed
