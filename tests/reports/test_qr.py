"""QR codes are read back by another program's decoder, whole and damaged."""

import io
import re
from base64 import b64decode
from xml.etree import ElementTree

import numpy as np
import pytest
import typst
import zxingcpp
from PIL import Image

from reports.qr import QUIET_ZONE, qr_code

LINK = "https://readiness.example.org/i/Vg1m1WNclyU2h69Tr99DlA"


def picture(code, pixels=4):
    """The SVG drawn by a program that did not make it."""
    source = (
        b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100pt)'
    )
    png = typst.compile(source, format="png", ppi=72 * pixels * code.size / 100, sys_inputs={"svg": code.svg})
    return np.array(Image.open(io.BytesIO(png)).convert("L"))


def read(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(
    "address", [LINK, "https://x.org/join", "http://localhost:8501/join", "https://пример.рф/i/" + "a" * 100]
)
def test_read_back(address):
    assert read(picture(qr_code(address, "Opens the page"))) == [address]


def test_read_with_a_corner_of_the_data_torn_off():
    image = picture(qr_code(LINK, ""))
    side = image.shape[0]
    image[int(side * 0.72) : int(side * 0.88), int(side * 0.72) : int(side * 0.88)] = 255
    assert read(image) == [LINK]


def test_the_quiet_zone_is_white_and_part_of_the_size():
    code = qr_code(LINK, "")
    image = picture(code)
    edge = QUIET_ZONE * image.shape[0] // code.size
    assert image[:edge].min() == image[:, :edge].min() == image[-edge:].min() == image[:, -edge:].min() == 255
    assert image[edge + 1, edge + 1] == 0


def test_a_source_for_an_image_element():
    code = qr_code(LINK, "Opens the invitation")
    start, _, data = code.source.partition(",")
    assert start == "data:image/svg+xml;base64"
    assert b64decode(data).decode() == code.svg
    root = ElementTree.fromstring(code.svg)
    assert root.get("viewBox") == f"0 0 {code.size} {code.size}"
    assert not re.search(r"href|script|http://(?!www\.w3\.org/2000/svg)", code.svg)
    assert code.alt == "Opens the invitation"


def test_too_long_an_address_is_refused():
    with pytest.raises(ValueError, match="too large"):
        qr_code("x" * 2400, "")
