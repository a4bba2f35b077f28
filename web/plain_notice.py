"""The round's notice on the plain pages: a page of its own before the first answer, or above what was not saved for want of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from access.actor import RefusedError
from access.informed import PARTS, Told, confirm, is_informed, last_day, told
from web.forms import one
from web.pages import document, filled, in_utc, notice, paragraph
from web.pages import told as said
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop
    from web.forms import Form

READ: Final = "notice"  # the field that says which version was read


def due(workshop: Workshop, actor: Actor) -> Told | None:
    """The notice, when the actor has to read it before their next answer."""
    return None if is_informed(workshop, actor) else told(workshop, actor)


def go_on(workshop: Workshop, actor: Actor, form: Form) -> None:
    """Keep that the version which the form names was read; another one than the newest is shown again."""
    version = one(form, READ)
    if version.isascii() and version.isdigit() and len(version) <= 9:
        try:
            confirm(workshop, actor, int(version))
        except RefusedError as error:
            if error.code != "P008":
                raise


def page(found: Told, sheets: Sequence[Sheet]) -> str:
    """The notice with the button that goes on."""
    round_ = sheets[0].round
    takes = TEXTS["notice.takes"].format(minutes=sum(s.minutes for s in sheets), count=sum(s.size for s in sheets))
    return document(
        TEXTS["notice.title"],
        notice(TEXTS["invented"]) if round_.invented else "",
        paragraph(sheets[0].organisation.name),
        parts(found),
        paragraph(TEXTS["plain.independent"]) if sheets[0].state.respondent else "",
        f"<h2>{escape(TEXTS['notice.long'])}</h2>{paragraph(takes)}{paragraph(TEXTS['plain.whose'])}",
        f'<form method="post" action="/plain">{field(found)}<button type="submit">{escape(TEXTS["invite.continue"])}</button></form>',
    )


def above(found: Told) -> str:
    """The notice within a page whose answers were not saved for want of it: saving again then says that it was read."""
    return f'<div class="notice" role="note">{paragraph(TEXTS["notice.again"])}{parts(found)}</div>'


def field(found: Told) -> str:
    return f'<input type="hidden" name="{READ}" value="{found.notice.version}">'


def parts(found: Told) -> str:
    """The notice's parts with their headings; what changed since the reader's version is marked."""
    made = [paragraph(TEXTS["notice.since"].format(time=in_utc(found.read_at)))] if found.changed else []
    for part in PARTS:
        text = getattr(found.notice, part)
        if part == "kept" and last_day(found.notice):
            text = filled("notice.until", day=text)
        badge = f' <span class="badge">{escape(TEXTS["notice.changed"])}</span>' if part in found.changed else ""
        made.append(f"<h2>{escape(TEXTS[f'notice.{part}'])}{badge}</h2>{said(text)}")
    return "".join(made)
