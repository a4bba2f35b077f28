"""A workshop on the reference store, with people who have an account."""

from __future__ import annotations

import pytest

from access.passphrase import Cost
from access.sign_in import StaffDesk
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene

CHEAP = Cost(passes=1, memory=64, lanes=1)


@pytest.fixture
def at(tmp_path) -> Scene:
    return scene(ReferenceStore(), tmp_path)


@pytest.fixture
def desk(at) -> StaffDesk:
    return StaffDesk(at.workshop, CHEAP)
