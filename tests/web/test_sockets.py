"""S2, S7, S13: websockets bound to their cookie, bounded, and cut when their session has ended."""

from __future__ import annotations

import asyncio
import threading

import pytest

from access.invitation import COOKIE, digest
from tests.web.asgi import HOST
from web import sockets as module
from web.sockets import OWNER_HEADER, GuardedSockets, OpenSockets

STREAM = "/_stcore/stream"


class Desk:
    """Which cookies open a session, as the sockets ask for it."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.fails = False
        self.threads: set[int] = set()

    def __call__(self, secret: str) -> bool:
        self.threads.add(threading.get_ident())
        if self.fails:
            raise RuntimeError("the store is away")
        return secret in self.good


class Peer:
    """One connection: what it sends is put into `incoming`, what it is sent is in `sent`; `owners` is what the app saw."""

    def __init__(self, app, cookie: str = "", **headers: str) -> None:
        named = {"host": HOST, "origin": f"http://{HOST}", **headers}
        if cookie:
            named["cookie"] = f"{COOKIE}={cookie}"
        self.scope = {
            "type": "websocket",
            "path": STREAM,
            "headers": [(key.replace("_", "-").encode(), value.encode()) for key, value in named.items() if value],
            "extensions": {"websocket.http.response": {}},
        }
        self.incoming: asyncio.Queue = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.sent: list[dict] = []
        self.is_stuck = False  # it reads nothing any more
        self.task = asyncio.create_task(app(self.scope, self.incoming.get, self._send))

    async def _send(self, message) -> None:
        if self.is_stuck:
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def status(self) -> int:
        """The handshake's answer: 101, or that of the refusal; 0 when there is none yet."""
        for message in self.sent:
            if message["type"] == "websocket.accept":
                return 101
            if message["type"] == "websocket.http.response.start":
                return message["status"]
        return 0

    @property
    def closed(self) -> int:
        """The close code it was sent; 0 while open."""
        return next((message["code"] for message in self.sent if message["type"] == "websocket.close"), 0)


class App:
    """Accepts, then answers each message by its length, as Streamlit's endpoint loops."""

    def __init__(self) -> None:
        self.owners: list[list[str]] = []
        self.ended = 0

    async def __call__(self, scope, receive, send) -> None:
        self.owners.append([value.decode() for name, value in scope["headers"] if name == OWNER_HEADER.encode()])
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "bytes": str(len(message["bytes"])).encode()})
        finally:
            self.ended += 1


async def settled() -> None:
    """Let what can go on go on; a thread's answer takes a moment."""
    for _ in range(40):
        await asyncio.sleep(0.0005)


def guarded(desk: Desk) -> tuple[GuardedSockets, OpenSockets, App]:
    app, register = App(), OpenSockets(desk)
    return GuardedSockets(app, register, lambda host: host == HOST), register, app


def run(story) -> None:
    asyncio.run(asyncio.wait_for(story(), 20))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.example"},
        {"origin": f"http://{HOST}:81"},
        {"origin": f"http://evil@{HOST}"},
        {"origin": "http://[::1"},
        {"host": ""},
    ],
)
def test_s7_a_foreign_origin_or_host_is_refused(headers):
    async def story():
        app, register, inner = guarded(Desk("good"))
        peer = Peer(app, "good", **headers)
        await peer.task
        assert (peer.status, len(register), inner.owners) == (403, 0, [])

    run(story)


@pytest.mark.parametrize("origin", ["", f"http://{HOST}", f"https://{HOST.upper()}"])
def test_our_own_page_and_programs_without_origin_connect(origin):
    async def story():
        app, register, _ = guarded(Desk())
        peer = Peer(app, origin=origin)
        await settled()
        assert (peer.status, len(register)) == (101, 1)
        peer.task.cancel()

    run(story)


def test_s2_the_owner_is_said_by_us_only():
    async def story():
        app, _, inner = guarded(Desk("mine"))
        stolen = digest("mine")
        peers = []
        for cookie, claim in (
            ("mine", {}),
            ("mine", {"x_readiness_owner": "somebody"}),
            ("", {"x_readiness_owner": stolen}),
            ("dead", {"X-Readiness-Owner": stolen}),
        ):
            peers.append(Peer(app, cookie, **claim))
            await settled()
        assert inner.owners == [[stolen], [stolen], [""], [""]]
        for peer in peers:
            peer.task.cancel()

    run(story)


def test_cut_closes_that_session_only_and_at_once():
    async def story():
        app, register, inner = guarded(Desk("a", "b"))
        first, second, other, none = Peer(app, "a"), Peer(app, "a"), Peer(app, "b"), Peer(app)
        await settled()
        register.cut(digest("a"))
        register.cut(digest("unknown"))
        register.cut("")
        await asyncio.wait({first.task, second.task}, timeout=1)
        assert (first.closed, second.closed, other.closed, none.closed) == (1008, 1008, 0, 0)
        assert (inner.ended, len(register)) == (2, 2)
        assert not first.task.cancelled()
        assert first.task.exception() is None
        for peer in (other, none):
            peer.task.cancel()

    run(story)


def test_cut_from_another_thread():
    async def story():
        app, register, _ = guarded(Desk("a"))
        peer = Peer(app, "a")
        await settled()
        await asyncio.to_thread(register.cut, digest("a"))
        await asyncio.wait({peer.task}, timeout=1)
        assert peer.closed == 1008

    run(story)


def test_s13_a_session_that_ended_elsewhere_is_cut_by_the_next_check(monkeypatch):
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.01)

    async def story():
        desk = Desk("a", "b")
        app, register, _ = guarded(desk)
        ended, stays, dead = Peer(app, "a"), Peer(app, "b"), Peer(app, "never valid")
        watch = asyncio.create_task(register.watch())
        await settled()
        assert ended.closed == 0
        desk.good.discard("a")
        await asyncio.wait({ended.task}, timeout=2)
        # A dead cookie is no session: its welcome page must not be cut again and again.
        assert (ended.closed, stays.closed, dead.closed) == (1008, 0, 0)
        assert threading.get_ident() not in desk.threads
        for task in (watch, stays.task, dead.task):
            task.cancel()

    run(story)


def test_when_sessions_cannot_be_checked_nobody_is_cut():
    async def story():
        desk = Desk("a")
        app, register, _ = guarded(desk)
        peer = Peer(app, "a")
        await settled()
        desk.fails = True
        await register.check()
        await settled()
        assert (peer.closed, len(register)) == (0, 1)
        peer.task.cancel()

    run(story)


def test_so_many_sockets_and_no_more(monkeypatch):
    monkeypatch.setattr(module, "MOST_OF_ONE", 2)
    monkeypatch.setattr(module, "MOST_WITHOUT", 3)
    monkeypatch.setattr(module, "MOST", 7)

    async def story():
        app, register, _ = guarded(Desk("a", "b", "c"))
        peers = []
        for cookie in ("a", "a", "a", "", "", "x", "y", "b", "b", "c"):
            peers.append(Peer(app, cookie))
            await settled()
        statuses = [peer.status for peer in peers]
        assert statuses == [101, 101, 429, 101, 101, 101, 503, 101, 101, 429]
        peers[0].incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await settled()
        again = Peer(app, "a")
        await settled()
        assert (again.status, len(register)) == (101, 7)
        for peer in (*peers, again):
            peer.task.cancel()
        await settled()
        assert len(register) == 0

    run(story)


def test_a_frame_of_text_ends_the_connection_without_reaching_streamlit():
    async def story():
        app, register, inner = guarded(Desk("a"))
        peer = Peer(app, "a")
        peer.incoming.put_nowait({"type": "websocket.receive", "text": "hello"})
        await asyncio.wait({peer.task}, timeout=1)
        assert (peer.closed, inner.ended, len(register)) == (1003, 1, 0)

    run(story)


def test_a_flood_waits_and_neighbours_do_not(monkeypatch):
    monkeypatch.setattr(module, "BURST", 5)
    monkeypatch.setattr(module, "PER_SECOND", 0.5)

    async def story():
        app, _, _ = guarded(Desk("evil", "good"))
        evil, again, good = Peer(app, "evil"), Peer(app, "evil"), Peer(app, "good")
        await settled()
        for _ in range(100):
            evil.incoming.put_nowait({"type": "websocket.receive", "bytes": b"x"})
            again.incoming.put_nowait({"type": "websocket.receive", "bytes": b"x"})
        await settled()
        good.incoming.put_nowait({"type": "websocket.receive", "bytes": b"abc"})
        await settled()
        served = [message for one in (evil, again) for message in one.sent if message["type"] == "websocket.send"]
        assert len(served) == 5
        assert good.sent[-1]["bytes"] == b"3"
        assert evil.incoming.qsize() >= 90  # not read further: the server stops reading, and so does the sender
        for peer in (evil, again, good):
            peer.task.cancel()

    run(story)


def test_a_browser_that_takes_nothing_is_cut_all_the_same(monkeypatch):
    monkeypatch.setattr(module, "_CLOSE_PATIENCE", 0.01)

    async def story():
        app, register, inner = guarded(Desk("a"))
        peer = Peer(app, "a")
        await settled()

        peer.is_stuck = True
        register.cut(digest("a"))
        await asyncio.wait({peer.task}, timeout=2)
        assert (peer.task.done(), inner.ended, len(register)) == (True, 1, 0)

    run(story)


def test_a_server_that_stops_is_not_taken_for_a_cut():
    async def story():
        app, register, _ = guarded(Desk("a"))
        peer = Peer(app, "a")
        await settled()
        peer.task.cancel()
        await asyncio.wait({peer.task}, timeout=1)
        assert (peer.task.cancelled(), peer.closed, len(register)) == (True, 0, 0)

    run(story)


def test_http_and_lifespan_pass_through():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    async def story():
        guard = GuardedSockets(app, OpenSockets(Desk()), lambda _: False)
        await guard({"type": "http"}, None, None)
        await guard({"type": "lifespan"}, None, None)

    run(story)
    assert seen == ["http", "lifespan"]
