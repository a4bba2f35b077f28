"""What every engine promises of answers (the docstrings of `results.store`), one small test for each promise."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    Conflict,
    Done,
    Refused,
    RevokeInvitation,
    Saved,
    SetRoundStatus,
    StoreError,
)
from results.workshop import Organisation, StoredAnswer
from survey.response import Answer
from tests.results.facts import (
    FIRST,
    LATER_ROUND,
    ROUND,
    SECOND,
    change,
    do,
    invitation,
    khmer,
    new_event,
    response,
    save,
    the_round,
)


def note(store, item_id="a", response_id=FIRST):
    return store.answers(response_id)[item_id].answer.note


# --- saving
def test_a_saved_answer_comes_back_whole(store):
    command = save("a", "why")
    result = do(store, command)
    expected = StoredAnswer(
        FIRST, "a", command.answer, 1, result.stored.sequence, command.event_id, "sokha", command.saved_at
    )
    assert result == Saved(expected)
    assert store.answers(FIRST) == {"a": expected}


def test_the_latest_revision_is_the_answer_and_the_rest_is_history(store):
    stored = [do(store, save("a", text)).stored for text in ("one", "two", "three")]
    do(store, save("b", "other item"))
    do(store, save("a", "other response", to=SECOND))
    assert [one.revision for one in stored] == [1, 2, 3]
    assert store.answers(FIRST)["a"] == stored[-1]
    assert store.history(FIRST, "a") == tuple(stored)


def test_sequences_rise_over_items_and_responses(store):
    sequences = [do(store, one).stored.sequence for one in (save("a"), save("b"), save("a", to=SECOND), save("a"))]
    assert sequences == sorted(set(sequences))
    assert sequences[0] > 0


def test_the_same_answer_again_is_a_new_revision(store):
    first = do(store, save("a", "same", based_on=0)).stored
    second = do(store, save("a", "same", based_on=1)).stored
    assert (first.answer, first.revision, second.revision) == (second.answer, 1, 2)


@pytest.mark.parametrize("stale", [0, 1])
def test_a_save_on_an_older_revision_is_a_conflict_and_writes_nothing(store, stale):
    do(store, save("a", "one"))
    theirs = do(store, save("a", "two")).stored
    before = store.revision(ROUND)
    assert do(store, save("a", "mine", based_on=stale)) == Conflict(theirs)
    assert store.history(FIRST, "a")[-1] == theirs
    assert store.revision(ROUND) == before


def test_a_save_on_the_current_revision_is_kept(store):
    do(store, save("a", "one", based_on=0))
    assert do(store, save("a", "two", based_on=1)).stored.revision == 2


def test_a_save_that_checks_nothing_is_appended(store):
    do(store, save("a", "one"))
    assert do(store, save("a", "two", based_on=None)).stored.revision == 2


def test_different_items_and_responses_never_conflict(store):
    do(store, save("a", "one", based_on=0))
    assert isinstance(do(store, save("b", "two", based_on=0)), Saved)
    assert isinstance(do(store, save("a", "three", to=SECOND, based_on=0)), Saved)


def test_a_save_to_an_unknown_response_is_refused(store):
    assert do(store, save(to=99)) == Refused("P001")
    assert store.answers(99) == {}


# --- event ids
def test_a_repeated_event_changes_nothing_and_gets_the_same_result(store):
    command = save("a", "one", based_on=0)
    first = do(store, command)
    do(store, save("a", "two"))
    before = store.revision(ROUND)
    assert do(store, command) == first
    assert note(store) == "two"
    assert len(store.history(FIRST, "a")) == 2
    assert store.revision(ROUND) == before


def test_a_repeated_event_is_recognised_after_submission_and_closing(store):
    command = save("a", "one")
    first = do(store, command)
    do(store, change("submitted"))
    do(store, SetRoundStatus(ROUND, "closed"))
    assert do(store, command) == first


def test_an_event_that_was_refused_is_judged_anew(store):
    do(store, change("submitted"))
    command = save("a", "one")
    assert do(store, command) == Refused("P003")
    do(store, change("draft"))
    assert isinstance(do(store, command), Saved)


def test_event_ids_need_not_rise(store):
    high, low = new_event() + 10**17, new_event()
    first = do(store, save("a", "high", event=high))
    second = do(store, save("a", "low", event=low))
    assert second.stored.revision == 2
    assert do(store, save("a", "repeat", event=high)) == first
    assert do(store, save("a", "repeat", event=low)) == second


# --- status
def test_a_submitted_response_takes_no_answers_until_reopened(store):
    assert do(store, change("submitted")) == Done(1)
    assert do(store, save("a")) == Refused("P003")
    assert do(store, change("draft")) == Done(2)
    assert isinstance(do(store, save("a")), Saved)


def test_a_status_change_shows_in_the_response(store):
    command = change("submitted")
    do(store, command)
    assert store.response(FIRST) == replace(
        response(FIRST, khmer), status="submitted", revision=1, changed_at=command.at
    )
    assert store.response(SECOND).status == "draft"


def test_the_status_it_has_already_changes_nothing(store):
    do(store, change("submitted"))
    before = store.response(FIRST)
    assert do(store, change("submitted")) == Done(1)
    assert store.response(FIRST) == before


def test_a_repeated_status_event_does_not_submit_again(store):
    first, same_again = change("submitted"), change("submitted")
    do(store, first)
    do(store, same_again)
    do(store, change("draft"))
    assert do(store, first) == Done(1)
    assert do(store, same_again) == Done(1)
    assert store.response(FIRST).status == "draft"


def test_a_status_change_of_an_unknown_response_is_refused(store):
    assert do(store, change("submitted", of=99)) == Refused("P001")


def test_a_closed_round_takes_neither_answers_nor_submissions(store):
    do(store, save("a", "before"))
    assert do(store, SetRoundStatus(ROUND, "closed")) == Done()
    assert do(store, save("a", "after")) == Refused("P002")
    assert do(store, change("submitted")) == Refused("P002")
    assert note(store) == "before"
    do(store, SetRoundStatus(ROUND, "open"))
    assert isinstance(do(store, save("a", "again")), Saved)


def test_closing_one_round_leaves_the_other_open(store):
    organisation = Organisation(900, LATER_ROUND, "LA", "Bank")
    do(store, AddOrganisation(organisation, (response(901, organisation),)))
    do(store, SetRoundStatus(ROUND, "closed"))
    assert isinstance(do(store, save("a", to=901)), Saved)


# --- the order of what is queued together
def test_commands_apply_in_the_order_they_were_written(store):
    queued = [save("a", "one", based_on=0), save("a", "two", based_on=0), save("a", "three", based_on=1)]
    results = [future.result(30) for future in [store.write(command) for command in queued]]
    assert [type(result) for result in results] == [Saved, Conflict, Saved]
    assert results[1].theirs == results[0].stored
    assert note(store) == "three"


def test_a_save_behind_a_submission_or_a_closing_is_refused(store):
    queued = [
        save("a"),
        change("submitted"),
        save("a"),
        save("a", to=SECOND),
        SetRoundStatus(ROUND, "closed"),
        save("a", to=SECOND),
    ]
    results = [future.result(30) for future in [store.write(command) for command in queued]]
    assert results[1:3] == [Done(1), Refused("P003")]
    assert isinstance(results[3], Saved)
    assert results[4:] == [Done(), Refused("P002")]


def test_submitting_races_with_closing_and_there_is_one_order(store):
    """R10: sent from three threads at once. What is acknowledged is kept; what came behind the closing is refused whole."""
    start = threading.Barrier(3)

    def run(*commands):
        start.wait()
        return [store.write(command) for command in commands]

    with ThreadPoolExecutor(3) as pool:
        saves = pool.submit(run, *(save(f"item{number}", str(number)) for number in range(40)))
        submission = pool.submit(run, change("submitted", of=SECOND))
        closing = pool.submit(run, SetRoundStatus(ROUND, "closed"))
    results = [future.result(30) for future in saves.result()]
    (submitted,), (closed,) = ([future.result(30) for future in one.result()] for one in (submission, closing))
    assert closed == Done()
    kept = {result.stored.item_id for result in results if isinstance(result, Saved)}
    assert all(isinstance(result, Saved) or result == Refused("P002") for result in results)
    assert set(store.answers(FIRST)) == kept
    first_refusal = next((number for number, result in enumerate(results) if result == Refused("P002")), len(results))
    assert all(result == Refused("P002") for result in results[first_refusal:])
    assert submitted in (Done(1), Refused("P002"))
    assert (store.response(SECOND).status == "submitted") == (submitted == Done(1))
    assert store.round(ROUND).status == "closed"


def test_with_the_clock_set_back_two_hours_the_later_revision_is_the_answer(store):
    """R13: order is that of revisions and sequences, never of times."""
    late = replace(save("a", "first"), saved_at=7_200_000_001)
    early = replace(save("a", "second", based_on=1), saved_at=1)
    do(store, late)
    do(store, early)
    assert note(store) == "second"
    assert [(one.revision, one.saved_at) for one in store.history(FIRST, "a")] == [(1, 7_200_000_001), (2, 1)]
    assert [one.answer.note for one in store.changes(ROUND, 0)] == ["first", "second"]


def test_a_repeat_queued_right_behind_its_event_is_saved_once(store):
    command = save("a", "one")
    results = [future.result(30) for future in [store.write(command), store.write(command)]]
    assert results[0] == results[1]
    assert len(store.history(FIRST, "a")) == 1


def test_a_response_takes_answers_queued_right_behind_it(empty):
    queued = [
        AddRound(the_round),
        AddOrganisation(khmer, (response(FIRST, khmer),)),
        save("a", "early"),
        change("submitted"),
    ]
    results = [future.result(30) for future in [empty.write(command) for command in queued]]
    assert results[3] == Done(1)
    assert note(empty) == "early"


def test_a_bad_command_does_not_fail_its_neighbours(store):
    half_a_character = save("b", "\ud83d")
    futures = [store.write(command) for command in (save("a", "before"), half_a_character, save("c", "after"))]
    with pytest.raises(StoreError) as caught:
        futures[1].result(30)
    assert caught.value.code == "P007"
    assert [isinstance(futures[number].result(30), Saved) for number in (0, 2)] == [True, True]
    assert set(store.answers(FIRST)) == {"a", "c"}


# --- text
@pytest.mark.parametrize(
    "text",
    [
        "",
        " leading, trailing and double  spaces ",
        "ក្រសួងប្រៃសណីយ៍និងទូរគមនាគមន៍ — យុទ្ធសាស្ត្រជាតិ",
        "👩🏽‍💻👨‍👩‍👧‍👦🏳️‍🌈 é\u0065\u0301 \u200b\u2028\u202e\ufeff",
        "'; DROP TABLE answers; -- \" $1 ? :x {0} %s \\ \\n",
        "line\nline\r\nline\ttab",
        "ຍຸດທະສາດປັນຍາປະດິດ — ກະຊວງເຕັກໂນໂລຊີ",
        "কৃত্রিম বুদ্ধিমত্তা কৌশল, ক্ষ্ম জ্ঞ র‍্য",
        "ខ" * 40_000,
    ],
    ids=["empty", "spaces", "khmer", "emoji", "sql", "lines", "lao", "bengali", "long"],
)
def test_text_comes_back_to_the_byte(store, text):
    answer = Answer(0, 0, text, text, text, text)
    command = replace(save("a"), answer=answer, author=text, item_id=f"item {text[:50]}")
    stored = do(store, command).stored
    found = store.history(FIRST, command.item_id)
    assert found == (stored,)
    assert (found[0].answer, found[0].author) == (answer, text)


def test_numbers_keep_their_64_bits(store):
    largest = 2**63 - 1
    command = replace(save("a", event=largest), saved_at=largest)
    assert do(store, command).stored.event_id == largest
    assert store.history(FIRST, "a")[0].saved_at == largest


# --- revisions and changes
def test_an_unknown_round_has_revision_0(store):
    assert store.revision(404) == 0
    assert store.changes(404, 0) == ()


@pytest.mark.parametrize(
    "command",
    [
        save("a"),
        change("submitted"),
        SetRoundStatus(ROUND, "closed"),
        AddOrganisation(Organisation(1, ROUND, "KH", "x"), ()),
        AddInvitation(replace(invitation, token_hash="new")),
        RevokeInvitation(invitation.token_hash, 50),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_rounds_revision_grows_with_its_changes_only(store, command):
    do(store, AddInvitation(invitation))
    before, other = store.revision(ROUND), store.revision(LATER_ROUND)
    do(store, command)
    assert store.revision(ROUND) > before
    assert store.revision(LATER_ROUND) == other


def test_a_new_round_has_a_revision(empty):
    do(empty, AddRound(the_round))
    assert empty.revision(ROUND) > 0


def test_changes_are_the_rounds_revisions_after_a_sequence_in_order(store):
    organisation = Organisation(900, LATER_ROUND, "LA", "Bank")
    do(store, AddOrganisation(organisation, (response(901, organisation),)))
    stored = [do(store, command).stored for command in (save("a"), save("a", to=901), save("b", to=SECOND), save("a"))]
    mine = (stored[0], stored[2], stored[3])
    assert store.changes(ROUND, 0) == mine
    assert store.changes(ROUND, stored[0].sequence) == mine[1:]
    assert store.changes(ROUND, stored[3].sequence) == ()
    assert store.changes(LATER_ROUND, 0) == (stored[1],)


def test_codes_are_the_changes_without_their_texts(store):
    organisation = Organisation(900, LATER_ROUND, "LA", "Bank")
    do(store, AddOrganisation(organisation, (response(901, organisation),)))
    queued = (save("a", code=1), save("a", to=901), save("x"), save("b", to=SECOND, code=7), save("a", code=5))
    stored = [do(store, command).stored for command in queued]
    mine = [stored[0], stored[3], stored[4]]
    found = store.codes(ROUND, ("b", "a"), 0)
    assert found.sequence.tolist() == [one.sequence for one in mine]
    assert found.response_id.tolist() == [FIRST, SECOND, FIRST]
    assert found.item.tolist() == [1, 0, 1]
    assert (found.code.tolist(), found.evidence.tolist()) == ([1, 7, 5], [2, 2, 2])
    assert found.saved_at.tolist() == [one.saved_at for one in mine]
    assert (found.sequence.dtype, found.item.dtype, found.code.dtype) == (np.int64, np.int64, np.uint8)
    assert store.codes(ROUND, ("b", "a"), stored[3].sequence).code.tolist() == [5]
    for nothing in (
        store.codes(ROUND, ("a",), stored[4].sequence),
        store.codes(ROUND, (), 0),
        store.codes(404, ("a",), 0),
    ):
        assert nothing.sequence.shape == nothing.code.shape == (0,)


def test_the_revision_is_the_last_changes_sequence(store):
    assert do(store, save("a")).stored.sequence == store.revision(ROUND)


def test_a_reader_may_change_the_answers_it_was_given(store):
    do(store, save("a"))
    store.answers(FIRST).clear()
    assert set(store.answers(FIRST)) == {"a"}


# --- closing
def test_close_finishes_what_is_queued_and_then_takes_nothing(store):
    futures = [store.write(save("a", str(number))) for number in range(50)]
    store.close()
    assert [future.result(30).stored.revision for future in futures] == list(range(1, 51))
    with pytest.raises(StoreError) as caught:
        do(store, save("a", "late"))
    assert caught.value.code == "P007"
    store.close()
