"""S16: an exception on each page of each role shows a sentence and a number that the log has too; the draft stays."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

import logs
from access import facilitator, independent, issuing, respondent
from survey.response import Answer
from tests.app.pages import app, html, radio, stored
from ui import incident, process

SECRET = "select 'marker-7731' from answers"

# page (None: the first) → who sees it, the service that fails
PAGES = {
    "overview": ("coordinator", None, (respondent, "_sheet")),
    "overview of a colleague": ("colleague", None, (respondent, "_sheet")),
    "section": ("coordinator", "section", (respondent, "_sheet")),
    "section of a colleague": ("colleague", "section", (respondent, "_sheet")),
    "review": ("coordinator", "review", (respondent, "_sheet")),
    "review of a colleague": ("colleague", "review", (respondent, "_sheet")),
    "profile": ("coordinator", "profile", (respondent, "own_scorecard")),
    "profile of a colleague": ("colleague", "profile", (respondent, "own_scorecard")),
    "colleagues": ("coordinator", "colleagues", (issuing, "colleagues")),
    "side by side": ("coordinator", "side_by_side", (independent, "side_by_side")),
    "joined": ("facilitator", None, (facilitator, "progress")),
    "compare": ("facilitator", "compare", (facilitator, "comparison")),
}


@pytest.fixture
def log(monkeypatch):
    """As on the server: the app's error handler, and the log of this test."""
    original = LocalScriptRunner.__init__

    def with_handler(self, *arguments, **named) -> None:
        original(self, *arguments, **named)
        self._on_script_error = incident.show

    monkeypatch.setattr(LocalScriptRunner, "__init__", with_handler)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.set_up(stream := io.StringIO())
    yield stream
    root.handlers, _ = before
    root.setLevel(before[1])
    logging.captureWarnings(capture=False)


def incidents(stream: io.StringIO) -> list[str]:
    assert SECRET not in stream.getvalue()
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line["incident"] for line in found if "incident" in line]


def boom(*_arguments, **_named):
    raise RuntimeError(SECRET)


def said(test) -> list[str]:
    """The numbers of the incidents on the page, which shows nothing else of the exception."""
    shown = html(test) + " ".join(message.value for message in test.error)
    assert not test.exception
    assert "marker-7731" not in shown
    assert "RuntimeError" not in shown
    return re.findall(r"tell the facilitator this number: ([0-9a-f]{8})", shown)


@pytest.mark.parametrize("page", PAGES)
def test_s16_each_page_says_it_with_the_logs_number_and_works_again(at, log, monkeypatch, page):
    who, script, (module, service) = PAGES[page]
    test = app(at, who, script)
    assert said(test) == []
    with monkeypatch.context() as broken:
        broken.setattr(module, service, boom)
        process._drawings.clear()
        test.run()
        assert set(said(test)) == set(incidents(log)) != set()
        assert len(incidents(log)) == 1
    test.run()
    assert said(test) == []
    assert html(test)


def test_s16_the_way_in_and_the_frame_around_all_pages(at, log, monkeypatch):
    from ui import session

    with monkeypatch.context() as broken:
        broken.setattr(session, "actor_of", boom)
        assert said(app(at, None)) == incidents(log) != []
    assert [title.value for title in app(at, None).title] == ["AI readiness"]


def test_s16_a_save_that_fails_unexpectedly_keeps_the_draft_and_saves_it_later(at, log, monkeypatch):
    test = app(at, "coordinator", "section")
    with monkeypatch.context() as broken:
        broken.setattr(respondent, "check_answer", boom)
        radio(test, "plan").set_value(3).run()
        test.run()
        assert "Not saved" in html(test)
        assert set(said(test)) == set(incidents(log))
        assert len(incidents(log)) == 1  # the page tries again every few seconds, under one number
        assert radio(test, "plan").value == 3
        assert stored(at, "plan") is None
    test.run()
    assert stored(at, "plan") == Answer(3)


def test_s16_a_page_that_cannot_be_read_keeps_the_draft_and_saves_it_later(at, log, monkeypatch):
    test = app(at, "coordinator", "section")
    with monkeypatch.context() as broken:
        broken.setattr(respondent, "_sheet", boom)
        radio(test, "plan").set_value(3).run()
        assert said(test) != []
        assert not test.radio  # the page is not there, and what was typed is kept
        assert stored(at, "plan") is None
    next(button for button in test.button if button.label == "Try again").click().run()
    test.run()
    assert said(test) == []
    assert stored(at, "plan") == Answer(3)


def test_s16_text_typed_into_a_page_that_fails_is_kept(at, log, monkeypatch):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(3).run()
    with monkeypatch.context() as broken:
        broken.setattr(respondent, "_sheet", boom)
        next(area for area in test.text_area if "-plan-comment-" in area.key).set_value("Adopted in May.").run()
        test.run()
    test.run()
    assert stored(at, "plan") == Answer(3, comment="Adopted in May.")


@pytest.mark.parametrize(
    ("page", "module", "service", "press"),
    [("review", respondent, "submit", "submit"), ("colleagues", issuing, "revoke", "end-")],
)
def test_s16_a_button_whose_work_fails_is_told_and_the_page_stays(at, log, monkeypatch, page, module, service, press):
    respondent.save_answer(at.workshop, at.actors["coordinator"], at.response("north"), "plan", Answer(4), based_on=0)
    test = app(at, "coordinator", page)
    with monkeypatch.context() as broken:
        broken.setattr(module, service, boom)
        next(button for button in test.button if button.key.startswith(press)).click().run()
        assert test.title
    # AppTest runs the page without the frame around it (ui/main.py), whose top says it: tests/browser has that.
    assert re.findall(r"number: ([0-9a-f]{8})", test.session_state["told-top"]) == incidents(log) != []


def test_a_refusal_in_a_part_of_a_page_is_its_own_sentence(at, log, monkeypatch):
    from access.actor import RefusedError
    from survey.problems import message

    def refuses(*_arguments, **_named):
        raise RefusedError("P001")

    test = app(at, "facilitator")
    with monkeypatch.context() as broken:
        broken.setattr(facilitator, "progress", refuses)
        test.run()
        assert message("P001") in html(test)
        assert (said(test), incidents(log)) == ([], [])
