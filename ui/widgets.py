"""Item → widgets, and the one path by which what stands in them becomes a stored answer.

On every run the card compares what its widgets hold with the version this session saw. A difference is saved at once;
so nothing depends on a callback that a dropped connection or a restarted server may never fire. A newer stored version
(a colleague, another device) is adopted when the widgets hold nothing of their own, and shown beside them when they do.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from access import respondent
from access.actor import Actor, RefusedError
from access.respondent import Sheet
from results.store import Conflict, StoreError
from survey.questionnaire import TIERS, Item
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Answer, AnswerRefusedError
from ui import look, process, session
from ui.session import Seen
from ui.texts import plain, t

_OFFERED_TIERS = TIERS[:-1]  # "verified" is a facilitator's word


def item_card(actor: Actor, sheet: Sheet, item: Item, number: int) -> None:
    """One question with its anchors, as a fragment of its own: an answer reruns this card and the progress line only."""

    @st.fragment(key=f"card-{item.id}")
    def card() -> None:
        current = respondent.open_sheet(process.workshop(), actor, sheet.questionnaire.id)
        with st.container(border=True):
            _question(item, number)
            version = _newest(current, item)
            answer = _inputs(current, item, version)
            _keep(actor, current, item, answer, version)

    card()


def _question(item: Item, number: int) -> None:
    badge = f'<span class="badge">{escape(t("Critical"))}</span>' if item.critical else ""
    scope = f'<div class="muted">{escape(item.scope)}</div>' if item.scope else ""
    look.markup(f'<div class="question" id="q-{item.id}">{number}. {escape(item.text)}{badge}</div>{scope}')


def _newest(sheet: Sheet, item: Item) -> Seen:
    """The version to show: the one this session saw, or the stored one when that is newer and nothing here is unsaved."""
    version = session.seen(sheet, item.id)
    if sheet.revision(item.id) <= version.revision:
        return version
    held = session.held(sheet, item.id, version)
    has_unsaved = held is not None and held not in (version.answer, sheet.answer(item.id))
    return version if has_unsaved else session.adopt(sheet, item.id)


def _inputs(sheet: Sheet, item: Item, version: Seen) -> Answer:
    """Draw the widgets, seeded from the version seen, and return what they hold."""
    key = {part: session.widget_key(sheet, item.id, part, version) for part in session.PARTS}
    stored, locked = version.answer, not sheet.editable
    codes = [1, 2, 3, 4, 5, DONT_KNOW, *([NOT_APPLICABLE] if item.allow_na else [])]
    words = {level: f"**{level}**  {plain(item.anchor(level))}" for level in (1, 2, 3, 4, 5)}
    words |= {DONT_KNOW: plain(t("Don't know")), NOT_APPLICABLE: plain(t("Not applicable"))}
    session.seed(key["code"], stored.code or None)
    code = st.radio(
        plain(item.text), codes, index=None, format_func=lambda value: words.get(value, ""), key=key["code"],
        label_visibility="collapsed", on_change=_rerun, args=(sheet, item), disabled=locked,
    )  # fmt: skip
    reason = ""
    if code == NOT_APPLICABLE:
        reason = _text(
            "reason", t("Why does this question not apply to you?"), key, stored.reason, (sheet, item), locked=locked
        )
    with st.expander(t("Evidence and comment"), expanded=False):
        evidence, link, note = _evidence(item, key, stored, (sheet, item), locked=locked)
        comment = _text(
            "comment",
            t("Comment (seen by your organisation and the facilitators)"),
            key,
            stored.comment,
            (sheet, item),
            locked=locked,
        )
    return Answer(code or UNANSWERED, evidence, link.strip(), note, reason, comment)


def _evidence(
    item: Item, key: dict[str, str], stored: Answer, at: tuple[Sheet, Item], *, locked: bool
) -> tuple[int, str, str]:
    if item.why:
        look.muted(t("Why we ask: {why}", why=item.why))
    if item.evidence:
        look.muted(t("Evidence: {ask}", ask=item.evidence.ask))
        if item.evidence.sufficient and item.evidence.insufficient:
            look.muted(t("Enough: {example}", example=item.evidence.sufficient))
            look.muted(t("Not enough: {example}", example=item.evidence.insufficient))
    tiers = {
        "none": t("No evidence"),
        "described": t("Described in words"),
        "document": t("A document or link"),
        "verified": t("Verified"),
    }
    offered = [*range(len(_OFFERED_TIERS)), *([3] if stored.evidence == 3 else [])]
    session.seed(key["evidence"], stored.evidence)
    evidence = st.selectbox(
        t("What can you show?"), offered, format_func=lambda tier: tiers[TIERS[tier]], key=key["evidence"],
        on_change=_rerun, args=at, disabled=locked,
    )  # fmt: skip
    link = _text("link", t("Link to the document (https)"), key, stored.link, at, locked=locked, lines=1)
    note = _text("note", t("Where in the document, or what it shows"), key, stored.note, at, locked=locked)
    return int(evidence or 0), link, note


def _text(
    part: str, label: str, key: dict[str, str], stored: str, at: tuple[Sheet, Item], *, locked: bool, lines: int = 2
) -> str:
    session.seed(key[part], stored)
    if lines == 1:
        return st.text_input(plain(label), key=key[part], on_change=_rerun, args=at, disabled=locked) or ""
    return st.text_area(plain(label), key=key[part], on_change=_rerun, args=at, disabled=locked, height=80) or ""


def _rerun(sheet: Sheet, item: Item) -> None:
    """After a change, rerun this card and the progress line; the whole page where other questions depend on this one."""
    if sheet.conditions_on(item.id):
        st.rerun()
    st.rerun([f"card-{item.id}", "progress"])


def _keep(actor: Actor, sheet: Sheet, item: Item, answer: Answer, version: Seen) -> None:
    """Save what differs from the version seen, and say how it stands."""
    if answer == version.answer or not sheet.editable:
        return _say_saved(version)
    try:
        result = respondent.save_answer(
            process.workshop(), actor, sheet.state.id, item.id, answer, based_on=version.revision,
            event_id=session.event_id(sheet, item.id, answer, version),
        )  # fmt: skip
    except (AnswerRefusedError, RefusedError, StoreError) as error:
        look.markup(f'<div class="unsaved" role="status">{escape(t("Not saved."))} {escape(t(str(error)))}</div>')
        return None
    if isinstance(result, Conflict):
        return _conflict(sheet, item, answer, result, version)
    saved = Seen(result.stored.revision, answer, result.stored.saved_at, version.generation)
    session.see(sheet, item.id, saved)
    return _say_saved(saved)


def _say_saved(version: Seen) -> None:
    if version.saved_at:
        text, kind = t("Saved {time}", time=session.clock(version.saved_at)), "saved"
    else:
        text, kind = t("Not answered yet"), "waiting"
    look.markup(f'<div class="{kind}" role="status">{escape(text)}</div>')


def _conflict(sheet: Sheet, item: Item, mine: Answer, result: Conflict, version: Seen) -> None:
    """Both versions side by side; nothing is lost until somebody chooses."""
    theirs = result.theirs
    with st.container(border=True):
        text = t("A colleague changed this answer at {time}. Which one stands?", time=session.clock(theirs.saved_at))
        look.markup(f'<div class="unsaved" role="alert">{escape(text)}</div>')
        st.text(t("Theirs: {answer}", answer=describe(item, theirs.answer)))
        st.text(t("Yours: {answer}", answer=describe(item, mine)))
        if st.button(t("Keep theirs"), key=f"theirs-{item.id}-{theirs.revision}"):
            session.adopt(sheet, item.id)
            st.rerun(scope="fragment")
        if st.button(t("Use yours"), key=f"mine-{item.id}-{theirs.revision}"):
            session.see(sheet, item.id, Seen(theirs.revision, theirs.answer, theirs.saved_at, version.generation))
            st.rerun(scope="fragment")


def describe(item: Item, answer: Answer) -> str:
    """An answer in words, with what was said beside it."""
    names = {UNANSWERED: t("no answer"), DONT_KNOW: t("Don't know"), NOT_APPLICABLE: t("Not applicable")}
    chosen = names.get(answer.code) or f"{answer.code} - {item.anchor(answer.code)}"
    return " | ".join(part for part in (chosen, answer.reason, answer.link, answer.note, answer.comment) if part)
