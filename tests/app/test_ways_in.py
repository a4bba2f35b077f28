"""The pages that hand out ways in: colleagues' links, the room's code."""

from __future__ import annotations

import pytest

from access.invitation import InvitationDesk
from access.joining import Entered, JoinDesk, WaitingRoom, join_code
from tests.app.pages import app, html
from tests.ways_in import cheap_hashes


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    cheap_hashes(monkeypatch)


def press(test, label: str, number: int = 0):
    return [button for button in test.button if button.label == label][number].click().run()


def test_a_colleagues_link_has_a_qr_code_and_a_code_and_both_go_when_copied(at):
    test = app(at, "coordinator", "colleagues")
    test.text_input[0].set_value("Deputy")
    press(test, "Make a link")
    link, code = (block.value for block in test.code)
    assert InvitationDesk(at.workshop).look_up(link.rpartition("/")[2]).organisation == "Agency North"
    assert isinstance(JoinDesk(at.workshop).enter(code, "192.0.2.1"), Entered)
    assert 'src="data:image/svg+xml;base64,' in html(test)
    test.run()
    assert [block.value for block in test.code] == [link, code]  # a reconnection loses nothing
    press(test, "I have copied it")
    assert not test.code
    assert test.session_state["issued"] is None


def test_a_link_made_anew_ends_the_old_one(at):
    test = app(at, "coordinator", "colleagues")
    press(test, "Make it anew")
    assert InvitationDesk(at.workshop).look_up(at.tokens["colleague"]) is None
    new = test.code[0].value.rpartition("/")[2]
    assert InvitationDesk(at.workshop).look_up(new).role == "respondent"


def test_the_rooms_code_is_made_shown_and_ended(at):
    test = app(at, "facilitator", "joined")
    assert "joincode" not in html(test).replace(".joincode", "")
    press(test, "Make a code for the room")
    first = join_code(at.workshop, at.actors["facilitator"])
    assert f"<b>{first}</b>" in html(test)
    assert 'href="/invitations"' in html(test)
    press(test, "New code")
    second = join_code(at.workshop, at.actors["facilitator"])
    assert f"<b>{second}</b>" in html(test)
    assert second != first
    assert isinstance(JoinDesk(at.workshop).enter(second, "192.0.2.1"), WaitingRoom)
    press(test, "End the code")
    assert join_code(at.workshop, at.actors["facilitator"]) == ""
    assert second not in html(test)
