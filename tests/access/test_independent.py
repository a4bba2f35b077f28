"""Independent respondents: what is theirs stays theirs, nothing is lost, and the coordinator compares what was submitted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access import facilitator, hand_out, independent, issuing, respondent
from access.actor import Actor, RefusedError
from access.invitation import InvitationDesk, actor_of, key_of
from results.store import Conflict, Saved
from survey.response import DONT_KNOW, Answer, AnswerRefusedError
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, inform, scene


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    monkeypatch.setattr(issuing, "hash_secret", lambda secret: f"hash of {len(secret)}")  # argon2id is slow by design
    return scene(ReferenceStore(), tmp_path)


def come_in(at: Scene, token: str) -> Actor:
    actor = actor_of(at.workshop, InvitationDesk(at.workshop).open(token))
    assert actor is not None
    return inform(at.workshop, actor)


def invited(at: Scene, label: str) -> Actor:
    issued = issuing.invite_colleague(at.workshop, at.actors["coordinator"], label, independent=True)
    return come_in(at, issued.token)


def number(at: Scene, actor: Actor) -> int:
    (sheet,) = respondent.my_sheets(at.workshop, actor)
    return sheet.state.id


def say(at: Scene, actor: Actor, item: str, level: int, comment: str = "") -> None:
    answer = Answer(level, comment=comment)
    assert isinstance(respondent.save_answer(at.workshop, actor, number(at, actor), item, answer, based_on=None), Saved)


def compared(at: Scene):
    return independent.side_by_side(at.workshop, at.actors["coordinator"], "tiny")


def test_two_independents_and_the_common_response_keep_apart(at):
    people = [at.actors["colleague"], invited(at, "Ana"), invited(at, "Ben")]
    for level, person in enumerate(people, 2):
        say(at, person, "plan", level, f"of {level}")
    assert len({number(at, person) for person in people}) == 3
    for level, person in enumerate(people, 2):
        (sheet,) = respondent.my_sheets(at.workshop, person)
        assert sheet.answer("plan") == Answer(level, comment=f"of {level}")
        assert sheet == respondent.open_sheet(at.workshop, person, "tiny")
    assert number(at, at.actors["coordinator"]) == number(at, at.actors["colleague"])


def test_nobody_reads_or_changes_anothers_by_its_id(at):
    ana, ben = invited(at, "Ana"), invited(at, "Ben")
    everybody = {"common": at.actors["coordinator"], "colleague": at.actors["colleague"], "ana": ana, "ben": ben}
    for name, person in everybody.items():
        others = {number(at, other) for other in everybody.values()} - {number(at, person)}
        for theirs in others:
            for attempt in (
                lambda theirs=theirs, person=person: respondent.save_answer(
                    at.workshop, person, theirs, "plan", Answer(5), based_on=None
                ),
                lambda theirs=theirs, person=person: respondent.seen_answer(at.workshop, person, theirs, "plan", 0),
                lambda theirs=theirs, person=person: respondent.submit(at.workshop, person, theirs),
                lambda theirs=theirs, person=person: respondent.reopen(at.workshop, person, theirs),
            ):
                with pytest.raises(RefusedError) as refusal:
                    attempt()
                assert refusal.value.code in ("P001", "P005"), name
    assert at.workshop.store.changes(at.round.id, 0) == ()


def test_they_submit_and_reopen_their_own(at):
    ana = invited(at, "Ana")
    assert respondent.submits(ana)
    with pytest.raises(RefusedError, match="critical"):
        respondent.submit(at.workshop, ana, number(at, ana))
    say(at, ana, "plan", 3)
    assert respondent.submit(at.workshop, ana, number(at, ana)) == 1
    with pytest.raises(RefusedError):
        say(at, ana, "plan", 4)
    assert respondent.reopen(at.workshop, ana, number(at, ana)) == 2
    say(at, ana, "plan", 4)
    (common,) = respondent.my_sheets(at.workshop, at.actors["coordinator"])
    assert (common.state.revision, common.stored) == (0, {})


def test_the_coordinator_sees_that_it_is_there_and_how_far_and_no_answer(at):
    ana = invited(at, "Ana")
    say(at, ana, "plan", 4, "SECRET")
    coordinator = at.actors["coordinator"]
    (one,) = independent.independents(at.workshop, coordinator)
    (progress,) = one.progress
    assert (one.label, key_of(one.token_hash)) == ("Ana", one.respondent)
    assert (progress.questionnaire_id, progress.answered, progress.asked, progress.submitted) == ("tiny", 1, 3, False)
    assert compared(at).respondents == ()
    assert compared(at).waiting == 1
    seen = (
        compared(at),
        one,
        issuing.colleagues(at.workshop, coordinator),
        respondent.my_sheets(at.workshop, coordinator),
    )
    assert "SECRET" not in repr(seen)
    with pytest.raises(RefusedError) as refusal:
        independent.take_over(at.workshop, coordinator, "tiny", "plan", ana.respondent, based_on=0)
    assert refusal.value.code == "P001"


def test_what_is_reopened_is_theirs_again(at):
    ana = invited(at, "Ana")
    say(at, ana, "plan", 4, "SECRET")
    respondent.submit(at.workshop, ana, number(at, ana))
    assert "SECRET" in repr(compared(at))
    respondent.reopen(at.workshop, ana, number(at, ana))
    assert "SECRET" not in repr(compared(at))


def test_a_reopening_while_the_answers_are_read_shows_none_of_them(at, monkeypatch):
    ana = invited(at, "Ana")
    say(at, ana, "plan", 4)
    respondent.submit(at.workshop, ana, number(at, ana))
    mine, read = number(at, ana), at.workshop.store.answers

    def overtaken(response_id):
        if response_id == mine and at.workshop.store.response(mine).status == "submitted":
            respondent.reopen(at.workshop, ana, mine)
            monkeypatch.setattr(at.workshop.store, "answers", read, raising=False)
            say(at, ana, "plan", 5, "SECRET")
        return read(response_id)

    monkeypatch.setattr(at.workshop.store, "answers", overtaken, raising=False)
    assert "SECRET" not in repr(compared(at))


def test_side_by_side_marks_what_is_contested(at):
    for levels in ((1, None, 3), (4, 2, 3), (5, 5, DONT_KNOW)):
        person = invited(at, str(levels))
        for item, level in zip(("plan", "review", "training"), levels, strict=True):
            if level:
                say(at, person, item, level)
        respondent.submit(at.workshop, person, number(at, person))
    say(at, at.actors["coordinator"], "plan", 4)
    found = compared(at)
    plan, review, training = found.items
    assert [one.label for one in found.respondents] == [str((1, None, 3)), str((4, 2, 3)), str((5, 5, DONT_KNOW))]
    assert plan.common == Answer(4)
    assert [answer.code for answer in plan.answers] == [1, 4, 5]
    assert plan.deviation == pytest.approx((3 + 0 + 1) / 3)  # about the median 4
    assert (plan.contested, training.contested) == (True, False)
    assert [answer and answer.code for answer in review.answers] == [None, 2, 5]  # not asked where there is no plan
    assert review.deviation == pytest.approx(1.5)
    assert training.deviation == 0


def test_one_level_has_no_spread(at):
    for levels in ((3,), (DONT_KNOW,)):
        person = invited(at, "x")
        say(at, person, "plan", levels[0])
        respondent.submit(at.workshop, person, number(at, person))
    plan = compared(at).items[0]
    assert (plan.deviation, plan.contested) == (None, False)


def test_an_answer_is_taken_over_on_the_common_path(at):
    ana = invited(at, "Ana")
    say(at, ana, "plan", 4, "from Ana")
    respondent.submit(at.workshop, ana, number(at, ana))
    coordinator = at.actors["coordinator"]

    def take(based_on):
        return independent.take_over(at.workshop, coordinator, "tiny", "plan", ana.respondent, based_on=based_on)

    assert isinstance(take(0), Saved)
    (common,) = respondent.my_sheets(at.workshop, coordinator)
    assert common.answer("plan") == Answer(4, comment="from Ana")
    assert common.stored["plan"].author == coordinator.key
    say(at, at.actors["colleague"], "plan", 2)
    assert isinstance(take(1), Conflict)
    respondent.submit(at.workshop, coordinator, common.state.id)
    with pytest.raises(RefusedError):
        take(2)
    assert respondent.my_sheets(at.workshop, ana)[0].answer("plan") == Answer(4, comment="from Ana")


@pytest.mark.parametrize("whose", ["", "unknown"])
def test_nothing_but_submitted_independent_answers_of_the_own_organisation_is_taken_over(at, whose):
    theirs = issuing.invite_colleague(at.workshop, at.actors["neighbour"], "South", independent=True)
    south = come_in(at, theirs.token)
    say(at, south, "plan", 4)
    respondent.submit(at.workshop, south, number(at, south))
    for respondent_key in (whose, south.respondent):
        with pytest.raises(RefusedError) as refusal:
            independent.take_over(at.workshop, at.actors["coordinator"], "tiny", "plan", respondent_key, based_on=0)
        assert refusal.value.code == "P001"
    assert compared(at).respondents == ()


def test_a_verified_tier_is_not_taken_over(at):
    """Only a facilitator says that evidence is verified, and of that answer only."""
    ana = invited(at, "Ana")
    say(at, ana, "plan", 4)
    mine = number(at, ana)
    store = at.workshop.store
    store._log[-1] = replace(store._log[-1], answer=Answer(4, evidence=3))
    respondent.submit(at.workshop, ana, mine)
    with pytest.raises(AnswerRefusedError):
        independent.take_over(at.workshop, at.actors["coordinator"], "tiny", "plan", ana.respondent, based_on=0)


def test_an_ended_link_keeps_the_answers(at):
    coordinator = at.actors["coordinator"]
    issued = issuing.invite_colleague(at.workshop, coordinator, "Ana", independent=True)
    ana = come_in(at, issued.token)
    say(at, ana, "plan", 4, "kept")
    respondent.submit(at.workshop, ana, number(at, ana))
    issuing.revoke(at.workshop, coordinator, issued.invitation.token_hash)
    assert InvitationDesk(at.workshop).open(issued.token) is None
    (one,) = independent.independents(at.workshop, coordinator)
    assert (one.label, one.token_hash) == ("Ana", "")
    assert compared(at).items[0].answers == (Answer(4, comment="kept"),)


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_a_link_made_anew_opens_the_same_responses(at, who):
    issued = issuing.invite_colleague(at.workshop, at.actors["coordinator"], "Ana", independent=True)
    ana = come_in(at, issued.token)
    say(at, ana, "plan", 4, "kept")
    key = issued.invitation.token_hash
    if who == "coordinator":
        anew = issuing.reissue_colleague(at.workshop, at.actors["coordinator"], key)
    else:
        (anew,) = hand_out.replace_chosen(at.workshop, at.actors["facilitator"], [key_of(key)], None)
    again = come_in(at, anew.token)
    assert (again.role, again.respondent) == ("independent", ana.respondent)
    assert again.key != ana.key
    assert number(at, again) == number(at, ana)
    say(at, again, "training", 2)
    (sheet,) = respondent.my_sheets(at.workshop, again)
    assert sheet.answer("plan").comment == "kept"
    (one,) = independent.independents(at.workshop, at.actors["coordinator"])
    assert one.token_hash == anew.invitation.token_hash


def test_an_invitation_is_audited_with_its_key_and_a_code_opens_it(at):
    issued = issuing.invite_colleague(at.workshop, at.actors["coordinator"], "Ana", independent=True)
    entry = at.workshop.store.audit(0, 1_000)[-1]
    assert (entry.action, entry.outcome) == ("invite a colleague", "done")
    assert entry.subject == key_of(issued.invitation.token_hash)
    assert issued.code


def test_the_facilitator_sees_one_organisation_and_how_many_answer_apart(at):
    ana, ben = invited(at, "Ana"), invited(at, "Ben")
    for person in (ana, ben):
        say(at, person, "plan", 3)
    respondent.submit(at.workshop, ana, number(at, ana))
    rows = {row.organisation.name: row for row in facilitator.progress(at.workshop, at.actors["facilitator"])}
    north, south = rows["Agency North"], rows["Agency South"]
    assert len(rows) == 3
    assert (north.answered, north.submitted, len(north.sheets)) == (0, 0, 1)
    ((one, other),) = north.alone
    assert sorted([one.submitted, other.submitted]) == [False, True]
    assert (north.has_begun, south.has_begun) == (True, False)
    assert north.last_saved
    georgia = facilitator.comparison(at.workshop, at.actors["facilitator"], "tiny").countries[0]
    assert (georgia.country, georgia.invited, georgia.begun) == ("GE", 2, 1)


def test_an_answer_of_theirs_costs_no_more_reads_than_a_common_one(at, monkeypatch):
    """Whose a response is comes with it."""
    ana, colleague = invited(at, "Ana"), at.actors["colleague"]
    counted = []
    for read in ("responses", "invitations", "invitation", "facts", "organisations", "response", "answers", "round"):
        known = getattr(at.workshop.store, read)
        monkeypatch.setattr(
            at.workshop.store,
            read,
            lambda *args, known=known, read=read, **where: counted.append(read) or known(*args, **where),
            raising=False,
        )
    costs = []
    for person in (colleague, ana):
        mine = number(at, person)
        counted.clear()
        respondent.save_answer(at.workshop, person, mine, "plan", Answer(3), based_on=None)
        respondent.open_sheet(at.workshop, person, "tiny")
        costs.append(sorted(counted))
    assert costs[0] == costs[1]
    assert not {"responses", "invitations"} & set(costs[1])
