"""The workbook in a browser without JavaScript, on a telephone: downloaded, filled in, uploaded, looked at, saved; and the form."""

from __future__ import annotations

from playwright.sync_api import expect

from results.store import open_store
from survey.response import DONT_KNOW, Answer
from tests.reports.pdf import pages
from tests.reports.workbooks import filled


def test_a_workbook_is_downloaded_filled_in_and_imported(server, open_page, tmp_path):
    page = open_page(320, 640, java_script_enabled=False, accept_downloads=True)
    page.goto(server.link("coordinator"))
    page.get_by_role("button", name="Answer on a plain page").click()
    page.get_by_role("link", name="Answer without a connection").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook").click()
    given = download.value.path().read_bytes()
    with page.expect_download() as download:
        page.get_by_role("link", name="Form to print, empty").click()
    assert "Is there a plan?" in "".join(pages(download.value.path().read_bytes()))

    file = tmp_path / "filled in.xlsx"
    cells = {("Direction", "E4"): "3", ("Direction", "J4"): "សូមអរគុណ", ("Direction", "E5"): "8", ("People", "E4"): "DK"}
    file.write_bytes(filled(given, cells))
    page.get_by_label("Workbook (.xlsx").set_input_files(file)
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Sheet “Direction”, cell E5: '8' is not one of the answers.")
    expect(page.get_by_text("Answers that change: 2.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Save these answers").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Answers saved: 2")
    page.get_by_role("link", name="Look at the answers").click()
    page.get_by_text("2 of 3 answered").wait_for()

    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    answers = {item: one.answer for item, one in store.answers(server.scene.response_in(store, "north")).items()}
    store.close()
    assert answers == {"plan": Answer(3, comment="សូមអរគុណ"), "training": Answer(DONT_KNOW)}
