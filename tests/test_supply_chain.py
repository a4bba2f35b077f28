"""What `make audit` checks without a network: hashes, licences, insecure constructs, the bill of materials."""

from __future__ import annotations

import pytest

from tools import audit

PACKAGES = audit.locked()


def test_every_package_is_pinned_by_hash():
    assert audit.without_hash(PACKAGES) == []


def test_no_dependency_is_under_the_gpl():
    """Developers' tools too. The LGPL ones are exactly those decided about, and every package states a licence."""
    names = {package["name"] for package in PACKAGES}
    assert audit.licence_problems(names) == []
    assert {name for name in names if "LGPL" in audit.licence(name)} == audit.LESSER


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("MIT", True),
        ("LGPL-3.0-only", False),
        ("GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("MIT OR GPL-2.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("", False),
    ],
)
def test_licences_are_told_apart(monkeypatch, text, accepted):
    monkeypatch.setattr(audit, "licence", lambda _: text)
    assert (audit.licence_problems(["something"]) == []) is accepted


@pytest.mark.parametrize(("name", "accepted"), [("psycopg", True), ("another", False)])
def test_the_lgpl_is_a_decision_each_time(monkeypatch, name, accepted):
    monkeypatch.setattr(audit, "licence", lambda _: "LGPL-3.0-only")
    assert (audit.licence_problems([name]) == []) is accepted


def test_no_insecure_construct_without_its_reason():
    assert audit.insecure_constructs() == []


def test_an_insecure_construct_is_found(tmp_path):
    """ruff's and bandit's numbers are the same: `noqa: S102` speaks for B102, and for nothing else."""
    file = tmp_path / "bad.py"
    file.write_text("exec(input())  # noqa: S102\nexec(input())  # noqa: S608\n", encoding="utf-8")
    (finding,) = audit.insecure_constructs([str(file)])
    assert finding.startswith(f"{file}:2 B102")


def test_a_package_without_hash_is_found():
    file = {"hash": f"sha256:{'0' * 64}"}
    index = {"registry": "https://pypi.org/simple"}
    packages = [
        {"name": "good", "source": index, "wheels": [file], "sdist": file},
        {"name": "unpinned", "source": index, "wheels": [file, {}]},
        {"name": "empty", "source": index},
        {"name": "git", "source": {"git": "https://example.org"}, "wheels": [file]},
    ]
    assert audit.without_hash(packages) == ["unpinned", "empty", "git"]


def test_the_bill_of_materials_is_complete(tmp_path):
    if audit.uv() is None:
        pytest.skip("there is no uv; `make test` brings it")
    bill = audit.bill_of_materials(tmp_path)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    components = {(component["name"], component["version"]): component for component in bill["components"]}
    names = {name for name, _ in audit.shipped()}
    assert {"streamlit", "psycopg", "uvicorn"} <= names
    assert not {"pytest", audit.PROJECT} & names
    assert len(components) == len(bill["components"])
    assert set(components) == audit.shipped()
    for (name, version), entry in components.items():
        assert entry["licenses"][0]["license"]["name"]
        assert entry["purl"] == f"pkg:pypi/{name}@{version}"
