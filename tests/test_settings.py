"""What has to be in the environment before the libraries that read it are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from settings import IdentityProvider, read_settings

ROOT = Path(__file__).resolve().parent.parent
# Prints what is set at the moment when somebody looks for numpy.
WATCH = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
"""


@pytest.mark.parametrize("entry", ["import survey_cli, access.invitation", "import survey_app"])
@pytest.mark.parametrize("given", [None, "2"])
def test_numpy_finds_one_blas_thread_unless_the_operator_set_another(entry, given, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    environment |= {"READINESS_DB": f"duckdb:///{tmp_path}/x.duckdb"} | (
        {"OPENBLAS_NUM_THREADS": given} if given else {}
    )
    done = subprocess.run(
        [sys.executable, "-c", WATCH + entry], cwd=ROOT, env=environment, text=True, capture_output=True, check=True
    )
    assert done.stdout.split() == [given or "1"]


OIDC = {"ISSUER": "https://id.example/realm", "CLIENT_ID": "readiness", "CLIENT_SECRET": "quiet"}


def given(monkeypatch, **parts: str) -> IdentityProvider | None:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME"):
        monkeypatch.delenv(f"READINESS_OIDC_{name}", raising=False)
    for name, value in parts.items():
        monkeypatch.setenv(f"READINESS_OIDC_{name}", value)
    return read_settings().identity_provider


def test_without_its_settings_there_is_no_identity_provider(monkeypatch):
    assert given(monkeypatch) is None
    assert given(monkeypatch, NAME="Example") is None


def test_an_identity_providers_secret_is_in_no_printed_form(monkeypatch):
    provider = given(monkeypatch, **OIDC)
    assert provider.fault() == ""
    assert "quiet" not in repr(provider)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"CLIENT_SECRET": ""}, "READINESS_OIDC_CLIENT_SECRET is missing"),
        ({"ISSUER": " "}, "READINESS_OIDC_ISSUER is missing"),
        ({"ISSUER": "http://id.example"}, "https://"),
        ({"ISSUER": "https://id.example/?a=b"}, "https://"),
        ({"ISSUER": "https:///x"}, "https://"),
        ({"ISSUER": "https://[x"}, "not an address"),
        ({"ISSUER": "ftp://localhost"}, "https://"),
    ],
)
def test_settings_of_an_identity_provider_that_cannot_work_are_explained(monkeypatch, change, reason):
    assert reason in given(monkeypatch, **{**OIDC, **change}).fault()


@pytest.mark.parametrize("issuer", ["http://localhost:9400", "http://127.0.0.1:9400", "http://[::1]:9400"])
def test_a_provider_on_this_machine_may_be_without_tls(monkeypatch, issuer):
    assert given(monkeypatch, **{**OIDC, "ISSUER": issuer}).fault() == ""


def test_the_app_does_not_start_half_configured(tmp_path):
    environment = {
        **os.environ,
        "READINESS_OIDC_ISSUER": "https://id.example",
        "READINESS_DB": f"duckdb:///{tmp_path}/x.duckdb",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import survey_app"],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("S050 The identity provider's settings cannot be used: READINESS_OIDC_CLIENT_ID")
    assert not (tmp_path / "x.duckdb").exists()
