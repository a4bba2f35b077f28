"""Item → widgets, and the one path by which what stands in them becomes a stored answer.

On every change and on every run, what the widgets hold is compared with the version this session saw, and a difference
is saved; so nothing depends on a callback that a dropped connection or a restarted server may never fire. A newer stored version
(a colleague, another device) is adopted when the widgets hold nothing of their own, and shown beside them when they do.
"""

from __future__ import annotations

import time
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from access import respondent
from access.actor import Actor, RefusedError
from access.informed import is_informed
from access.late_keeping import LateError
from access.respondent import Sheet
from results.store import Conflict, StoreError
from results.workshop import StoredAnswer
from survey.direction import isolated
from survey.questionnaire import Item
from survey.response import (
    DONT_KNOW,
    NOT_APPLICABLE,
    UNANSWERED,
    Answer,
    AnswerRefusedError,
    codes_offered,
    host_of,
    tiers_offered,
)
from ui import incident, language, look, process, progress, session
from ui.session import Seen
from ui.texts import plain, problem, t


def item_card(actor: Actor, sheet: Sheet, item: Item, number: int, dimension_id: str) -> None:
    """One question with its anchors, as a fragment of its own: an answer reruns this card, which renews the progress line.

    One run for one answer: each run costs the server as much as ten widgets. The whole page is drawn only when other
    questions are asked than it shows.
    """

    @st.fragment(key=f"card-{item.id}")
    def card() -> None:
        session.require_actor()  # the session may have ended while the page stayed open
        try:
            current = respondent.open_sheet(process.workshop(), actor, sheet.questionnaire.id, session.language())
        except Exception as error:  # noqa: BLE001  (without its widgets the card would forget what was typed)
            incident.say(incident.sentence(error))
            session.note_failed_part()
            current = sheet
        with st.container(border=True):
            _question(current, item, number)
            version = _newest(current, item)
            _inputs(actor, current, item, version)
            outcome = _keep(actor, current, item)
            if session.seen(current, item.id).revision != version.revision:  # saved only now, not by the callback
                current = respondent.open_sheet(process.workshop(), actor, sheet.questionnaire.id, session.language())
            _say(actor, current, item, outcome, progress.facts(current, dimension_id))
        is_untold = bool(outcome) and not is_informed(process.workshop(), actor)  # the notice stands above the page
        is_late = session.seen(current, item.id).generation != version.generation
        if (current.asked != sheet.asked or is_untold or is_late) and incident.runs_parts_only():
            st.rerun()

    card()


def _changed(actor: Actor, sheet: Sheet, item: Item) -> None:
    """A widget changed: save before the card is drawn. Unlike the card's run, a callback is never cut short by the next change."""
    session.require_actor()
    try:
        _keep(actor, respondent.open_sheet(process.workshop(), actor, sheet.questionnaire.id, session.language()), item)
    except Exception as error:  # noqa: BLE001  (whatever it was: the card is drawn next, tries again and says it)
        incident.sentence(error)


def deliver(actor: Actor, drawn: Sheet, dimension_id: str) -> bool:
    """Save what the browser holds and no card has seen: choices made while the connection or the server was away.

    Called by the page's heartbeat, which carries every widget's value. Returns whether the page has to be drawn anew: something was
    saved or refused, a card does not say so yet, or the response was reopened. (Not when it was ended: that would take away what
    somebody is typing.)
    What was refused is not tried again until it changes; what the store could not take is.
    """
    sheet = respondent.open_sheet(process.workshop(), actor, drawn.questionnaire.id, session.language())
    waiting = [item for item in sheet.items(dimension_id) if session.is_waiting(sheet, item.id)]
    for item in waiting:
        _keep(actor, sheet, item)
    is_reopened = sheet.editable and (session.take_late_shown() or not drawn.editable)
    is_unsaid = any(session.is_unsaid(sheet, item.id) for item in sheet.items(dimension_id))
    return is_reopened or is_unsaid or any(not session.is_waiting(sheet, item.id) for item in waiting)


def _question(sheet: Sheet, item: Item, number: int) -> None:
    """What is asked, and one click away why, and what counts as evidence: one element, which no answer draws anew."""
    badge = f' <span class="badge">{escape(t("Critical"))}</span>' if item.critical else ""
    mark = sheet.translated.mark
    scope = f'<div class="muted">{look.words(item.scope, mark(f"{item.id}.scope"))}</div>' if item.scope else ""
    text = look.words(item.text, mark(f"{item.id}.text"))
    name = escape(t("Question {number}", number=number))
    look.markup(
        f'<h2 class="question" id="q-{item.id}" data-number="{name}">{number}. {text}{badge}</h2>'
        f"{scope}{_help(item)}{language.original(sheet, item)}"
    )


def _help(item: Item) -> str:
    said = []
    if item.critical:
        said.append(
            t("Critical: no level can stand more than one step above this answer, and it is needed before submitting.")
        )
    if item.why:
        said.append(t("Why we ask: {why}", why=item.why))
    if item.evidence:
        said.append(t("Evidence: {ask}", ask=item.evidence.ask))
        if item.evidence.sufficient and item.evidence.insufficient:
            said.append(t("Enough: {example}", example=item.evidence.sufficient))
            said.append(t("Not enough: {example}", example=item.evidence.insufficient))
    if not said:
        return ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in said)
    return f'<details class="help"><summary>{escape(t("Why we ask, what counts as evidence"))}</summary><div>{lines}</div></details>'


def _newest(sheet: Sheet, item: Item) -> Seen:
    """The version to show: the one this session saw, or the stored one when that is newer and nothing here is unsaved."""
    version = session.renew(sheet, item.id, session.seen(sheet, item.id))
    if sheet.revision(item.id) <= version.revision:
        return version
    held = session.held(sheet, item.id, version)
    has_unsaved = held is not None and held not in (version.answer, sheet.answer(item.id))
    return version if has_unsaved else session.adopt(sheet, item.id)


def _inputs(actor: Actor, sheet: Sheet, item: Item, version: Seen) -> None:
    """Draw the widgets, starting from the version seen. What they hold is read by `session.held`."""
    draw = _Drawing(actor, sheet, item, version)
    codes = codes_offered(item)
    words = {level: f"**{level}**  {plain(item.anchor(level))}" for level in (1, 2, 3, 4, 5)}
    words |= {DONT_KNOW: plain(t("Don't know")), NOT_APPLICABLE: plain(t("Not applicable"))}
    stored = version.begun_with.code
    code = st.radio(
        plain(item.text), codes, index=codes.index(stored) if stored in codes else None, key=draw.key("code"),
        format_func=lambda value: words.get(value, ""), label_visibility="collapsed", **draw.common,
    )  # fmt: skip
    if code == NOT_APPLICABLE:
        draw.area("reason", t("Why does this question not apply to you?"))
    with st.expander(t("Evidence and comment"), expanded=version.unfolded):
        tiers = (t("No evidence"), t("Described in words"), t("A document or link"), t("Verified"))
        draw.tier(t("What can you show?"), dict(enumerate(tiers)))
        draw.line("link", t("Link to the document (https)"))
        draw.area("note", t("Where in the document, or what it shows"))
        draw.area("comment", t("Comment (seen by your organisation and the facilitators)"))


class _Drawing:
    """Draws the text widgets of one card, each keyed and reporting its changes in the same way.

    The version's values are given as defaults, never through `st.session_state`: a value set there is sent to the
    browser as an order, and after a restart it would overwrite what somebody had just chosen and not yet sent.
    """

    def __init__(self, actor: Actor, sheet: Sheet, item: Item, version: Seen) -> None:
        self._sheet, self._item, self._version = sheet, item, version
        self.common: dict[str, Any] = {
            "on_change": _changed,
            "args": (actor, sheet, item),
            "disabled": not sheet.editable,
        }

    def key(self, part: str) -> str:
        return session.widget_key(self._sheet, self._item.id, part, self._version)

    def area(self, part: str, label: str) -> None:
        value = getattr(self._version.begun_with, part)
        st.text_area(plain(label), value=value, key=self.key(part), height=80, **self.common)

    def line(self, part: str, label: str) -> None:
        st.text_input(plain(label), value=getattr(self._version.begun_with, part), key=self.key(part), **self.common)

    def tier(self, label: str, words: dict[int, str]) -> None:
        stored = self._version.begun_with.evidence
        offered = tiers_offered(stored)
        st.selectbox(
            label, offered, index=offered.index(stored), format_func=lambda tier: words[tier], key=self.key("evidence"), **self.common
        )  # fmt: skip


def _keep(actor: Actor, sheet: Sheet, item: Item) -> str | Conflict:
    """Save what the widgets hold when it differs from the version seen. Returns "" when all is saved, else what is wrong."""
    version = session.seen(sheet, item.id)
    answer = session.held(sheet, item.id, version)
    if answer is None or answer == version.answer:
        return ""
    if why := session.late_refusal(sheet, item.id, answer):
        return why  # kept as a draft: saved when somebody says so, not by a page that was left open
    event = session.event_id(sheet, item.id, answer, version)
    try:
        result = respondent.save_answer(
            process.workshop(), actor, sheet.state.id, item.id, answer, based_on=version.revision, event_id=event
        )  # fmt: skip
    except (AnswerRefusedError, RefusedError, StoreError) as error:
        is_late = isinstance(error, LateError)
        if not isinstance(error, StoreError):  # what the store could not take is tried again
            session.note_refused(sheet, item.id, answer, problem(error), is_late=is_late)
        if is_late:
            session.show_late(sheet, item.id, version, answer)
        return problem(error)
    except Exception as error:  # noqa: BLE001  (whatever it was: the widgets stay, and the next run tries again)
        return incident.sentence(error)
    if isinstance(result, Conflict):
        return result
    kept = result.stored
    session.see(
        sheet, item.id, replace(version, revision=kept.revision, answer=answer, saved_at=kept.saved_at, draft=None)
    )
    return ""


def _say(actor: Actor, sheet: Sheet, item: Item, outcome: str | Conflict, facts: str) -> None:
    """How it stands with this answer: saved and when, not answered yet, not saved and why, or two versions.

    The number of the run tells the page's script that this is said anew, even where the words are the same.
    """
    version = session.seen(sheet, item.id)
    session.note_said(sheet, item.id)
    if isinstance(outcome, Conflict):
        _conflict(actor, sheet, item, outcome, version)
        said = f'<div class="unsaved">{escape(t("Not saved: choose one of the two versions."))}</div>'
    elif outcome:
        kept = t("Not saved — your text is still here.")
        said = f'<div class="unsaved" role="alert">{escape(kept)} {escape(outcome)}</div>'
    elif version.saved_at and version.answer.is_answered:
        said = f'<div class="saved">{escape(t("Saved {time}", time=session.clock(version.saved_at)))}</div>'
    else:
        said = f'<div class="waiting">{escape(t("Not answered yet"))}</div>'
    saving, offline = escape(t("Saving…")), escape(t("Not sent yet — your text is still here."))
    look.markup(
        f'<div class="state" id="s-{item.id}" data-run="{time.monotonic_ns()}" data-saving="{saving}" data-offline="{offline}" {facts}>'
        f"{said}</div>"
    )
    if isinstance(outcome, str) and outcome and sheet.editable and _is_late(sheet, item, version):
        at = (actor, sheet, item)
        st.button(t("Save it now"), key=f"late-{item.id}-{version.generation}", on_click=_save_late, args=at)


def _is_late(sheet: Sheet, item: Item, version: Seen) -> bool:
    """Whether the widgets hold text that came too late once, which somebody has to send again."""
    return version.draft is not None and bool(session.late_refusal(sheet, item.id, version.draft))


def _conflict(actor: Actor, sheet: Sheet, item: Item, result: Conflict, version: Seen) -> None:
    """Both versions side by side; nothing is lost until somebody chooses."""
    theirs, mine = result.theirs, session.held(sheet, item.id, version) or version.answer
    with st.container(border=True):
        text = t("A colleague changed this answer at {time}. Which one stands?", time=session.clock(theirs.saved_at))
        look.markup(f'<div class="unsaved" role="alert">{escape(text)}</div>')
        st.text(t("Theirs: {answer}", answer=describe(item, theirs.answer)))
        st.text(t("Yours: {answer}", answer=describe(item, mine)))
        at = (actor, sheet, item, theirs)
        st.button(t("Keep theirs"), key=f"theirs-{item.id}-{theirs.revision}", on_click=_keep_theirs, args=at)
        st.button(t("Use yours"), key=f"mine-{item.id}-{theirs.revision}", on_click=_use_mine, args=at)


@incident.told
def _keep_theirs(actor: Actor, sheet: Sheet, item: Item, _: StoredAnswer) -> None:
    session.adopt(respondent.open_sheet(process.workshop(), actor, sheet.questionnaire.id, session.language()), item.id)


@incident.told
def _use_mine(actor: Actor, sheet: Sheet, item: Item, theirs: StoredAnswer) -> None:
    """Theirs counts as seen; what the widgets hold is then a change of it and is saved as the next revision."""
    version = session.seen(sheet, item.id)
    seen = replace(version, revision=theirs.revision, answer=theirs.answer, saved_at=theirs.saved_at, draft=None)
    session.see(sheet, item.id, seen)
    _changed(actor, sheet, item)


@incident.told
def _save_late(actor: Actor, sheet: Sheet, item: Item) -> None:
    """The response was reopened: what was kept as a draft goes the normal way."""
    session.retry(sheet, item.id)
    _changed(actor, sheet, item)


def describe(item: Item, answer: Answer) -> str:
    """An answer in words, with what was said beside it."""
    names = {UNANSWERED: t("no answer"), DONT_KNOW: t("Don't know"), NOT_APPLICABLE: t("Not applicable")}
    chosen = names.get(answer.code) or f"{answer.code} - {item.anchor(answer.code)}"
    link = t("{link} (leads to {host})", link=answer.link, host=host_of(answer.link)) if answer.link else ""
    said = (answer.reason, link, answer.note, answer.comment)
    return " | ".join(part for part in (chosen, *map(isolated, said)) if part)
