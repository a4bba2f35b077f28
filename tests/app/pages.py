"""Pages run by AppTest on a small workshop, as somebody's browser would open them."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from access.actor import Actor
from survey.response import Answer
from tests.workshops import Scene

ROOT = Path(__file__).resolve().parents[2]


def open_page(actor: Actor | None, page: str = "", **query: str) -> AppTest:
    """The first page of somebody, or (`page`) another one; without an exception."""
    test = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=20)
    if actor:
        test.session_state["actor_for_tests"] = actor
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    if page:
        test.switch_page(f"pages/{page}.py").run()
    assert not test.exception
    return test


def app(at: Scene, who: str | None, page: str = "", **query: str) -> AppTest:
    """The same for one of the workshop's people."""
    return open_page(at.actors[who] if who else None, page, **query)


def html(test: AppTest) -> str:
    return " ".join(element.proto.body for element in test.get("html"))


def radio(test: AppTest, item: str):
    return next(widget for widget in test.radio if f"-{item}-code-" in widget.key)


def stored(at: Scene, item: str) -> Answer | None:
    found = at.workshop.store.answers(at.response("north")).get(item)
    return found.answer if found else None
