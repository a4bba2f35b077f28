"""Real workshops and servers for benchmarks: a database with a round, the app or a bare page in a process of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from access import informed
from access.actor import Actor
from access.invitation import add_invitation, digest, key_of
from access.setup import RoundPlan, add_organisation, create_round
from access.workshop import Workshop
from results.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".streamlit" / "config.toml"
QUESTIONNAIRES = ("strategy", "ethics", "standards")


def workshop(folder: Path, organisations: int) -> list[str]:
    """A new database with a round of the real questionnaires; the token of each organisation's coordinator."""
    folder.mkdir(exist_ok=True)
    opened_workshop = Workshop(open_store(database(folder)))
    asked = tuple((ROOT / "questionnaires" / name / "questionnaire.yaml", "full") for name in QUESTIONNAIRES)
    round_ = create_round(opened_workshop, RoundPlan("Benchmark", asked, notice="A benchmark.", invented=True))
    tokens = []
    for number in range(organisations):
        organisation = add_organisation(opened_workshop, round_, "GE", f"Agency {number}")
        token = add_invitation(opened_workshop, round_, organisation.id, "coordinator", "Coordinator")
        person = Actor("coordinator", round_.id, organisation.id, "Coordinator", key_of(digest(token)))
        informed.confirm(opened_workshop, person, 1)
        tokens.append(token)
    opened_workshop.close()
    return tokens


def stored_revisions(folder: Path) -> int:
    store = open_store(database(folder))
    (round_,) = store.rounds()
    count = len(store.changes(round_.id, 0))
    store.close()
    return count


def database(folder: Path) -> str:
    return f"duckdb:///{folder / 'workshop.duckdb'}"


@contextmanager
def our_server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    command = [sys.executable, "-m", "survey_cli", "run", "--db", database(folder), "--port", str(port)]
    with served(command, ROOT, port) as running:
        yield running


@contextmanager
def served(command: list[str], folder: Path, port: int) -> Iterator[tuple[str, psutil.Process]]:
    """A server in a process of its own, killed at the end: what was promised must be on the disk."""
    environment = {**os.environ, "READINESS_CACHE": str(ROOT / "build" / "bench-cache")}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        try:
            if not is_up(process, port):
                log.seek(0)
                raise AssertionError(f"the server did not start: {log.read().decode(errors='replace')[-2000:]}")
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    for _ in range(240):
        if process.poll() is not None:
            return False
        with suppress(OSError, http.client.HTTPException):
            if asked(port, "GET", "/_stcore/health").status == http.HTTPStatus.OK:
                return True
        time.sleep(0.25)
    return False


def asked(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def enter(address: str, token: str) -> str:
    """Press Continue on the invitation's page; the cookie."""
    headers = {"Origin": address, "Sec-Fetch-Site": "same-origin", "Content-Length": "0"}
    response = asked(int(address.rpartition(":")[2]), "POST", f"/i/{token}", headers)
    cookies = SimpleCookie(response.getheader("Set-Cookie", ""))
    assert cookies, f"the invitation was refused: {response.status}"
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
