"""A link's label is somebody's text: kept to the character, or refused whole."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access import issuing
from access.actor import RefusedError
from tests.naughty import NAUGHTY
from tests.reference_store import ReferenceStore
from tests.workshops import scene


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    return scene(ReferenceStore(), tmp_path_factory.mktemp("scene"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(issuing, "hash_secret", lambda _: "hash")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(label=st.one_of(st.sampled_from(sorted(NAUGHTY.values())), st.text(st.characters(), max_size=90)))
def test_a_label_is_kept_to_the_character_or_refused_whole(at, label):
    before = at.workshop.store.invitations(at.round.id)
    is_text = not any(
        char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in label.strip(" ")
    )
    if not is_text or len(label.strip(" ")) > 80:
        with pytest.raises(RefusedError) as refused:
            issuing.invite_colleague(at.workshop, at.actors["coordinator"], label)
        assert refused.value.code == "P036"
        assert at.workshop.store.invitations(at.round.id) == before
    else:
        made = issuing.invite_colleague(at.workshop, at.actors["coordinator"], label)
        assert at.workshop.store.invitation(made.invitation.token_hash).label == label.strip(" ")
