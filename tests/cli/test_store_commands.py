"""backup, restore, erase, migrate: one clear message, exit code 3, the command that helps, and no traceback."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import survey_cli
from results.backup import backups_in
from results.duckdb_store import DuckDBStore
from results.migrations import scripts
from results.places import backups_of, journal_of, wal_of
from results.store import AddRound, open_store
from settings import read_settings
from tests.postgres_server import shared
from tests.results.facts import FIRST, ROUND, do, everything, fill, later_round, save

ROOT = Path(__file__).resolve().parents[2]
STRATEGY = ROOT / "questionnaires" / "strategy" / "questionnaire.yaml"


def run(capsys, *arguments):
    code = survey_cli.main([str(one) for one in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data" / "store.duckdb"
    with closing(DuckDBStore(path)) as store:
        fill(store)
        do(store, save("a", "one"))
        do(store, AddRound(replace(later_round, id=9, name="Over", keep_until="2020-12-31")))
    return path


@pytest.fixture
def url(path):
    return f"duckdb:///{path}"


def content(path):
    with closing(DuckDBStore(path)) as store:
        return everything(store)


def files(path):
    return {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}


def test_a_backup_and_back(capsys, path, url, tmp_path):
    wanted = content(path)
    code, out, err = run(capsys, "backup", "--db", url, "--to", tmp_path / "elsewhere")
    copy = Path(out.strip())
    assert (code, copy.parent) == (0, tmp_path / "elsewhere")
    assert [int(line.split()[0]) for line in err.splitlines()] == [0, 50, 80, 100]
    (here,) = backups_in(backups_of(path))
    assert copy.read_bytes() == here.file.read_bytes()
    with closing(DuckDBStore(path)) as store:
        do(store, save("a", "two"))
    code, out, _ = run(capsys, "restore", copy, "--db", url)
    assert code == 0
    assert "1 revisions of answers, 0 line(s) replayed" in out
    assert out.count("set aside: ") == 2
    assert content(path) == wanted


def test_everything_from_a_journal(capsys, path, url):
    run(capsys, "backup", "--db", url)
    with closing(DuckDBStore(path)) as store:
        do(store, save("a", "two"))
    wanted = content(path)
    path.unlink()
    code, out, _ = run(capsys, "restore", "--from-journal", journal_of(path), "--db", url)
    assert code == 0
    assert "2 revisions of answers, 1 line(s) replayed" in out
    assert content(path) == wanted


def test_the_command_that_a_refused_start_names_helps(capsys, path, url):
    wanted = content(path)
    data = bytearray(journal_of(path).read_bytes())
    data[700] ^= 4
    journal_of(path).write_bytes(data)
    code, _, err = run(capsys, "backup", "--db", url)
    assert (code, err[:5]) == (3, "S020 ")
    command = re.search(r"'readiness (restore [^']*)'", err)[1]
    assert run(capsys, *command.split())[0] == 0
    assert content(path) == wanted


@pytest.mark.parametrize("command", ["backup", "erase --due", "migrate"])
def test_a_database_that_is_not_there_is_not_made(capsys, tmp_path, command):
    code, _, err = run(capsys, *command.split(), "--db", f"duckdb:///{tmp_path}/none.duckdb")
    assert (code, err[:5]) == (3, "S025 ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["backup", "restore x"])
def test_a_database_server_has_its_own_tools(capsys, command):
    for url in ("postgresql://me:secret@host/x", "postgresql://host/x?user=me&password=secret"):
        code, _, err = run(capsys, *command.split(), "--db", url)
        assert (code, err[:5], "secret" in err) == (3, "S029 ", False)


def test_erase_and_migrate_also_serve_a_database_server(capsys):
    from access.setup import RoundPlan, add_organisation, create_round
    from access.workshop import Workshop

    url = shared().fresh()
    workshop = Workshop(open_store(url))
    round_ = create_round(workshop, RoundPlan("Round", ((STRATEGY, "full"),), keep_until="2020-01-01"))
    organisation = add_organisation(workshop, round_, "KH", "Ministry")
    workshop.close()
    assert run(capsys, "migrate", "--db", url)[0] == 0
    code, out, _ = run(capsys, "erase", "--organisation", str(organisation.id), "--db", url)
    assert (code, "1 organisation(s), 1 response(s)" in out) == (0, True)
    code, _, err = run(capsys, "erase", "--organisation", str(organisation.id), "--db", url)
    assert (code, err[:5]) == (3, "S030 ")
    assert "due" in run(capsys, "erase", "--due", "--db", url)[1]
    assert run(capsys, "erase", "--due", "--yes", "--db", url)[0] == 0
    with closing(open_store(url)) as store:
        assert store.rounds() == ()


def test_restore_needs_something_to_restore(capsys, url):
    assert run(capsys, "restore", "--db", url)[0] == 2


FAULTS = {
    "truncated": ("S023",),
    "foreign": ("S005",),
    "newer": ("S004",),
    "journal": ("S020",),
    "journal gone": ("S021",),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_start_that_is_refused_says_one_thing_and_overwrites_nothing(capsys, path, url, fault):
    match fault:
        case "truncated":
            os.truncate(path, 20_000)
        case "foreign":
            path.write_bytes(b"SQLite format 3\0" * 500)
        case "newer":
            with duckdb.connect(str(path)) as connection:
                connection.execute("INSERT INTO schema_version VALUES (99, 'ai-readiness', 0)")
        case "journal":
            data = bytearray(journal_of(path).read_bytes())
            data[600] ^= 1
            journal_of(path).write_bytes(data)
        case "journal gone":
            journal_of(path).unlink()
    before = files(path)
    for command in ("backup", "migrate"):
        code, out, err = run(capsys, command, "--db", url)
        assert (code, out, err.count("\n")) == (3, "", 1)
        assert err.split()[0] in FAULTS[fault]
        assert files(path) == before


def test_a_folder_that_cannot_be_written(capsys, path, url, monkeypatch):
    """As root every folder can be written, so the refusal is the operating system's answer, injected."""

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("results.files.create_private", refuse)
    before = files(path)
    code, _, err = run(capsys, "backup", "--db", url)
    assert code == 3
    assert "S028 The backup was not made: Read-only file system." in err
    assert {file: data for file, data in files(path).items() if file in before} == before
    assert backups_in(backups_of(path)) == []


def test_due_rounds_are_listed_and_erased_with_yes(capsys, path, url):
    code, out, err = run(capsys, "erase", "--due", "--db", url)
    assert code == 0
    states = {line.split()[0]: line.split()[2] for line in out.splitlines()}
    assert (states["9"], states[str(ROUND)]) == ("due", "kept")
    assert "1 round(s) are due" in err
    code, out, _ = run(capsys, "erase", "--due", "--yes", "--db", url)
    assert "erased round 9" in out
    with closing(DuckDBStore(path)) as store:
        assert store.round(9) is None
        assert len(store.history(FIRST, "a")) == 1
    assert "no date" in run(capsys, "erase", "--due", "--db", url)[1]


def test_an_organisation_and_an_author_are_erased(capsys, path, url):
    code, out, _ = run(capsys, "erase", "--comments-of", "sokha", "--db", url)
    assert (code, "1 texts of answers" in out) == (0, True)
    code, out, err = run(capsys, "erase", "--organisation", 77, "--db", url)
    assert (code, "1 organisation(s), 1 response(s), 1 revisions" in out) == (0, True)
    assert "are not changed" in err
    code, _, err = run(capsys, "erase", "--organisation", 77, "--db", url)
    assert (code, "S030 Nothing of organisation 77" in err) == (3, True)


def test_migrate_says_what_it_did(capsys, path, url):
    code, out, _ = run(capsys, "migrate", "--db", url)
    assert (code, out) == (0, f"{path}: schema {len(scripts())} -> {len(scripts())}\n")


@pytest.mark.parametrize(
    ("text", "hours"), [("", 24.0), ("0", 0.0), ("1.5", 1.5), ("x", 24.0), ("-1", 24.0), ("nan", 24.0)]
)
def test_the_hours_between_backups(monkeypatch, text, hours):
    monkeypatch.setenv("READINESS_BACKUP_HOURS", text)
    assert read_settings().backup_hours == hours


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_running_app_backs_up_says_it_is_ready_and_ends_in_order(capsys, path, url):
    """R19 on the app: SIGTERM ends it within ten seconds, and no write-ahead log is left."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "READINESS_BACKUP_HOURS": "0"}
    arguments = [sys.executable, "-m", "survey_cli", "run", "--db", url, "--port", str(port)]
    app = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 90
        answer = b""
        while not answer and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
                    answer = response.read()
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        assert answer == b'{"ready":true,"reasons":[]}'
        code, out, err = run(capsys, "backup", "--db", url)
        assert (code, "The app is running; it makes the backup." in err) == (0, True)
        assert [str(one.file) for one in backups_in(backups_of(path))] == [out.strip()]
        code, _, err = run(capsys, "erase", "--organisation", 77, "--db", url)
        assert (code, f"S001 The database {path} is in use by another program (process {app.pid})" in err) == (3, True)
        begun = time.monotonic()
        app.send_signal(signal.SIGTERM)
        app.communicate(timeout=20)
        assert time.monotonic() - begun < 10
    finally:
        app.kill()
        app.communicate()
    assert not wal_of(path).exists()
    assert len(content(path)[5][0]) == 1
