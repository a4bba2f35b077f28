"""The sole owner of `st.session_state` keys: who is here, in which language, and which version of an answer they saw."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from access.actor import Actor
from access.invitation import actor_of, session_cookie
from access.issuing import Issued
from access.respondent import Sheet
from results.facts import Visibility
from results.ids import new_id
from results.shown import Audience
from survey.languages import DEFAULT, first_language, is_language
from survey.response import NOT_APPLICABLE, UNANSWERED, Answer
from ui import process

COMPARE = "compare-"
PARTS = ("code", "evidence", "link", "note", "reason", "comment")
INCIDENT_SECONDS = 60.0
LANGUAGE_COOKIE = "language"
_LANGUAGE = "language"
_CHOSEN_LANGUAGE = "language-chosen"
_CHOSEN_LANGUAGE_KEY = "language-choice"
_SEEN = "seen-"
_PAGE = "page"
_ACTOR_FOR_TESTS = "actor_for_tests"


@dataclass(frozen=True, slots=True)
class Seen:
    """The revision of an answer that this session's widgets show. `generation` renews the widgets when it is replaced.

    `draft`: what stood in the widgets when their page failed and took them away; those of this generation begin with it.
    `failures`: how many pages had failed when this generation was made. `unfolded`: its evidence and comment begin unfolded, since
    something stood there when the language was changed.
    """

    revision: int
    answer: Answer
    saved_at: int | None
    generation: int = 0
    draft: Answer | None = None
    failures: int = 0
    unfolded: bool = False

    @property
    def begun_with(self) -> Answer:
        """What the widgets show before anybody touches them."""
        return self.draft or self.answer


def actor() -> Actor | None:
    """Who is here, checked on every run: sessions expire and links are revoked while a page stays open."""
    found = st.session_state.get(_ACTOR_FOR_TESTS)
    if isinstance(found, Actor):
        return found
    cookie = st.context.cookies.get(session_cookie(secure=process.settings().secure))
    return actor_of(process.workshop(), cookie if isinstance(cookie, str) else None)


def set_actor(person: Actor) -> None:
    """Stand in for the cookie, which AppTest does not have."""
    st.session_state[_ACTOR_FOR_TESTS] = person


def require_actor() -> Actor:
    """The actor, or stop the page: its session ended while it was open."""
    person = actor()
    if person is None:
        st.rerun()
    return person


def language() -> str:
    """The language chosen; widgets carry it in their keys, as a radio sends its label (docs/decisions/0002)."""
    chosen: str = st.session_state.get(_LANGUAGE, DEFAULT)
    return chosen


def in_language(key: str) -> str:
    """The key of a widget whose options are words: it sends the words chosen, which in another language are none of its options."""
    return f"{key}-{language()}"


def begin_language() -> None:
    """The first guess of a session: what was chosen on this device, else what the browser speaks."""
    if _LANGUAGE not in st.session_state:
        kept = st.context.cookies.get(LANGUAGE_COOKIE, "")
        asked = st.context.headers.get("Accept-Language") or st.context.locale
        st.session_state[_LANGUAGE] = kept if is_language(kept) else first_language(asked)


def has_chosen_language() -> bool:
    """Whether somebody chose the language in this session; a guess is not kept on the device."""
    return _CHOSEN_LANGUAGE in st.session_state


def language_key() -> str:
    """The key of the choice of a language; its widget shows the present one."""
    st.session_state.setdefault(_CHOSEN_LANGUAGE_KEY, language())
    return _CHOSEN_LANGUAGE_KEY


def change_language() -> None:
    """Take the chosen language. What widgets hold goes over to those in the new language, whether it is saved or not."""
    chosen = st.session_state[_CHOSEN_LANGUAGE_KEY]
    if not is_language(chosen):
        return
    for key in [key for key in st.session_state if str(key).startswith(_SEEN)]:
        version: Seen = st.session_state[key]
        _, response, item_id = str(key).split("-", 2)
        draft = _held(int(response), item_id, version)
        if draft is not None:
            unfolded = bool(draft.evidence or draft.link or draft.note or draft.comment)
            unsaved = draft if draft != version.answer else None
            fresh = replace(version, generation=version.generation + 1, draft=unsaved, unfolded=unfolded)
            st.session_state[key] = fresh
    st.session_state[_LANGUAGE] = chosen
    st.session_state[_CHOSEN_LANGUAGE] = True


def enter_page(url_path: str) -> None:
    st.session_state[_PAGE] = url_path


def compared_questionnaire() -> str:
    """The questionnaire that the comparison page at this address shows."""
    return str(st.session_state.get(_PAGE, "")).removeprefix(COMPARE)


def audience() -> Audience:
    """Whose view the comparison page shows: the room's, unless the address asks for the facilitators' (`?view=facilitators`)."""
    return "facilitators" if st.query_params.get("view") == "facilitators" else "room"


def show_to(audience: Audience) -> None:
    """Change the address of the comparison page to another view."""
    if audience == "facilitators":
        st.query_params["view"] = "facilitators"
    else:
        st.query_params.pop("view", None)


def chosen(sheets: tuple[Sheet, ...]) -> Sheet:
    """The sheet named in the address (`?q=strategy`), or the first one: a reload and Back stay where they were."""
    named = st.query_params.get("q", "")
    return next((sheet for sheet in sheets if sheet.questionnaire.id == named), sheets[0])


def seen(sheet: Sheet, item_id: str) -> Seen:
    """The version of the answer that the widgets show; at first the stored one."""
    key = f"{_SEEN}{sheet.state.id}-{item_id}"
    if key not in st.session_state:
        st.session_state[key] = _stored(sheet, item_id, 0)
    found: Seen = st.session_state[key]
    return found


def see(sheet: Sheet, item_id: str, version: Seen) -> None:
    st.session_state[f"{_SEEN}{sheet.state.id}-{item_id}"] = version


def adopt(sheet: Sheet, item_id: str) -> Seen:
    """Show the stored version in fresh widgets, for it is newer than what this session saw."""
    version = _stored(sheet, item_id, seen(sheet, item_id).generation + 1)
    see(sheet, item_id, version)
    return version


def renew(sheet: Sheet, item_id: str, version: Seen) -> Seen:
    """The same version in fresh widgets with what the earlier ones held, when a page has failed since those were made.

    The browser forgets the values of widgets that a failed page did not draw; the session has them.
    """
    if version.failures == _failures():
        return version
    draft = held(sheet, item_id, version)
    fresh = replace(version, generation=version.generation + 1, draft=draft, failures=_failures())
    see(sheet, item_id, fresh)
    return fresh


def note_failed_page() -> None:
    """A page ended by an exception before all of it was drawn."""
    st.session_state["failures"] = _failures() + 1


def note_failed_part() -> None:
    """A part of the page says that something went wrong, and would say so until it is drawn again."""
    st.session_state["failed_part"] = True


def take_failed_part() -> bool:
    """Whether a part of the page has failed since this was asked last."""
    return bool(st.session_state.pop("failed_part", False))


def _failures() -> int:
    count: int = st.session_state.get("failures", 0)
    return count


def _stored(sheet: Sheet, item_id: str, generation: int) -> Seen:
    stored = sheet.stored.get(item_id)
    if stored is None:
        return Seen(0, Answer(), None, generation, failures=_failures())
    return Seen(stored.revision, stored.answer, stored.saved_at, generation, failures=_failures())


def widget_key(sheet: Sheet, item_id: str, part: str, version: Seen) -> str:
    return _widget_key(sheet.state.id, item_id, part, version)


def _widget_key(response_id: int, item_id: str, part: str, version: Seen) -> str:
    return f"{response_id}-{item_id}-{part}-{language()}-{version.generation}"


def held(sheet: Sheet, item_id: str, version: Seen) -> Answer | None:
    """What the widgets of this version hold now; None before they have been shown."""
    return _held(sheet.state.id, item_id, version)


def _held(response_id: int, item_id: str, version: Seen) -> Answer | None:
    key = {part: _widget_key(response_id, item_id, part, version) for part in PARTS}
    if key["code"] not in st.session_state:
        return None
    values = {part: st.session_state.get(key[part], getattr(version.begun_with, part)) for part in PARTS}
    code = values["code"] or UNANSWERED
    reason = values["reason"] if code == NOT_APPLICABLE else ""
    return Answer(code, values["evidence"] or 0, values["link"].strip(), values["note"], reason, values["comment"])


def note_refused(sheet: Sheet, item_id: str, answer: Answer, why: str, *, is_late: bool = False) -> None:
    """Why an answer was refused. `is_late`: it is kept as a draft, so no later run saves it by itself."""
    st.session_state[f"refused-{sheet.state.id}-{item_id}"] = (answer, why, is_late)


def show_late(sheet: Sheet, item_id: str, version: Seen, answer: Answer) -> None:
    """Begin fresh widgets with an answer that came too late: Streamlit empties those that are disabled from now on."""
    see(sheet, item_id, replace(version, generation=version.generation + 1, draft=answer))
    st.session_state["late_shown"] = True


def take_late_shown() -> bool:
    """Whether a card has been drawn with an answer that came too late since this was asked last."""
    return bool(st.session_state.pop("late_shown", False))


def retry(sheet: Sheet, item_id: str) -> None:
    """What was refused may be saved by the next run."""
    st.session_state.pop(f"refused-{sheet.state.id}-{item_id}", None)


def _is_refused(sheet: Sheet, item_id: str, answer: Answer) -> bool:
    return bool(st.session_state.get(f"refused-{sheet.state.id}-{item_id}", (None,))[0] == answer)


def late_refusal(sheet: Sheet, item_id: str, answer: Answer) -> str:
    """Why this very answer came too late, or ""."""
    _, why, is_late = st.session_state.get(f"refused-{sheet.state.id}-{item_id}", (None, "", False))
    return why if is_late and _is_refused(sheet, item_id, answer) else ""


def is_waiting(sheet: Sheet, item_id: str) -> bool:
    """Whether the widgets hold an answer that is neither stored nor refused."""
    version = seen(sheet, item_id)
    answer = held(sheet, item_id, version)
    return answer is not None and answer != version.answer and not _is_refused(sheet, item_id, answer)


def note_said(sheet: Sheet, item_id: str) -> None:
    """The card says how it stands with its answer now."""
    st.session_state[f"said-{sheet.state.id}-{item_id}"] = _standing(sheet, item_id)


def is_unsaid(sheet: Sheet, item_id: str) -> bool:
    """Whether the answer was saved or refused since its card said how it stands.

    Streamlit runs the callback of a change that arrives while the page is being drawn, and may then leave out the card's own run.
    """
    key = f"said-{sheet.state.id}-{item_id}"
    return key in st.session_state and st.session_state[key] != _standing(sheet, item_id)


def _standing(sheet: Sheet, item_id: str) -> tuple[int, object]:
    return seen(sheet, item_id).revision, st.session_state.get(f"refused-{sheet.state.id}-{item_id}")


def event_id(sheet: Sheet, item_id: str, answer: Answer, version: Seen) -> int:
    """The id of this very change: a retry of the same content on the same revision carries the same id and saves nothing twice."""
    key = f"event-{sheet.state.id}-{item_id}"
    content = (answer, version.revision)
    known = st.session_state.get(key)
    if known is None or known[0] != content:
        st.session_state[key] = known = (content, new_id())
    number: int = known[1]
    return number


def visibility_key(stored: Visibility) -> str:
    """The key of the choice of who sees the levels; its widget shows what is stored, whoever stored it."""
    key = f"visibility-{language()}"
    if st.session_state.get(key) != stored:
        st.session_state[key] = stored
    return key


def chosen_visibility(key: str) -> Visibility | None:
    """What that widget holds."""
    chosen: Visibility | None = st.session_state.get(key)
    return chosen


def clock(moment: int | None) -> str:
    """A time of the store in the reader's own time zone: `10:42`, with the date when it is not today."""
    if moment is None:
        return ""
    try:
        zone: Any = ZoneInfo(st.context.timezone) if st.context.timezone else UTC
    except (KeyError, ValueError, OSError):
        zone = UTC
    then = datetime.fromtimestamp(moment / 1_000_000, tz=zone)
    today = datetime.now(tz=zone).date()
    return f"{then:%H:%M}" if then.date() == today else f"{then:%Y-%m-%d %H:%M}"


def known_incident(kind: str) -> str:
    """The number under which this kind of exception was logged for this session in the last minute, or ""."""
    known, moment, incident = st.session_state.get("incident", ("", 0.0, ""))
    return incident if known == kind and time.monotonic() - moment < INCIDENT_SECONDS else ""


def note_incident(kind: str, incident: str) -> str:
    """Remember the number for a while: pages try again every few seconds. Returns it."""
    st.session_state["incident"] = (kind, time.monotonic(), incident)
    return incident


def tell(text: str, place: str = "page") -> None:
    """Keep a message of a callback for the page that is drawn next; `place`: in the "page", or on "top" of any."""
    st.session_state[f"told-{place}"] = text


def take_told(place: str) -> str:
    """What a callback had to say at this place, once; else ""."""
    text: str = st.session_state.pop(f"told-{place}", "")
    return text


def show_told() -> None:
    """Show what a callback had to say, once."""
    if text := take_told("page"):
        st.error(text)


def keep_issued(issued: Issued | None) -> None:
    """Keep a new invitation's secrets in this session until its page is told that they are copied (None)."""
    st.session_state["issued"] = issued


def issued() -> Issued | None:
    """The new invitation whose secrets this session still shows."""
    found: Issued | None = st.session_state.get("issued")
    return found


def keep_first_link(name: str, address: str) -> None:
    """Keep a person's first link for the page that is drawn next."""
    st.session_state["first_link"] = (name, address)


def take_first_link() -> tuple[str, str] | None:
    """Whose first link was made and the link, once: afterwards the session does not hold it."""
    found: tuple[str, str] | None = st.session_state.pop("first_link", None)
    return found


def typed(key: str) -> str:
    """What a form's text field held when it was sent."""
    return str(st.session_state.get(key, ""))


def clear_typed(key: str) -> None:
    """Empty a form's text field, in the callback that has taken its text."""
    st.session_state[key] = ""


def ticked(key: str) -> bool:
    """Whether a form's box was ticked when it was sent."""
    return st.session_state.get(key) is True


def untick(key: str) -> None:
    """Clear a form's box, in the callback that has done what it asked for."""
    st.session_state[key] = False


def picked(key: str) -> Any:
    """What was chosen in a form's list when it was sent; None when nothing was."""
    return st.session_state.get(key)
