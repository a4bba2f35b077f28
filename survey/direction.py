"""Writing directions: a text within another turns itself only, not its neighbours (UAX 9, isolates)."""

from __future__ import annotations

import unicodedata
from typing import Final

_ISOLATE, _END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate
_BEGINS: Final = frozenset("\u2066\u2067\u2068")
_TURNS: Final = frozenset({"R", "AL", "AN", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"})


def isolated(text: str) -> str:
    """The text, so marked that what stands before and after it keeps its place; as it is when nothing in it is written from the right.

    Marks that the text leaves open are closed, and one that would close ours is met by another.

    >>> isolated("Agency 7"), isolated("\u202eabc") == "\u2068\u202eabc\u2069"
    ('Agency 7', True)
    """
    if text.isascii() or not any(unicodedata.bidirectional(char) in _TURNS for char in text):
        return text
    unopened = still_open = 0
    for char in text:
        if char in _BEGINS:
            still_open += 1
        elif char == _END and still_open:
            still_open -= 1
        elif char == _END:
            unopened += 1
    return _ISOLATE * (1 + unopened) + text + _END * (1 + still_open)
