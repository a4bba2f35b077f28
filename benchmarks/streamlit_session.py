"""One person's open Streamlit page, seen from the network: what Chromium sends to Streamlit 1.67 and what it waits for.

A message carries the states of all widgets. An answer has ended when a run of its fragment has: not the first, when the
callback asks for another rerun (as ours do), for that one ends "early for rerun" and has drawn nothing. The second may
be called early too, after all was drawn, when a timer has asked for the next.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.proto.Delta_pb2 import Delta
    from streamlit.proto.Element_pb2 import Element

PATIENCE = 60.0  # seconds for one run


@dataclass(frozen=True)
class Radio:
    """Where an answer is given. `fragment`: the id of the fragment it reruns, "" for the whole page."""

    id: str
    options: tuple[str, ...]
    fragment: str


@dataclass
class Run:
    """A rerun asked for by the person. `fragment`: what has to run; `heard`: texts of the markup it drew there."""

    fragment: str
    ended: asyncio.Future[None]
    heard: list[str] = field(default_factory=list)


class Session:
    """A page opened at `address`; `page` and `query` are what stands in the browser's address bar."""

    def __init__(self, address: str, page: str = "", query: str = "", cookie: str = "") -> None:
        self.address, self._page, self._query, self._cookie = address, page, query, cookie
        self.radios: dict[str, Radio] = {}
        self.drawn: dict[tuple[int, ...], Delta] = {}  # what the first run drew, by its place on the page
        self.received = 0  # bytes as they came, compressed or not
        self._states: dict[str, WidgetState] = {}
        self._page_hash = ""
        self._opening = True
        self._beats: dict[str, float] = {}
        self._waiting: Run | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._lost = ""
        self._socket: websockets.ClientConnection | None = None

    async def open(self) -> None:
        """Connect and wait for the first run. Timers of the page start as soon as it has ended."""
        headers = {"Cookie": self._cookie} if self._cookie else {}
        self._socket = await websockets.connect(
            f"ws{self.address.removeprefix('http')}/_stcore/stream", origin=self.address, additional_headers=headers,
            subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE, ping_interval=None,
            compression=None, extensions=[ClientPerMessageDeflateFactory()],  # offers what Chromium does
            create_connection=self._connection,
        )  # fmt: skip
        self._tasks.append(asyncio.create_task(self._listen()))
        await self._run("")
        self._opening = False
        self._tasks += [asyncio.create_task(self._beat(*beat)) for beat in self._beats.items()]

    def _connection(self, *arguments: Any, **named: Any) -> websockets.ClientConnection:
        """A connection that counts what it receives."""
        connection = websockets.ClientConnection(*arguments, **named)
        hand_on = connection.data_received

        def data_received(data: bytes) -> None:
            self.received += len(data)
            hand_on(data)

        connection.data_received = data_received
        return connection

    async def choose(self, radio: Radio, option: str) -> tuple[float, list[str]]:
        """Answer; returns seconds until the run had ended and the markup that it drew in the radio's fragment."""
        self._states[radio.id].string_value = option
        began = perf_counter()
        heard = await self._run(radio.fragment)
        return perf_counter() - began, heard

    def chosen(self, radio: Radio) -> str:
        return self._states[radio.id].string_value

    async def close(self) -> None:
        """Close the page. Raises AssertionError when the connection or the page failed before."""
        lost = self._lost
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            await self._socket.close()
        assert not lost, lost

    async def _run(self, fragment: str) -> list[str]:
        run = self._waiting = Run(fragment, asyncio.get_running_loop().create_future())
        await self._send(fragment)
        await asyncio.wait_for(run.ended, PATIENCE)
        self._waiting = None
        return run.heard

    async def _send(self, fragment: str, *, is_auto_rerun: bool = False) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.fragment_id, rerun.is_auto_rerun = self._query, fragment, is_auto_rerun
        rerun.page_script_hash = self._page_hash
        rerun.page_name = "" if self._page_hash else self._page
        rerun.widget_states.widgets.extend(self._states.values())
        context = rerun.context_info
        context.timezone, context.locale, context.color_scheme = "UTC", "en-US", "light"
        context.url = f"{self.address}/{self._page}"
        await self._socket.send(message.SerializeToString())

    async def _beat(self, fragment: str, seconds: float) -> None:
        """`run_every` of a fragment: the browser's timer sends a rerun whether or not another one is under way."""
        while True:
            await asyncio.sleep(seconds)
            await self._send(fragment, is_auto_rerun=True)

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg.FromString(data)
                kind = message.WhichOneof("type")
                if kind in self._HANDLERS:
                    self._HANDLERS[kind](self, message)
            self._lost = "the server closed the connection"
        except (websockets.ConnectionClosed, AssertionError) as error:
            self._lost = f"{type(error).__name__}: {error}"
        if self._waiting and not self._waiting.ended.done():
            self._waiting.ended.set_exception(AssertionError(self._lost))

    def _new_session(self, message: ForwardMsg) -> None:
        self._page_hash = message.new_session.page_script_hash

    def _page_info(self, message: ForwardMsg) -> None:
        self._query = message.page_info_changed.query_string

    def _auto_rerun(self, message: ForwardMsg) -> None:
        self._beats[message.auto_rerun.fragment_id] = message.auto_rerun.interval

    def _script_finished(self, message: ForwardMsg) -> None:
        assert message.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR, "the page's script does not compile"
        ran, run = message.metadata.run.fragment_ids, self._waiting
        if run is None or run.ended.done() or (ran and run.fragment not in ran):
            return
        if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN or run.heard:
            run.ended.set_result(None)

    def _delta(self, message: ForwardMsg) -> None:
        delta = message.delta
        if self._opening:
            self.drawn[tuple(message.metadata.delta_path)] = delta
        if delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            kind = element.WhichOneof("type")
            assert kind != "exception", f"the page shows an error: {element.exception.message}"
            if kind == "html" and self._waiting and self._waiting.fragment == delta.fragment_id:
                self._waiting.heard.append(element.html.body)
            elif kind in INITIAL:
                self._meet(kind, element, delta.fragment_id)

    def _meet(self, kind: str, element: Element, fragment: str) -> None:
        """A widget that is new gets the state that the browser gives it unasked."""
        widget = getattr(element, kind)
        if widget.id not in self._states:
            state = self._states[widget.id] = WidgetState(id=widget.id)
            value = INITIAL[kind](widget)
            if value is not None:
                state.string_value = value
        if kind == "radio":
            self.radios[widget.id] = Radio(widget.id, tuple(widget.options), fragment)

    _HANDLERS = {  # noqa: RUF012  (constant)
        "new_session": _new_session,
        "page_info_changed": _page_info,
        "auto_rerun": _auto_rerun,
        "script_finished": _script_finished,
        "delta": _delta,
    }


def _of_radio(radio) -> str | None:
    return radio.options[radio.default] if radio.HasField("default") else None


def _of_selectbox(box) -> str | None:
    return box.raw_value or (box.options[box.default] if box.HasField("default") else None)


def _of_text(text) -> str | None:
    return text.value or text.default


INITIAL: dict[str, Callable] = {
    "radio": _of_radio,
    "selectbox": _of_selectbox,
    "text_input": _of_text,
    "text_area": _of_text,
}


async def closed(sessions: list[Session]) -> None:
    """Close what is open, whatever became of it."""
    for session in sessions:
        with suppress(AssertionError, OSError, websockets.WebSocketException):
            await session.close()
