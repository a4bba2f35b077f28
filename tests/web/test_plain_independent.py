"""The plain pages of somebody who answers independently: their own response, by the same forms, and no other."""

from __future__ import annotations

import pytest

from access.invitation import InvitationDesk, actor_of, add_invitation
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.web.asgi import ask
from tests.web.test_plain import DIRECTION, Browser, app_of, stored
from tests.workshops import inform, scene


@pytest.fixture
def at(tmp_path):
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def app(at):
    return app_of(at)


@pytest.fixture
def me(at, app):
    return Browser(at, app)


def test_an_independent_respondent_answers_and_submits_their_own_and_reaches_no_other(at, app, me):
    at.tokens["alone"] = add_invitation(at.workshop, at.round, at.organisations["north"].id, "independent", "")
    inform(at.workshop, actor_of(at.workshop, InvitationDesk(at.workshop).open(at.tokens["alone"])))
    alone = Browser(at, app, "alone")
    me.save(DIRECTION, me.get(DIRECTION), code_plan="2", comment_plan="SAID-common")
    assert "You answer on your own" in alone.get("/plain").words
    assert "You answer on your own" not in me.get("/plain").words
    for path in ("/plain", "/plain/tiny", DIRECTION):
        assert "SAID-common" not in ask(app, path, cookie=alone.cookie).text
    # either's form, posted by the other
    for who, whose in ((alone, me), (me, alone)):
        answer = who.save(DIRECTION, whose.get(DIRECTION), code_plan="5", comment_plan="typed here")
        assert answer.status == 404
        assert "typed here" in answer.text
    assert alone.save(DIRECTION, alone.get(DIRECTION), code_plan="4", comment_plan="SAID-alone").status == 303
    assert alone.post("/plain/tiny", alone.get("/plain/tiny").fields | {"do": "submit"}).status == 303
    assert "Receipt" in alone.get("/plain/tiny").words
    assert stored(at, "plan") == Answer(2, comment="SAID-common")
    for path in ("/plain", "/plain/tiny", DIRECTION):
        assert "SAID-alone" not in ask(app, path, cookie=me.cookie).text
