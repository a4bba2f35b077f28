"""Who may do what (S1), what a forged message meets, and that refusals leave everything as it was."""

from __future__ import annotations

import logging

import pytest

from access import facilitator, invitation, issuing, respondent
from access.actor import RefusedError
from access.invitation import InvitationDesk, actor_of
from results.ids import new_id, now
from results.store import Conflict, Saved, SetRoundStatus
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer, AnswerRefusedError
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


def save(at: Scene, who: str, item: str, answer: Answer, *, of: str = "north", based_on: int | None = None):
    return respondent.save_answer(at.workshop, at.actors[who], at.response(of), item, answer, based_on=based_on)


NOBODY_ELSE = ["neighbour", "stranger", "facilitator", "other facilitator"]
ACTIONS = {
    "save": lambda at, who: save(at, who, "plan", Answer(3)),
    "submit": lambda at, who: respondent.submit(at.workshop, at.actors[who], at.response("north")),
    "reopen": lambda at, who: respondent.reopen(at.workshop, at.actors[who], at.response("north")),
}


@pytest.mark.parametrize("who", NOBODY_ELSE)
@pytest.mark.parametrize("action", ACTIONS)
def test_s1_another_organisations_response_is_refused_and_untouched(at, who, action, caplog):
    before = at.workshop.store.revision(at.round.id)
    with caplog.at_level(logging.WARNING), pytest.raises(RefusedError) as refused:
        ACTIONS[action](at, who)
    assert refused.value.code in ("P001", "P005")
    assert at.workshop.store.revision(at.round.id) == before
    assert "refused" in caplog.text


@pytest.mark.parametrize("who", ["coordinator", "colleague", "neighbour"])
def test_s1_only_a_facilitator_compares(at, who):
    for look in (facilitator.progress, facilitator.own_round, facilitator.questionnaires):
        with pytest.raises(RefusedError):
            look(at.workshop, at.actors[who])
    with pytest.raises(RefusedError):
        facilitator.comparison(at.workshop, at.actors[who], "tiny")


def test_s1_a_facilitator_sees_only_the_own_round_and_no_sheet(at):
    names = {row.organisation.name for row in facilitator.progress(at.workshop, at.actors["other facilitator"])}
    assert names == {"Agency Elsewhere"}
    with pytest.raises(RefusedError):
        respondent.my_sheets(at.workshop, at.actors["facilitator"])


def test_not_yours_and_does_not_exist_read_the_same(at):
    texts = []
    for response in (at.response("south"), 12345):
        with pytest.raises(RefusedError) as refused:
            respondent.save_answer(at.workshop, at.actors["coordinator"], response, "plan", Answer(3), based_on=None)
        texts.append(str(refused.value))
    assert texts[0] == texts[1]


def test_a_colleague_answers_but_only_the_coordinator_submits_and_invites(at):
    assert isinstance(save(at, "colleague", "plan", Answer(3)), Saved)
    for action in (
        lambda: respondent.submit(at.workshop, at.actors["colleague"], at.response("north")),
        lambda: issuing.invite_colleague(at.workshop, at.actors["colleague"], "x"),
        lambda: issuing.colleagues(at.workshop, at.actors["colleague"]),
    ):
        with pytest.raises(RefusedError) as refused:
            action()
        assert refused.value.code == "P005"


@pytest.mark.parametrize(
    ("item", "answer", "code"),
    [
        ("nope", Answer(3), "R001"),
        ("plan", Answer(9), "R002"),
        ("plan", Answer(8), "R002"),
        ("plan", Answer(-1), "R002"),
        ("plan", Answer(NOT_APPLICABLE, reason="none"), "R003"),
        ("training", Answer(NOT_APPLICABLE), "R004"),
        ("plan", Answer(0), "R002"),
        ("plan", Answer(0, comment="taken back"), "R002"),
        ("plan", Answer(3, evidence=3), "R005"),
        ("plan", Answer(3, evidence=7), "R005"),
        ("plan", Answer(3, link="javascript:alert(1)"), "R006"),
        ("plan", Answer(3, comment="a\0b"), "R007"),
        ("plan", Answer(3, comment="x" * 50_001), "R008"),
    ],
)
def test_a_forged_answer_is_refused_logged_and_the_stored_one_stays(at, item, answer, code, caplog):
    save(at, "coordinator", "plan", Answer(2, comment="first"))
    before = at.workshop.store.answers(at.response("north"))
    with caplog.at_level(logging.WARNING), pytest.raises(AnswerRefusedError) as refused:
        save(at, "coordinator", item, answer)
    assert refused.value.code == code
    assert code in caplog.text
    assert "first" not in caplog.text
    assert at.workshop.store.answers(at.response("north")) == before


def test_two_colleagues_on_one_answer_lose_neither(at):
    first = save(at, "coordinator", "plan", Answer(3, comment="mine"), based_on=0)
    second = save(at, "colleague", "plan", Answer(4, comment="theirs"), based_on=0)
    assert isinstance(second, Conflict)
    assert second.theirs == first.stored
    assert isinstance(save(at, "colleague", "training", Answer(2), based_on=0), Saved)


def test_a_retry_of_the_same_event_saves_once(at):
    event = new_id()
    arguments = (at.workshop, at.actors["coordinator"], at.response("north"), "plan", Answer(3))
    one = respondent.save_answer(*arguments, based_on=0, event_id=event)
    two = respondent.save_answer(*arguments, based_on=0, event_id=event)
    assert one == two
    assert len(at.workshop.store.history(at.response("north"), "plan")) == 1


def test_submitting_needs_the_critical_items_and_dont_know_is_an_answer(at):
    submit = ACTIONS["submit"]
    with pytest.raises(RefusedError) as refused:
        submit(at, "coordinator")
    assert refused.value.code == "P004"
    save(at, "coordinator", "plan", Answer(DONT_KNOW))
    assert submit(at, "coordinator") == 1
    assert submit(at, "coordinator") == 1  # pressed twice: one submission, one receipt


def test_after_submission_answers_are_refused_until_reopened(at):
    save(at, "coordinator", "plan", Answer(3))
    ACTIONS["submit"](at, "coordinator")
    with pytest.raises(RefusedError) as refused:
        save(at, "coordinator", "plan", Answer(5))
    assert (refused.value.code, refused.value.because) == ("P061", "P003")
    assert ACTIONS["reopen"](at, "coordinator") == 2
    assert isinstance(save(at, "coordinator", "plan", Answer(5)), Saved)


def test_a_closed_round_takes_no_answers(at):
    at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    with pytest.raises(RefusedError) as refused:
        save(at, "coordinator", "plan", Answer(5))
    assert (refused.value.code, refused.value.because) == ("P060", "P002")
    assert respondent.my_sheets(at.workshop, at.actors["coordinator"])[0].editable is False


def test_skip_logic_decides_what_is_missing(at):
    def sheet():
        return respondent.open_sheet(at.workshop, at.actors["coordinator"], "tiny")

    assert [item.id for item in sheet().missing()] == ["plan", "training"]
    save(at, "coordinator", "plan", Answer(4))
    assert [item.id for item in sheet().missing()] == ["review", "training"]
    assert sheet().answered() == (1, 3)
    save(at, "coordinator", "review", Answer(2))
    save(at, "coordinator", "plan", Answer(1))
    assert [item.id for item in sheet().items()] == ["plan", "training"]
    assert sheet().stored["review"].answer.code == 2  # stays stored
    assert respondent.own_profile(sheet()).part("direction").score == 1


# --- links and sessions ---------------------------------------------------------------------------------------------
def test_a_link_shows_whose_it_is_and_consumes_nothing(at):
    desk = InvitationDesk(at.workshop)
    for _ in range(3):
        welcome = desk.look_up(at.tokens["coordinator"])
        assert welcome is not None
        assert (welcome.organisation, welcome.country, welcome.role) == ("Agency North", "GE", "coordinator")
    assert desk.open(at.tokens["coordinator"]) != desk.open(at.tokens["coordinator"])


@pytest.mark.parametrize("token", ["", "nope", "A" * 22, "../../etc/passwd"])
def test_an_unknown_link_opens_nothing(at, token):
    desk = InvitationDesk(at.workshop)
    assert desk.look_up(token) is None
    assert desk.open(token) is None


def test_secrets_are_not_stored(at):
    listed = at.workshop.store.invitations(at.round.id)
    assert all(token not in str(listed) for token in at.tokens.values())


def test_ending_a_link_ends_its_sessions(at):
    token = issuing.invite_colleague(at.workshop, at.actors["coordinator"], " Deputy ").token
    desk = InvitationDesk(at.workshop)
    cookie = desk.open(token)
    assert actor_of(at.workshop, cookie).label == "Deputy"
    known = [known for known in issuing.colleagues(at.workshop, at.actors["coordinator"]) if known.label == "Deputy"]
    issuing.revoke(at.workshop, at.actors["coordinator"], known[0].token_hash)
    assert actor_of(at.workshop, cookie) is None
    assert desk.look_up(token) is None
    assert desk.open(token) is None


def test_a_coordinator_cannot_end_others_links_or_the_own_one(at):
    for name in ("neighbour", "coordinator"):
        with pytest.raises(RefusedError):
            issuing.revoke(at.workshop, at.actors["coordinator"], invitation.digest(at.tokens[name]))
    assert InvitationDesk(at.workshop).look_up(at.tokens["neighbour"]) is not None


def test_leaving_ends_the_session(at):
    desk = InvitationDesk(at.workshop)
    cookie = desk.open(at.tokens["coordinator"])
    desk.close_session(cookie)
    assert actor_of(at.workshop, cookie) is None
    desk.close_session("unknown")  # no error


def test_a_session_expires(at, monkeypatch):
    cookie = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    at.workshop.sessions.clear()
    later = now() + 15 * 86_400_000_000
    monkeypatch.setattr(invitation, "now", lambda: later)
    assert actor_of(at.workshop, cookie) is None
    assert actor_of(at.workshop, None) is None
    assert actor_of(at.workshop, "forged") is None


# --- the door, in the audit trail
def trail(at: Scene):
    return [(one.role, one.actor, one.action, one.outcome) for one in at.workshop.store.audit(0, 1_000)]


def test_coming_in_and_leaving_are_audited_once_each(at):
    before = len(trail(at))
    desk = InvitationDesk(at.workshop)
    secret = desk.open(at.tokens["coordinator"])
    key = invitation.key_of(invitation.digest(at.tokens["coordinator"]))
    for _ in range(2):
        desk.close_session(secret)
    desk.close_session("nobody's")
    assert desk.open("unknown") is None
    assert trail(at)[before:] == [("coordinator", key, "come in", "done"), ("coordinator", key, "leave", "done")]
