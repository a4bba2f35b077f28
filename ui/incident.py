"""What somebody sees when a page fails: one sentence and a number, which stands in the log too. Never the exception.

The values of the widgets stay in the session when a page or callback fails, and are saved by the next run that works.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.actor import RefusedError
from logs import describe, report
from ui import look, session
from ui.texts import problem, t

P = ParamSpec("P")


def sentence(error: Exception) -> str:
    """What to say about an exception; logged, and numbered anew unless this session met the same one a moment ago."""
    if isinstance(error, RefusedError):
        return problem(error)
    facts = describe(error)
    kind = f"{facts['errors']} {facts['frames'][-1:]}"
    incident = session.known_incident(kind) or session.note_incident(kind, report(error))
    return t(
        "Something went wrong on our side. What you typed is kept and is saved as soon as this works again. "
        "If it happens again, tell the facilitator this number: {incident}",
        incident=incident,
    )


def say(text: str) -> None:
    """A sentence about an incident, in this place."""
    look.markup(f'<div class="incident" role="alert">{escape(text)}</div>')


def say_told() -> None:
    """What `told` kept for the top of the page, once."""
    if text := session.take_told("top"):
        say(text)


def show(error: Exception) -> bool:
    """Say it in the place where the page or a part of it failed; True: Streamlit shows nothing of its own.

    For `st.App(on_script_error=…)`, which also hears of exceptions in fragments; those of callbacks go through `told`.
    """
    say(sentence(error))
    if runs_parts_only():
        session.note_failed_part()
    else:
        session.note_failed_page()
        st.button(t("Try again"), key="incident-again")  # a rerun; reloading would lose what is not saved
    return True


def runs_parts_only() -> bool:
    """Whether only some fragments are being run, not the page as a whole."""
    run = get_script_run_ctx(suppress_warning=True)
    return run is not None and bool(run.fragment_ids_this_run)


def told(callback: Callable[P, None]) -> Callable[P, None]:
    """A widget's callback whose exception is told above the page.

    By itself Streamlit would end the run with the callback: nothing would be drawn, and what is not drawn is forgotten.
    """

    @wraps(callback)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            callback(*arguments, **named)
        except Exception as error:  # noqa: BLE001  (whatever it was: the page has to be drawn)
            session.tell(sentence(error), "top")
            if runs_parts_only():
                st.rerun()  # the whole page: its top would not be drawn

    return run
