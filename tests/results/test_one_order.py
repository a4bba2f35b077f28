"""R10: answers, a submission and the closing of the round at one moment come in one order, on every engine."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from results.store import Done, Refused, Saved, SetRoundStatus
from tests.results.facts import FIRST, ROUND, change, do, save

RACES = 6


def test_r10_no_answer_is_saved_after_the_submission_and_none_submitted_after_the_closing(store):
    """Whatever the race, the refused ones are those that came later: the sequences say so."""
    for race in range(RACES):
        gate = threading.Barrier(6)

        def at_once(command, gate=gate):
            gate.wait()
            return do(store, command)

        before = store.revision(ROUND)
        saves = [save(f"race-{race}-{number}") for number in range(4)]
        submission, closing = change("submitted"), SetRoundStatus(ROUND, "closed")
        with ThreadPoolExecutor(6) as pool:
            *saved, submitted, closed = pool.map(at_once, [*saves, submission, closing])
        assert closed == Done()
        kept = [one.stored.sequence for one in saved if isinstance(one, Saved)]
        late = [one for one in saved if not isinstance(one, Saved)]
        assert all(one in (Refused("P002"), Refused("P003")) for one in late)
        stored = [one.sequence for one in store.changes(ROUND, before)]
        assert sorted(kept) == sorted(stored)
        # The closing has the round's last sequence: nothing came after it.
        assert store.revision(ROUND) > max(kept, default=before)
        is_submitted = store.response(FIRST).status == "submitted"
        assert is_submitted == isinstance(submitted, Done)
        assert submitted in (Refused("P002"), Done(store.response(FIRST).revision))
        if not is_submitted:
            assert all(one == Refused("P002") for one in late)
        # What was sent again is as it was then.
        assert do(store, saves[0]) == (saved[0] if isinstance(saved[0], Saved) else Refused("P002"))
        do(store, SetRoundStatus(ROUND, "open"))
        do(store, change("draft"))


def test_r9_a_submission_sent_many_times_at_once_is_one(store):
    gate = threading.Barrier(5)

    def press(command):
        gate.wait()
        return do(store, command)

    same = change("submitted")
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(press, [same, same, same, change("submitted"), change("submitted")]))
    assert results == [Done(1)] * 5
    assert store.response(FIRST).revision == 1
