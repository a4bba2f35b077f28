"""Export and copies between engines: equal facts are equal bytes, a copy is whole and checked or not there at all."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import demo.workshop
import survey_cli
from access.workshop import Workshop
from results.duckdb_store import DuckDBStore
from results.facts import TABLE as KINDS
from results.numbered_sql import numbered_sql
from results.store import (
    AddInvitation,
    AddSession,
    EndSession,
    Keep,
    Note,
    RevokeInvitation,
    SetRoundStatus,
    StoreError,
    open_store,
)
from results.transfer import TABLES, columns_of, export, load, opened
from tests.postgres_server import shared
from tests.results.facts import (
    ROUND,
    SECOND,
    alone,
    change,
    do,
    event,
    everything,
    fill,
    invitation,
    khmer,
    one_of_each,
    response,
    save,
    session,
)

QUESTIONNAIRES = Path(__file__).resolve().parents[2] / "questionnaires"
ENGINES = ["duckdb", "postgres"]
THIRD = 6_000_000_001  # a response of somebody who answers on their own


@pytest.fixture
def new_url(tmp_path):
    made = []

    def make(engine):
        made.append(engine)
        return shared().fresh() if engine == "postgres" else f"duckdb:///{tmp_path}/{len(made)}.duckdb"

    return make


def busy(store):
    """One of everything: histories, a submission, a revoked link, an ended session, a closed round, and difficult text."""
    fill(store)
    do(store, AddInvitation(invitation))
    do(store, AddInvitation(alone, (response(THIRD, khmer, "tiny", alone.respondent),)))
    do(store, save("a", "alone", to=THIRD))
    do(store, AddSession(session))
    do(store, EndSession(session.session_hash, 50))
    for one in one_of_each():
        do(store, Keep(one))
    for number in (1, 2):
        do(store, Note(event(number)))
    for text in ("one", "ខ្មែរ 👩🏽‍💻 \u2028 \\N \t \r\n \" ' \x01 \x7f", "", "x" * 40_000):
        do(store, save("a", text))
    do(store, save("b", to=SECOND))
    do(store, change("submitted", of=SECOND))
    do(store, RevokeInvitation(invitation.token_hash, 70))
    do(store, SetRoundStatus(ROUND, "closed"))


def exported(url):
    with opened(url) as copy:
        return b"".join(export(copy))


OLDER = {
    "without single respondents": {
        table: [
            name
            for name in columns_of(table)
            if (table, name) not in {("responses", "respondent"), ("invitations", "respondent")}
        ]
        for table in TABLES
    },
    "without facts": {
        table: columns_of(table)[: 7 if table == "responses" else None]
        for table in TABLES
        if table not in KINDS.values()
    },
}


@pytest.mark.parametrize("older", OLDER)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_export_of_an_older_schema_is_read(new_url, engine, older):
    source, target = (
        filled(new_url("duckdb"), lambda store: (fill(store), do(store, AddInvitation(invitation)))),
        new_url(engine),
    )
    with opened(source) as copy:
        lines = list(export(copy, shape=OLDER[older]))
    assert sum(b"respondent" in line for line in lines) == (older == "without facts")
    with opened(target) as copy:
        assert load(copy, iter(lines))["responses"] == 2
    assert exported(target) == exported(source)


def test_what_an_older_export_lost_is_noticed(new_url):
    with opened(filled(new_url("duckdb"))) as copy:
        lines = list(export(copy, shape=OLDER["without single respondents"]))
    first = next(number for number, line in enumerate(lines) if b'"responses"' in line) + 1
    with opened(new_url("duckdb")) as copy, pytest.raises(StoreError, match="not those that were exported"):
        load(copy, iter([*lines[:first], *lines[first + 1 :]]))


def copy_all(source, target):
    with opened(source) as one, opened(target) as other:
        return load(other, export(one))


def read(url):
    store = open_store(url)
    try:
        return everything(store)
    finally:
        store.close()


def filled(url, work=busy):
    store = open_store(url)
    work(store)
    store.close()
    return url


@pytest.mark.parametrize("first", ENGINES)
@pytest.mark.parametrize("second", ENGINES)
def test_a_copy_reads_the_same_and_exports_the_same_bytes(new_url, first, second):
    source, target = filled(new_url(first)), new_url(second)
    counts = copy_all(source, target)
    assert (counts["rounds"], counts["answers"], counts["sessions"], counts["status_changes"]) == (2, 6, 1, 1)
    assert read(target) == read(source)
    assert exported(target) == exported(source)


def test_the_demo_goes_to_postgresql_and_back_byte_for_byte(new_url, monkeypatch):
    monkeypatch.setattr(demo.workshop, "COUNTRIES", ("GE", "KH"))

    def build(store):
        demo.workshop.build(Workshop(store), QUESTIONNAIRES, 2026)

    start, middle, end = filled(new_url("duckdb"), build), new_url("postgres"), new_url("duckdb")
    copy_all(start, middle)
    copy_all(middle, end)
    first = exported(start)
    assert first == exported(middle) == exported(end)
    assert len(first.splitlines()) > 300


@pytest.mark.parametrize("engine", ENGINES)
def test_work_goes_on_in_a_copy(new_url, engine):
    source, target = (
        filled(new_url("duckdb"), lambda store: (fill(store), do(store, save("a", "one")))),
        new_url(engine),
    )
    copy_all(source, target)
    store = open_store(target)
    before = store.revision(ROUND)
    assert before == store.changes(ROUND, 0)[-1].sequence > 0
    result = do(store, save("a", "two", based_on=1))
    assert result.stored.revision == 2
    assert result.stored.sequence == store.revision(ROUND) > before
    store.close()


def test_an_empty_database_that_was_open_before_takes_a_copy_with_a_new_journal(new_url):
    source, target = filled(new_url("duckdb")), new_url("duckdb")
    open_store(target).close()
    copy_all(source, target)
    for _ in range(2):
        with closing(open_store(target)) as store:
            assert store.rounds()


@pytest.mark.parametrize("engine", ENGINES)
def test_only_an_empty_database_takes_a_copy(new_url, engine):
    source, target = filled(new_url("duckdb")), filled(new_url(engine), fill)
    before = exported(target)
    with pytest.raises(StoreError) as caught:
        copy_all(source, target)
    assert caught.value.code == "S040"
    assert exported(target) == before


def broken(lines):
    """Ways in which a file can be wrong: name → its lines."""
    answer = next(number for number, line in enumerate(lines) if b'"answers"' in line) + 1
    swapped = [*lines[:answer], lines[answer + 1], lines[answer], *lines[answer + 2 :]]
    changed = json.loads(lines[answer])
    changed[columns_of("answers").index("code")] = 5
    text = list(json.loads(lines[answer]))
    text[columns_of("answers").index("code")] = "many"
    later = lines[0].replace(b'"version":1', b'"version":2')
    return {
        "empty": [],
        "no header": lines[1:],
        "later": [later, *lines[1:]],
        "truncated": lines[:-1],
        "torn": [*lines[:-1], lines[-1][:20]],
        "lost": [*lines[:answer], *lines[answer + 1 :]],
        "swapped": swapped,
        "changed": [*lines[:answer], json.dumps(changed).encode(), *lines[answer + 1 :]],
        "another type": [*lines[:answer], json.dumps(text).encode(), *lines[answer + 1 :]],
        "another column": [line.replace(b'"code"', b'"grade"') for line in lines],
        "short row": [*lines[:answer], b"[1,2]", *lines[answer + 1 :]],
        "not json": [*lines[:answer], b"nonsense", *lines[answer + 1 :]],
        "more": [*lines, lines[answer]],
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_that_is_not_a_whole_export_leaves_nothing(new_url, engine):
    lines = exported(filled(new_url("duckdb"))).splitlines(keepends=True)
    target = new_url(engine)
    for name, wrong in broken(lines).items():
        with opened(target) as copy, pytest.raises(StoreError) as caught:
            load(copy, iter(wrong), "x.jsonl")
        assert caught.value.code == ("S043" if name == "later" else "S041"), name
    with opened(target) as copy:  # which has to be empty still
        assert load(copy, iter(lines))["answers"] == 6


def test_a_copy_that_differs_is_not_kept(new_url, monkeypatch):
    source, target = filled(new_url("duckdb")), new_url("postgres")
    with opened(source) as one, opened(target) as other:
        append = other.append

        def lossy(table, rows):
            append(table, rows[:-1] if table == "answers" else rows)

        monkeypatch.setattr(other, "append", lossy)
        with pytest.raises(StoreError, match="in answers") as caught:
            load(other, export(one))
    assert caught.value.code == "S042"
    assert read(target)[0] == ()


def test_every_table_of_each_engine_is_exported_with_all_its_columns(new_url, tmp_path):
    url = filled(new_url("postgres"), fill)
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns "
            "WHERE table_schema = current_schema() GROUP BY table_name"
        ).fetchall()
    there = {name: columns for name, columns in found if name not in {"schema_version", "round_revisions"}}
    assert there == {table: columns_of(table) for table in TABLES}
    store = DuckDBStore(tmp_path / "columns.duckdb")
    rows = store._query("SELECT table_name, column_name FROM information_schema.columns ORDER BY ordinal_position")
    store.close()
    embedded = {}
    for table, column in rows:
        embedded.setdefault(table, []).append(column)
    # The head of the journal belongs to one file, not to the facts.
    assert {name: columns for name, columns in embedded.items() if name not in {"schema_version", "journal_head"}} == {
        table: columns_of(table) for table in TABLES if table in embedded
    }
    assert len(numbered_sql("postgres")) >= 1


# --- the terminal
def test_export_and_migrate_at_the_terminal(new_url, tmp_path, capsysbinary):
    source, middle, end = filled(new_url("duckdb")), new_url("postgres"), new_url("duckdb")
    assert survey_cli.main(["migrate", "--db", source, "--to", middle]) == 0
    assert b"Copied and compared: 2 rounds" in capsysbinary.readouterr().err
    file = tmp_path / "all.jsonl"
    assert survey_cli.main(["export", "--db", middle, "--out", str(file)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert survey_cli.main(["migrate", "--from", str(file), "--to", end]) == 0
    capsysbinary.readouterr()
    assert survey_cli.main(["export", "--db", end]) == 0
    assert capsysbinary.readouterr().out == file.read_bytes() == exported(source)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "--db", "duckdb:///nowhere/x.duckdb"], "S002"),
        (["export", "--db", "sqlite:///x"], "S003"),
        (["export", "--db", "{source}", "--out", "/nowhere/x.jsonl"], "S010"),
        (["migrate", "--db", "{source}", "--to", "{source}"], "S040"),
        (["migrate", "--from", "/nowhere/x.jsonl", "--to", "{empty}"], "S041"),
        (["migrate", "--db", "{source}", "--to", "postgresql://u:secret-word@/x?host=/nowhere"], "S034"),
    ],
)
def test_what_cannot_be_copied_is_one_line(new_url, capsys, arguments, code):
    places = {"source": filled(new_url("duckdb"), fill), "empty": new_url("duckdb")}
    assert survey_cli.main([one.format(**places) for one in arguments]) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"{code} ")
    assert said.count("\n") == 1
    assert "secret-word" not in said
