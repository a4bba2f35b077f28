"""Small plain HTML pages outside Streamlit, in the product's look: no script, no external file, readable on a phone.

Everything that is shown goes through `html.escape` here; callers pass plain text, never HTML made from data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from charts.palette import system_colours
from survey.direction import isolated
from survey.languages import CODES, language, own_name
from survey.translation import is_draft
from web.language import reader_language, reader_path
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable


_STYLE: Final = system_colours() + Path(__file__).with_name("style.css").read_text(encoding="utf-8")

# `referrer`: under no-referrer (our header) browsers send `Origin: null` with a form, and over plain http nothing else
# says where it came from. same-origin lets our own server see it and nobody else.
_HEAD: Final = f"""<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<style>{_STYLE}</style>"""


FONTS: Final = "/fonts/faces.css"  # web/fonts.py
_HAVE_OWN_FONTS: Final = frozenset({"Armn", "Geor", "Beng", "Khmr", "Laoo"})


def filled(key: str, **facts: str) -> str:
    """A text of TEXTS with people's words in it, which turn nobody's writing direction but their own."""
    return TEXTS[key].format(**{name: isolated(fact) for name, fact in facts.items()})


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def notice(text: str) -> str:
    return f'<p class="notice">{escape(text)}</p>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Label and value pairs; those without a value are left out. Values are isolated in their writing direction."""
    rows = "".join(f"<dt>{escape(label)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for label, value in pairs if value)
    return f"<dl>{rows}</dl>" if rows else ""


def button(label: str, action: str, second: tuple[str, str, str] | None = None) -> str:
    """A form with nothing but a button that posts to `action`. `second`: a plainer one beside it: the field that it sends, its
    value, its label."""
    other = ""
    if second is not None:
        name, value, words = map(escape, second)
        other = f'<button class="second" type="submit" name="{name}" value="{value}">{words}</button>'
    return f'<form method="post" action="{escape(action)}"><button type="submit">{escape(label)}</button>{other}</form>'


def in_utc(moment: int) -> str:
    """A time of the store, to the minute; these pages do not know their reader's zone."""
    return f"{datetime.fromtimestamp(moment / 1_000_000, tz=UTC):%Y-%m-%d %H:%M}"


def heading(text: str) -> str:
    """A heading below the page's own."""
    return f"<h2>{escape(text)}</h2>"


def told(text: str) -> str:
    """Somebody's text of several lines, as it stands."""
    return f'<p class="told"><bdi>{escape(text)}</bdi></p>' if text.strip() else ""


def failure(text: str, identity: str = "error") -> str:
    """What went wrong, read out at once."""
    return f'<p class="error" role="alert" id="{identity}">{escape(text)}</p>'


def link(label: str, to: str, *, prominent: bool = False) -> str:
    """A link to a page of our own."""
    if prominent:
        return f'<a class="button" href="{escape(to)}">{escape(label)}</a>'
    return f'<p class="aside"><a href="{escape(to)}">{escape(label)}</a></p>'


def code_form(action: str, label: str, hint: str, typed: str = "", error: str = "") -> str:
    """A form of one field for a code. `error` stands at the field, which keeps what was typed: one symbol is corrected sooner
    than fourteen are typed again. Nothing of it is kept by the browser."""
    described = "code-hint code-error" if error else "code-hint"
    invalid = ' aria-invalid="true"' if error else ""
    return (
        f'<form method="post" action="{escape(action)}" autocomplete="off"><label for="code">{escape(label)}</label>'
        f'<p class="hint" id="code-hint">{escape(hint)}</p>{failure(error, "code-error") if error else ""}'
        f'<input class="code" type="text" id="code" name="code" value="{escape(typed)}" required autofocus inputmode="text" '
        f'autocapitalize="characters" autocomplete="off" autocorrect="off" spellcheck="false" '
        f'aria-describedby="{described}"{invalid}>'
        f'<button type="submit">{escape(TEXTS["join.continue"])}</button></form>'
    )


def document(heading: str, *parts: str, title: str = "", wide: bool = False) -> str:
    """A whole page, in the reader's language. `parts` are made by the functions above. `title`: of the window, where it is not the
    heading."""
    product = escape(TEXTS["product"])
    width = ' class="wide"' if wide else ""
    shown = language(reader_language())
    fonts = f'<link rel="stylesheet" href="{FONTS}">\n' if shown.script in _HAVE_OWN_FONTS else ""
    direction = ' dir="rtl"' if shown.direction == "rtl" else ""
    return (
        f'<!doctype html>\n<html lang="{shown.code}"{direction}>\n<head>\n{_HEAD}\n{fonts}'
        f"<title>{escape(title or heading)} – {product}</title>\n</head>\n"
        f'<body>\n<main{width}>\n{_top(product, shown.code)}\n<div class="card">\n<h1>{escape(heading)}</h1>\n'
        + "\n".join(part for part in parts if part)
        + "\n</div>\n</main>\n</body>\n</html>\n"
    )


def _top(product: str, shown: str) -> str:
    """What stands above a page: the product, and the choice of a language, each under its own name."""
    draft = f'<p class="hint">{escape(TEXTS["language.draft"])}</p>' if is_draft(shown) else ""
    path = reader_path()
    if not path:
        return f'<p class="product">{product}</p>{draft}'
    options = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == shown else ""}>{escape(own_name(code))}</option>'
        for code in CODES
    )
    label, change = escape(TEXTS["language"]), escape(TEXTS["language.button"])
    return (
        f'<div class="top"><p class="product">{product}</p><form class="languages" method="post" action="/language">'
        f'<select name="to" aria-label="{label}" autocomplete="off">{options}</select>'
        f'<input type="hidden" name="next" value="{escape(path)}"><button type="submit">{change}</button></form></div>{draft}'
    )
