"""R10: what arrives too late is refused and kept; after a reopening it is taken over or discarded."""

from __future__ import annotations

import pytest

from access import late, respondent
from access.actor import RefusedError
from access.late_keeping import LateError
from results.facts import LateAnswer
from results.store import Conflict, Refused, Saved, SetRoundStatus, StoreError
from survey.response import Answer, AnswerRefusedError
from tests.results.conftest import ENGINES
from tests.workshops import Scene, scene

TEXT = "ក្រសួង – 40 lines later"


@pytest.fixture(params=[name for name in ENGINES if name != "replicas"])
def at(request, tmp_path) -> Scene:
    made = scene(ENGINES[request.param](tmp_path), tmp_path)
    yield made
    made.workshop.close()


def save(at: Scene, who: str = "colleague", answer: Answer | None = None, based_on: int | None = 0, item: str = "plan"):
    answer = answer or Answer(4, comment=TEXT)
    return respondent.save_answer(at.workshop, at.actors[who], at.response("north"), item, answer, based_on=based_on)


def submit(at: Scene) -> None:
    save(at, "coordinator", Answer(2), None)
    respondent.submit(at.workshop, at.actors["coordinator"], at.response("north"))


def reopen(at: Scene) -> None:
    respondent.reopen(at.workshop, at.actors["coordinator"], at.response("north"))


def listed(at: Scene, who: str = "coordinator"):
    sheet = respondent.open_sheet(at.workshop, at.actors[who], "tiny")
    return late.drafts(at.workshop, at.actors[who], sheet)


@pytest.mark.parametrize(("end", "code"), [("submit", "P061"), ("close", "P060")])
def test_what_comes_too_late_is_refused_and_kept(at, end, code):
    submit(at) if end == "submit" else at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    stored = at.workshop.store.answers(at.response("north"))
    for text in ("first", TEXT, TEXT):
        with pytest.raises(LateError) as refused:
            save(at, answer=Answer(4, comment=text))
        assert refused.value.code == code
    assert at.workshop.store.answers(at.response("north")) == stored
    (draft,) = listed(at)
    assert (draft.item.id, draft.answer.comment, draft.person.label) == ("plan", TEXT, "colleague")
    assert (draft.person.is_self, listed(at, "colleague")[0].person.is_self) == (False, True)
    assert len(at.workshop.store.facts(LateAnswer)) == 1


def test_it_is_taken_over_by_the_normal_path_once(at):
    submit(at)
    with pytest.raises(LateError):
        save(at, based_on=1)
    me, response = at.actors["coordinator"], at.response("north")
    (draft,) = listed(at)
    with pytest.raises(RefusedError) as refused:
        late.take_over(at.workshop, me, response, "plan", draft.person.key)  # still submitted
    assert refused.value.code == "P003"
    reopen(at)
    assert isinstance(late.take_over(at.workshop, me, response, "plan", draft.person.key), Saved)
    stored = at.workshop.store.answers(response)["plan"]
    assert (stored.answer.comment, stored.author, stored.revision) == (TEXT, me.key, 2)
    with pytest.raises(RefusedError) as refused:
        late.take_over(at.workshop, me, response, "plan", draft.person.key)
    assert refused.value.code == "P008"
    (settled,) = at.workshop.store.facts(LateAnswer)
    assert TEXT not in repr(settled)
    assert (listed(at), settled.settled_at > 0) == ((), True)


def test_a_newer_answer_is_a_conflict_and_the_draft_stays_until_somebody_chooses(at):
    submit(at)
    with pytest.raises(LateError):
        save(at, based_on=1)
    reopen(at)
    save(at, "coordinator", Answer(5), None)
    me, response, key = at.actors["coordinator"], at.response("north"), at.actors["colleague"].key
    conflict = late.take_over(at.workshop, me, response, "plan", key)
    assert isinstance(conflict, Conflict)
    assert len(listed(at)) == 1
    assert isinstance(late.take_over(at.workshop, me, response, "plan", key, conflict.theirs.revision), Saved)
    assert listed(at) == ()


def test_it_is_discarded_and_may_come_again(at):
    submit(at)
    with pytest.raises(LateError):
        save(at)
    late.discard(at.workshop, at.actors["coordinator"], at.response("north"), "plan", at.actors["colleague"].key)
    assert listed(at) == ()
    with pytest.raises(LateError):
        save(at)
    assert len(listed(at)) == 1


def test_what_was_stored_meanwhile_is_no_draft(at):
    submit(at)
    with pytest.raises(LateError):
        save(at)
    reopen(at)
    save(at, based_on=None)  # the page that held it was still open
    assert listed(at) == ()
    save(at, "coordinator", Answer(1), None)
    assert listed(at) == ()


def test_of_another_organisation_nothing_is_kept_or_shown(at):
    submit(at)
    with pytest.raises(RefusedError) as refused:
        save(at, "neighbour")
    assert (refused.value.code, at.workshop.store.facts(LateAnswer)) == ("P001", ())
    with pytest.raises(LateError):
        save(at)
    key = at.actors["colleague"].key
    for act in (late.discard, late.take_over):
        with pytest.raises(RefusedError) as refused:
            act(at.workshop, at.actors["neighbour"], at.response("north"), "plan", key)
        assert refused.value.code == "P001"
    assert len(listed(at)) == 1


def test_a_forged_answer_is_no_draft(at):
    submit(at)
    for item, answer in (("nope", Answer(3)), ("plan", Answer(9)), ("plan", Answer(3, comment="x" * 50_001))):
        with pytest.raises(AnswerRefusedError):
            save(at, item=item, answer=answer)
    assert at.workshop.store.facts(LateAnswer) == ()


def test_what_could_not_be_kept_is_not_said_to_be(at, monkeypatch):
    submit(at)

    def fails(_):
        raise StoreError("P007")

    monkeypatch.setattr(at.workshop, "write", fails)
    with pytest.raises(RefusedError) as refused:
        save(at)
    assert refused.value.code == "P003"
    monkeypatch.setattr(at.workshop, "write", lambda _: Refused("P008"))
    with pytest.raises(RefusedError) as refused:
        save(at)
    assert refused.value.code == "P003"


def test_everybody_has_a_draft_of_their_own(at):
    submit(at)
    for who in ("colleague", "coordinator"):
        with pytest.raises(LateError):
            save(at, who, Answer(5, comment=who))
    assert {draft.answer.comment for draft in listed(at)} == {"colleague", "coordinator"}
