"""The stores of the contract: each test that asks for `store` or `empty` runs on every engine."""

from __future__ import annotations

import pytest

from results.duckdb_store import DuckDBStore
from results.store import open_store
from tests.postgres_server import shared
from tests.reference_store import ReferenceStore
from tests.results.facts import fill
from tests.results.replicas import Replicas

# Each engine: a folder of its own → an empty store.
ENGINES = {
    "reference": lambda folder: ReferenceStore(),
    "duckdb": lambda folder: DuckDBStore(folder / "store.duckdb"),
    "postgres": lambda folder: open_store(shared().fresh()),
    "replicas": lambda folder: Replicas(shared().fresh()),
}


@pytest.fixture(params=ENGINES)
def empty(request, tmp_path):
    store = ENGINES[request.param](tmp_path)
    yield store
    store.close()


@pytest.fixture
def store(empty):
    fill(empty)
    return empty
