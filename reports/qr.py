"""QR codes: an image for a page, the same drawing for a document."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import segno

QUIET_ZONE: Final = 4
"""White modules around the code; the standard asks for four."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code of an address. `svg` is a whole SVG document, `alt` its text alternative, `size` its modules a side with the
    quiet zone: at 0.5 mm a module or more, telephones read it from paper."""

    svg: str
    alt: str
    size: int

    @property
    def source(self) -> str:
        """A data URI for `<img src>`: Streamlit strips inline SVG from markup."""
        return "data:image/svg+xml;base64," + b64encode(self.svg.encode()).decode()


def qr_code(address: str, alt: str) -> QrCode:
    """The QR code of `address`, black on white at error level M: readable with 15 % of it damaged. ValueError past 2,331 bytes."""
    code = segno.make_qr(address, error="m", boost_error=False)
    drawing = io.BytesIO()
    code.save(
        drawing, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return QrCode(drawing.getvalue().decode(), alt, int(code.symbol_size(border=QUIET_ZONE)[0]))
