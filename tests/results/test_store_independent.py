"""Responses of single respondents beside an organisation's common one: one contract for all engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from results.duckdb_store import DuckDBStore
from results.erasure import erase
from results.facts import AuditEvent
from results.restore import restore
from results.store import (
    AddInvitation,
    AddOrganisation,
    Audited,
    Done,
    Refused,
    RevokeInvitation,
    Saved,
    StoreError,
    open_store,
)
from results.upkeep import Erasure
from tests.postgres_server import shared
from tests.results.facts import (
    FIRST,
    ROUND,
    SECOND,
    alone,
    change,
    do,
    everything,
    fill,
    khmer,
    laotian,
    response,
    save,
)

OWN, OTHER = 6_000_000_001, 6_000_000_002
own = response(OWN, khmer, "tiny", alone.respondent)
other = response(OTHER, khmer, "other", alone.respondent)
add = AddInvitation(alone, (own, other))


def test_they_come_with_the_first_link_and_after_the_common_response(store):
    revision = store.revision(ROUND)
    assert do(store, add) == Done()
    assert store.invitation(alone.token_hash) == alone
    assert (store.response(OWN), store.response(OTHER)) == (own, other)
    assert [one.id for one in store.responses(ROUND)] == [SECOND, OTHER, FIRST, OWN]
    assert store.revision(ROUND) > revision


def test_each_keeps_its_own_answers_and_state(store):
    do(store, add)
    assert isinstance(do(store, save("a", "common")), Saved)
    assert isinstance(do(store, save("a", "own", to=OWN)), Saved)
    do(store, change("submitted", of=OWN))
    assert do(store, save("a", "late", to=OWN)) == Refused("P003")
    assert isinstance(do(store, save("b", "common", based_on=0)), Saved)
    assert [store.response(one).status for one in (FIRST, OWN, OTHER)] == ["draft", "submitted", "draft"]
    assert [store.answers(one)["a"].answer.note for one in (FIRST, OWN)] == ["common", "own"]


def test_added_again_nothing_changes_whatever_has_become_of_it(store):
    do(store, add)
    do(store, save("a", "own", to=OWN))
    do(store, change("submitted", of=OWN))
    do(store, RevokeInvitation(alone.token_hash, 60))
    before = everything(store), store.answers(OWN)
    assert do(store, add) == Done()
    assert do(store, AddOrganisation(khmer, (response(FIRST, khmer),))) == Done()
    assert (everything(store), store.answers(OWN)) == before


def test_a_link_made_anew_brings_no_responses_and_ends_none(store):
    do(store, add)
    do(store, save("a", "own", to=OWN))
    anew = replace(alone, token_hash="a3" * 32)
    event = AuditEvent(1, 40, "coordinator", "a1", "reissue a colleague's link", ROUND, khmer.id, "", "done")
    done = Audited(RevokeInvitation(alone.token_hash, 60), event, (AddInvitation(anew),))
    assert do(store, done) == Done()
    assert store.answers(OWN)["a"].answer.note == "own"
    assert [one.id for one in store.responses(ROUND) if one.respondent == alone.respondent] == [OTHER, OWN]


MISTAKES = {
    "no respondent": AddInvitation(replace(alone, respondent=""), (replace(own, respondent=""),)),
    "another respondent's": AddInvitation(alone, (replace(own, respondent="b"),)),
    "another organisation's": AddInvitation(alone, (response(OWN, laotian, "tiny", alone.respondent),)),
    "a response that is there": AddInvitation(alone, (replace(own, id=FIRST),)),
    "one questionnaire twice": AddInvitation(alone, (own, replace(own, id=OTHER))),
    "an organisation's": AddOrganisation(replace(khmer, id=1), (replace(own, organisation_id=1),)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_response_that_is_not_theirs_is_an_error_and_changes_nothing(store, mistake):
    before = everything(store)
    with pytest.raises(StoreError) as caught:
        do(store, MISTAKES[mistake])
    assert caught.value.code == "P007"
    assert everything(store) == before
    assert store.invitation(alone.token_hash) is None


def test_a_respondents_responses_are_made_once(store):
    do(store, add)
    before = everything(store)
    for again in (
        AddInvitation(alone, (own,)),
        AddInvitation(replace(alone, token_hash="a4" * 32), (replace(own, id=1),)),
    ):
        with pytest.raises(StoreError):
            do(store, again)
    assert everything(store) == before


def test_an_organisation_that_is_not_there_gets_none(store):
    nowhere = replace(khmer, id=404)
    command = AddInvitation(replace(alone, organisation_id=404), (response(OWN, nowhere, "tiny", alone.respondent),))
    assert do(store, command) == Refused("P001")
    assert store.invitation(alone.token_hash) is None


def test_an_erased_organisation_takes_them_with_it(tmp_path):
    path, url = tmp_path / "store.duckdb", shared().fresh()
    what, gone = Erasure("organisation", khmer.id), []
    for name in (f"duckdb:///{path}", url):
        store = open_store(name)
        fill(store)
        do(store, add)
        do(store, save("a", "own", to=OWN))
        if name == url:
            gone.append(store.erase(what))
        store.close()
    gone.insert(0, erase(path, what))
    assert [(one.responses, one.answers, one.invitations) for one in gone] == [(3, 1, 1), (3, 1, 1)]
    for name in (f"duckdb:///{path}", url):
        store = open_store(name)
        assert [one.id for one in store.responses(ROUND)] == [SECOND]
        assert (store.answers(OWN), store.invitation(alone.token_hash)) == ({}, None)
        assert do(store, save("a", "late", to=OWN)) == Refused("P001")
        store.close()


def test_a_backup_holds_them(tmp_path):
    store = DuckDBStore(tmp_path / "store.duckdb")
    fill(store)
    do(store, add)
    do(store, save("a", "own", to=OWN))
    backup = store.backup()
    store.close()
    restore(tmp_path / "again.duckdb", backup.file, [])
    again = DuckDBStore(tmp_path / "again.duckdb")
    assert (again.response(OWN), again.answers(OWN)["a"].answer.note) == (own, "own")
    assert again.invitation(alone.token_hash) == alone
    again.close()
