"""Streamlit's icon font with only the icons that its pages can name: 52 KB instead of 375 on every first visit.

The file is cut by tools/cut_icons.py from the font of one Streamlit version. Any other font of that name is served as
it is, so an icon is never missing after an update.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

CUT: Final = Path(__file__).parent / "icons.woff2"
MADE_FROM: Final = "5338271f9f9c546efda102c5778ef8ada92cdc3813f7ca6386bd8facb5df2537"  # SHA-256 of Streamlit's file
PATTERN: Final = "static/media/MaterialSymbols-Rounded.*.woff2"


def cut_icons(folder: Path) -> dict[str, bytes]:
    """URL path → the cut font, for the font in Streamlit's static folder that it was made from; else nothing."""
    return {
        f"/{path.relative_to(folder).as_posix()}": CUT.read_bytes()
        for path in folder.glob(PATTERN)
        if hashlib.sha256(path.read_bytes()).hexdigest() == MADE_FROM
    }
