"""Files that somebody sends: read exactly, or refused before they cost anything."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.spreadsheet import LARGEST_FILE, Cell, SpreadsheetError, read_spreadsheet
from survey.response import Answer
from tests.naughty import NAUGHTY, STORABLE
from tests.reports.workbooks import Formula, filled, made, rewritten, with_text

ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="One">%s</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def ods(rows: str, **members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS % rows)
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def cells_of(rows: str) -> dict:
    return read_spreadsheet(ods(rows))["One"].cells


def code_of(data: bytes) -> str:
    """The refusal's code; it takes less than a second and less than 100 MB."""
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(SpreadsheetError) as error:
        read_spreadsheet(data)
    seconds = time.process_time() - begin
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert most < 100_000_000
    return error.value.code


# --- exactness


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_text_in_an_xlsx_file_is_read_exactly(name):
    """As Excel writes it, whatever the text: NUL and half a pair too, which are refused later and by cell."""
    marked = with_text(made({"training": Answer(3, comment="MARK")}), "MARK", NAUGHTY[name])
    text = read_spreadsheet(marked)["People"].text(4, 9)
    assert text == NAUGHTY[name]


def paragraphs(text: str) -> str:
    """A text as OpenDocument writes it."""
    shown = text.replace("&", "&amp;").replace("<", "&lt;")
    shown = re.sub("^ | (?= )", "<text:s/>", shown).replace("\t", "<text:tab/>")
    return "".join(f"<text:p>{line}</text:p>" for line in shown.split("\n"))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(" \t\n"), min_size=1, max_size=40))
@settings(max_examples=200)
def test_a_text_in_an_ods_file_is_read_exactly(text):
    text = re.sub("[\ufffe\uffff]", "", text)
    rows = f"<table:table-row><table:table-cell>{paragraphs(text)}</table:table-cell></table:table-row>"
    found = cells_of(rows)
    assert found == ({(1, 0): Cell("text", text)} if text else {})


def test_kinds_of_cells_in_an_xlsx_file():
    data = filled(
        made(),
        {("People", "E4"): 3, ("People", "F4"): Formula("=1+1"), ("People", "H4"): "=1+1", ("People", "J4"): True},
    )
    table = read_spreadsheet(data)["People"]
    assert [table.cells[4, column].kind for column in (4, 5, 7, 9)] == ["number", "formula", "text", "other"]
    assert (table.cells[4, 4].text, table.text(4, 7), table.text(4, 4)) == ("3", "=1+1", "")


def test_kinds_repetition_merging_and_remarks_in_an_ods_file():
    said = '<text:p>seen <text:span>and</text:span><text:s text:c="2"/>kept</text:p><text:p>below</text:p>'
    remark = "<office:annotation><text:p>a remark</text:p></office:annotation>"
    table = read_spreadsheet(
        ods(
            '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/>'
            f'<table:table-cell office:value-type="string">{remark}{said}</table:table-cell></table:table-row>'
            '<table:table-row><table:table-cell table:number-columns-spanned="2" office:value-type="float" office:value="2"/>'
            "<table:covered-table-cell><text:p>under it</text:p></table:covered-table-cell>"
            '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
            '<table:table-cell office:value-type="date" office:date-value="2026-01-02"><text:p>2 January</text:p></table:table-cell>'
            '</table:table-row><table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>'
        )
    )["One"]
    text = Cell("text", "seen and  kept\nbelow")
    assert table.cells == {
        (1, 3): text, (2, 3): text, (3, 0): Cell("number", "2"), (3, 2): Cell("formula", ""), (3, 3): Cell("other", "2 January"),
    }  # fmt: skip
    assert table.merged == {(3, 0), (3, 1)}


# --- refused


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04", b"code,answer\n1,2\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"%PDF-1.7", b"<svg/>",
        made()[:-200], made()[:3000], b"PK\x05\x06" + b"\0" * 18,
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused(data):
    assert code_of(data) == "W001"


def test_one_byte_over_the_limit_is_refused():
    """A comment at the archive's end makes it as long as one likes; the rest lies before it."""
    fits = made() + b"\0" * 10
    assert read_spreadsheet(made())
    assert code_of(fits + b"\0" * (LARGEST_FILE + 1 - len(fits))) == "W002"


def archive(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return file.getvalue()


BOOK = "xl/workbook.xml"
BOMBS = {
    "large": lambda: archive((BOOK, b"<x/>"), ("xl/sharedStrings.xml", b"a" * 60_000_000)),
    "many": lambda: archive((BOOK, b"<x/>"), *((f"xl/{n}", b"") for n in range(3000))),
    "many small": lambda: archive((BOOK, b"<x/>"), *((f"xl/{n}", b"a" * 99_000) for n in range(400))),
    "packed too well": lambda: archive((BOOK, b"<x>" + b" " * 20_000_000 + b"</x>")),
    "elements": lambda: archive((BOOK, b"<x>" + b"".join(b"<a b='%d'/>" % n for n in range(600_000)) + b"</x>")),
    "ods": lambda: ods("<table:table-row/>" * 700_000),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(bomb):
    assert code_of(BOMBS[bomb]()) == "W002"


def test_a_thousand_sheets_of_one_member_are_refused():
    def change(name: str, content: bytes) -> bytes:
        more = b'<sheet name="x%d" sheetId="9" r:id="rId1"/>'
        return content.replace(b"</sheets>", b"".join(more % n for n in range(1000)) + b"</sheets>")

    assert code_of(rewritten(made(), change)) == "W001"


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_no_spreadsheet_uses_is_refused(packing):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as opened:
        opened.writestr(BOOK, b"<x/>")
    assert code_of(file.getvalue()) == "W001"


def test_a_size_that_is_a_lie_is_found():
    """The list of contents says 100 bytes, the member has a million."""
    data = bytearray(archive((BOOK, b"<x>" + b"a" * 1_000_000 + b"</x>")))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + at
        data[place : place + 4] = (100).to_bytes(4, "little")
    assert code_of(bytes(data)) == "W001"


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">%s]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(9))


@pytest.mark.parametrize("declared", [ENTITY % "", ENTITY % LAUGHS, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "x.dtd">'])
@pytest.mark.parametrize("member", [BOOK, "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_no_document_type_is_read(declared, member):
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"?>\n", b"?>" + declared.encode(), 1) if name == member else content

    assert code_of(rewritten(made(), change)) == "W001"


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        (BOOK, b'r:id="rId1"', b'r:id="rId99"'),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/none.xml"),
        ("xl/worksheets/sheet2.xml", b'r="E4"', b'r="4E"'),
        ("xl/worksheets/sheet2.xml", b"<v>", b"<v>9"),
        ("xl/worksheets/sheet2.xml", b"<row r=", b"<row r='x' s="),
        ("xl/workbook.xml", b"<sheets>", b"<sheets"),
    ],
)  # fmt: skip
def test_a_damaged_part_is_refused(member, old, new):
    def change(name: str, content: bytes) -> bytes:
        assert name != member or old in content
        return content.replace(old, new) if name == member else content

    assert code_of(rewritten(made(), change)) == "W001"


def test_macros_and_links_to_other_files_are_not_opened():
    def change(name: str, content: bytes) -> bytes:
        if name == "xl/_rels/workbook.xml.rels":
            more = (
                b'<Relationship Id="rIdX" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
            )
            return content.replace(b"</Relationships>", more)
        return content

    plain = made()
    more = io.BytesIO(rewritten(plain, change))
    with zipfile.ZipFile(more, "a") as opened:
        opened.writestr("xl/vbaProject.bin", b"\0macro")
        opened.writestr("xl/externalLinks/externalLink1.xml", b"<broken")
    assert read_spreadsheet(more.getvalue()) == read_spreadsheet(plain)


@given(st.integers(0, 20_000), st.integers(0, 255))
@settings(max_examples=150)
def test_a_changed_byte_makes_no_other_error(place, value):
    data = bytearray(_MADE)
    data[place % len(data)] = value
    try:
        read_spreadsheet(bytes(data))
    except SpreadsheetError as error:
        assert error.code in ("W001", "W002")  # noqa: PT017


_MADE = made({name: Answer(3, comment=text) for name, text in (("plan", STORABLE["khmer"]), ("training", "x"))})
