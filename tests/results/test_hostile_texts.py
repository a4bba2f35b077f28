"""Every text that people write, on every engine: what comes back is what was given, to the character; SQL in it is a text (S15)."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from access import issuing, respondent
from access.actor import RefusedError
from access.workshop import Workshop
from results.duckdb_store import DuckDBStore
from results.store import open_store
from survey.loader import content_hash, parse
from survey.response import Answer, AnswerRefusedError
from tests.hostile import ALL, TEXTS, hostile_scene, questionnaire
from tests.naughty import NAUGHTY, STORABLE
from tests.postgres_server import shared
from tests.reference_store import ReferenceStore
from tests.survey.files import problems_of

ENGINES = ("reference", "duckdb", "postgres")


def opened(engine: str, folder):
    if engine == "reference":
        return ReferenceStore()
    return open_store(f"duckdb:///{folder}/x.duckdb" if engine == "duckdb" else shared().fresh())


def everything(store, round_id: int) -> tuple:
    """All that a round's people wrote, and what was done."""
    answers = [store.answers(response.id) for response in store.responses(round_id)]
    return (
        store.round(round_id),
        store.organisations(round_id),
        store.invitations(round_id),
        answers,
        store.audit(0, 1000),
    )


def as_given(store, at) -> None:
    round_ = store.round(at.round.id)
    assert round_.notice == "\n".join(ALL.values())
    assert round_.name == at.round.name
    names = {organisation.id: organisation.name for organisation in store.organisations(round_.id)}
    assert {key: names[organisation.id] for key, organisation in at.organisations.items() if key != "north"} == ALL
    assert {invitation.label for invitation in store.invitations(round_.id)} >= set(ALL.values())
    kept = store.answers(at.response_in(store, "north"))
    texts = list(ALL.values())
    for item, stored in kept.items():
        text, answer = texts[int(item[1:])], stored.answer
        assert answer in (Answer(7, reason=text, comment=text), Answer(2, 1, "", text, "", text))
    assert len(kept) == len([number for number in range(len(texts)) if number % 3 != 2])
    (pinned,) = round_.questionnaires
    asked = parse(pinned.content, pinned.id).questionnaire
    assert asked == parse(questionnaire(), "hostile").questionnaire
    assert content_hash(asked) == pinned.content_hash
    assert [item.text for item in asked.items] == [text.strip() for text in texts]


@pytest.mark.parametrize("engine", ENGINES)
def test_s15_every_text_comes_back_as_it_was_given(tmp_path, engine):
    store = opened(engine, tmp_path)
    with closing(store):
        at = hostile_scene(store, tmp_path)
        as_given(store, at)
        wanted = everything(store, at.round.id)
    if engine != "duckdb":
        return
    file = tmp_path / "x.duckdb"
    for gone in (False, True):  # as it was left; and from the journal alone
        if gone:
            file.unlink()
        with closing(DuckDBStore(file)) as again:
            as_given(again, at)
            assert everything(again, at.round.id) == wanted
            if gone:
                again.backup()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_text_of_an_answer_is_kept_whole_or_refused_whole(tmp_path, engine):
    """Also what no engine can keep: refused before it reaches one, with the earlier answer untouched."""
    store = opened(engine, tmp_path)
    with closing(store):
        at = hostile_scene(store, tmp_path)
        workshop, actor = Workshop(store), at.actors["coordinator"]
        response = at.response_in(store, "north")
        for name, text in NAUGHTY.items():
            before = store.answers(response).get("i2")
            answers = [Answer(3, comment=text), Answer(3, note=text), Answer(7, reason=text)]
            for answer in answers if engine == "reference" else answers[:1]:
                refuses = name not in STORABLE or (answer.code == 7 and not text.strip())
                if refuses:
                    with pytest.raises(AnswerRefusedError) as refused:
                        respondent.save_answer(workshop, actor, response, "i2", answer, based_on=None)
                    assert refused.value.code in ("R004", "R007")
                    assert store.answers(response).get("i2") == before
                else:
                    respondent.save_answer(workshop, actor, response, "i2", answer, based_on=None)
                    before = store.answers(response)["i2"]
                    assert before.answer == answer
            with pytest.raises(AnswerRefusedError):
                respondent.save_answer(workshop, actor, response, "i2", Answer(3, link=text or "x"), based_on=None)


@pytest.mark.parametrize("name", NAUGHTY)
def test_the_file_of_a_questionnaire_takes_a_text_whole_or_not_at_all(name):
    text = NAUGHTY[name]
    given = json.dumps(json.loads(questionnaire()) | {"purpose": text}, ensure_ascii=False)
    if name in TEXTS:
        assert parse(given, "hostile").questionnaire.purpose == text.strip()
    else:
        assert {problem.code for problem in problems_of(given)} & {"Q001", "Q020"}


def test_labels_are_refused_whole_on_the_engines_too(tmp_path, monkeypatch):
    monkeypatch.setattr(issuing, "hash_secret", lambda _: "hash")
    with closing(opened("duckdb", tmp_path)) as store:
        at = hostile_scene(store, tmp_path)
        for text in ("a\0b", "a\ud800"):
            with pytest.raises(RefusedError, match="80 characters"):
                issuing.invite_colleague(at.workshop, at.actors["coordinator"], text)
