"""The markup of the pages for answering without a connection. All that is shown goes through `html.escape` here."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from survey.direction import isolated
from web.language import problem
from web.pages import document, facts, failure, filled, heading, link, notice, paragraph, told
from web.plain_page import address, described
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from access.respondent import Sheet
    from access.workbook import Difference, Left, Outcome, Preview
    from reports.workbook_reader import Fault


def overview(sheets: Sequence[Sheet], error: str = "") -> str:
    """What there is to take away, and where to bring it back. `error`: why a file was not taken."""
    round_ = sheets[0].round
    title = TEXTS["offline.title"]
    return document(
        title,
        notice(TEXTS["invented"]) if round_.invented else "",
        failure(error) if error else "",
        facts(((TEXTS["invite.organisation"], sheets[0].organisation.name), (TEXTS["invite.round"], round_.name))),
        paragraph(TEXTS["offline.how"]),
        *(_files(sheet) for sheet in sheets),
        heading(TEXTS["offline.upload"]),
        _upload() if any(sheet.editable for sheet in sheets) else paragraph(TEXTS["offline.read_only"]),
        link(TEXTS["plain.back"], "/plain"),
        link(TEXTS["plain.full"], "/"),
        title=TEXTS["join.error"].format(title=title) if error else "",
    )


def preview(shown: Preview, carried: str) -> str:
    """What an import would change. `carried`: the answers, for the button that saves them."""
    sheet, count = shown.sheet, len(shown.differences)
    said = TEXTS["import.count"].format(count=count, unchanged=shown.unchanged)
    return document(
        f"{TEXTS['import.title']}: {sheet.questionnaire.title}",
        notice(TEXTS["invented"]) if sheet.round.invented else "",
        paragraph(said if count or shown.faults else TEXTS["import.nothing"]),
        _faults(shown.faults, rest=count > 0),
        _changes(shown.differences, carried) if count else "",
        link(TEXTS["offline.back"], "/offline"),
        wide=True,
    )


def result(sheet: Sheet, outcome: Outcome) -> str:
    words = {item.id: item.text for item in sheet.questionnaire.items}
    title = TEXTS["import.done"].format(saved=outcome.saved) if outcome.saved else TEXTS["import.done.none"]
    rows = "".join(_left(one, words[one.item_id], sheet) for one in outcome.left)
    left = ""
    if rows:
        count = escape(TEXTS["import.left"].format(count=len(outcome.left)))
        left = f'<div class="error" role="alert"><b>{count}</b><ul>{rows}</ul>{escape(TEXTS["import.left.text"])}</div>'
    done, asked = sheet.answered()
    return document(
        title,
        left,
        paragraph(TEXTS["plain.answered"].format(done=done, all=asked)),
        link(TEXTS["import.on"], address(sheet)),
        link(TEXTS["offline.back"], "/offline"),
        link(TEXTS["plain.full"], "/"),
    )


def _files(sheet: Sheet) -> str:
    asked = escape(sheet.questionnaire.id)
    done, of = sheet.answered()
    rows = (
        (f"/workbook/{asked}.xlsx", "offline.workbook"),
        (f"/form/{asked}.pdf", "offline.form"),
        *(((f"/form/{asked}.pdf?answers=1", "offline.form.filled"),) if sheet.stored else ()),
    )
    listed = "".join(f'<li><a href="{to}">{escape(TEXTS[key])}</a></li>' for to, key in rows)
    progress = paragraph(TEXTS["plain.answered"].format(done=done, all=of))
    return f'{heading(isolated(sheet.questionnaire.title))}{progress}<ul class="list">{listed}</ul>'


def _upload() -> str:
    return (
        '<form method="post" action="/workbook" enctype="multipart/form-data">'
        f'<label for="file">{escape(TEXTS["offline.file"])}</label>'
        '<input type="file" id="file" name="file" accept=".xlsx,.ods" required aria-describedby="file-hint">'
        f'<p class="hint" id="file-hint">{escape(TEXTS["offline.not_yet"])}</p>'
        f'<button type="submit">{escape(TEXTS["offline.look"])}</button></form>'
    )


def _faults(faults: Sequence[Fault], *, rest: bool) -> str:
    if not faults:
        return ""
    rows = "".join(f"<li><b>{_place(one)}</b> {escape(problem(one.error))}</li>" for one in faults)
    count = escape(TEXTS["import.faults"].format(count=len(faults)))
    todo = " ".join(TEXTS[key] for key in ("import.faults.text", "import.faults.rest")[: 1 + rest])
    return f'<div class="error" role="alert"><b>{count}</b><ul>{rows}</ul>{escape(todo)}</div>'


def _place(fault: Fault) -> str:
    return escape(filled("import.place" if fault.cell else "import.sheet", sheet=fault.sheet, cell=fault.cell))


def _changes(differences: Sequence[Difference], carried: str) -> str:
    keys = ("import.question", "import.stored", "import.filled")
    heads = "".join(f'<th scope="col">{escape(TEXTS[key])}</th>' for key in keys)
    rows = "".join(_row(one) for one in differences)
    return (
        '<form method="post" action="/workbook/save" autocomplete="off">'
        f'<input type="hidden" name="carried" value="{escape(carried)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<button type="submit">{escape(TEXTS["import.save"])}</button></form>'
    )


def _row(one: Difference) -> str:
    question = f"<b>{escape(isolated(one.item.text))}</b>{'' if one.asked else _small('import.unasked')}"
    cells = (
        ("import.stored", escape(described(one.item, one.stored, None))),
        ("import.filled", escape(described(one.item, one.filled, None))),
    )
    shown = "".join(f'<td class="told" data-head="{escape(TEXTS[key])}">{words}</td>' for key, words in cells)
    choice = f'<tr><td colspan="3">{_choice(one)}</td></tr>' if one.conflict else ""
    return f"<tr><td>{question}</td>{shown}</tr>{choice}"


def _small(key: str) -> str:
    return f'<p class="hint">{escape(TEXTS[key])}</p>'


def _choice(one: Difference) -> str:
    """Which of two versions stands; the stored one unless somebody says otherwise."""
    name = f"choose-{escape(one.item.id)}"
    radios = "".join(
        f'<label class="choice"><input type="radio" name="{name}" value="{value}"{state}>'
        f"<span>{escape(TEXTS[f'import.{value}'])}</span></label>"
        for value, state in (("theirs", " checked"), ("mine", ""))
    )
    return f'<fieldset class="error"><legend>{escape(TEXTS["import.conflict"])}</legend>{radios}</fieldset>'


def _left(one: Left, question: str, sheet: Sheet) -> str:
    words = described(sheet.questionnaire.item(one.item_id), one.answer, None)
    return f"<li>{escape(isolated(question))} <b>{escape(problem(one.why))}</b>{told(words)}</li>"
