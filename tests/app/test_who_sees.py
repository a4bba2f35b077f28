"""The choice of who sees the levels, on the pages of those whose levels they are."""

from __future__ import annotations

import pytest

from access.visibility import VISIBILITIES, choose_visibility, own_visibility
from tests.app.pages import app, html
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, scene
from ui import process


@pytest.fixture
def at(tmp_path) -> Scene:
    made = scene(ReferenceStore(), tmp_path, visibility="facilitators")
    process.use(made.workshop)
    yield made
    process.use(None)


def chosen(at: Scene):
    return own_visibility(at.workshop, at.actors["coordinator"])


def choice(test):
    return next(widget for widget in test.radio if widget.key.startswith("visibility-"))


def test_the_coordinator_finds_what_holds_and_changes_it_at_once(at):
    test = app(at, "coordinator")
    assert (choice(test).value, len(choice(test).options)) == ("facilitators", 4)
    assert "This is how the round was set up." in html(test)
    for visibility in VISIBILITIES:
        choice(test).set_value(visibility).run()
        assert (chosen(at).visibility, chosen(at).is_chosen) == (visibility, True)
        assert "This is how the round was set up." not in html(test)
        assert "Saved." in html(test)


def test_what_somebody_else_chose_is_shown_not_overwritten(at):
    test = app(at, "coordinator")
    choose_visibility(at.workshop, at.actors["coordinator"], "nobody")
    test.run()
    assert choice(test).value == chosen(at).visibility == "nobody"


def test_a_blind_coordinator_reads_the_own_letter(at):
    choose_visibility(at.workshop, at.actors["coordinator"], "blind")
    assert f"Country {chosen(at).letter}," in html(app(at, "coordinator"))
    choose_visibility(at.workshop, at.actors["neighbour"], "named")
    assert "Another organisation shows your country by name" in html(app(at, "coordinator"))


def test_a_colleague_reads_and_cannot_choose(at):
    test = app(at, "colleague")
    assert not [widget for widget in test.radio if widget.key.startswith("visibility-")]
    assert "The facilitators only." in html(test)
    assert "The coordinator of your organisation can change this." in html(test)


@pytest.mark.parametrize("who", ["coordinator", "colleague"])
def test_before_submitting_it_is_said_who_will_see(at, who):
    choose_visibility(at.workshop, at.actors["coordinator"], "nobody")
    assert "Nobody but us." in html(app(at, who, "review", q="tiny"))
