"""Invitations for a mail merge: every text arrives as text, and is the text that was given."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.invitation_tables import COLUMNS, invitations_csv, invitations_xlsx
from tests.naughty import NAUGHTY, STORABLE
from tests.reports.invited import english, invitations, line, workshop


def from_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def from_xlsx(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [list(row) for row in sheet.iter_rows()]


def strings(data):
    """The workbook's texts, in the order of their numbers, read as ECMA-376 says (22.9.2.19): openpyxl does not decode all."""
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("xl/sharedStrings.xml"))
    texts = ("".join(part.text or "" for part in entry.iter() if part.tag.endswith("}t")) for entry in root)
    return [re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) for text in texts]


def test_both_hold_the_same_table():
    invited = workshop()
    in_csv, in_xlsx = from_csv(invitations_csv(invited, english)), from_xlsx(invitations_xlsx(invited, english))
    assert in_csv[0] == list(COLUMNS)
    assert in_csv == [[cell.value or "" for cell in row] for row in in_xlsx]
    first = dict(zip(COLUMNS, in_csv[1], strict=True))
    assert first == {
        "role": "Coordinator", "country_code": "AM", "country": "Armenia", "organisation": NAUGHTY["armenian"], "label": "",
        "link": invited.lines[0].link, "code": invited.lines[0].code, "join_address": invited.join_address,
        "round": "Regional workshop 2026 (invented data)",
    }  # fmt: skip
    assert in_csv[-1][:4] == ["Facilitator", "", "", ""]


def test_excel_recognises_the_csv_file_as_utf_8():
    assert invitations_csv(workshop(), english).startswith(b"\xef\xbb\xbfrole,")


@pytest.mark.parametrize("name", NAUGHTY)
def test_naughty_texts(name):
    text = NAUGHTY[name]
    invited = invitations([line(text, label=text)], name=text)
    in_csv = from_csv(invitations_csv(invited, english))[1]
    workbook = invitations_xlsx(invited, english)
    cells = from_xlsx(workbook)[1]
    for column in (COLUMNS.index("organisation"), COLUMNS.index("label"), COLUMNS.index("round")):
        assert cells[column].data_type == "s"
        assert cells[column].hyperlink is None
        if name in STORABLE:
            assert in_csv[column] in (text, f"'{text}")
    if name in STORABLE and text:
        assert (text[:32_766] + "…" if name == "long" else text) in strings(workbook)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_is_a_text_cell_and_safe_in_csv(names):
    invited = invitations([line(name) for name in names])
    for row in from_xlsx(invitations_xlsx(invited, english))[1:]:
        assert all(cell.data_type == "s" for cell in row if cell.value is not None)
    for row in from_csv(invitations_csv(invited, english)):
        assert not any(cell.lstrip()[:1] in tuple("=+-@＝＋－＠") for cell in row if cell)
