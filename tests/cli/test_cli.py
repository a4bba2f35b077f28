"""The terminal: exit codes, located problems, no traceback for a user's mistake."""

from __future__ import annotations

import csv
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import survey_cli
from results.store import open_store

ROOT = Path(__file__).resolve().parents[2]
STRATEGY = str(ROOT / "questionnaires" / "strategy" / "questionnaire.yaml")


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = survey_cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_shipped_questionnaires_and_their_cases_pass(capsys):
    code, out, err = run(capsys, "check", str(ROOT / "questionnaires"))
    warnings = err.splitlines()
    assert code == 0
    assert all(" T002 " in line or " T003 " in line for line in warnings)  # drafts, and texts of the long forms
    assert out == f"0 error(s), {len(warnings)} warning(s)\n"


def test_a_wrong_case_is_an_error_at_its_figure(capsys, tmp_path):
    folder = tmp_path / "strategy"
    shutil.copytree(ROOT / "questionnaires" / "strategy", folder)
    cases = folder / "cases.yaml"
    cases.write_text(
        cases.read_text(encoding="utf-8").replace("score: 109/28, level: 4", "score: 109/28, level: 5", 1),
        encoding="utf-8",
    )
    code, _, err = run(capsys, "check", str(tmp_path))
    assert code == 1
    assert f"{cases}:" in err
    assert "C001 case 'one_item_behind': strategy level should be 5 and is 4" in err


def test_score_writes_every_part_in_order_and_full_precision(capsys, tmp_path):
    answers = written(
        tmp_path, "response,item,answer,evidence\nb,st_strategy,3,document\nb,st_lead,dont_know,\na,st_strategy,5,\n"
    )
    code, out, err = run(capsys, "score", STRATEGY, answers)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (0, "")
    assert [row["response"] for row in rows] == ["b"] * 8 + ["a"] * 8
    assert [row["part"] for row in rows[:8]] == [
        "direction", "institutions", "transformation", "services", "foresight", "skills", "cooperation", "strategy",
    ]  # fmt: skip
    assert rows[7]["kind"] == "questionnaire"
    assert (rows[0]["status"], rows[0]["level"], rows[0]["score"], rows[0]["coverage"]) == (
        "withheld",
        "",
        "1.5",
        "0.25",
    )
    assert rows[0]["supported_score"] == "1.5"
    assert rows[8]["supported_score"] == "1.25"


@pytest.mark.parametrize(("option", "name"), [((), "'=1+1"), (("--raw",), "=1+1")])
def test_s8_scores_start_no_formula_unless_they_are_for_programs(capsys, tmp_path, option, name):
    answers = written(tmp_path, "response,item,answer\n=1+1,st_strategy,4\n-3.5,st_strategy,4\n")
    _, out, _ = run(capsys, "score", STRATEGY, answers, *option)
    assert out.splitlines()[1].split(",")[0] == name
    figures = [cell for line in out.splitlines()[1:] for cell in line.split(",")[4:-1] if cell]
    assert figures == [str(float(cell)) if "." in cell else str(int(cell)) for cell in figures]


def test_hand_computed_scores(capsys, tmp_path):
    """direction: 4, 4, 4, 2 with the 2 critical → score 3.5, level held at 3 by it; not applicable is not asked for a reason here."""
    lines = ["response,item,answer", "x,st_strategy,2", "x,st_portfolio,4", "x,st_funding,4", "x,st_review,4"]
    _, out, _ = run(capsys, "score", STRATEGY, written(tmp_path, "\n".join(lines)))
    row = next(csv.DictReader(io.StringIO(out)))
    assert (row["score"], row["level"], row["held_by"]) == ("3.5", "3", "st_strategy")
    assert [row[f"share_{level}"] for level in (2, 3, 4, 5)] == ["1.0", "0.75", "0.75", "0.0"]


def test_the_pulse_form_is_scored_on_its_items(capsys, tmp_path):
    _, out, _ = run(
        capsys, "score", STRATEGY, written(tmp_path, "response,item,answer\nx,st_strategy,4\n"), "--form", "pulse"
    )
    rows = {row["part"]: row for row in csv.DictReader(io.StringIO(out))}
    assert (rows["direction"]["level"], rows["direction"]["coverage"]) == ("4", "1.0")
    assert rows["strategy"]["coverage"] == repr(1 / 7)


def test_every_problem_of_answers_is_reported_and_nothing_is_scored(capsys, tmp_path):
    answers = written(tmp_path, "response,item,answer\na,st_strategy,9\na,nope,1\na,st_lead,2\na,st_lead,3\n")
    out_file = tmp_path / "scores.csv"
    code, out, err = run(capsys, "score", STRATEGY, answers, "--out", str(out_file))
    assert code == 1
    assert out == ""
    assert not out_file.exists()
    assert [line.split(" ")[0].rsplit(":", 2)[1] for line in err.splitlines()] == ["2", "3", "5"]


@pytest.mark.parametrize(
    "arguments", [["nope"], ["score"], ["run", "--port", "x"], ["score", STRATEGY, "x.csv", "--form", "half"]]
)
def test_wrong_usage_is_exit_2(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        survey_cli.main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_file_that_cannot_be_read(capsys, path):
    code, _, err = run(capsys, "score", STRATEGY, path)
    assert code == 1
    assert "A001" in err


def cli(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "survey_cli", *arguments], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, **changes},
    )  # fmt: skip


def test_demo_is_deterministic_by_seed_and_labelled(tmp_path):
    def answers(database: Path) -> list[tuple]:
        store = open_store(f"duckdb:///{database}")
        try:
            round_ = store.rounds()[0]
            assert round_.invented
            names = {
                organisation.id: (organisation.country, organisation.name)
                for organisation in store.organisations(round_.id)
            }
            assert len({country for country, _ in names.values()}) == 12
            return sorted(
                (
                    *names[state.organisation_id],
                    state.questionnaire_id,
                    state.status,
                    item,
                    entry.answer.code,
                    entry.answer.evidence,
                )
                for state in store.responses(round_.id)
                for item, entry in store.answers(state.id).items()
            )
        finally:
            store.close()

    for name in ("one", "two"):
        done = cli("demo", "--no-app", "--seed", "7", "--db", f"duckdb:///{tmp_path / name}.duckdb")
        assert done.returncode == 0, done.stderr
        assert "made up" in done.stdout
    first = answers(tmp_path / "one.duckdb")
    assert first == answers(tmp_path / "two.duckdb")
    assert len(first) > 2000
    assert {row[5] for row in first} >= {1, 2, 3, 4, 5, 6, 7}


def test_demo_refuses_an_address_that_others_can_reach(capsys):
    code, _, err = run(capsys, "demo", "--host", "0.0.0.0")
    assert code == 3
    assert err.startswith("S006 ")


def test_a_port_in_use_is_said_before_anything_else(capsys, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run(
            capsys, "run", "--db", f"duckdb:///{tmp_path}/x.duckdb", "--port", str(taken.getsockname()[1])
        )
    assert code == 3
    assert err.startswith("S007 ")
    assert not (tmp_path / "x.duckdb").exists()


def test_a_database_that_another_process_has_open_is_refused_with_its_pid(tmp_path):
    database = f"duckdb:///{tmp_path / 'held.duckdb'}"
    holding = f"import time\nfrom results.store import open_store\nopen_store({database!r})\nprint('open', flush=True)\ntime.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", holding], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "open\n"
        done = cli("run", "--db", database, "--port", "8999")
        assert done.returncode == 3
        assert f"process {holder.pid}" in done.stderr
        assert "kill" in done.stderr
        assert "Traceback" not in done.stderr + done.stdout
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


@pytest.mark.parametrize("url", ["sqlite:///x.db", "duckdb:///", "nonsense", "postgres:/x"])
def test_a_url_with_a_typo(url):
    done = cli("run", "--db", url, "--port", "8998")
    assert done.returncode == 3
    assert done.stderr.startswith("S003 ")


def test_the_app_does_not_start_with_a_faulty_questionnaire(tmp_path):
    folder = tmp_path / "strategy"
    shutil.copytree(ROOT / "questionnaires" / "strategy", folder)
    file = folder / "questionnaire.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("critical: true", "critcal: true", 1), encoding="utf-8")
    started = time.monotonic()
    done = cli(
        "run", "--db", f"duckdb:///{tmp_path}/x.duckdb", "--port", "8997", READINESS_QUESTIONNAIRES=str(tmp_path)
    )
    assert done.returncode == 1
    assert "Q010 'critcal' is not known here. Did you mean 'critical'?" in done.stderr
    assert f"{file}:" in done.stderr
    assert "The app does not start" in done.stderr
    assert not (tmp_path / "x.duckdb").exists()
    assert time.monotonic() - started < 30


def test_admin_round_writes_links_that_work(capsys, tmp_path):
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nge,Agency North\nKH,Agency East\n", encoding="utf-8")
    links, database = tmp_path / "links.csv", f"duckdb:///{tmp_path}/real.duckdb"
    code, out, err = run(
        capsys,
        "admin",
        "round",
        str(organisations),
        "--name",
        "Round",
        "--db",
        database,
        "--links",
        str(links),
        "--base-url",
        "https://x.org/",
    )
    assert (code, err) == (0, "")
    assert "Join code: " in out
    assert links.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(links.open(encoding="utf-8-sig")))
    assert [(row["role"], row["country"], row["organisation"]) for row in rows] == [
        ("Facilitator", "", ""), ("Coordinator", "Georgia", "Agency North"), ("Coordinator", "Cambodia", "Agency East"),
    ]  # fmt: skip
    from access.invitation import InvitationDesk
    from access.workshop import Workshop

    workshop = Workshop(open_store(database))
    try:
        assert rows[1]["link"].startswith("https://x.org/i/")
        assert InvitationDesk(workshop).look_up(rows[1]["link"].rsplit("/", 1)[1]).organisation == "Agency North"
        assert [pinned.id for pinned in workshop.store.rounds()[0].questionnaires] == [
            "strategy",
            "ethics",
            "standards",
        ]
    finally:
        workshop.close()


def test_admin_reissue_prints_a_new_link_and_code_and_the_old_die(capsys, tmp_path):
    from access.invitation import InvitationDesk
    from access.joining import Entered, JoinDesk, WaitingRoom
    from access.workshop import Workshop

    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nGE,Agency North\n", encoding="utf-8")
    base = ("--db", f"duckdb:///{tmp_path}/real.duckdb", "--base-url", "https://x.org")
    code, out, err = run(capsys, "admin", "round", str(organisations), "--name", "R", "--expires", "2100-01-01", *base)
    assert code == 0
    facilitator, north = csv.DictReader(io.StringIO(out))
    again, out, _ = run(capsys, "admin", "reissue", "Agency North", *base)
    assert again == 0
    link, code_line = out.splitlines()
    for wrong in (["Agency South"], ["--facilitator", "--round", "5"]):
        refused, _, text = run(capsys, "admin", "reissue", *wrong, *base)
        assert (refused, text.split(" ")[0]) == (3, "P035")
    assert run(capsys, "admin", "reissue", "--facilitator", "--expires", "2020-01-01", *base)[2].startswith("P033")
    workshop = Workshop(open_store(base[1]))
    try:
        desk, codes = InvitationDesk(workshop), JoinDesk(workshop)
        assert desk.look_up(north["link"].rpartition("/")[2]) is None
        assert desk.look_up(facilitator["link"].rpartition("/")[2]).role == "facilitator"
        assert desk.look_up(link.rpartition("/")[2]).organisation == "Agency North"
        assert isinstance(codes.enter(code_line.split()[1], "192.0.2.1"), Entered)
        assert isinstance(codes.enter(err.split()[-1], "192.0.2.1"), WaitingRoom)
    finally:
        workshop.close()


@pytest.mark.parametrize(("ending", "magic"), [("pdf", b"%PDF-"), ("XLSX", b"PK")])
def test_admin_round_writes_cards_and_workbooks(capsys, tmp_path, ending, magic):
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nGE,Agency North\n", encoding="utf-8")
    links = tmp_path / f"links.{ending}"
    links.write_text("open to all")
    links.chmod(0o644)
    database = f"duckdb:///{tmp_path}/real.duckdb"
    arguments = ("admin", "round", str(organisations), "--name", "R", "--db", database, "--links", str(links))
    assert run(capsys, *arguments)[0] == 0
    assert links.read_bytes().startswith(magic)
    assert links.stat().st_mode & 0o077 == 0


def test_admin_round_reports_every_faulty_organisation(capsys, tmp_path):
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nXX,Agency\nGE,\nKH,East\nKH,East\n", encoding="utf-8")
    code, _, err = run(
        capsys, "admin", "round", str(organisations), "--name", "Round", "--db", f"duckdb:///{tmp_path}/x.duckdb"
    )
    assert code == 1
    assert [line.split(" ")[1] for line in err.splitlines()] == ["O002", "O003", "O004"]
    assert not (tmp_path / "x.duckdb").exists()


@pytest.mark.parametrize(
    ("option", "code"),
    [(("--name", "x\udcff"), "P037"), (("--name", ""), "P037"), (("--name", "R", "--keep-until", "2028"), "P038")],
)
def test_admin_round_keeps_no_round_without_a_name_and_a_day(capsys, tmp_path, option, code):
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nGE,North\n", encoding="utf-8")
    base = ("--db", f"duckdb:///{tmp_path}/x.duckdb")
    refused, out, err = run(capsys, "admin", "round", str(organisations), *option, *base)
    assert (refused, out, err.split(" ")[0]) == (3, "", code)


@pytest.mark.parametrize("where", ["/no/such/folder/x.csv", "."])
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_done(capsys, tmp_path, where):
    answers = written(tmp_path, "response,item,answer\nx,st_strategy,4\n")
    code, out, err = run(capsys, "score", STRATEGY, answers, "--out", where)
    assert (code, out) == (3, "")
    assert err.startswith(f"S010 {where} cannot be written")
    organisations = tmp_path / "organisations.csv"
    organisations.write_text("country,name\nGE,North\n", encoding="utf-8")
    code, _, err = run(
        capsys,
        "admin",
        "round",
        str(organisations),
        "--name",
        "R",
        "--db",
        f"duckdb:///{tmp_path}/x.duckdb",
        "--links",
        where,
    )
    assert (code, err.split(" ")[0]) == (3, "S010")
    assert not (tmp_path / "x.duckdb").exists()


def test_a_bench_that_is_not_there_is_wrong_usage(capsys):
    assert run(capsys, "bench", "nope")[0] == 2


def test_nothing_asks_a_public_service_for_this_machines_address(tmp_path):
    program = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('a request left the machine')\n"
        "socket.getaddrinfo = refuse\n"
        "import survey_app\n"
        "from streamlit import net_util\n"
        "assert net_util.get_external_ip() is None\n"
        "survey_app.process.stop()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "READINESS_DB": f"duckdb:///{tmp_path}/x.duckdb", "READINESS_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
