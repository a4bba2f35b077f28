"""R5: a write-ahead log that is missing, torn, or has a flipped bit. Nothing is silently lost: what opens is whole."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.places import backups_of, journal_of, wal_of
from results.restore import restore
from results.store import StoreError
from tests.faults import LONG
from tests.results.facts import everything

ROOT = Path(__file__).parents[2]
FLIPS = 200 if LONG else 4
CUTS = 50 if LONG else 3
pytestmark = pytest.mark.faults

# Writes, in the middle makes a backup, writes on, and dies with its log unfolded.
VICTIM = """
import os, signal, sys
from pathlib import Path
from results.duckdb_store import DuckDBStore
from results.store import AddInvitation, AddSession, EndSession, RevokeInvitation
from tests.results.facts import *
store = DuckDBStore(Path(sys.argv[1]))
fill(store)
do(store, AddInvitation(invitation))
do(store, AddSession(session))
for number in range(20):
    do(store, save(f"i{number % 7}", f"note {number}"))
if sys.argv[2] == "backup":
    store.backup()
futures = [store.write(save(f"i{number % 7}", f"later {number}", to=SECOND)) for number in range(40)]
do(store, change("submitted"))
do(store, EndSession(session.session_hash, 50))
do(store, RevokeInvitation(invitation.token_hash, 60))
for number in range(20):
    do(store, save(f"i{number % 7}", f"last {number}", to=SECOND))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module", params=["from the beginning", "backup"])
def left(request, tmp_path_factory):
    """The files of a killed store, and all that it had acknowledged."""
    folder = tmp_path_factory.mktemp("left")
    path = folder / "killed" / "store.duckdb"
    arguments = [sys.executable, "-c", VICTIM, str(path), request.param]
    ended = subprocess.run(arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert ended.returncode == -9
    assert wal_of(path).stat().st_size > 4000
    whole = shutil.copytree(path.parent, folder / "whole") / "store.duckdb"
    with closing(DuckDBStore(whole)) as store:
        assert store.replayed.rows == 0
        wanted = everything(store)
    assert len(wanted[5][0]) == 80
    return path.parent, wanted


def outcome(folder, wanted):
    """`opened` or `replayed` with everything there, else the code of the refusal, after which the restore command helps."""
    path = folder / "store.duckdb"
    before = {file: file.read_bytes() for file in folder.rglob("*.duckdb*") if file.is_file()}
    try:
        with closing(DuckDBStore(path)) as store:
            assert everything(store) == wanted
            return "replayed" if store.replayed.lines or store.replayed.rows else "opened"
    except StoreError as error:
        assert "readiness restore" in str(error)  # noqa: PT017
        assert {file: file.read_bytes() for file in before} == before, "a refusal changes nothing"
        made = restore(path, None, [journal_of(path)])
        assert made.backup in backups_in(backups_of(path))
        with closing(DuckDBStore(path)) as store:
            assert everything(store) == wanted
        return error.code


def tally(left, tmp_path, name, damages):
    folder, wanted = left
    found: dict[str, int] = {}
    for damage in damages:
        here = tmp_path / "here"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(folder, here)
        damage(wal_of(here / "store.duckdb"))
        ended = outcome(here, wanted)
        found[ended] = found.get(ended, 0) + 1
    print(f"{name}: {found}")
    return found


def flip(position, bit):
    def damage(log):
        data = bytearray(log.read_bytes())
        data[position % len(data)] ^= 1 << bit
        log.write_bytes(data)

    return damage


def tear(size):
    return lambda log: os.truncate(log, size)


@pytest.mark.timeout(3600 if LONG else 120)
def test_flipped_bits(left, tmp_path):
    dice = random.Random(5)
    size = wal_of(left[0] / "store.duckdb").stat().st_size
    # The beginning of the log, and what is spread over all of it.
    damages = [flip(dice.randrange(200 if number % 8 == 0 else size), dice.randrange(8)) for number in range(FLIPS)]
    found = tally(left, tmp_path, "flipped bits", damages)
    assert sum(found.values()) == FLIPS
    assert found.get("replayed", 0) + sum(count for code, count in found.items() if code.startswith("S")) > 0


@pytest.mark.timeout(3600 if LONG else 120)
def test_torn_logs(left, tmp_path):
    dice = random.Random(6)
    size = wal_of(left[0] / "store.duckdb").stat().st_size
    found = tally(left, tmp_path, "torn logs", [tear(dice.randrange(size)) for _ in range(CUTS)])
    assert sum(found.values()) == CUTS
    assert "opened" not in found


def test_a_missing_log(left, tmp_path):
    found = tally(left, tmp_path, "missing log", [lambda log: log.unlink()])
    assert set(found) <= {"replayed", "S022"}
