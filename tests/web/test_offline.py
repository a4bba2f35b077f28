"""The pages for answering without a connection: files out, a filled workbook in, looked at first; nothing for anybody else."""

from __future__ import annotations

import io
from urllib.parse import urlencode

import pypdfium2
import pytest
from starlette.middleware import Middleware

from access import informed, respondent
from access.invitation import COOKIE, InvitationDesk
from reports.spreadsheet import LARGEST_FILE, read_spreadsheet
from reports.workbook_reader import read_workbook
from results.store import SetRoundStatus
from survey.response import Answer
from tests.naughty import NAUGHTY, STORABLE
from tests.reference_store import ReferenceStore
from tests.reports.pdf import pages
from tests.reports.workbooks import filled, with_text
from tests.web.asgi import application, ask
from tests.web.test_plain import Page
from tests.workshops import Scene, mark, scene
from web.headers import SecurityHeaders
from web.language import ReaderLanguage
from web.limits import LARGEST_IMPORT, LARGEST_WORKBOOK, RequestLimits
from web.offline import offline_routes

OWN = {"sec_fetch_site": "same-origin"}
BOUNDARY = "limit-of-a-part"
XLSX, PDF = "/workbook/tiny.xlsx", "/form/tiny.pdf"


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def app(at):
    limits = Middleware(RequestLimits, lambda _: True, lambda _: True)
    return application(*offline_routes(at.workshop, False), middleware=[Middleware(SecurityHeaders), limits])


class Person:
    """Somebody with a cookie, at their browser."""

    def __init__(self, at: Scene, app, who: str = "coordinator") -> None:
        self.app = app
        self.cookie = f"{COOKIE}={InvitationDesk(at.workshop).open(at.tokens[who])}" if who in at.tokens else who

    def get(self, path: str):
        return ask(self.app, path, cookie=self.cookie)

    def upload(self, data: bytes, name: str = "workbook.xlsx", **headers: str):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        half = len(body) // 2
        sent = {**OWN, "content_type": kind, "content_length": str(len(body)), **headers}
        return ask(self.app, "/workbook", "POST", body=(body[:half], body[half:]), cookie=self.cookie, **sent)

    def save(self, fields: dict[str, str], **headers: str):
        kind = "application/x-www-form-urlencoded"
        body = urlencode(fields).encode()
        return ask(
            self.app,
            "/workbook/save",
            "POST",
            body=(body,),
            cookie=self.cookie,
            **{**OWN, "content_type": kind, **headers},
        )


@pytest.fixture
def me(at, app) -> Person:
    return Person(at, app)


def stored(at: Scene, item: str) -> Answer:
    kept = at.workshop.store.answers(at.response("north")).get(item)
    return kept.answer if kept else Answer()


def count(at: Scene) -> int:
    return len(at.workshop.store._log)


def answer(at: Scene, item: str, value: Answer) -> None:
    respondent.save_answer(at.workshop, at.actors["colleague"], at.response("north"), item, value, based_on=None)


# --- the way through


def test_the_page_offers_the_files_and_takes_one(at, me):
    page = Page(me.get("/offline").text)
    assert {XLSX, PDF} <= set(page.links)
    assert f"{PDF}?answers=1" not in page.links  # there are none yet
    for words in ("Agency North", "Invented demonstration data", "0 of 2 answered", "Nothing is saved yet."):
        assert words in page.words
    answer(at, "plan", Answer(3))
    assert f"{PDF}?answers=1" in Page(me.get("/offline").text).links


def test_the_files_are_whole_and_kept_by_nobody(at, me):
    answer(at, "plan", Answer(3, comment="said"))
    workbook = me.get(XLSX)
    assert (workbook.status, workbook["cache-control"]) == (200, "no-store")
    assert workbook["content-disposition"].startswith('attachment; filename="workbook-tiny-')
    assert workbook["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert read_workbook(workbook.body).entries[0].texts["comment"] == "said"
    for path, crosses in ((PDF, 0), (f"{PDF}?answers=1", 2)):
        form = me.get(path)
        assert (form.status, form["content-type"], form["cache-control"]) == (200, "application/pdf", "no-store")
        assert "".join(pages(form.body)).count("×") == crosses
    pypdfium2.PdfDocument(me.get(PDF).body).close()


def test_a_filled_workbook_is_shown_then_saved_and_again_it_is_nothing_new(at, me):
    answer(at, "plan", Answer(2))
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "3", ("Direction", "J4"): "<b>x", ("People", "E4"): "DK"})
    shown = me.upload(data)
    assert (shown.status, shown["cache-control"]) == (200, "no-store")
    page = Page(shown.text)
    assert "Answers that change: 2. Unchanged: 1." in page.words
    assert "2 – One ministry has drafted a plan" in page.words
    assert "3 – The government has adopted a plan" in page.words
    assert "<b>x" not in shown.text
    assert count(at) == 1
    for _ in range(2):
        done = me.save(page.fields)
        assert done.status == 200
        assert "Answers saved: 2" in done.text
        assert count(at) == 3
    assert stored(at, "plan") == Answer(3, comment="<b>x")
    again = Page(me.upload(data).text)
    assert "Nothing in this workbook differs from what is stored." in again.words
    assert "carried" not in again.fields


def test_of_two_versions_the_stored_one_stands_unless_the_other_is_chosen(at, me):
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "3", ("People", "E4"): "2"})
    answer(at, "plan", Answer(5))
    page = Page(me.upload(data).text)
    assert "A colleague changed this answer" in page.words
    assert page.fields["choose-plan"] == "theirs"
    assert "choose-training" not in page.fields
    assert "Answers saved: 1" in me.save(page.fields).text
    assert (stored(at, "plan"), stored(at, "training")) == (Answer(5), Answer(2))
    page = Page(me.upload(data).text)
    assert "Answers saved: 1" in me.save({**page.fields, "choose-plan": "mine"}).text
    assert stored(at, "plan") == Answer(3)


@pytest.mark.parametrize("path", ["/workbook", "/workbook/save"])
def test_who_comes_again_by_the_address_of_an_answer_begins_anew(me, path):
    again = me.get(path)
    assert (again.status, again["location"]) == (303, "/offline")


def test_what_is_changed_between_look_and_save_is_left_and_said(at, me):
    page = Page(me.upload(filled(me.get(XLSX).body, {("Direction", "E4"): "3", ("People", "E4"): "2"})).text)
    answer(at, "training", Answer(1))
    done = me.save(page.fields)
    assert done.status == 422
    for words in (
        "Answers saved: 1",
        "Answers not saved: 1",
        "Are people trained?",
        "Somebody else changed this",
        "Your workbook still has them.",
    ):
        assert words in done.text
    assert stored(at, "training") == Answer(1)


def test_faults_are_named_by_cell_and_the_rest_is_offered(at, me):
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "9", ("Direction", "H5"): "http://x", ("People", "E4"): "2"})
    shown = me.upload(data)
    page = Page(shown.text)
    assert shown.status == 422
    assert "Cells that cannot be taken over: 2" in page.words
    assert "Sheet “Direction”, cell E4:" in page.words
    assert "Sheet “Direction”, cell H5:" in page.words
    assert "Answers saved: 1" in me.save(page.fields).text
    assert stored(at, "training") == Answer(2)


@pytest.mark.parametrize(
    "name", ["script", "bidi_override", "lone_surrogate", "nul", "formula_link", "ansi", "textarea_end", "astral"]
)
def test_strange_texts_are_shown_as_text_and_stored_exactly_or_named(at, me, name):
    text = NAUGHTY[name]
    data = filled(me.get(XLSX).body, {("People", "E4"): "3", ("People", "J4"): "MARK"})
    shown = me.upload(with_text(data, "MARK", text))
    for outside in ("<script", "<img", "<b>x", 'http://beacon.invalid"'):
        assert outside not in shown.text
    if name in STORABLE:
        assert "Answers saved: 1" in me.save(Page(shown.text).fields).text
        assert stored(at, "training").comment == text
    else:
        assert "Sheet “People”, cell J4:" in Page(shown.text).words
        assert count(at) == 0


def test_a_value_in_a_choice_is_shown_and_not_obeyed(me):
    shown = me.upload(filled(me.get(XLSX).body, {("People", "E4"): "<script>alert(1)</script>"}))
    assert "&#x27;&lt;script&gt;" in shown.text
    assert "<script" not in shown.text


# --- refused


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "workbook.xlsx", "No file arrived"), (b"code,answer", "answers.csv", "not a workbook that can be read"),
        (b"PK\x03\x04", "workbook.xlsx", "not a workbook that can be read"), (b"<svg/>", "workbook.ods", "not a workbook"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_on_the_page(me, data, name, words):
    refused = me.upload(data, name)
    assert refused.status == 422
    assert words in refused.text
    assert "Upload a filled workbook" in refused.text


def test_a_file_is_refused_at_one_byte_too_many_and_a_larger_one_unread(me):
    refused = me.upload(b"PK\x03\x04" + b"\0" * (LARGEST_FILE - 3))
    assert (refused.status, "at most 5 MB" in refused.text) == (422, True)
    assert me.upload(b"x" * LARGEST_WORKBOOK).status == 413
    assert me.upload(b"x" * 100, content_length=str(LARGEST_WORKBOOK + 1)).status == 413
    assert me.save({"carried": "x" * LARGEST_IMPORT}).status == 413


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "multipart/form-data",
        f"multipart/form-data; boundary={BOUNDARY}x",
        "application/x-www-form-urlencoded",
        "",
    ],
)
def test_another_form_is_no_file(me, kind):
    assert "No file arrived" in me.upload(b"x", content_type=kind).text


def test_a_workbook_of_somebody_else_is_refused_with_one_sentence(at, app, me):
    said = set()
    for who in ("neighbour", "stranger"):
        given = Person(at, app, who).get(XLSX).body
        answer_ = me.upload(given)
        assert answer_.status == 422
        said.add(answer_.text)
    assert len(said) == 1
    assert "belongs to another organisation, round or questionnaire" in said.pop()
    assert count(at) == 0


def test_after_the_round_has_closed_nothing_is_taken(at, me):
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "3"})
    page = Page(me.upload(data).text)
    at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    refused = me.upload(data)
    assert (refused.status, "The round is closed." in refused.text) == (422, True)
    done = me.save(page.fields)
    assert (done.status, "The round is closed." in done.text, "Nothing was saved." in done.text) == (422, True, True)
    assert "Nothing can be uploaded" in me.get("/offline").text
    assert me.get(XLSX).status == 200
    assert count(at) == 0


def test_what_was_not_made_here_is_not_unpacked(at, me):
    page = Page(me.upload(filled(me.get(XLSX).body, {("Direction", "E4"): "3"})).text)
    carried = page.fields["carried"]
    signature, _, text = carried.partition(".")
    for forged in (
        "",
        ".",
        "x",
        carried[:-4],
        f"{signature}.{text[:-3]}AAA",
        f"{'0' * 64}.{text}",
        f"é.{text}",
        f"{signature}.é",
    ):
        refused = me.save({"carried": forged})
        assert (refused.status, "did not arrive whole" in refused.text) == (422, True), forged
    assert count(at) == 0
    assert "Answers saved: 1" in me.save({"carried": carried}).text


def test_what_somebody_else_looked_at_saves_nothing(at, app):
    neighbour = Person(at, app, "neighbour")
    page = Page(neighbour.upload(filled(neighbour.get(XLSX).body, {("Direction", "E4"): "3"})).text)
    for who in ("coordinator", "colleague", "stranger"):
        assert Person(at, app, who).save(page.fields).status == 404
    assert count(at) == 0


ROUTES = (("GET", "/offline"), ("GET", XLSX), ("GET", PDF), ("POST", "/workbook"), ("POST", "/workbook/save"))


@pytest.mark.parametrize("who", ["", "facilitator", "other facilitator", f"{COOKIE}=forged"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_for_everybody_else_there_is_nothing(at, app, who, method, path):
    person = Person(at, app, who)
    found = ask(app, path, method, cookie=person.cookie, body=(b"file=x",), **OWN)
    assert (found.status, found.body) == (404, ask(app, "/offline").body)


@pytest.mark.parametrize(
    "path", ["/workbook/other.xlsx", "/form/other.pdf", "/workbook/tiny", "/workbook/.xlsx", "/form/..%2f.pdf"]
)
def test_of_another_questionnaire_there_is_nothing(me, path):
    assert me.get(path).status in (404, 405)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": ""},
        {"sec_fetch_site": "", "origin": "https://evil.example"},
    ],
)
def test_a_form_of_another_site_does_nothing(at, me, headers):
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "3"})
    page = Page(me.upload(data).text)
    assert me.upload(data, **headers).status == 403
    assert me.save(page.fields, **headers).status == 403
    assert count(at) == 0


def test_nobody_elses_words_are_on_any_of_it(at, app):
    mark(at)
    me = Person(at, app)
    everything = "".join((
        me.get("/offline").text, "".join(pages(me.get(f"{PDF}?answers=1").body)),
        "".join(map(str, read_workbook(me.get(XLSX).body).entries)),
    ))  # fmt: skip
    assert "SAID-north" in everything
    assert not [name for name in ("south", "east", "elsewhere") if f"SAID-{name}" in everything]
    assert io.BytesIO(me.get(XLSX).body).read(2) == b"PK"


def test_who_has_to_read_the_notice_reads_it_first(at, me):
    data = filled(me.get(XLSX).body, {("Direction", "E4"): "3"})
    page = Page(me.upload(data).text)
    texts = dict.fromkeys(informed.PARTS, "Another notice.")
    informed.change_notice(at.workshop, at.actors["facilitator"], texts, based_on=1)
    for shown in (me.get("/offline"), me.upload(data)):
        assert "Another notice." in shown.text
        assert 'action="/workbook' not in shown.text
    done = me.save(page.fields)
    assert (done.status, "First read who asks" in done.text, count(at)) == (422, True, 0)
    assert "Another notice." in "".join(pages(me.get(PDF).body))


def test_a_workbook_in_another_language_is_imported_the_same(at, app, me):
    """Downloaded in Russian, filled in from its own lists, uploaded by somebody who reads English."""
    app.add_middleware(ReaderLanguage)
    russian = ask(app, XLSX, cookie=f"{me.cookie}; language=ru")
    offered = read_spreadsheet(russian.body)["readiness"]
    last = next(row for row in range(1, 99) if offered.text(row, 0) == "training")
    dont_know, not_applicable = offered.text(last, 9), offered.text(last, 10)
    assert dont_know.startswith("DK · Н")
    sheet = next(name for name, table in read_spreadsheet(russian.body).items() if table.text(4, 0) == "training")
    data = filled(russian.body, {(sheet, "E4"): not_applicable, (sheet, "F4"): "нет"})
    assert "Answers saved: 1" in me.save(Page(me.upload(data).text).fields).text
    assert stored(at, "training") == Answer(7, reason="нет")
