"""Websockets are compressed with the agreed windows, remember earlier messages, and bound what is unpacked. On real sockets."""

from __future__ import annotations

import random
import socket
import string
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

from tests.wire import Counting
from web.compression import CompressedWebSocket

LARGEST = 100_000  # bytes of one message
WINDOW = 32 * 1024


async def echo(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": message["bytes"]})


@pytest.fixture(scope="module", params=[True, False], ids=["compressed", "plain"])
def served(request) -> Iterator[tuple[bool, int]]:
    """Whether it compresses, and its port."""
    config = uvicorn.Config(
        echo, ws=CompressedWebSocket, ws_per_message_deflate=request.param, ws_max_size=LARGEST, lifespan="off",
        log_config=None, access_log=False,
    )  # fmt: skip
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield request.param, listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def opened(served) -> Iterator:
    """opened(offer) → a connection with this offer of compression, None = without one."""
    with ExitStack() as stack:

        def connected(offer=None) -> Counting:
            extensions = [offer] if offer else None
            address = f"ws://127.0.0.1:{served[1]}/"
            return stack.enter_context(
                connect(address, compression=None, extensions=extensions, max_size=None, create_connection=Counting)
            )

        yield connected


def text(seed: int, size: int) -> bytes:
    """No two pieces of it are alike."""
    return bytes(random.Random(seed).choices(string.printable.encode(), k=size))


def cost(connection: Counting, data: bytes) -> int:
    """Bytes that come when this is sent and sent back."""
    before = connection.came
    connection.send(data)
    assert connection.recv(timeout=10) == data
    return connection.came - before


def test_what_was_sent_a_page_ago_costs_next_to_nothing(served, opened):
    connection = opened(ClientPerMessageDeflateFactory())
    card = text(1, 4_000)
    first = cost(connection, card)
    cost(connection, text(2, WINDOW - 8_000))
    again = cost(connection, card)
    assert first > 2_500
    assert (again < 100) is served[0]


def test_the_windows_are_those_agreed_on(served, opened):
    extensions = opened(ClientPerMessageDeflateFactory()).protocol.extensions
    agreed = [(one.remote_max_window_bits, one.local_max_window_bits) for one in extensions]
    assert agreed == ([(15, 12)] if served[0] else [])


@pytest.mark.parametrize(
    "offer",
    [
        None,
        ClientPerMessageDeflateFactory(client_max_window_bits=None),
        ClientPerMessageDeflateFactory(server_max_window_bits=9),
        ClientPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True),
    ],
    ids=["none", "no window of its own", "a small window", "no memory"],
)
def test_a_browser_that_can_less_gets_the_same_messages(opened, offer):
    connection = opened(offer)
    for seed in (1, 2, 1):
        cost(connection, text(seed, 5_000))


def test_what_unpacks_to_more_than_the_limit_ends_the_connection(opened):
    connection = opened(ClientPerMessageDeflateFactory())
    cost(connection, b"x" * LARGEST)
    with suppress(ConnectionClosed):
        connection.send(b"x" * (LARGEST + 1))
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=10)
    assert closed.value.rcvd.code == 1009
