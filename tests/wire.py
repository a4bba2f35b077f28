"""A websocket client that counts the bytes which come, compressed or not."""

from __future__ import annotations

from typing import Any

from websockets.sync.client import ClientConnection


class Counting(ClientConnection):
    """`came`: bytes since the connection was opened, headers and frames."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.came = 0
        super().__init__(*arguments, **named)
        receive_data = self.protocol.receive_data

        def counted(data: bytes) -> None:
            self.came += len(data)
            receive_data(data)

        self.protocol.receive_data = counted
