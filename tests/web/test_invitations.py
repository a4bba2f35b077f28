"""The facilitator's invitations page: what it lists, the file it makes, and that there is nothing for anybody else."""

from __future__ import annotations

import csv
import io
import logging
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from starlette.middleware import Middleware

from access.invitation import InvitationDesk, actor_of, digest, key_of, session_cookie
from access.joining import Entered, JoinDesk
from tests.reference_store import ReferenceStore
from tests.ways_in import cheap_hashes, issued
from tests.web.asgi import application, ask
from tests.workshops import Scene, scene
from web.headers import SecurityHeaders
from web.invitations import invitations_routes

OWN = {"sec_fetch_site": "same-origin", "content_type": "application/x-www-form-urlencoded"}
BASE = "https://x.org"
COOKIE = session_cookie(secure=True)
POSTS = ("/invitations/file", "/invitations/end")


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    cheap_hashes(monkeypatch)
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def app(at):
    return application(*invitations_routes(at.workshop, BASE), middleware=[Middleware(SecurityHeaders)])


def cookie(at: Scene, who: str) -> str:
    return f"{COOKIE}={InvitationDesk(at.workshop).open(at.tokens[who])}"


def post(app, path: str, fields: list[tuple[str, str]], **headers: str):
    return ask(app, path, "POST", body=(urlencode(fields).encode(),), **{**OWN, **headers})


def key(at: Scene, who: str) -> str:
    return key_of(digest(at.tokens[who]))


def test_the_page_lists_everybody_and_no_secret(at, app):
    answer = ask(app, "/invitations", cookie=cookie(at, "facilitator"))
    assert (answer.status, answer["cache-control"]) == (200, "no-store")
    for text in (
        "Agency North",
        "Agency East",
        "no link at the moment",
        "your own",
        "All coordinators (3)",
        "Each new one ends",
    ):
        assert text in answer.text
    assert "Elsewhere" not in answer.text
    assert all(token not in answer.text for token in at.tokens.values())
    for outside in ("<script", "src=", "http:", "https:"):
        assert outside not in answer.text
    first_button = answer.text[answer.text.index("<button") :].split("</button>")[0]
    assert "formaction" not in first_button  # the Enter key presses this one


@pytest.mark.parametrize("who", ["", "coordinator", "colleague", "neighbour", "stranger", "forged"])
@pytest.mark.parametrize("path", ["/invitations", *POSTS])
def test_for_everybody_else_there_is_nothing(at, app, who, path):
    session = {"": "", "forged": f"{COOKIE}=forged"}.get(who) if who in ("", "forged") else cookie(at, who)
    fields = [("key", key(at, "coordinator")), ("end", key(at, "coordinator")), ("sure", "1"), ("all", "coordinators")]
    answer = ask(app, path, cookie=session) if path not in POSTS else post(app, path, fields, cookie=session)
    unknown = ask(app, "/invitations", cookie="")
    assert answer.status == unknown.status == 404
    assert answer.body == unknown.body
    assert InvitationDesk(at.workshop).look_up(at.tokens["coordinator"])


def test_another_rounds_facilitator_reaches_none_of_this_one(at, app):
    other = cookie(at, "other facilitator")
    assert "Agency North" not in ask(app, "/invitations", cookie=other).text
    for path, fields in (
        ("/invitations/file", [("key", key(at, "coordinator"))]),
        ("/invitations/end", [("end", key(at, "coordinator")), ("sure", "1")]),
        ("/invitations/end", [("end", key(at, "coordinator"))]),
    ):
        assert post(app, path, fields, cookie=other).status == 404
    assert InvitationDesk(at.workshop).look_up(at.tokens["coordinator"])


def links_and_codes(content: bytes, kind: str) -> list[tuple[str, str, str]]:
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        head, *lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        rows = [dict(zip(head, line, strict=True)) for line in lines]
    return [(row["organisation"], row["link"], row["code"]) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_has_new_links_and_codes_that_work_and_the_old_ones_do_not(at, app, kind):
    old = issued(at, "south")
    north, south = key(at, "coordinator"), key_of(old.invitation.token_hash)
    answer = post(
        app, "/invitations/file", [("key", north), ("key", south), ("format", kind)], cookie=cookie(at, "facilitator")
    )
    assert (answer.status, answer["cache-control"]) == (200, "no-store")
    assert answer["content-disposition"].startswith("attachment; filename=")
    assert answer["content-disposition"].endswith(f'.{kind}"')
    listed = links_and_codes(answer.body, kind)
    assert [organisation for organisation, _, _ in listed] == ["Agency North", "Agency South"]
    desk = InvitationDesk(at.workshop)
    for organisation, link, code in listed:
        assert link.startswith(f"{BASE}/i/")
        assert desk.look_up(link.rpartition("/")[2]).organisation == organisation
        assert isinstance(JoinDesk(at.workshop).enter(code, "192.0.2.9"), Entered)
    assert [desk.look_up(token) for token in (old.token, at.tokens["coordinator"])] == [None, None]
    assert desk.look_up(at.tokens["neighbour"])  # not chosen


def test_cards_are_the_default_and_all_coordinators_are_one_tick(at, app):
    answer = post(app, "/invitations/file", [("all", "coordinators")], cookie=cookie(at, "facilitator"))
    assert (answer["content-type"], answer.body[:5]) == ("application/pdf", b"%PDF-")
    desk = InvitationDesk(at.workshop)
    assert [desk.look_up(at.tokens[who]) for who in ("coordinator", "neighbour")] == [None, None]
    assert desk.look_up(at.tokens["colleague"])
    assert desk.look_up(at.tokens["facilitator"])


def test_what_cannot_be_done_is_said_and_the_choice_stays(at, app):
    session = cookie(at, "facilitator")
    for fields, text in (
        ([("format", "csv")], "No invitation is chosen"),
        ([("key", key(at, "coordinator")), ("format", "csv"), ("expires", "2020-01-01")], "not a day in the future"),
    ):
        answer = post(app, "/invitations/file", fields, cookie=session)
        assert answer.status == 422
        assert text in answer.text
        assert 'value="csv" checked' in answer.text
    assert f'value="{key(at, "coordinator")}" checked' in answer.text
    assert InvitationDesk(at.workshop).look_up(at.tokens["coordinator"])
    post(app, "/invitations/file", [("key", key(at, "coordinator"))], cookie=session)
    again = post(app, "/invitations/file", [("key", key(at, "coordinator"))], cookie=session)
    assert again.status == 422
    assert "replaced or ended a moment ago" in again.text


def test_a_link_is_ended_after_asking(at, app):
    session, north = cookie(at, "facilitator"), key(at, "coordinator")
    mine = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    asked = post(app, "/invitations/end", [("end", north)], cookie=session)
    assert asked.status == 200
    assert "Agency North" in asked.text
    assert actor_of(at.workshop, mine)
    done = post(app, "/invitations/end", [("end", north), ("sure", "1")], cookie=session)
    assert (done.status, done["location"]) == (303, "/invitations")
    assert actor_of(at.workshop, mine) is None
    page = ask(app, "/invitations", cookie=session).text
    assert "Ended links (1)" in page
    assert "no link at the moment" in page


@pytest.mark.parametrize("path", POSTS)
def test_a_post_from_elsewhere_does_nothing(at, app, path):
    fields = [("key", key(at, "coordinator")), ("end", key(at, "coordinator")), ("sure", "1")]
    answer = post(app, path, fields, cookie=cookie(at, "facilitator"), sec_fetch_site="cross-site")
    assert answer.status == 403
    assert InvitationDesk(at.workshop).look_up(at.tokens["coordinator"])


def test_names_are_shown_literally(at, app):
    evil = "<script>alert(1)</script>\"'&"
    actor = at.actors["coordinator"]
    from access.issuing import invite_colleague

    invite_colleague(at.workshop, actor, evil)
    page = ask(app, "/invitations", cookie=cookie(at, "facilitator")).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;" in page


def test_no_secret_is_in_a_log_or_the_audit_trail(at, app, caplog):
    with caplog.at_level(logging.DEBUG):
        fields = [("all", "coordinators"), ("format", "csv")]
        answer = post(app, "/invitations/file", fields, cookie=cookie(at, "facilitator"))
    seen = caplog.text + str(at.workshop.store.audit(0, 999)) + str(answer.headers)
    for _, link, code in links_and_codes(answer.body, "csv"):
        assert link.rpartition("/")[2] not in seen
        assert code not in seen
