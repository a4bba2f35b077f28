"""Small plain HTML pages outside Streamlit, in the product's look: no script, no external file, readable on a phone.

Everything that is shown goes through `html.escape` here; callers pass plain text, never HTML made from data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from survey.direction import isolated
from survey.languages import CODES, language, own_name
from survey.translation import is_draft
from web.language import reader_language, reader_path
from web.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable


_STYLE: Final = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f6f8fa;color:#1f2933;line-height:1.6;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.25rem 1rem}
.card{background:#fff;border:1px solid #d9e0e6;border-radius:.5rem;padding:1.25rem}
@media(min-width:40rem){main{padding:3rem 1rem}.card{padding:2rem}}
.product{margin:0 0 .75rem;color:#52606d}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3}
a{color:#1b5a89}
p{margin:0 0 .75rem;overflow-wrap:anywhere}
dl{margin:0 0 1.25rem}
dt{color:#52606d}
dd{margin:0 0 .5rem;font-size:1.0625rem;font-weight:600;overflow-wrap:anywhere}
.wide{max-width:60rem}
.hint{color:#52606d;margin:0 0 .5rem}
.error{border-left:.25rem solid #b3261e;background:#fdecea;color:#5c1510;padding:.5rem .75rem}
.told{white-space:pre-line}
label{font-weight:600}
input[type=text],input[type=password],input[type=date]{display:block;width:100%;min-height:3rem;margin:.25rem 0 1rem;padding:.5rem .75rem;
border:1px solid #52606d;border-radius:.5rem;font:inherit;font-size:1.125rem;background:#fff;color:#1f2933}
input.code{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:clamp(1.05rem,5.5vw,1.375rem);
letter-spacing:.04em;text-transform:uppercase}
input[type=date]{max-width:14rem}
input[aria-invalid]{border:2px solid #b3261e}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;margin:.2rem .6rem 0 0;flex:none;accent-color:#2470a8}
input:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid #1f2933;outline-offset:2px}
fieldset{border:0;margin:0 0 1rem;padding:0}
legend{font-weight:600;padding:0;margin:0 0 .25rem}
.choice{display:flex;align-items:flex-start;min-height:2.25rem;padding:.2rem 0;font-weight:400}
a.button{display:block;text-align:center;min-height:3rem;padding:.625rem 1.5rem;border-radius:.5rem;background:#2470a8;color:#fff;
font-size:1.125rem;font-weight:600;text-decoration:none}
.aside{margin:1rem 0 0}
.aside a{display:inline-block;padding:.5rem 0;color:#1b5a89}
ul.rows{list-style:none;margin:1rem 0 0;padding:0}
ul.rows li{display:flex;gap:.75rem;align-items:flex-start;border-top:1px solid #d9e0e6;padding:.5rem 0}
ul.rows label{flex:1;min-width:0;overflow-wrap:anywhere}
ul.rows .meta{color:#52606d;font-weight:400;display:block}
button.small{width:auto;min-height:2.75rem;padding:.25rem 1rem;font-size:1rem;background:#fff;color:#8c1d18;
border:1px solid #b3261e;flex:none}
button.small:hover{background:#fdecea}
details{margin:1.5rem 0 0}
summary{cursor:pointer;padding:.5rem 0;font-weight:600}
.notice{border-left:.25rem solid #8a5a00;background:#fff7e0;padding:.75rem 1rem}
button{width:100%;min-height:3rem;padding:.625rem 1.5rem;border:0;border-radius:.5rem;background:#2470a8;color:#fff;
font:inherit;font-size:1.125rem;font-weight:600;cursor:pointer}
button:hover{background:#1b5a89}
button:focus-visible{outline:3px solid #1f2933;outline-offset:3px}
button.second{margin-top:.75rem;background:#fff;color:#1b5a89;border:1px solid #1b5a89;font-size:1rem}
button.second:hover{background:#eef4f9}
textarea,select{display:block;width:100%;margin:.25rem 0 1rem;padding:.5rem .75rem;border:1px solid #52606d;border-radius:.5rem;
font:inherit;background:#fff;color:#1f2933}
select{min-height:3rem}
textarea:focus-visible,select:focus-visible{outline:3px solid #1f2933;outline-offset:2px}
textarea[readonly],input[readonly]{background:#f6f8fa}
fieldset.item{min-width:0;margin:0 0 2rem;padding:1rem 0 0;border-top:1px solid #c9d2da}
.item legend{float:left;width:100%;font-size:1.125rem;line-height:1.4;margin:0 0 .25rem;overflow-wrap:anywhere}
.item legend+*{clear:both}
.item .choice{padding:.45rem 0}
.item .choice span{min-width:0;overflow-wrap:anywhere}
.item details{margin:.5rem 0}
.badge{display:inline-block;background:#e7eff7;color:#14456e;border-radius:.3rem;padding:.05rem .45rem;font-size:.875rem}
.saved{color:#1c6b3a}
input[type=file]{display:block;width:100%;margin:.25rem 0 1rem;padding:.75rem;border:1px dashed #52606d;border-radius:.5rem;font:inherit;
font-weight:400;background:#f6f8fa}
input[type=file]:focus-visible{outline:3px solid #1f2933;outline-offset:2px}
table{width:100%;border-collapse:collapse;margin:.75rem 0;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.5rem;border-top:1px solid #d9e0e6;overflow-wrap:anywhere}
th{color:#52606d;font-weight:600}
td:last-child{background:#fffbe6}
@media(max-width:40rem){table,tbody,tr,td{display:block}thead{position:absolute;left:-200vw}td{border:0;padding:.25rem .5rem}
tr{display:block;border-top:1px solid #c9d2da;padding:.75rem 0}td[data-head]::before{content:attr(data-head)": ";color:#52606d}}
.error ul{margin:.25rem 0 .5rem;padding-left:1.25rem}
.error a{color:#5c1510}
.list{padding-left:1.25rem}
.list li{margin:0 0 .5rem;overflow-wrap:anywhere}
.list a{color:#1b5a89}
form{margin:1.25rem 0 0}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.25rem 1rem;margin:0 0 .75rem}
.top .product{margin:0}
.languages{display:flex;gap:.5rem;margin:0}
.languages select{width:auto;margin:0;min-height:2.75rem}
.languages button{width:auto;min-height:2.75rem;padding:.25rem .75rem;font-size:1rem;background:#fff;color:#1b5a89;border:1px solid #1b5a89}
.languages button:hover{background:#eef4f9}
:lang(km),:lang(lo),:lang(bn){line-height:1.65}
h2{margin:1.5rem 0 .5rem;font-size:1.125rem}
form+p{margin-top:1.25rem}
"""

# `referrer`: under no-referrer (our header) browsers send `Origin: null` with a form, and over plain http nothing else
# says where it came from. same-origin lets our own server see it and nobody else.
_HEAD: Final = f"""<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<style>{_STYLE}</style>"""


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
    direction = ' dir="rtl"' if shown.direction == "rtl" else ""
    return (
        f'<!doctype html>\n<html lang="{shown.code}"{direction}>\n<head>\n{_HEAD}\n'
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
