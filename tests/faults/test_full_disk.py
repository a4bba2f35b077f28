"""R6: a disk that is full. Nothing that was acknowledged is lost, and the store goes on once there is room, without a restart.

On a small tmpfs where this process may mount one; elsewhere a limit on the size of files stands in for it.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from results import duckdb_store, files, journal
from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.files import sha256_of
from results.places import backups_of, journal_of
from results.restore import restore
from results.store import Saved, StoreError
from tests.faults import LONG
from tests.results.facts import FIRST, ROUND, do, everything, fill, save

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.faults

# Saves until 30 saves have failed, backs up, makes room, and saves again. Prints what was acknowledged.
PROGRAM = """
import json, os, resource, sys, time
from pathlib import Path
from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.places import backups_of
from results.ids import new_id
from results.store import StoreError
from tests.results.facts import do, fill, save
folder, limit, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
from results import duckdb_store
duckdb_store.RESERVE = int(sys.argv[4])
path = folder / "store.duckdb"
store = DuckDBStore(path)
fill(store)
store.backup()
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
kept, refused, retried = [], [], []
while len(refused) < 30 and len(kept) < 20_000:
    command = save("a", os.urandom(size // 2).hex(), event=new_id())
    try:
        do(store, command)
        kept.append(command.event_id)
    except StoreError as error:
        assert error.code == "P007", error
        refused.append(command)
        time.sleep(0.1 if len(refused) % 10 == 0 else 0)
ready = store.not_ready()
try:
    store.backup()
    backup = "made"
except StoreError as error:
    backup = error.code
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
else:
    (folder / "ballast").unlink()
time.sleep(1.1)
for command in refused:
    retried.append(do(store, command).stored.event_id)
after = store.not_ready()
left = [stored.event_id for stored in store.history(command.response_id, "a")]
store.close()
print(json.dumps(dict(kept=kept, refused=len(refused), retried=retried, left=left, ready=ready, backup=backup, after=after)))
"""


@contextmanager
def small_disk(folder, megabytes):
    """A folder on a disk of that size, and 0; or an ordinary folder and the limit that files are to have."""
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
        == 0
    )
    try:
        if mounted:
            (folder / "ballast").write_bytes(bytes(megabytes * 2**19))
        yield folder, 0 if mounted else megabytes * 2**18
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.timeout(3600 if LONG else 120)
@pytest.mark.parametrize("size", [9_000, 60_000] if LONG else [60_000])
@pytest.mark.parametrize("megabytes", [12, 17, 24, 31] if LONG else [14])
@pytest.mark.parametrize("reserve", [0, 2 * 2**20])
def test_a_full_disk_and_room_again(tmp_path, megabytes, size, reserve):
    """Without the reserve the disk fills up in the middle of things; with it nothing is begun that has no room."""
    with small_disk(tmp_path / "disk", megabytes) as (folder, limit):
        arguments = [sys.executable, "-c", PROGRAM, str(folder), str(limit), str(size), str(reserve)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        said = json.loads(done.stdout)
        assert said["refused"] == 30
        assert said["ready"] != []
        assert said["backup"] in {"S028", "S008"}
        assert [reason for reason in said["after"] if reason != "the disk is almost full"] == []
        assert len(said["left"]) == len(set(said["left"]))
        assert set(said["left"]) == set(said["kept"]) | set(said["retried"])
        path = folder / "store.duckdb"
        with closing(DuckDBStore(path)) as store:
            assert [stored.event_id for stored in store.history(FIRST, "a")] == said["left"]
        (backup,) = backups_in(backups_of(path))
        assert sha256_of(backup.file) == backup.sha256
    print(
        f"{megabytes} MB, answers of {size}, reserve {reserve}: {len(said['kept'])} kept, then 30 refused, all 30 kept once there was room"
    )


# --- each step by itself
class Full:
    """Calls of `name` fail as on a full disk, from now on and `times` times."""

    def __init__(self, monkeypatch, owner, name, times, *, half=False):
        real = getattr(owner, name)
        self.left = times

        def call(*arguments, **named):
            if self.left <= 0:
                return real(*arguments, **named)
            self.left -= 1
            if half:
                descriptor, data = arguments
                os.pwrite(descriptor, bytes(data)[: len(data) // 2], os.fstat(descriptor).st_size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(owner, name, call)


@pytest.fixture
def store(tmp_path):
    opened = DuckDBStore(tmp_path / "store.duckdb")
    fill(opened)
    do(opened, save("a", "one"))
    yield opened
    opened.close()


class _OS:
    """The module `os` of one module only."""

    def __init__(self):
        self.__dict__.update({name: getattr(os, name) for name in dir(os) if not name.startswith("__")})


def fails_then_goes_on(store, path):
    before, size = everything(store), journal_of(path).stat().st_size
    command = save("a", "two", based_on=1)
    with pytest.raises(StoreError) as caught:
        do(store, command)
    assert caught.value.code == "P007"
    assert everything(store) == before
    assert journal_of(path).stat().st_size == size
    assert do(store, command).stored.revision == 2
    store.close()
    with closing(DuckDBStore(path)) as again:
        assert again.replayed.lines == 0
        assert [stored.answer.note for stored in again.history(FIRST, "a")] == ["one", "two"]


@pytest.mark.parametrize(("call", "half"), [("write", False), ("write", True), ("fdatasync", False)])
def test_the_journal_cannot_be_written(store, tmp_path, monkeypatch, call, half):
    own = _OS()
    monkeypatch.setattr(journal, "os", own)
    # A batch that fails is not repeated when it holds one command.
    Full(monkeypatch, own, call, 1, half=half)
    fails_then_goes_on(store, tmp_path / "store.duckdb")


def test_a_line_that_cannot_be_removed_again_is_read_anew(store, tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb_store, "HEAL_SECONDS", 0.0)
    own = _OS()
    monkeypatch.setattr(journal, "os", own)
    Full(monkeypatch, own, "write", 1, half=True)
    Full(monkeypatch, own, "ftruncate", 1)
    with pytest.raises(StoreError):
        do(store, save("a", "two"))
    assert do(store, save("a", "three")).stored.revision == 2
    assert len(list(tmp_path.glob("store.journal.torn-*"))) == 1


class Failing:
    """A cursor whose commits fail, before or after they are done."""

    def __init__(self, real, *, durable):
        self._real, self._durable = real, durable

    def __getattr__(self, name):
        return getattr(self._real, name)

    def commit(self):
        if self._durable:
            self._real.commit()
        else:
            self._real.rollback()
        raise duckdb.FatalException("No space left on device")


@pytest.mark.parametrize("durable", [True, False])
def test_a_commit_that_fails_tells_the_truth(store, durable):
    """Whether DuckDB kept it or not: the line is in the journal, so the answer is kept, once."""
    store._writing = Failing(store._writing, durable=durable)
    command = save("a", "two", based_on=1)
    result = do(store, command)
    assert isinstance(result, Saved)
    assert result.stored.revision == 2
    assert do(store, command) == result
    assert [stored.answer.note for stored in store.history(FIRST, "a")] == ["one", "two"]
    assert do(store, save("a", "three", based_on=2)).stored.revision == 3


def test_a_commit_that_cannot_be_repeated_is_taken_back(store, tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb_store, "HEAL_SECONDS", 0.0)
    before = everything(store)
    store._writing = Failing(store._writing, durable=False)
    open_files = duckdb_store.open_files

    def full(path):
        raise StoreError("S002", path=path, reason="No space left on device")

    monkeypatch.setattr(duckdb_store, "open_files", full)
    command = save("a", "two", based_on=1)
    with pytest.raises(StoreError) as caught:
        do(store, command)
    assert caught.value.code == "P007"
    with pytest.raises(StoreError):
        store.history(FIRST, "a")
    assert store.not_ready() == ["answers cannot be saved"]
    monkeypatch.setattr(duckdb_store, "open_files", open_files)
    assert [stored.answer.note for stored in store.history(FIRST, "a")] == ["one"]
    assert everything(store) == before
    assert store.replayed.lines == 0
    assert do(store, command).stored.revision == 2


def test_a_database_given_up_by_the_engine_is_opened_again(store):
    """A FatalException leaves a connection that answers nothing: readers and writers both get a new one."""
    for use in (lambda: store.history(FIRST, "a"), lambda: do(store, save("b"))):
        store._connection.close()
        use()
        store._connection.close()
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: store.history(FIRST, "a")[0].answer.note, range(8))) == ["one"] * 8


@pytest.mark.parametrize("call", ["fsync", "room"])
def test_a_backup_that_fails_leaves_the_earlier_ones(store, tmp_path, monkeypatch, call):
    path = tmp_path / "store.duckdb"
    first = store.backup()
    do(store, save("a", "two"))
    before = {file: file.read_bytes() for file in [*backups_of(path).iterdir(), journal_of(path)]}
    own = _OS()
    monkeypatch.setattr(files, "os", own)
    if call == "fsync":
        Full(monkeypatch, own, "fsync", 1)
    else:
        monkeypatch.setattr("results.backup.free_bytes", lambda _: 100)
    with pytest.raises(StoreError) as caught:
        store.backup()
    assert caught.value.code == "S028"
    assert {file: file.read_bytes() for file in [*backups_of(path).iterdir(), journal_of(path)]} == before
    monkeypatch.undo()
    assert not list(tmp_path.glob(".*partial*"))
    assert do(store, save("a", "three")).stored.revision == 3
    assert len(store.changes(ROUND, 0)) == 3
    second = store.backup()
    assert [one.number for one in backups_in(backups_of(path))] == [second.number, first.number]


def test_a_restore_that_fails_leaves_everything(store, tmp_path, monkeypatch):
    path = tmp_path / "store.duckdb"
    backup = store.backup()
    before = everything(store)
    store.close()
    files_before = sorted(file.name for file in tmp_path.rglob("*"))
    own = _OS()
    monkeypatch.setattr(files, "os", own)
    Full(monkeypatch, own, "fsync", 1)
    with pytest.raises(StoreError) as caught:
        restore(path, backup.file, [])
    assert caught.value.code == "S024"
    assert sorted(file.name for file in tmp_path.rglob("*")) == files_before
    with closing(DuckDBStore(path)) as again:
        assert everything(again) == before
