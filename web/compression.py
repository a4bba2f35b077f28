"""uvicorn's websocket with compression that remembers the whole page, so an answer's run is sent as what changed.

Each run sends its card's markup, options and labels anew, though the browser has had most of them. uvicorn compresses
with a window of 4 KB, which has forgotten them by the next run (2.8 KB an answer); one of 32 KB has not (0.4 KB).
Measured, with what it costs: docs/decisions/0013. `server.enableWebsocketCompression` turns it on; a browser or a proxy
that does not offer it gets the same messages as they are. Bounds on messages hold for what is unpacked.
"""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

SENT_WINDOW: Final = 15  # bits: 32 KB, the most that there is
RECEIVED_WINDOW: Final = 12  # a browser's messages are alike and of 2-3 KB: more would save nothing
MEMORY_LEVEL: Final = 5  # of zlib: with this window 144 KB for a connection instead of 256, for the same size


class CompressedWebSocket(WebSocketsSansIOProtocol):
    """One connection; context is kept between messages in both directions (RFC 7692) unless the browser declines."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.config.ws_per_message_deflate:
            self.conn.available_extensions = [
                ServerPerMessageDeflateFactory(
                    server_max_window_bits=SENT_WINDOW,
                    client_max_window_bits=RECEIVED_WINDOW,
                    compress_settings={"memLevel": MEMORY_LEVEL},
                )
            ]
