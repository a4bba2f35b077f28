"""Backups inside the running app: when one is due, and when the terminal asks for one."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from results import backup_clock
from results.backup import backups_in
from results.backup_clock import BackupClock, RemoteError, ask_running_app
from results.duckdb_store import DuckDBStore
from results.places import backups_of
from results.store import StoreError
from results.upkeep import Upkeep
from tests.reference_store import ReferenceStore
from tests.results.facts import do, fill, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.duckdb"


@pytest.fixture
def store(path, monkeypatch):
    monkeypatch.setattr(backup_clock, "POLL_SECONDS", 0.02)
    opened = DuckDBStore(path)
    fill(opened)
    yield opened
    opened.close()


def within(seconds, condition):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def left(path):
    return sorted(file.name for file in path.parent.iterdir() if "backup-" in file.name)


def test_only_an_engine_with_files_is_looked_after(store):
    assert isinstance(store, Upkeep)
    assert not isinstance(ReferenceStore(), Upkeep)


def test_the_terminal_gets_a_backup_from_the_running_app(store, path):
    said: list[int] = []
    clock = BackupClock(store, 0)
    try:
        files = []
        for note in ("one", "two"):
            do(store, save("a", note))
            files.append(ask_running_app(path, "1", said.append))
    finally:
        clock.stop()
    assert files == [str(one.file) for one in reversed(backups_in(backups_of(path)))]
    assert said.count(100) == 2
    assert left(path) == []


def test_nobody_answers(store, path, monkeypatch):
    monkeypatch.setattr(backup_clock, "ANSWER_SECONDS", 0.3)
    with pytest.raises(StoreError, match="process 4711") as caught:
        ask_running_app(path, "4711", print)
    assert caught.value.code == "S026"
    assert left(path) == []


def test_the_apps_own_refusal_is_passed_on(store, path, monkeypatch):
    monkeypatch.setattr("results.backup.free_bytes", lambda _: 0)
    clock = BackupClock(store, 0)
    try:
        with pytest.raises(RemoteError, match="has no room") as caught:
            ask_running_app(path, "1", print)
    finally:
        clock.stop()
    assert caught.value.code == "S028"
    assert left(path) == []


def test_a_request_from_before_the_start_is_not_answered(store, path):
    path.with_name("store.backup-request").write_text("old")
    clock = BackupClock(store, 0)
    clock.stop()
    assert not backups_of(path).exists()
    assert left(path) == []


def test_a_backup_is_made_when_the_newest_is_older_than_the_hours(store, path, monkeypatch):
    clock = BackupClock(store, 0.0001)  # a third of a second
    try:
        assert within(20, lambda: len(backups_in(backups_of(path))) == 1)
    finally:
        clock.stop()
    clock = BackupClock(store, 1000)
    assert not clock._is_due()
    clock.stop()


def test_a_failed_backup_is_tried_again_later_and_the_thread_lives_on(store, path, monkeypatch, caplog):
    failed = threading.Event()

    def fail(*_):
        failed.set()
        raise StoreError("S028", reason="a test")

    monkeypatch.setattr(store, "backup", fail)
    clock = BackupClock(store, 0.00001)
    try:
        assert failed.wait(20)
        monkeypatch.undo()
        assert ask_running_app(path, "1", print)
    finally:
        clock.stop()
    assert "the backup was not made" in caplog.text


def test_a_closed_store_makes_no_backup(path):
    with closing(DuckDBStore(path)) as store:
        pass
    with pytest.raises(StoreError) as caught:
        store.backup()
    assert caught.value.code == "S008"
