"""`readiness admin init`, `people`, `grant` and `audit` on a real store."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

import survey_cli
from access.invitation import actor_of
from access.sign_in import StaffDesk
from access.workshop import Workshop
from results.duckdb_store import DuckDBStore
from results.store import open_store
from tests.access.conftest import CHEAP
from tests.workshops import scene

PASSPHRASE = "horse umbrella kettle lantern"


@pytest.fixture
def url(tmp_path):
    return f"duckdb:///{tmp_path}/store.duckdb"


@pytest.fixture
def run(url, capsys):
    def command(*arguments):
        code = survey_cli.main(["admin", *arguments, "--db", url])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return command


def token_of(said: str) -> str:
    address, _, token = said.strip().rpartition("/")
    assert address == "https://survey.example/staff/first"
    return token


def test_init_prints_a_link_that_makes_an_administrator(run, url):
    code, said, hint = run("init", "--base-url", "https://survey.example/")
    assert code == 0
    assert "30 minutes" in hint
    with closing(Workshop(open_store(url))) as workshop:
        cookie = StaffDesk(workshop, CHEAP).choose_passphrase(token_of(said), PASSPHRASE, PASSPHRASE)
        assert actor_of(workshop, cookie).role == "administrator"
    assert run("people")[1] == "administrator\tpassphrase\tadministrator\n"
    again = token_of(run("init", "--base-url", "https://survey.example")[1])
    with closing(Workshop(open_store(url))) as workshop:
        assert StaffDesk(workshop, CHEAP).look_up(again) == "administrator"
        assert actor_of(workshop, cookie) is None, "whoever had the passphrase before is out"


def test_grant_adds_gives_and_ends(run, url, tmp_path):
    with closing(open_store(url)) as store:
        round_id = scene(store, tmp_path).round.id
    assert run("grant", "Dara", "author")[0] == 0
    code, said, _ = run("grant", "DARA", "facilitator", str(round_id))
    assert (code, said) == (0, ""), "who is known gets no new link"
    assert run("people")[1] == f"Dara\tlink\tauthor, facilitator {round_id}\n"
    assert run("grant", "Dara", "author", "--end")[0] == 0
    assert run("people")[1] == f"Dara\tlink\tfacilitator {round_id}\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("grant", "Dara", "facilitator"), "P001"),
        (("grant", "Dara", "facilitator", "4711"), "P001"),
        (("grant", "Dara", "author", "--end"), "P001"),
        (("grant", "", "author"), "P042"),
        (("init", "--name", " "), "P042"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, arguments, code):
    exit_code, said, problem = run(*arguments)
    assert (exit_code, said) == (3, "")
    assert problem.startswith(f"{code} ")
    assert problem.count("\n") == 1


def test_a_database_in_use_is_named(run, url, tmp_path):
    with closing(DuckDBStore(tmp_path / "store.duckdb")):
        assert run("init")[0] == 3


def test_audit_prints_lines_and_verifies(run):
    run("init")
    run("grant", "Dara", "author")
    entries = [json.loads(line) for line in run("audit")[1].splitlines()]
    assert [entry["number"] for entry in entries] == [1, 2]
    assert {entry["actor"] for entry in entries} == {"terminal"}
    code, head, _ = run("audit", "--verify")
    assert (code, head) == (0, f"2:{entries[1]['sha256']}\n")
    run("grant", "Dara", "author", "--end")
    assert run("audit", "--verify", "--head", head.strip())[0] == 0
    code, _, problem = run("audit", "--verify", "--head", f"2:{'0' * 64}")
    assert code == 1
    assert "another trail" in problem


def test_audit_finds_a_changed_entry(run, url, monkeypatch):
    run("init")
    run("grant", "Dara", "author")
    original = DuckDBStore.audit

    def changed(self, after, limit):
        entries = original(self, after, limit)
        return tuple(entry for entry in entries if entry.number != 1)

    monkeypatch.setattr(DuckDBStore, "audit", changed)
    code, _, problem = run("audit", "--verify")
    assert code == 1
    assert "Entry 2" in problem


@pytest.mark.parametrize("head", ["", "1", "x:y", "1:abc", "-1:" + "0" * 64])
def test_a_head_that_is_none_is_wrong_usage(run, head):
    with pytest.raises(SystemExit) as left:
        run("audit", "--verify", f"--head={head}")
    assert left.value.code == 2
