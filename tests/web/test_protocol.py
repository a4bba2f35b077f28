"""S11: what never arrives whole is bounded too: endless headers, headers that do not come, endless trailers. On a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn

from web import protocol
from web.headers import ALWAYS


async def echo(scope, receive, send):
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%08d" % size})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        echo, http=protocol.BoundedHttp, ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


def exchange(port: int, *pieces: bytes, more: bytes = b"", most: int = 0) -> bytes:
    """Send the pieces, then `more` again and again up to `most` bytes; what comes back until the server closes or 2 s pass."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        with suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
            for _ in range(0, most, len(more) or 1):
                connection.sendall(more)
        answer = b""
        with suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
                if answer.endswith(b"\r\n\r\n00000000") or b"\r\n\r\n0000" in answer:
                    break
        return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer else 0


def test_an_ordinary_request_is_served(port):
    assert status(exchange(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) == 200


def test_two_requests_on_one_connection_each_have_the_whole_bound(port):
    request = b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"v" * 40_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        for _ in range(4):
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n00000000" not in answer:
                answer += connection.recv(65536)
            assert status(answer) == 200


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nX-A: ", b"GET / HTTP/1.1\r\n"])
def test_headers_without_end_are_refused_soon_after_the_bound(port, beginning):
    more = b"X-Another: header\r\n" if beginning.endswith(b"\n") else b"a" * 4096
    began = time.monotonic()
    answer = exchange(port, beginning, more=more, most=protocol.LONGEST_HEADING * 4)
    assert time.monotonic() - began < 1.5  # the server has closed; nothing waited for a time-out
    assert status(answer) in (431, 0)  # 0: the reset of an unread connection overtook the answer


def test_the_refusal_of_long_headers_carries_the_headers_of_all_answers(port):
    answer = exchange(port, b"GET / HTTP/1.1\r\nX-A: " + b"a" * protocol.LONGEST_HEADING)
    assert status(answer) == 431
    for name, value in ALWAYS.items():
        assert f"\r\n{name}: {value}\r\n".encode() in answer


def test_what_is_no_http_gets_400_with_the_headers(port):
    answer = exchange(port, b"NONSENSE\r\n\r\n")
    assert status(answer) == 400
    assert b"x-content-type-options: nosniff" in answer


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_headers_that_do_not_come_end_the_connection(port, monkeypatch, sent):
    monkeypatch.setattr(protocol, "HEADING_SECONDS", 0.3)
    began = time.monotonic()
    answer = exchange(port, sent)
    is_whole = sent.endswith(b"\r\n\r\n")
    assert status(answer) == (200 if is_whole else 408)
    assert time.monotonic() - began < 1.5


def test_a_body_may_take_longer_than_the_headers(port, monkeypatch):
    monkeypatch.setattr(protocol, "HEADING_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
        time.sleep(0.4)
        connection.sendall(b"b")
        assert connection.recv(65536).endswith(b"00000002") or connection.recv(65536) == b"00000002"


def test_a_chunked_body_with_endless_trailers_is_cut(port, monkeypatch):
    monkeypatch.setattr(protocol, "LONGEST_REQUEST", 200_000)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    answer = exchange(port, head, more=b"X-Trailer: " + b"t" * 1000 + b"\r\n", most=2_000_000)
    assert status(answer) in (413, 0)
