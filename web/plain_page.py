"""The plain pages' markup: overview, one dimension's questions, review. All that is shown goes through `html.escape` here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from access.respondent import submits
from survey.direction import isolated
from survey.questionnaire import TIERS
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Answer, codes_offered, tiers_offered
from web import plain_notice
from web.pages import document, facts, failure, filled, heading, in_utc, link, notice, paragraph, told
from web.plain_form import DRAWN, RESPONSE, WHOLE
from web.plain_language import SURROGATE, as_markup, in_own_language, notes, original
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from access.actor import Actor
    from access.informed import Told
    from access.respondent import Sheet
    from survey.questionnaire import Item
    from web.plain_form import Unsaved

_SHORTENED: Final = 200  # characters of a text within a sentence


@dataclass(frozen=True, slots=True)
class _Fields:
    """One question as it is drawn: what its fields begin with, and the revision they change."""

    sheet: Sheet
    item: Item
    answer: Answer
    seen: int
    saved_at: int | None
    unsaved: Unsaved | None

    @property
    def editable(self) -> bool:
        return self.sheet.editable

    def words(self, part: str, text: str) -> str:
        """A text of the item as markup, marked where it is in another language than the page."""
        return in_own_language(self.sheet, f"{self.item.id}.{part}", text)

    def name(self, part: str) -> str:
        return f"{part}-{self.item.id}"


def address(sheet: Sheet, dimension_id: str = "", item_id: str = "") -> str:
    """Where a questionnaire's review, a dimension or a question is."""
    path = "/".join(filter(None, ("/plain", sheet.questionnaire.id, dimension_id)))
    return f"{path}#q-{item_id}" if item_id else path


def overview(sheets: Sequence[Sheet]) -> str:
    organisation, round_ = sheets[0].organisation, sheets[0].round
    return document(
        organisation.name,
        notice(TEXTS["invented"]) if round_.invented else "",
        facts(((TEXTS["invite.round"], round_.name),)),
        paragraph(TEXTS["plain.independent"]) if sheets[0].state.respondent else "",
        paragraph(TEXTS["plain.how"]),
        *(_summary(sheet) for sheet in sheets),
        link(TEXTS["offline.way"], "/offline"),
        link(TEXTS["plain.full"], "/"),
        link(TEXTS["leave.title"].rstrip("?"), "/leave"),
    )


def review(sheet: Sheet, actor: Actor, error: str = "") -> str:
    title = f"{TEXTS['plain.review']}: {sheet.questionnaire.title}"
    missing = [(d, item) for d in sheet.dimension_ids for item in sheet.missing(d)]
    rows = [_linked(address(sheet, d, item.id), item.text, _badge(item)) for d, item in missing]
    return document(
        title,
        notice(TEXTS["invented"]) if sheet.round.invented else "",
        failure(error) if error else "",
        paragraph(_progress(sheet)),
        heading(TEXTS["plain.missing"]) + _list(rows) if rows else paragraph(TEXTS["plain.all"]),
        heading(TEXTS["plain.parts"]) + _list(_dimensions(sheet)),
        _ending(sheet, actor),
        _foot(),
        title=TEXTS["join.error"].format(title=title) if error else "",
    )


def questions(
    sheet: Sheet, dimension_id: str, unsaved: Sequence[Unsaved] = (), *, saved: bool = False, due: Told | None = None
) -> str:
    """One dimension's page. `unsaved`: what was sent and not saved, shown again as it was typed. `due`: a notice to be read first."""
    dimension = sheet.questionnaire.dimension(dimension_id)
    refused = {one.item_id: one for one in unsaved}
    asked = {item.id for item in sheet.items(dimension_id)}
    drawn = [item for item in dimension.items if item.id in asked | set(refused)]
    kept = [item for item in dimension.items if item.id not in asked and sheet.answer(item.id) != Answer()]
    ids = sheet.dimension_ids
    number = ids.index(dimension_id) + 1 if dimension_id in ids else 1
    place = filled("plain.part", title=sheet.questionnaire.title, number=str(number), count=str(max(len(ids), number)))
    rows = [f"{as_markup(item.text)} <b>{as_markup(described(item, sheet.answer(item.id)))}</b>" for item in kept]
    return document(
        dimension.title,
        notice(TEXTS["invented"]) if sheet.round.invented else "",
        f'<p class="hint">{as_markup(place)}<br>{as_markup(_progress(sheet, dimension_id))}</p>',
        notes(sheet, drawn),
        "" if sheet.editable else paragraph(TEXTS["plain.read_only"]),
        plain_notice.above(due) if due else "",
        _errors(dimension.items, unsaved),
        f'<p class="saved" role="status">{as_markup(TEXTS["plain.saved_all"])}</p>' if saved and not unsaved else "",
        _form(
            sheet,
            dimension_id,
            [_item(_fields(sheet, item, refused.get(item.id)), n) for n, item in enumerate(drawn, 1)],
            plain_notice.field(due) if due else "",
        ),
        f'<p class="notice">{as_markup(TEXTS["plain.unasked"])}</p>{_list(rows)}' if rows else "",
        _onward(sheet, dimension_id),
        _foot(),
        title=TEXTS["join.error"].format(title=dimension.title) if unsaved else "",
    )


def lost(texts: Iterable[str]) -> str:
    """What somebody had typed whose page could not be saved at all, to be copied."""
    shown = [told(SURROGATE.sub("\ufffd", text)) for text in texts if text.strip()]
    return paragraph(TEXTS["plain.typed"]) + "".join(shown) if shown else ""


def described(item: Item, answer: Answer, longest: int | None = _SHORTENED) -> str:
    """An answer in words, with what was said beside it; of each text so many characters, or (None) all."""
    names = {DONT_KNOW: TEXTS["plain.dont_know"], NOT_APPLICABLE: TEXTS["plain.not_applicable"]}
    level = f"{answer.code} – {item.anchor(answer.code)}" if answer.level else TEXTS["plain.no_answer"]
    said = (answer.reason, answer.link, answer.note, answer.comment)
    shown = (text if longest is None or len(text) <= longest else f"{text[:longest]}…" for text in said if text)
    return " | ".join((names.get(answer.code, level), *map(isolated, shown)))


def _field(text: str) -> str:
    """The same for the value of a field, where nothing may be added."""
    return escape(SURROGATE.sub("\ufffd", text))


def _fields(sheet: Sheet, item: Item, unsaved: Unsaved | None) -> _Fields:
    stored = sheet.stored.get(item.id)
    saved_at = stored.saved_at if stored and stored.answer.is_answered else None
    if unsaved:
        return _Fields(sheet, item, unsaved.typed, unsaved.seen, saved_at, unsaved)
    return _Fields(sheet, item, sheet.answer(item.id), sheet.revision(item.id), saved_at, None)


def _summary(sheet: Sheet) -> str:
    purpose = paragraph(sheet.questionnaire.purpose) if sheet.questionnaire.purpose else ""
    title = as_markup(sheet.questionnaire.title)
    status = TEXTS["plain.submitted"] if sheet.state.status == "submitted" else _progress(sheet)
    return (
        f"<h2>{title}</h2>{purpose}{paragraph(status)}{_list(_dimensions(sheet))}"
        f'<p><a href="{address(sheet)}">{as_markup(TEXTS["plain.review"])}: {title}</a></p>'
    )


def _progress(sheet: Sheet, dimension_id: str | None = None) -> str:
    done, of = sheet.answered(dimension_id)
    return TEXTS["plain.answered"].format(done=done, all=of)


def _dimensions(sheet: Sheet) -> list[str]:
    return [
        f"{_linked(address(sheet, d), sheet.questionnaire.dimension(d).title)} ({as_markup(_progress(sheet, d))})"
        for d in sheet.dimension_ids
    ]


def _linked(to: str, words: str, after: str = "") -> str:
    return f'<a href="{escape(to)}">{as_markup(words)}</a>{after}'


def _list(rows: Iterable[str]) -> str:
    return f'<ul class="list">{"".join(f"<li>{row}</li>" for row in rows)}</ul>'


def _errors(items: Iterable[Item], unsaved: Sequence[Unsaved]) -> str:
    """The summary of what is not saved, each with a link to its question."""
    if not unsaved:
        return ""
    words = {item.id: item.text for item in items}
    rows = [
        _linked(f"#q-{one.item_id}", words[one.item_id]) if one.item_id in words else as_markup(one.why)
        for one in unsaved
    ]
    return (
        f'<div class="error" role="alert"><b>{as_markup(TEXTS["plain.error.title"])}</b>'
        f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>{as_markup(TEXTS['plain.error.rest'])}</div>"
    )


def _form(sheet: Sheet, dimension_id: str, items: Sequence[str], hidden: str = "") -> str:
    if not items:
        return paragraph(TEXTS["plain.none"])
    body = "".join(items)
    if not sheet.editable:
        return body
    return (
        f'<form method="post" action="{escape(address(sheet, dimension_id))}" autocomplete="off">{_hidden(sheet)}{hidden}{body}'
        f'<button type="submit">{as_markup(TEXTS["plain.save"])}</button>'
        f'<button class="second" type="submit" name="on" value="1">{as_markup(TEXTS["plain.save_on"])}</button>'
        f'<input type="hidden" name="{WHOLE}" value="1"></form>'
    )


def _hidden(sheet: Sheet) -> str:
    """Whose page this is, and which drawing of it."""
    return (
        f'<input type="hidden" name="{RESPONSE}" value="{sheet.state.id}">'
        f'<input type="hidden" name="{DRAWN}" value="{secrets.token_urlsafe(12)}">'
    )


def _item(fields: _Fields, number: int) -> str:
    item, unsaved = fields.item, fields.unsaved
    error = failure(f"{TEXTS['plain.not_saved']} {unsaved.why}", fields.name("e")) if unsaved and unsaved.why else ""
    described_by = f' aria-describedby="{fields.name("e")}"' if error else ""
    scope = f'<p class="hint">{fields.words("scope", item.scope)}</p>' if item.scope else ""
    if unsaved or fields.saved_at is None:
        state = "" if unsaved else f'<p class="hint">{as_markup(TEXTS["plain.waiting"])}</p>'
    else:
        state = f'<p class="saved">{as_markup(TEXTS["plain.saved"].format(time=in_utc(fields.saved_at)))}</p>'
    seen = f'<input type="hidden" name="{fields.name("seen")}" value="{fields.seen}">' if fields.editable else ""
    return (
        f'<fieldset class="item" id="q-{item.id}" tabindex="-1"{described_by}>'
        f"<legend>{number}. {fields.words('text', item.text)}{_badge(item)}</legend>"
        f"{scope}{original(fields.sheet, item)}{error}{_conflict(fields)}{''.join(_choice(fields, code) for code in codes_offered(item))}"
        f"{_area(fields, 'reason') if item.allow_na else ''}{_details(fields)}{state}{seen}</fieldset>"
    )


def _badge(item: Item) -> str:
    if not item.critical:
        return ""
    return f' <span class="badge" title="{as_markup(TEXTS["plain.critical.why"])}">{as_markup(TEXTS["plain.critical"])}</span>'


def _choice(fields: _Fields, code: int) -> str:
    names = {DONT_KNOW: TEXTS["plain.dont_know"], NOT_APPLICABLE: TEXTS["plain.not_applicable"]}
    words = (
        as_markup(names[code])
        if code in names
        else f"<b>{code}</b> {fields.words(f'anchors.{code}', fields.item.anchor(code))}"
    )
    state = " checked" if fields.answer.code == code != UNANSWERED else ""
    state += "" if fields.editable else " disabled"
    return (
        f'<label class="choice"><input type="radio" name="{fields.name("code")}" value="{code}"{state}>'
        f"<span>{words}</span></label>"
    )


def _area(fields: _Fields, part: str) -> str:
    name = fields.name(part)
    fixed = "" if fields.editable else " readonly"
    # A parser drops the first line end of a text area, so that one is ours.
    return (
        f'<label for="{name}">{as_markup(TEXTS[f"plain.{part}"])}</label>'
        f'<textarea id="{name}" name="{name}" rows="2"{fixed}>\n{_field(getattr(fields.answer, part))}</textarea>'
    )


def _details(fields: _Fields) -> str:
    item, answer, name = fields.item, fields.answer, fields.name("link")
    asked = [("why", item.why)]
    if item.evidence:
        asked += [
            ("ask", item.evidence.ask), ("enough", item.evidence.sufficient), ("not_enough", item.evidence.insufficient)
        ]  # fmt: skip
    hints = "".join(
        f'<p class="hint">{as_markup(filled(f"plain.{key}", text=text))}</p>' for key, text in asked if text
    )
    is_open = " open" if fields.unsaved or answer.evidence or answer.link or answer.note or answer.comment else ""
    fixed = "" if fields.editable else " readonly"
    return (
        f"<details{is_open}><summary>{as_markup(TEXTS['plain.details'])}</summary>{hints}{_tiers(fields)}"
        f'<label for="{name}">{as_markup(TEXTS["plain.link"])}</label>'
        f'<input type="text" inputmode="url" id="{name}" name="{name}" value="{_field(answer.link)}"{fixed}>'
        f"{_area(fields, 'note')}{_area(fields, 'comment')}</details>"
    )


def _tiers(fields: _Fields) -> str:
    name, stored = fields.name("evidence"), fields.answer.evidence
    options = "".join(
        f'<option value="{tier}"{" selected" if tier == stored else ""}>{as_markup(TEXTS[f"plain.evidence.{TIERS[tier]}"])}</option>'
        for tier in tiers_offered(stored)
    )
    fixed = "" if fields.editable else " disabled"
    return f'<label for="{name}">{as_markup(TEXTS["plain.evidence"])}</label><select id="{name}" name="{name}"{fixed}>{options}</select>'


def _conflict(fields: _Fields) -> str:
    """Both versions; nothing is saved until one is chosen."""
    theirs = fields.unsaved.theirs if fields.unsaved else None
    if theirs is None or not fields.editable:
        return ""
    offered = (
        ("theirs", TEXTS["plain.theirs"].format(answer=described(fields.item, theirs.answer, None))),
        ("mine", TEXTS["plain.mine"].format(answer=described(fields.item, fields.answer))),
    )
    radios = "".join(
        f'<label class="choice"><input type="radio" name="{fields.name("choose")}" value="{value}"><span>{as_markup(words)}</span></label>'
        for value, words in offered
    )
    return (
        f'<fieldset class="error"><legend>{as_markup(TEXTS["plain.conflict"].format(time=in_utc(theirs.saved_at)))}</legend>{radios}'
        f'<input type="hidden" name="{fields.name("theirs")}" value="{theirs.revision}"></fieldset>'
    )


def _onward(sheet: Sheet, dimension_id: str) -> str:
    following = after(sheet, dimension_id)
    if not following:
        return link(TEXTS["plain.review"], address(sheet))
    title = sheet.questionnaire.dimension(following).title
    return link(filled("plain.next", title=title), address(sheet, following)) + link(
        TEXTS["plain.review"], address(sheet)
    )


def after(sheet: Sheet, dimension_id: str) -> str:
    """The next dimension of which something is asked, or ""."""
    order = sheet.questionnaire.dimension_ids
    asked = sheet.dimension_ids
    return next((d for d in order[order.index(dimension_id) + 1 :] if d in asked), "")


def _ending(sheet: Sheet, actor: Actor) -> str:
    """Submitting and reopening, for whom they are."""
    said, action = "", ""
    if sheet.state.status == "submitted":
        facts_ = {"number": sheet.state.id, "revision": sheet.state.revision}
        receipt = TEXTS["plain.receipt"].format(time=in_utc(sheet.state.changed_at), **facts_)
        said = f'<p class="saved" role="status">{as_markup(receipt)}</p>'
        said += link(TEXTS["receipt.link"], f"/receipt/{sheet.questionnaire.id}")
        action = "reopen" if submits(actor) and sheet.round.status == "open" else ""
    elif not sheet.editable:
        said = paragraph(TEXTS["plain.read_only"])
    elif not submits(actor):
        said = paragraph(TEXTS["plain.coordinator"])
    elif sheet.lacks_critical:
        said = paragraph(TEXTS["plain.blocked"])
    else:
        said, action = paragraph(TEXTS["plain.unknown"]) if sheet.missing() else "", "submit"
    if not action:
        return said
    return (
        f'{paragraph(TEXTS["plain.whose"])}{said}<form method="post" action="{escape(address(sheet))}">{_hidden(sheet)}'
        f'<input type="hidden" name="revision" value="{sheet.state.revision}">'
        f'<button type="submit" name="do" value="{action}">{as_markup(TEXTS[f"plain.{action}"])}</button></form>'
    )


def _foot() -> str:
    times = f'<p class="hint aside">{as_markup(TEXTS["plain.times"])}</p>'
    return times + link(TEXTS["plain.back"], "/plain") + link(TEXTS["plain.full"], "/")
