"""R3, R19: kill -9 at random moments while answers are saved and backups made; SIGTERM while answers are saved."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.files import sha256_of
from results.journal import scan
from results.places import backups_of, journal_of
from results.reconcile import head_of
from tests.faults import LONG
from tests.results.facts import FIRST, ROUND, SECOND, do, fill, save

ROOT = Path(__file__).parents[2]
KILLS = 200 if LONG else 4
pytestmark = pytest.mark.faults

# Prints each event id on a line of its own once it is acknowledged; a retry repeats every tenth command.
PROGRAM = """
import os, signal, sys, threading
from pathlib import Path
from results.duckdb_store import DuckDBStore
from results.ids import new_id
from results.store import StoreError
from tests.results.facts import FIRST, SECOND, do, save
store = DuckDBStore(Path(sys.argv[1]))
over = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: over.set())
def work(number):
    count = 0
    while True:
        count += 1
        command = save(f"i{count % 3}", "x" * 300, to=(FIRST, SECOND)[number % 2], event=new_id())
        try:
            do(store, command)
            if count % 10 == 0:
                do(store, command)
        except StoreError:
            return  # it is closing
        os.write(1, f"{command.event_id}\\n".encode())
def back_up():
    while not over.is_set():
        store.backup()
threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(8)]
if sys.argv[2] == "backup":
    threads.append(threading.Thread(target=back_up, daemon=True))
for thread in threads:
    thread.start()
over.wait()
store.close()
for thread in threads:
    thread.join()
"""


def start(path, backup=""):
    arguments = [sys.executable, "-c", PROGRAM, str(path), backup]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def check(path, acknowledged):
    """No acknowledged answer is missing, none is there twice, and database and journal agree."""
    with closing(DuckDBStore(path)) as store:
        kept = store.changes(ROUND, 0)
        replayed = store.replayed.lines
    events = [stored.event_id for stored in kept]
    assert len(events) == len(set(events))
    assert acknowledged <= set(events)
    numbers = sorted((stored.response_id, stored.item_id, stored.revision) for stored in kept)
    assert len(numbers) == len(set(numbers))
    for response_id in (FIRST, SECOND):
        for item in ("i0", "i1", "i2"):
            revisions = [number for *key, number in numbers if key == [response_id, item]]
            assert revisions == list(range(1, len(revisions) + 1))
    with duckdb.connect(str(path), read_only=True) as connection:
        assert head_of(connection) == scan(journal_of(path)).head
    for backup in backups_in(backups_of(path))[:1]:
        assert sha256_of(backup.file) == backup.sha256
    return len(events), replayed


@pytest.mark.timeout(3600 if LONG else 120)
def test_kill_9_at_random_moments(tmp_path):
    path, dice = tmp_path / "store.duckdb", random.Random(3)
    with closing(DuckDBStore(path)) as store:
        fill(store)
    acknowledged: set[int] = set()
    replays, kept = 0, 0
    for kill in range(KILLS):
        running = start(path, "backup" if kill % 2 else "")
        acknowledged.add(int(running.stdout.readline()))
        time.sleep(dice.random() * 0.3)
        running.kill()
        acknowledged |= {int(line) for line in running.communicate()[0].split()}
        kept, replayed = check(path, acknowledged)
        replays += replayed > 0
    print(f"{KILLS} kills, {len(acknowledged)} acknowledged, {kept} kept, {replays} starts that replayed")


@pytest.mark.parametrize("backup", ["", "backup"])
def test_sigterm_drains_and_closes_within_ten_seconds(tmp_path, backup):
    path = tmp_path / "store.duckdb"
    with closing(DuckDBStore(path)) as store:
        fill(store)
    running = start(path, backup)
    acknowledged = {int(running.stdout.readline())}
    begun = time.monotonic()
    running.send_signal(signal.SIGTERM)
    acknowledged |= {int(line) for line in running.communicate(timeout=10)[0].split()}
    assert time.monotonic() - begun < 10
    assert running.returncode == 0
    assert not path.with_name("store.duckdb.wal").exists()
    assert check(path, acknowledged)[1] == 0


@pytest.mark.parametrize("moment", ["half a line", "line", "commit"])
def test_killed_between_journal_and_database(tmp_path, moment):
    """R4: what reached the journal is replayed and said; half a line was never acknowledged and is set aside."""
    path = tmp_path / "store.duckdb"
    with closing(DuckDBStore(path)) as store:
        fill(store)
    program = f"""
import os, signal, sys
from pathlib import Path
from results import journal
from results.duckdb_store import DuckDBStore
from tests.results.facts import do, save
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
store = DuckDBStore(Path(sys.argv[1]))
do(store, save("a", "before", event=1))
append, moment = journal.Journal.append, {moment!r}
def half(self, line, head):
    os.write(self._file, line[: len(line) // 2])
    die()
def whole(self, line, head):
    append(self, line, head)
    die()
if moment == "half a line":
    journal.Journal.append = half
elif moment == "line":
    journal.Journal.append = whole
else:
    from results.duckdb_batch import Batch
    Batch.publish = die
do(store, save("a", "last", event=2))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    with closing(DuckDBStore(path)) as store:
        assert store.replayed.lines == (moment == "line")
        notes = [stored.answer.note for stored in store.history(FIRST, "a")]
        assert notes == (["before"] if moment == "half a line" else ["before", "last"])
        assert do(store, save("a", "last", event=2)).stored.revision == 2
    assert len(list(tmp_path.glob("store.journal.torn-*"))) == (moment == "half a line")
