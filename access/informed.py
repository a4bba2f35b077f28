"""What people are told before they answer: the round's notice in versions, and who has read which.

Nobody's answer is saved before they have gone on from the newest version. Version 1 is the round's own text (`Round.notice`,
`Round.keep_until`), with a sentence of ours where it says nothing; facilitators write the later ones.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from access.actor import RefusedError
from access.facilitator import own_round
from access.gate import authorise, do, refuse
from results.facts import Informed, Notice
from results.ids import now
from results.store import Keep
from survey.text_file import is_day
from survey.translation import marked

if TYPE_CHECKING:
    from access.actor import Actor
    from access.matrix import Action
    from access.workshop import Workshop
    from results.workshop import Round

PARTS: Final = ("asks", "why", "sees", "kept", "contact")
LONGEST: Final = 2_000  # characters of one part
KEEP_SECONDS: Final = 5.0
ASKS: Final = marked("The facilitators of this round.")
WHY: Final = marked(
    "To see together how ready government organisations are for AI: where they stand, what would help them on, and who can help "
    "whom. It is a self-assessment, not an audit."
)
SEES: Final = marked(
    "The people of your organisation see its answers and who gave them. The facilitators see how far each organisation is, and "
    "the levels of those that do not hide them. Whoever operates this site can read everything that is stored."
)
KEPT: Final = marked("No day is set yet. The facilitators can erase the answers when they are no longer needed.")
CONTACT: Final = marked("The facilitator who gave your organisation its invitation.")
_CONFIRM: Final[Action] = "confirm the notice"
_CHANGE: Final[Action] = "change the notice"
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Told:
    """The notice as one person has it. `read`: the version they went on from last, 0 for none; `read_at`: when.

    `changed`: the parts that differ from that version; none for somebody who has read none.
    """

    notice: Notice
    read: int
    read_at: int
    changed: tuple[str, ...]

    @property
    def is_due(self) -> bool:
        """Whether it has to be shown before the next answer."""
        return self.read < self.notice.version


def notice_of(workshop: Workshop, round_: Round) -> Notice:
    """The newest version. One that this process wrote counts at once, one of another replica within KEEP_SECONDS."""
    known = _known(workshop, round_.id)
    if known is None:
        known = _versions(workshop, round_)[-1]
        workshop.notices[round_.id] = (time.monotonic() + KEEP_SECONDS, known)
    return known


def told(workshop: Workshop, actor: Actor) -> Told:
    """The notice for one of an organisation's people, and what is new in it for them."""
    authorise(workshop, actor, "open a response", actor.home)
    round_ = workshop.round(actor.round_id)
    if round_ is None:
        raise refuse(workshop, actor, "open a response")
    newest = notice_of(workshop, round_)
    mine = max(_read(workshop, actor), key=lambda one: one.version, default=None)
    if mine is None:
        return Told(newest, 0, 0, ())
    before = next((one for one in _versions(workshop, round_) if one.version == mine.version), newest)
    changed = tuple(part for part in PARTS if getattr(before, part) != getattr(newest, part))
    return Told(newest, mine.version, mine.read_at, changed)


def is_informed(workshop: Workshop, actor: Actor) -> bool:
    """Whether the actor has gone on from the newest notice. Once they have, it reads nothing but the notice, every KEEP_SECONDS."""
    newest = _known(workshop, actor.round_id)
    if newest is None:
        round_ = workshop.round(actor.round_id)
        if round_ is None:
            return False
        newest = notice_of(workshop, round_)
    key = (actor.round_id, actor.key)
    if workshop.informed.get(key, 0) < newest.version:  # nobody un-reads a version
        workshop.informed[key] = max((one.version for one in _read(workshop, actor)), default=0)
    return workshop.informed[key] >= newest.version


def require_informed(workshop: Workshop, actor: Actor, action: Action) -> None:
    """Raises RefusedError P062 when the actor has not gone on from the newest notice."""
    if not is_informed(workshop, actor):
        raise refuse(workshop, actor, action, "P062")


def confirm(workshop: Workshop, actor: Actor, version: int) -> None:
    """Keep that the actor has read this version and goes on; again changes nothing.

    Raises RefusedError P008 when it is not the newest one: there is something to read that they have not seen.
    """
    authorise(workshop, actor, _CONFIRM, actor.home)
    round_ = workshop.round(actor.round_id)
    if round_ is None:
        raise refuse(workshop, actor, _CONFIRM)
    workshop.notices.pop(round_.id, None)
    if notice_of(workshop, round_).version != version:
        raise refuse(workshop, actor, _CONFIRM, "P008")
    if is_informed(workshop, actor):
        return
    fact = Informed(actor.round_id, actor.home.organisation_id, actor.key, version, now())
    try:
        do(workshop, actor, _CONFIRM, actor.home, Keep(fact), subject=str(version))
    except RefusedError:
        if not is_informed(workshop, actor):  # else a second tab was faster
            raise


def last_day(notice: Notice) -> str:
    """The day until which answers are kept, where the notice names one (2028-12-31); else ""."""
    return notice.kept if is_day(notice.kept) else ""


def own_notice(workshop: Workshop, actor: Actor) -> Notice:
    """The newest version, for the facilitator who may change it."""
    return notice_of(workshop, own_round(workshop, actor))


def change_notice(workshop: Workshop, actor: Actor, texts: dict[str, str], based_on: int) -> Notice:
    """Write the next version; everybody reads it before their next answer. Nothing changed: no version.

    `texts` by part; `based_on`: the version that was changed. Raises RefusedError: P063 a part without a text, P064 a text that
    cannot be kept, P008 somebody else wrote a version meanwhile.
    """
    round_ = own_round(workshop, actor, _CHANGE)
    parts = [texts.get(part, "").replace("\r\n", "\n").strip() for part in PARTS]
    if not all(parts):
        raise refuse(workshop, actor, _CHANGE, "P063")
    if any(len(text) > LONGEST or _NOT_TEXT.search(text) for text in parts):
        raise refuse(workshop, actor, _CHANGE, "P064")
    newest = _versions(workshop, round_)[-1]
    if newest.version != based_on:
        raise refuse(workshop, actor, _CHANGE, "P008")
    if [getattr(newest, part) for part in PARTS] == parts:
        return newest
    asks, why, sees, kept, contact = parts
    made = Notice(round_.id, newest.version + 1, asks, why, sees, kept, contact, actor.key, now())
    do(workshop, actor, _CHANGE, actor.home, Keep(made), subject=str(made.version))
    return made


def _known(workshop: Workshop, round_id: int) -> Notice | None:
    """The newest version as it was read a moment ago."""
    until, known = workshop.notices.get(round_id, (0.0, None))
    return known if time.monotonic() < until else None


def _versions(workshop: Workshop, round_: Round) -> tuple[Notice, ...]:
    """All versions, oldest first."""
    why, kept = round_.notice.strip() or WHY, round_.keep_until.strip() or KEPT
    first = Notice(round_.id, 1, ASKS, why, SEES, kept, CONTACT, "setup", round_.created_at)
    return (first, *workshop.store.facts(Notice, round_id=round_.id))


def _read(workshop: Workshop, actor: Actor) -> tuple[Informed, ...]:
    return workshop.store.facts(Informed, round_id=actor.round_id, author=actor.key)
