"""Every text field, on every engine, with any text: kept to the character, or refused whole with a sentence and nothing changed.

A new field that takes people's text gets a line in FIELDS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import issuing, respondent, staff
from access.actor import RefusedError
from access.setup import RoundPlan, create_round
from access.staff import TERMINAL, clean_name
from results.facts import Staff
from results.store import open_store
from survey.response import NOT_APPLICABLE, Answer, AnswerRefusedError
from tests.naughty import NAUGHTY
from tests.postgres_server import shared
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene

ENGINES = {
    "reference": lambda folder: ReferenceStore(),
    "duckdb": lambda folder: open_store(f"duckdb:///{folder}/x.duckdb"),
    "postgres": lambda folder: open_store(shared().fresh()),
}
ANY = st.text(st.characters(exclude_categories=()), max_size=90) | st.sampled_from(list(NAUGHTY.values()))


def answer(**parts: object) -> Callable[[Scene, str], str]:
    """An answer with the text in one field; the field as it is kept."""
    ((field, _),) = parts.items()

    def given_as(at: Scene, text: str) -> str:
        response, code = at.response("north"), NOT_APPLICABLE if field == "reason" else 3
        words = replace(Answer(code, reason="because" if code == NOT_APPLICABLE else ""), **{field: text})
        respondent.save_answer(at.workshop, at.actors["coordinator"], response, "training", words, based_on=None)
        return getattr(at.workshop.store.answers(response)["training"].answer, field)

    return given_as


def label(at: Scene, text: str) -> str:
    made = issuing.invite_colleague(at.workshop, at.actors["coordinator"], text).invitation
    north = at.organisations["north"].id
    kept = at.workshop.store.invitations(at.round.id, north)
    issuing.revoke(at.workshop, at.actors["coordinator"], made.token_hash)
    return next(one.label for one in kept if one.token_hash == made.token_hash)


def person(at: Scene, text: str) -> str:
    staff.add_person(at.workshop, TERMINAL, text, "author")
    (kept,) = at.workshop.store.facts(Staff, id=staff.id_of_name(at.workshop, clean_name(text)))
    return kept.name


def round_name(at: Scene, text: str) -> str:
    made = create_round(at.workshop, RoundPlan(text, ((at.file, "full"),)))  # type: ignore[attr-defined]
    kept = at.workshop.store.round(made.id)
    assert kept is not None
    return kept.name


# Field → how it is given and read back; what it makes of a text before keeping it.
FIELDS: dict[str, tuple[Callable[[Scene, str], str], Callable[[str], str]]] = {
    "note": (answer(note=""), str),
    "reason": (answer(reason=""), str),
    "comment": (answer(comment=""), str),
    "link": (answer(link=""), str),
    "label": (label, lambda text: text.strip(" ")),
    "person": (person, clean_name),
    "round": (round_name, str),
}


def everything(at: Scene) -> tuple:
    store = at.workshop.store
    rounds = store.rounds()
    return (
        rounds,
        [store.invitations(one.id) for one in rounds],
        [store.answers(one.id) for one in store.responses(at.round.id)],
        store.facts(Staff),
    )


@pytest.fixture(scope="module", params=ENGINES)
def at(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzzed")
    store = ENGINES[request.param](folder)
    made = scene(store, folder)
    object.__setattr__(made, "file", folder / "questionnaire.yaml")
    yield made
    store.close()


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(issuing, "hash_secret", lambda _: "hash")


@pytest.mark.parametrize("field", FIELDS)
def test_any_text_is_kept_to_the_character_or_refused_whole(at, field):
    give, made_of = FIELDS[field]

    @settings(max_examples=40)
    @given(ANY)
    def check(text: str) -> None:
        before, said = everything(at), ""
        try:
            kept = give(at, text)
        except (RefusedError, AnswerRefusedError) as refused:
            said = str(refused)
        if said:
            assert said.isprintable()
            assert everything(at) == before
        else:
            assert kept == made_of(text)

    check()
