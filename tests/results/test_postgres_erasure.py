"""Erasure in PostgreSQL: what is erased can be read nowhere, not in the server's table files either; the counts stay."""

from __future__ import annotations

import psycopg
import pytest

from results.facts import (
    Code,
    Consent,
    Expiry,
    Grant,
    Informed,
    JoinCode,
    LateAnswer,
    Notice,
    PeersShown,
    StaffSession,
    Target,
)
from results.store import AddInvitation, AddSession, Keep, Note, Refused, Saved, open_store
from results.upkeep import Erased, Erasure
from tests.postgres_server import shared
from tests.results.facts import (
    FIRST,
    LATER_ROUND,
    ROUND,
    SECOND,
    change,
    do,
    event,
    fill,
    invitation,
    khmer,
    laotian,
    one_of_each,
    save,
    session,
)

SECRET = "a sentence that nobody may find again"


@pytest.fixture
def url():
    return shared().fresh()


@pytest.fixture
def pair(url):
    stores = open_store(url), open_store(url)
    fill(stores[0])
    do(stores[0], AddInvitation(invitation))
    do(stores[0], AddSession(session))
    for number in range(3):
        do(stores[0], save("a", f"{SECRET} {number}"))
    do(stores[0], save("b", "somebody else's", to=SECOND))
    do(stores[0], change("submitted", of=FIRST))
    yield stores
    for store in stores:
        store.close()


def tombstones(url):
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT kind, organisations, responses, answers, invitations FROM erasures"
        ).fetchall()


def table_files(url):
    """The bytes of the tables as they are on the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        paths = connection.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')"
        ).fetchall()
    return b"".join((shared().folder / path[0]).read_bytes() for path in paths)


def test_an_organisation_is_erased_with_all_that_is_its_own(url, pair):
    assert SECRET.encode() in table_files(url)
    before = pair[1].revision(ROUND)
    assert pair[0].erase(Erasure("organisation", khmer.id)) == Erased(1, 1, 3, 1)
    for store in pair:
        assert store.organisations(ROUND) == (laotian,)
        assert [state.id for state in store.responses(ROUND)] == [SECOND]
        assert (store.answers(FIRST), store.history(FIRST, "a")) == ({}, ())
        assert (store.invitation(invitation.token_hash), store.session(session.session_hash)) == (None, None)
        assert set(store.answers(SECOND)) == {"b"}
        assert do(store, save("a")) == Refused("P001")
        assert isinstance(do(store, save("b", to=SECOND)), Saved)
    assert pair[0].revision(ROUND) > before
    assert tombstones(url) == [("organisation", 1, 1, 3, 1)]
    assert SECRET.encode() not in table_files(url)


def test_an_authors_texts_are_erased_and_the_levels_stay(url, pair):
    codes = pair[0].codes(ROUND, ("a", "b"), 0).code.tolist()
    assert pair[0].erase(Erasure("comments", "sokha")) == Erased(0, 0, 4, 0)
    assert pair[1].codes(ROUND, ("a", "b"), 0).code.tolist() == codes
    assert {one.answer.note + one.answer.comment + one.answer.link for one in pair[1].changes(ROUND, 0)} == {""}
    assert SECRET.encode() not in table_files(url)
    assert pair[0].erase(Erasure("comments", invitation.token_hash[:12])) == Erased(0, 0, 0, 1)
    assert pair[1].invitation(invitation.token_hash).label == ""


def test_a_round_is_erased_and_the_other_stays(url, pair):
    assert pair[0].erase(Erasure("round", ROUND)) == Erased(2, 2, 4, 1)
    assert [one.id for one in pair[1].rounds()] == [LATER_ROUND]
    assert pair[1].changes(ROUND, 0) == ()
    assert do(pair[1], save("b", to=SECOND)) == Refused("P001")


def test_nothing_to_erase_leaves_no_trace(url, pair):
    before = pair[0].revision(ROUND)
    assert not any(
        (
            pair[0].erase(Erasure("organisation", 404)),
            pair[0].erase(Erasure("comments", "nobody")),
            pair[0].erase(Erasure("round", 404)),
        )
    )
    assert (tombstones(url), pair[0].revision(ROUND)) == ([], before)


GOES = {
    "organisation": {Consent, Code, Expiry, Informed, LateAnswer, Target},
    "round": {
        *(Consent, Code, Expiry, Informed, LateAnswer, Target),
        *(JoinCode, Grant, StaffSession, Notice, PeersShown),
    },
}


@pytest.mark.parametrize("kind", GOES)
def test_facts_go_with_what_they_belong_to(pair, kind):
    for one in one_of_each():
        do(pair[0], Keep(one))
    do(pair[0], Note(event(1)))
    pair[0].erase(Erasure(kind, khmer.id if kind == "organisation" else ROUND))
    assert {type(one) for one in one_of_each() if not pair[1].facts(type(one))} == GOES[kind]
    assert len(pair[1].audit(0, 10)) == 1
