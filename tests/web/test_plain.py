"""The plain pages: the same answers as everywhere, by forms alone; every way in which one could be lost is tried."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.middleware import Middleware

from access import respondent
from access.invitation import COOKIE, InvitationDesk
from access.matrix import ROLES
from results.store import RevokeInvitation, SetRoundStatus, StoreError
from survey.response import DONT_KNOW, MAX_TEXT, NOT_APPLICABLE, Answer
from tests.naughty import NAUGHTY, STORABLE
from tests.reference_store import ReferenceStore
from tests.web.asgi import application, ask
from tests.workshops import Scene, scene
from web.headers import SecurityHeaders
from web.invite import invite_routes
from web.limits import LARGEST_ANSWERS, LARGEST_BODY, RequestLimits
from web.plain import plain_routes

OWN = {"sec_fetch_site": "same-origin", "content_type": "application/x-www-form-urlencoded"}
DIRECTION, PEOPLE = "/plain/tiny/direction", "/plain/tiny/people"


class Page(HTMLParser):
    """What a browser without scripts makes of a page: the fields that its last form sends, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.words = ""
        self.links: list[str] = []
        self._area, self._select = "", ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        name = named.get("name") or ""
        match tag:
            case "input" if named["type"] != "radio" or "checked" in named:
                self.fields[name] = named.get("value") or ""
            case "textarea":
                self._area = name
                self.fields[name] = ""
            case "select":
                self._select = name
            case "option" if "selected" in named:
                self.fields[self._select] = named["value"]
            case "a":
                self.links.append(named["href"])

    def handle_endtag(self, tag):
        if tag == "textarea":
            value = self.fields[self._area].removeprefix("\n")
            self.fields[self._area] = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
            self._area = ""

    def handle_data(self, data):
        self.words += data
        if self._area:
            self.fields[self._area] += data


class Browser:
    """Somebody with a cookie."""

    def __init__(self, at: Scene, app, who: str = "coordinator") -> None:
        self.app = app
        self.cookie = f"{COOKIE}={InvitationDesk(at.workshop).open(at.tokens[who])}" if who else ""

    def get(self, path: str) -> Page:
        answer = ask(self.app, path, cookie=self.cookie)
        assert answer.status == 200
        return Page(answer.text)

    def post(self, path: str, fields: dict, **headers: str):
        body = urlencode(fields, errors="surrogatepass").encode()
        return ask(self.app, path, "POST", body=(body,), cookie=self.cookie, **{**OWN, **headers})

    def save(self, path: str, page: Page, **changes: str):
        return self.post(path, page.fields | {name.replace("_", "-"): value for name, value in changes.items()})


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


def app_of(at: Scene):
    routes = (*invite_routes(InvitationDesk(at.workshop), False), *plain_routes(at.workshop, False))
    limits = Middleware(RequestLimits, lambda _: True, lambda _: True, lambda: 1)
    return application(*routes, middleware=[Middleware(SecurityHeaders), limits])


@pytest.fixture
def app(at):
    return app_of(at)


@pytest.fixture
def me(at, app) -> Browser:
    return Browser(at, app)


def stored(at: Scene, item: str, organisation: str = "north") -> Answer:
    kept = at.workshop.store.answers(at.response(organisation)).get(item)
    return kept.answer if kept else Answer()


def log(at: Scene) -> list:
    return [(one.response_id, one.item_id, one.revision) for one in at.workshop.store._log]


def elsewhere(at: Scene, item: str, answer: Answer) -> None:
    """A colleague saves an answer."""
    who = at.actors["colleague"]
    respondent.save_answer(at.workshop, who, at.response("north"), item, answer, based_on=None)


# --- the way through


def test_a_whole_questionnaire_is_answered_and_submitted(at, me):
    assert "/plain/tiny/direction" in me.get("/plain").links
    page = me.get(DIRECTION)
    assert "Is the plan reviewed?" not in page.words
    answer = me.save(
        DIRECTION, page, code_plan="3", comment_plan="said", evidence_plan="2", link_plan="https://a.example/b"
    )
    assert (answer.status, answer["location"]) == (303, f"{DIRECTION}?saved=1")
    page = me.get(answer["location"])
    assert "The answers on this page are saved." in page.words
    assert "Is the plan reviewed?" in page.words  # asked by that answer
    answer = me.save(DIRECTION, page, code_review=str(DONT_KNOW), on="1")
    assert (answer.status, answer["location"]) == (303, PEOPLE)
    page = me.get(PEOPLE)
    answer = me.save(PEOPLE, page, code_training=str(NOT_APPLICABLE), reason_training="No civil service.", on="1")
    assert (answer.status, answer["location"]) == (303, "/plain/tiny")
    assert stored(at, "plan") == Answer(3, 2, "https://a.example/b", "", "", "said")
    assert (stored(at, "review"), stored(at, "training")) == (
        Answer(DONT_KNOW),
        Answer(NOT_APPLICABLE, reason="No civil service."),
    )
    assert len(log(at)) == 3  # what was not changed was not sent
    page = me.get("/plain/tiny")
    assert "Every question has an answer." in page.words
    answer = me.save("/plain/tiny", page, do="submit")
    assert (answer.status, at.workshop.store.response(at.response("north")).status) == (303, "submitted")
    page = me.get("/plain/tiny")
    assert f"Receipt: {at.response('north')}-1" in page.words
    assert me.save("/plain/tiny", page, do="reopen").status == 303
    assert at.workshop.store.response(at.response("north")).status == "draft"


def test_the_pages_need_nothing_from_outside_and_no_script(me):
    for path in ("/plain", "/plain/tiny", DIRECTION, PEOPLE):
        answer = ask(me.app, path, cookie=me.cookie)
        assert (answer["cache-control"], answer["x-frame-options"]) == ("no-store", "DENY")
        assert '<html lang="en">' in answer.text
        assert len(answer.body) < 60_000
        for outside in ("<script", "src=", "@import", "url(", "http:", "https:"):
            assert outside not in answer.text


def test_missing_questions_are_links_and_critical_ones_are_marked(at, me):
    page = me.get("/plain/tiny")
    assert {"/plain/tiny/direction#q-plan", "/plain/tiny/people#q-training"} <= set(page.links)
    assert "Is there a plan? Critical" in page.words
    assert "do" not in page.fields  # no button yet
    answer = me.post("/plain/tiny", {"response": str(at.response("north")), "drawn": "x", "do": "submit"})
    assert answer.status == 422
    assert "marked as critical have no answer yet" in answer.text


def test_the_invitation_leads_there(at, app):
    answer = ask(app, f"/i/{at.tokens['coordinator']}", "POST", body=(b"to=plain",), **OWN)
    assert (answer.status, answer["location"]) == (303, "/plain")
    answer = ask(app, f"/i/{at.tokens['coordinator']}", "POST", body=(b"to=//evil.example",), **OWN)
    assert answer["location"] == "/"


# --- who


@pytest.mark.parametrize("who", ["", "facilitator", "other facilitator"])
@pytest.mark.parametrize("path", ["/plain", "/plain/tiny", DIRECTION])
def test_for_anybody_else_there_is_nothing(at, app, who, path):
    for method in ("GET", "POST") if path != "/plain" else ("GET",):
        answer = ask(app, path, method, cookie=Browser(at, app, who).cookie, **OWN)
        assert answer.status == 404
        assert "Agency" not in answer.text
    assert {"respondent", "coordinator", "facilitator"} < set(ROLES)


def test_every_one_sees_and_changes_their_own_only(at, app, me):
    neighbour = Browser(at, app, "neighbour")
    neighbour.save(DIRECTION, neighbour.get(DIRECTION), code_plan="2", comment_plan="SAID-south")
    for path in ("/plain", "/plain/tiny", DIRECTION):
        assert "South" not in ask(app, path, cookie=me.cookie).text
        assert "SAID-south" not in ask(app, path, cookie=me.cookie).text
    # the browser's session became another one's while the page stood open: their answers stay theirs
    answer = me.save(DIRECTION, neighbour.get(DIRECTION), code_plan="5", comment_plan="typed for south")
    assert answer.status == 404
    assert "typed for south" in answer.text
    assert (stored(at, "plan").code, stored(at, "plan", "south").code) == (0, 2)


def test_a_colleague_answers_but_does_not_submit(at, app):
    colleague = Browser(at, app, "colleague")
    assert colleague.save(DIRECTION, colleague.get(DIRECTION), code_plan="3").status == 303
    page = colleague.get("/plain/tiny")
    assert "The coordinator of your organisation submits" in page.words
    form = {"response": str(at.response("north")), "drawn": "x", "do": "submit"}
    answer = colleague.post("/plain/tiny", form)
    assert (
        answer.status,
        "Only the organisation’s coordinator" in answer.text or "coordinator can do this" in answer.text,
    ) == (422, True)
    assert at.workshop.store.response(at.response("north")).status == "draft"


@pytest.mark.parametrize(
    "path", ["/plain/other", "/plain/tiny/nowhere", "/plain/../etc", "/plain/tiny/review", "/plain/%00/x"]
)
def test_what_is_not_there_is_the_same_page(at, app, me, path):
    nobody = ask(app, "/plain")
    answer = ask(app, path, cookie=me.cookie)
    assert (answer.status, answer.text) == (404, nobody.text)


@pytest.mark.parametrize("headers", [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "", "origin": "null"}])
def test_a_post_from_elsewhere_does_nothing(at, me, headers):
    page = me.get(DIRECTION)
    assert me.post(DIRECTION, page.fields | {"code-plan": "3"}, **headers).status == 403
    assert log(at) == []


# --- nothing twice, nothing lost


def test_a_form_sent_twice_is_saved_once(at, me):
    page = me.get(DIRECTION)
    answers = [me.save(DIRECTION, page, code_plan="3", comment_plan="x") for _ in range(3)]
    assert [answer.status for answer in answers] == [303] * 3
    assert len(log(at)) == 1


def test_a_form_resent_after_a_colleagues_change_takes_nothing_back(at, me):
    page = me.get(DIRECTION)
    me.save(DIRECTION, page, code_plan="3")
    elsewhere(at, "plan", Answer(4))
    assert me.save(DIRECTION, page, code_plan="3").status == 303
    assert stored(at, "plan") == Answer(4)


def test_after_back_another_text_is_not_taken_for_a_resend(at, me):
    page = me.get(DIRECTION)
    me.save(DIRECTION, page, code_plan="3", comment_plan="one")
    answer = me.save(DIRECTION, page, code_plan="3", comment_plan="two")
    assert answer.status == 422
    assert "Which one stands?" in answer.text
    assert Page(answer.text).fields["comment-plan"] == "two"
    assert stored(at, "plan").comment == "one"


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_two_tabs_on_one_answer_both_versions_are_offered(at, me, choice):
    page = me.get(DIRECTION)
    elsewhere(at, "plan", Answer(4, comment="THEIRS", note="many words " * 300 + "THE END"))
    answer = me.save(DIRECTION, page, code_plan="2", comment_plan="MINE")
    assert answer.status == 422
    assert "Keep theirs: 4" in answer.text
    assert "THEIRS" in answer.text
    assert "THE END" in answer.text  # nobody chooses between versions of which one is cut off
    page = Page(answer.text)
    assert (page.fields["code-plan"], page.fields["comment-plan"]) == ("2", "MINE")
    again = me.post(DIRECTION, page.fields)  # without a choice
    assert (again.status, stored(at, "plan").comment) == (422, "THEIRS")
    assert me.save(DIRECTION, Page(again.text), choose_plan=choice).status == 303
    assert stored(at, "plan").comment == {"mine": "MINE", "theirs": "THEIRS"}[choice]
    assert len(at.workshop.store.history(at.response("north"), "plan")) == (2 if choice == "mine" else 1)


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_third_version_is_shown_before_it_is_overwritten(at, me, choice):
    page = me.get(DIRECTION)
    elsewhere(at, "plan", Answer(4, comment="SECOND"))
    page = Page(me.save(DIRECTION, page, code_plan="2", comment_plan="MINE").text)
    elsewhere(at, "plan", Answer(5, comment="THIRD"))
    answer = me.save(DIRECTION, page, choose_plan=choice)
    assert answer.status == 422
    assert "THIRD" in answer.text
    assert stored(at, "plan").comment == "THIRD"
    assert Page(answer.text).fields["comment-plan"] == "MINE"


def test_what_was_not_touched_leaves_a_colleagues_change_alone(at, me):
    page = me.get(DIRECTION)
    elsewhere(at, "plan", Answer(4, comment="theirs"))
    assert me.post(DIRECTION, page.fields).status == 303
    assert stored(at, "plan").comment == "theirs"


def test_a_refused_answer_keeps_what_was_typed_and_its_neighbours_are_saved(at, me):
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2")
    page = me.get(DIRECTION)
    answer = me.save(
        DIRECTION, page, code_plan="4", code_review="3", link_review="http://plain.example", note_review="page 3"
    )
    assert answer.status == 422
    page = Page(answer.text)
    assert 'href="#q-review"' in answer.text
    assert 'href="#q-plan"' not in answer.text
    assert "must begin with https://" in answer.text
    assert "<title>Error: " in answer.text
    assert (page.fields["code-review"], page.fields["link-review"], page.fields["note-review"]) == (
        "3",
        "http://plain.example",
        "page 3",
    )
    assert (stored(at, "plan").code, stored(at, "review")) == (4, Answer())
    assert me.save(DIRECTION, page, link_review="https://plain.example").status == 303
    assert stored(at, "review") == Answer(3, link="https://plain.example", note="page 3")


def test_not_applicable_needs_a_reason_and_a_reason_needs_it(at, me):
    page = me.get(PEOPLE)
    assert "say why this question does not apply" in me.save(PEOPLE, page, code_training="7").text
    answer = me.save(PEOPLE, page, code_training="3", reason_training="a reason")
    assert "A reason is given" in answer.text.replace("&#x27;", "'")
    assert Page(answer.text).fields["reason-training"] == "a reason"
    me.save(PEOPLE, page, code_training="7", reason_training="a reason")
    assert me.save(PEOPLE, me.get(PEOPLE), code_training="3").status == 303  # the old reason goes with its choice
    assert stored(at, "training") == Answer(3)


@pytest.mark.parametrize("end", ["round", "response"])
def test_closed_meanwhile_the_text_is_shown_and_said_not_to_be_saved(at, me, end):
    page = me.get(PEOPLE)
    if end == "round":
        at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    else:
        elsewhere(at, "plan", Answer(1))
        respondent.submit(at.workshop, at.actors["coordinator"], at.response("north"))
    answer = me.save(PEOPLE, page, code_training="3", comment_training="late words")
    assert answer.status == 422
    assert "Not saved." in answer.text
    assert "late words" in answer.text
    assert stored(at, "training") == Answer()
    assert "can be read but not changed" in me.get(PEOPLE).words
    assert "<form" not in ask(me.app, PEOPLE, cookie=me.cookie).text


def test_who_has_no_session_any_more_gets_the_text_back(at, me):
    page = me.get(PEOPLE)
    at.workshop.write(RevokeInvitation(at.workshop.store.invitations(at.round.id)[0].token_hash, 1))
    answer = me.save(PEOPLE, page, code_training="3", comment_training="many words & <b>")
    assert answer.status == 404
    assert "many words &amp; &lt;b&gt;" in answer.text
    assert log(at) == []


def test_an_answer_to_a_question_no_longer_asked_is_kept_and_told(at, me):
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2")
    answer = me.save(DIRECTION, me.get(DIRECTION), code_plan="1", code_review="4")
    page = me.get(answer["location"])
    assert stored(at, "review") == Answer(4)
    assert "kept but do not count" in page.words
    assert "The review changes the plan each year" in page.words
    assert "code-review" not in page.fields


def test_a_store_that_fails_for_one_answer_keeps_its_text_and_saves_the_others(at, me, monkeypatch):
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2")
    page, real = me.get(DIRECTION), respondent.save_answer

    def failing(workshop, actor, response_id, item_id, *arguments, **options):
        if item_id == "plan":
            raise StoreError("P007")
        return real(workshop, actor, response_id, item_id, *arguments, **options)

    monkeypatch.setattr(respondent, "save_answer", failing)
    answer = me.save(DIRECTION, page, code_plan="4", code_review="3", comment_plan="words")
    assert (answer.status, Page(answer.text).fields["comment-plan"]) == (422, "words")
    assert (stored(at, "plan"), stored(at, "review")) == (Answer(2), Answer(3))
    monkeypatch.undo()
    assert me.post(DIRECTION, Page(answer.text).fields).status == 303
    assert stored(at, "plan") == Answer(4, comment="words")


# --- forged


@pytest.mark.parametrize(
    "change",
    [
        {"code-plan": "9"}, {"code-plan": "0"}, {"code-plan": "３"}, {"code-plan": "7"}, {"code-plan": "High"}, {"code-plan": ["3", "4"]},
        {"evidence-plan": "3"}, {"evidence-plan": "-1"}, {"evidence-plan": ["1", "2"]},
        {"seen-plan": "7"}, {"seen-plan": "-1"}, {"seen-plan": ""}, {"seen-plan": "9" * 40}, {"seen-nothing": "0"},
        {"seen-training": "0", "code-training": "3"},  # of another part
        {"choose-plan": "mine", "theirs-plan": "9"},
    ],
)  # fmt: skip
def test_a_forged_field_is_refused_with_the_text_kept(at, me, change):
    page = me.get(DIRECTION)
    fields = page.fields | {"code-plan": "3", "comment-plan": "words"} | change
    answer = me.post(DIRECTION, [(k, v) for k, vs in fields.items() for v in (vs if isinstance(vs, list) else [vs])])
    assert answer.status == 422
    assert "Not everything is saved" in answer.text
    shown = Page(answer.text).fields["comment-plan"]
    refused = stored(at, "plan") == Answer()
    assert shown == "words"
    assert refused == ("seen-nothing" not in change and "seen-training" not in change)
    assert stored(at, "training") == Answer()


def test_another_response_a_part_of_a_form_or_none_saves_nothing(at, me):
    page = me.get(DIRECTION)
    full = page.fields | {"code-plan": "3", "comment-plan": "words"}
    assert me.post(DIRECTION, full | {"response": str(at.response("south"))}).status == 404
    assert me.post(DIRECTION, {k: v for k, v in full.items() if k != "whole"}).status == 422
    assert me.post(DIRECTION, full, content_type="text/plain").status == 422
    assert ask(me.app, DIRECTION, "POST", body=(b"\xff=\x00",), cookie=me.cookie, **OWN).status == 422
    assert log(at) == []


def test_a_choice_is_not_taken_back_by_a_form_without_it(at, me):
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2")
    page = me.get(DIRECTION)
    del page.fields["code-plan"]
    assert me.post(DIRECTION, page.fields).status == 422
    assert stored(at, "plan") == Answer(2)


# --- texts


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_text_of_any_kind_is_kept_exactly_or_refused_whole(at, me, name):
    text = NAUGHTY[name]
    answer = me.save(PEOPLE, me.get(PEOPLE), code_training="3", comment_training=text)
    if name in STORABLE:
        assert answer.status == 303
        assert stored(at, "training").comment == text.replace("\r\n", "\n").replace("\r", "\n")
        page = me.get(PEOPLE)
        assert me.post(PEOPLE, page.fields).status == 303
        assert len(log(at)) == 1  # drawn and sent back it is the same text
    else:
        assert answer.status == 422
        assert "not text and cannot be stored" in answer.text
        assert stored(at, "training") == Answer()
    html = ask(me.app, PEOPLE, cookie=me.cookie).text
    for outside in ("<script", "<img", "<iframe", "<b>x", "<svg", "<meta http"):
        assert outside not in html


@given(text=st.text(max_size=40))
@settings(max_examples=30, deadline=None)
def test_what_is_stored_comes_back_through_the_page_unchanged(tmp_path_factory, text):
    at = scene(ReferenceStore(), tmp_path_factory.mktemp("scene"))
    me = Browser(at, app_of(at))
    if "\0" in text:
        return
    elsewhere(at, "training", Answer(3, note=text, comment=text))
    page = me.get(PEOPLE)
    assert me.post(PEOPLE, page.fields).status == 303
    assert len(log(at)) == 1
    assert me.save(PEOPLE, page, code_training="4").status == 303
    assert stored(at, "training") == Answer(4, note=text, comment=text)


@pytest.mark.parametrize(("size", "status"), [(40_000, 303), (MAX_TEXT, 303), (MAX_TEXT + 1, 422)])
def test_long_texts(at, me, size, status):
    long = {f"{part}_{item}": "ក" * size for part in ("note", "comment") for item in ("plan", "review")}
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2")
    answer = me.save(DIRECTION, me.get(DIRECTION), code_review="3", **long)
    assert answer.status == status
    assert len(stored(at, "review").note) == (size if status == 303 else 0)
    if status == 422:
        assert Page(answer.text).fields["note-review"] == long["note_review"]


@pytest.mark.parametrize(
    ("path", "limit"), [(PEOPLE, LARGEST_ANSWERS), ("/plain", LARGEST_BODY), ("/join", LARGEST_BODY)]
)
def test_a_body_one_byte_over_the_limit_is_refused(me, path, limit):
    for size, refused in ((limit, False), (limit + 1, True)):
        body = b"whole=" + b"a" * (size - 6)
        answer = ask(me.app, path, "POST", body=(body,), cookie=me.cookie, content_length=str(size), **OWN)
        assert (answer.status == 413) == refused
