"""The journal: what a line is, and what the start makes of a database and a journal that differ."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings

from results.duckdb_store import DuckDBStore
from results.journal import entries, scan
from results.journal_line import NOTHING, Head, _seal, decode, decode_base, encode, encode_base
from results.places import journal_of
from results.store import (
    AddInvitation,
    AddSession,
    EndSession,
    Keep,
    Note,
    RevokeInvitation,
    SetRoundStatus,
    StoreError,
)
from results.tables import COLUMNS, KEYS, Changes, totals
from tests.reference_store import ReferenceStore
from tests.results.facts import (
    ROUND,
    SECOND,
    change,
    do,
    event,
    everything,
    fill,
    invitation,
    one_of_each,
    save,
    session,
)
from tests.results.test_store_agreement import World, sequences_of_groups


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.duckdb"


@pytest.fixture
def journal(path):
    return journal_of(path)


def every_kind():
    return [
        AddInvitation(invitation),
        AddSession(session),
        save("a", 'ខ្មែរ\n"quoted" \\ \u2028'),
        save("b", to=SECOND),
        change("submitted", of=SECOND),
        EndSession(session.session_hash, 50),
        RevokeInvitation(invitation.token_hash, 60),
        SetRoundStatus(ROUND, "closed"),
        SetRoundStatus(ROUND, "open"),
        *map(Keep, one_of_each()),
        Note(event(1)),
        save("a", "two"),
    ]


LINES = 4 + len(every_kind())  # those of `fill` come first


@pytest.fixture
def wanted(path):
    """What a closed store holds to which every kind of command was given."""
    with closing(DuckDBStore(path)) as store:
        fill(store)
        for command in every_kind():
            do(store, command)
        return everything(store)


def refusal(path):
    """The code of a start that is refused; it names the restore command and changes no file."""
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with pytest.raises(StoreError) as caught:
        DuckDBStore(path)
    assert "readiness restore" in str(caught.value)
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == before
    return caught.value.code


def reopened(path):
    """All that is there after a start, and what was replayed."""
    with closing(DuckDBStore(path)) as store:
        return everything(store), store.replayed


# --- a line
def test_a_line_can_be_checked_with_a_few_lines_of_any_language(journal, wanted):
    previous, number = NOTHING, 0
    for line in journal.read_bytes().splitlines():
        text, sha256 = line[: -len(',"sha256":""}') - 64] + b"}", line[-66:-2].decode()
        assert hashlib.sha256(text).hexdigest() == sha256
        body = json.loads(line)
        assert body.pop("sha256") == sha256
        assert json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == text
        if "journal" in body:
            assert body["continues"] == {"number": 0, "sha256": NOTHING}
        else:
            assert (body["previous"], body["number"]) == (previous, number + 1)
            previous, number = sha256, body["number"]
    assert number == LINES


def test_a_line_holds_the_rows_as_they_are_afterwards(journal, wanted):
    *_, (_, last) = entries(journal)
    names = COLUMNS["answers"]
    (row,) = last.changes.added["answers"]
    assert dict(zip(names, row, strict=True))["note"] == "two"
    altered = [entry.changes.altered for _, entry in entries(journal) if entry.changes.altered]
    assert [list(one) for one in altered] == [
        *(["responses"], ["sessions"], ["invitations"], ["rounds"], ["rounds"]),
        *(["rounds"], ["rounds"]),  # of the consent and of the join code
    ]


def test_a_line_of_an_older_schema_has_what_its_rows_meant():
    """Columns that came later, as it would have been written before there were any."""
    changes = Changes(
        {"invitations": [(1, "h", 2, 3, "coordinator", "Sokha", 9, None, "")]},
        {"responses": [(1, 2, 3, "q", "draft", 0, 9, "")]},
    )
    line, _ = encode(changes, Head(7, "ab" * 32, 12, {}), 15, 2)
    body = json.loads(line)
    del body["sha256"]
    for row in (*body["add"]["invitations"], *body["alter"]["responses"]):
        assert row.pop("respondent") == ""
    assert b"respondent" not in (older := _seal(body)[0])
    assert decode(older).changes == changes


def test_lines_and_bases_come_back():
    nothing = dict.fromkeys(COLUMNS, 0)
    base = Head(7, "ab" * 32, 12, nothing | {"answers": 3})
    assert decode_base(encode_base(base, 1)) == base
    changes = Changes({"sessions": [("h", "t", 1, 2)]}, {"responses": [(1, 2, 3, "q", "draft", 0, 9, "")]})
    line, head = encode(changes, base, 15, 2)
    entry = decode(line)
    assert (entry.head, entry.previous, entry.changes) == (head, base.sha256, changes)
    assert head.rows == nothing | {"answers": 3, "sessions": 1}
    for damaged in (
        line[:-1],
        line[1:],
        line.replace(b"draft", b"drafT"),
        line[:-5] + b"0" + line[-4:],
        b"{}\n",
        b"\n",
    ):
        with pytest.raises(ValueError):
            decode(damaged)


def test_the_columns_are_the_schemas(path, wanted):
    with duckdb.connect(str(path), read_only=True) as connection:
        query = (
            "SELECT table_name, list(column_name ORDER BY ordinal_position) FROM information_schema.columns GROUP BY 1"
        )
        found = {table: tuple(columns) for table, columns in connection.execute(query).fetchall()}
        assert {table: found[table] for table in COLUMNS} == COLUMNS
        assert set(found) - set(COLUMNS) == {"schema_version", "journal_head", "erasures"}
        assert set(KEYS) == set(COLUMNS)
        for table, key in KEYS.items():
            row = connection.execute(f"SELECT count(*), count(DISTINCT ({', '.join(key)})) FROM {table}").fetchone()
            assert row[0] == row[1] > 0
        assert totals(connection) == scan(journal_of(path)).head.rows


def test_what_changes_nothing_leaves_no_line(path, journal, wanted):
    with closing(DuckDBStore(path)) as store:
        size = journal.stat().st_size
        do(store, save("a", to=99))
        do(store, save("a", based_on=1))
        do(store, SetRoundStatus(ROUND, "open"))
        assert store.not_ready() == []
        assert journal.stat().st_size == size
        assert (journal.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o600, 0o600)


# --- the start
def test_an_ordinary_start_replays_nothing(path, wanted):
    found, replayed = reopened(path)
    assert found == wanted
    assert (replayed.lines, replayed.rows) == (0, 0)


@pytest.mark.parametrize("backup", [False, True])
def test_a_database_that_is_gone(path, wanted, backup):
    if backup:
        with closing(DuckDBStore(path)) as store:
            store.backup()
    path.unlink()
    if backup:
        assert refusal(path) == "S022"
    else:
        found, replayed = reopened(path)
        assert found == wanted
        assert (replayed.lines, replayed.rows) == (LINES, LINES)


def altered(path, *statements):
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


LOSSES = {
    "an answer": "DELETE FROM answers WHERE sequence = (SELECT min(sequence) FROM answers)",
    "all answers": "DELETE FROM answers",
    "an invitation": "DELETE FROM invitations",
    "status changes": "DELETE FROM status_changes",
    "responses": "DELETE FROM responses",
    "several": "DELETE FROM answers; DELETE FROM sessions",
}


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_missing_under_an_unchanged_head_are_replayed(path, wanted, loss):
    altered(path, LOSSES[loss])
    found, replayed = reopened(path)
    assert found == wanted
    assert replayed.lines == 0
    assert replayed.rows > 0
    assert reopened(path)[1].rows == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_missing_from_before_the_last_backup_stop_the_start(path, wanted, loss):
    with closing(DuckDBStore(path)) as store:
        store.backup()
    altered(path, LOSSES[loss])
    assert refusal(path) == "S022"


def test_a_state_that_fell_back_is_noticed_after_an_unclean_end(path, wanted):
    """Equal counts, equal head: only a comparison of rows sees it; it is made when there is a log to replay."""
    altered(path, "UPDATE responses SET status = 'draft', revision = 0")
    path.with_name("store.duckdb.wal").write_bytes(b"")
    found, replayed = reopened(path)
    assert found == wanted
    assert replayed.rows == 1


def cut(journal, lines):
    kept = journal.read_bytes().splitlines(keepends=True)[:lines]
    journal.write_bytes(b"".join(kept))


def test_a_database_ahead_of_its_journal_stops_the_start(path, journal, wanted):
    cut(journal, -1)
    assert refusal(path) == "S021"


def test_a_journal_that_is_gone_stops_the_start(path, journal, wanted):
    journal.unlink()
    assert refusal(path) == "S021"


def test_another_stores_journal_stops_the_start(path, journal, wanted, tmp_path):
    other = tmp_path / "other" / "store.duckdb"
    with closing(DuckDBStore(other)) as store:
        fill(store)
        for number in range(20):
            do(store, save("a", str(number)))
    journal.write_bytes(journal_of(other).read_bytes())
    assert refusal(path) == "S021"


def test_an_answer_that_the_journal_has_otherwise_stops_the_start(path, wanted):
    altered(path, "UPDATE answers SET note = 'forged'")
    path.with_name("store.duckdb.wal").write_bytes(b"")
    assert refusal(path) == "S021"


def damage(journal, how):
    lines = journal.read_bytes().splitlines(keepends=True)
    match how:
        case "text":
            lines[7] = lines[7].replace(b"sokha", b"dara!").replace(b"Sokha", b"Dara!").replace(b"draft", b"drift")
        case "removed":
            del lines[4]
        case "swapped":
            lines[3], lines[4] = lines[4], lines[3]
        case "base":
            lines[0] = lines[0].replace(b'"number":0', b'"number":1')
        case "empty":
            lines = []
        case "foreign":
            lines = [b"hello\n", *lines]
    journal.write_bytes(b"".join(lines))


@pytest.mark.parametrize("how", ["removed", "swapped", "base", "empty", "foreign"])
def test_a_broken_chain_stops_the_start(path, journal, wanted, how):
    damage(journal, how)
    assert refusal(path) == "S020"


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_changed_line_stops_the_start_and_is_named(path, journal, wanted, line):
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"add"', b'"adD"')
    journal.write_bytes(b"".join(lines))
    # The last line could be one that nobody finished; but the database has it.
    assert refusal(path) == ("S021" if line == LINES else "S020")
    if line < LINES:
        with pytest.raises(StoreError, match=f"in line {line + 1}:"):
            scan(journal)


@pytest.mark.parametrize("tail", [b'{"add":{"answers":[{"auth', b"\0" * 5000, b"}", b'{"a":1}\n'])
def test_a_torn_line_is_set_aside_and_cut_off(path, journal, wanted, tail):
    whole = journal.read_bytes()
    journal.write_bytes(whole + tail)
    found, replayed = reopened(path)
    assert found == wanted
    assert replayed.lines == 0
    assert journal.read_bytes() == whole
    (aside,) = path.parent.glob("store.journal.torn-*")
    assert aside.read_bytes() == tail
    with closing(DuckDBStore(path)) as store:
        do(store, save("a", "three"))
    assert scan(journal).head.number == LINES + 1


def test_lines_that_only_the_journal_has_are_replayed(path, journal, wanted, tmp_path):
    with closing(DuckDBStore(path)) as store:
        older = path.read_bytes()
        do(store, save("c", "late", event=4711))
        do(store, change("submitted"))
        now = everything(store)
    path.write_bytes(older)
    found, replayed = reopened(path)
    assert found == now
    assert (replayed.lines, replayed.rows) == (2, 3)
    with closing(DuckDBStore(path)) as store:
        assert do(store, save("c", "again", event=4711)).stored.answer.note == "late"


@settings(max_examples=6)
@given(groups=sequences_of_groups)
def test_the_journal_alone_gives_everything_back(filled, groups):
    """Random commands; then the database is thrown away, and what was there when it was filled is put in its place."""
    world, reference = World(500_000), ReferenceStore()
    world.begin(reference)
    with TemporaryDirectory() as parent:
        folder = copytree(filled, Path(parent, "copy"))
        path = folder / "store.duckdb"
        with closing(DuckDBStore(path)) as store:
            world.begin(store)
            for group in groups:
                for intent in group:
                    command = world.command(intent, reference)
                    reference.write(command).exception()
                    store.write(command)
        for older in (None, (filled / "store.duckdb").read_bytes()):
            path.unlink()
            if older is not None:
                path.write_bytes(older)
            with closing(DuckDBStore(path)) as store:
                assert world.reads(store) == world.reads(reference)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled") / "filled"
    with closing(DuckDBStore(folder / "store.duckdb")) as store:
        fill(store)
    return folder


# --- the probe
def test_the_probe_says_what_is_wrong(path, journal, wanted, monkeypatch):
    with closing(DuckDBStore(path)) as store:
        assert store.not_ready() == []
        monkeypatch.setattr("results.duckdb_store.free_bytes", lambda _: 10_000_000)
        assert store.not_ready() == ["the disk is almost full"]
        monkeypatch.setattr("results.duckdb_store.free_bytes", lambda _: 1000)
        assert store.not_ready() == ["answers cannot be saved"]
        monkeypatch.undo()
        with journal.open("ab") as file:
            file.write(b"x")
        assert store.not_ready() == ["the journal was changed"]
        journal.rename(journal.with_name("moved"))
        assert store.not_ready() == ["the journal is gone"]
        journal.write_bytes(b"")
        assert store.not_ready() == ["the journal was replaced"]
        store._writing.execute("UPDATE journal_head SET number = 99")
        assert "the database and its journal differ" in store.not_ready()
        store._writing.execute("UPDATE schema_version SET version = 7")
        assert "the database has another schema" in store.not_ready()


def test_a_closed_store_is_not_ready(path, wanted):
    store = DuckDBStore(path)
    store.close()
    assert store.not_ready() == ["answers cannot be saved"]
