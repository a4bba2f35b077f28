"""Group commit: what waits is kept together, in order, and every future gets exactly one answer."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from threading import Event

import pytest

from results.store import Done, SetRoundStatus, StoreError
from results.writer import MOST_AT_ONCE, GroupWriter, Memory
from tests.results.facts import save


class Recorder:
    """An `apply` that can be held, notes its batches, and refuses what holds a round id of `bad`."""

    def __init__(self, *bad: int) -> None:
        self.batches, self.bad = [], bad
        self.entered, self.gate = Event(), Event()
        self.gate.set()

    def __call__(self, batch):
        self.entered.set()
        assert self.gate.wait(30)
        self.batches.append([command.round_id for command in batch])
        if any(command.round_id in self.bad for command in batch):
            raise ValueError("the driver quotes a secret answer")
        return [Done(command.round_id) for command in batch]


def command(number: int) -> SetRoundStatus:
    return SetRoundStatus(number, "open")


def held(recorder: Recorder, count: int):
    """A writer that is busy with command 0 while commands 1 to `count` queue up behind it."""
    recorder.gate.clear()
    writer = GroupWriter(recorder)
    futures = [writer.submit(command(0))]
    assert recorder.entered.wait(30)
    return writer, futures + [writer.submit(command(number)) for number in range(1, count + 1)]


def test_what_waits_is_kept_together_in_order():
    recorder = Recorder()
    writer, futures = held(recorder, 20)
    assert not futures[0].done()
    recorder.gate.set()
    assert [future.result(30) for future in futures] == [Done(number) for number in range(21)]
    assert recorder.batches == [[0], list(range(1, 21))]
    writer.close()


def test_a_batch_is_bounded():
    recorder = Recorder()
    writer, _ = held(recorder, MOST_AT_ONCE + 5)
    recorder.gate.set()
    writer.close()
    assert [len(batch) for batch in recorder.batches] == [1, MOST_AT_ONCE, 5]


def test_a_failed_batch_is_repeated_one_by_one(caplog):
    recorder = Recorder(2)
    writer, futures = held(recorder, 3)
    recorder.gate.set()
    with pytest.raises(StoreError) as caught:
        futures[2].result(30)
    assert caught.value.code == "P007"
    assert [futures[number].result(30) for number in (1, 3)] == [Done(1), Done(3)]
    assert recorder.batches == [[0], [1, 2, 3], [1], [2], [3]]
    writer.close()


def test_a_store_that_is_away_is_tried_once_for_all_that_waits(caplog):
    tries = []

    def away(batch):
        tries.append(len(batch))
        raise StoreError("S034", path="here", reason="gone")

    recorder = Recorder()
    writer, futures = held(recorder, 5)
    writer._apply = away
    recorder.gate.set()
    errors = [future.exception(30) for future in futures[1:]]
    writer.close()
    assert [error.code for error in errors] == ["P007"] * 5
    assert tries == [5]
    assert "5 command(s) were not kept: S034" in caplog.text


def test_a_failure_is_logged_without_the_drivers_words(caplog):
    with caplog.at_level(logging.DEBUG):
        writer = GroupWriter(Recorder(1))
        error = writer.submit(command(1)).exception(30)
        writer.close()
    assert "SetRoundStatus was not kept: ValueError" in caplog.text
    assert "secret" not in caplog.text
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_cancelled_command_is_not_kept():
    recorder = Recorder()
    writer, futures = held(recorder, 3)
    assert futures[2].cancel()
    recorder.gate.set()
    with pytest.raises(CancelledError):
        futures[2].result(30)
    writer.close()
    assert recorder.batches == [[0], [1, 3]]


def test_close_keeps_what_waits_and_takes_nothing_more():
    recorder = Recorder()
    writer, futures = held(recorder, 3)
    recorder.gate.set()
    writer.close()
    assert all(future.done() for future in futures)
    assert isinstance(writer.submit(command(9)).exception(0), StoreError)
    assert recorder.batches == [[0], [1, 2, 3]]
    writer.close()


# --- what is resident
def test_answers_read_before_a_commit_do_not_replace_newer_ones():
    memory = Memory(newest={1: 10})
    older, newer = ({"a": _stored(sequence)} for sequence in (9, 10))
    assert not memory.keep_answers(1, {})
    assert not memory.keep_answers(1, older)
    assert memory.answers(1) is None
    assert memory.keep_answers(1, newer)
    assert memory.answers(1) == newer


def test_resident_responses_are_bounded_and_the_least_used_goes(monkeypatch):
    monkeypatch.setattr("results.writer.RESIDENT_RESPONSES", 2)
    memory = Memory()
    for response_id in (1, 2):
        memory.keep_answers(response_id, {})
    memory.answers(1)
    memory.keep_answers(3, {})
    assert list(memory.current) == [1, 3]


def test_an_event_id_of_the_log_is_never_taken_as_new(monkeypatch):
    monkeypatch.setattr("results.writer.RECENT_EVENTS", 3)
    memory = Memory(old=100)
    assert memory.perhaps_known([50, 100, 101]) == [50, 100]
    for event_id in (900, 200, 150, 300, 160):
        assert memory.perhaps_known([event_id]) in ([], [event_id])
    assert memory.perhaps_known([900, 200, 150, 300, 160, 50, 100, 101]) == [900, 200, 150, 300, 160, 50, 100, 101]
    assert memory.perhaps_known([901]) == []
    assert len(memory.recent) == 3


def _stored(sequence: int):
    from results.workshop import StoredAnswer

    one = save("a")
    return StoredAnswer(1, "a", one.answer, 1, sequence, one.event_id, "sokha", 1)
