"""A bare client of Streamlit's websocket: sends what a browser would send, or what a forger would."""

from __future__ import annotations

import http.client
from contextlib import ExitStack
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

from tests.wire import Counting


def open_session(port: int, token: str) -> str:
    """Post the invitation's form and return the session cookie."""
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    connection.request(
        "POST", f"/i/{token}", headers={"Origin": f"http://localhost:{port}", "Sec-Fetch-Site": "same-origin"}
    )
    answer = connection.getresponse()
    assert answer.status == 303, answer.status
    cookie = answer.headers["set-cookie"].split(";")[0]
    connection.close()
    return cookie


class Client:
    """One page in one session; `widgets` maps widget ids to (kind, fragment id) as the server announced them."""

    def __init__(self, port: int, cookie: str, page: str, query: str = "", *, resume: str = "") -> None:
        """`resume`: the id of an earlier Streamlit session to go on with, as a browser does after a lost connection."""
        self.page, self.query = page, query
        self.widgets: dict[str, tuple[str, str]] = {}
        self.values: dict[str, Any] = {}
        self.options: dict[str, list[str]] = {}
        self.buttons: dict[str, str] = {}  # label → id
        self.codes: list[str] = []  # what code boxes show
        self.html: list[str] = []
        self.received = bytearray()  # everything that the server sent, as it came
        self.session_id = ""
        self.page_hash = ""
        origin = f"http://localhost:{port}"
        self._stack = ExitStack()
        self.socket = self._stack.enter_context(connect(
            f"ws://localhost:{port}/_stcore/stream", origin=origin,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN", resume] if resume else ["streamlit"],
            additional_headers={"Cookie": cookie}, max_size=None, create_connection=Counting,
            compression=None, extensions=[ClientPerMessageDeflateFactory()],  # what a browser offers
        ))  # fmt: skip
        self.run()

    def widget(self, part: str) -> str:
        """The id of the widget whose key contains `part`."""
        return next(name for name in self.widgets if part in name)

    def press(self, label: str) -> None:
        """Press a button outside of fragments."""
        self.run(pressed=self.buttons[label])

    def run(self, fragment: str = "", *, pressed: str = "") -> None:
        """One rerun with all values, until the script has finished."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.fragment_id = self.query, fragment
        # A browser names the page in its first message only, and from then on by the hash that the server gave it.
        rerun.page_name, rerun.page_script_hash = ("", self.page_hash) if self.page_hash else (self.page, "")
        for name, value in self.values.items():
            state = rerun.widget_states.widgets.add()
            state.id = name
            setattr(state, "int_value" if isinstance(value, int) else "string_value", value)
        if pressed:
            state = rerun.widget_states.widgets.add()
            state.id, state.trigger_value = pressed, True
        self.socket.send(message.SerializeToString())
        self.html = []
        while True:
            forward = ForwardMsg()
            sent = self.socket.recv(timeout=30)
            self.received += sent
            forward.ParseFromString(sent)
            if forward.WhichOneof("type") == "navigation":
                self.page_hash = forward.navigation.page_script_hash
            elif forward.WhichOneof("type") == "new_session":
                self.session_id = forward.new_session.initialize.session_id
            elif forward.WhichOneof("type") == "delta":
                self._learn(forward.delta)
            elif (
                forward.WhichOneof("type") == "script_finished"
                and forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return

    def _learn(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind)
        if kind in ("radio", "selectbox", "text_input", "text_area"):
            self.widgets[element.id] = (kind, delta.fragment_id)
            self.options[element.id] = [str(option) for option in getattr(element, "options", [])]
        elif kind == "button":
            self.buttons[element.label] = element.id
        elif kind == "code":
            self.codes.append(element.code_text)
        elif kind == "html":
            self.html.append(element.body)

    def close(self) -> None:
        self._stack.close()
