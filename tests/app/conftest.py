"""The workshop that pages are run on; modules that need another one have a fixture of their own."""

from __future__ import annotations

import pytest

from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene
from ui import process


@pytest.fixture
def at(tmp_path) -> Scene:
    made = scene(ReferenceStore(), tmp_path)
    process.use(made.workshop)
    yield made
    process.use(None)
