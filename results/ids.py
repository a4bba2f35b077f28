"""64-bit ids made by the application: time, node and a counter, so that replicas need no common sequence."""

from __future__ import annotations

import secrets
import threading
import time

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01: 41 bits of milliseconds last until 2093
_NODE = secrets.randbits(10)
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """A new id: 41 bits of milliseconds, 10 bits of node, 12 bits of counter; rising within a process even if the clock goes back."""
    global _last  # noqa: PLW0603  (one counter per process is the point)
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000 - _EPOCH_MS) << 12)
        moment, count = _last >> 12, _last & 0xFFF
    return moment << 22 | _NODE << 12 | count


def now() -> int:
    """Microseconds since 1970 (UTC)."""
    return time.time_ns() // 1000
