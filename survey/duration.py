"""How long answering takes: the one figure that every page and document gives."""

from __future__ import annotations

import math
from typing import Final

MINUTES_AN_ITEM: Final = 1.5
"""Question, scope and five anchors of our items are 190 words on average: 0.8 minutes at the 238 words a minute of silent reading
(Brysbaert, Journal of Memory and Language 109, 2019). As long again goes to deciding and saying what stands behind it. An
assumption to start with: it is not measured on respondents."""
_STEP: Final = 5


def minutes(items: int) -> int:
    """Minutes to answer so many items, rounded up to the next five; 0 for none."""
    return math.ceil(items * MINUTES_AN_ITEM / _STEP) * _STEP
