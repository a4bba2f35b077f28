"""Small plain HTML pages outside Streamlit, in the product's look: no script, no external file, readable on a phone.

Everything that is shown goes through `html.escape` here; callers pass plain text, never HTML made from data.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Every text of these pages, to be taken over by the interface's catalogue (locale/). {…} is filled in before escaping.
TEXTS: Final = {
    "product": "AI readiness self-assessment",
    "invented": "Invented demonstration data: the organisation, the round and the answers do not exist.",
    "invite.title": "You are invited to answer",
    "invite.title.facilitator": "You are invited to facilitate",
    "invite.organisation": "Organisation",
    "invite.country": "Country",
    "invite.round": "Round",
    "invite.role.respondent": "With this link you answer for your organisation, together with your colleagues.",
    "invite.role.coordinator": (
        "With this link you answer for your organisation, invite colleagues and submit the answers."
    ),
    "invite.role.facilitator": "With this link you open the facilitator's console of this round.",
    "invite.share": "Anyone who has this link can use it. Share it only with colleagues who should.",
    "invite.cookie": "“Continue” sets one cookie that keeps you signed in on this device for 14 days.",
    "invite.continue": "Continue",
    "unknown.title": "This link is not valid (any more)",
    "unknown.text": (
        "It may have been replaced by a newer one, or a part of it may be missing. "
        "Please ask the person who sent it to you for a new link."
    ),
    "refused.title": "Please open the link again",
    "refused.text": (
        "This request did not come from our own page, so nothing was done. "
        "Open your link again and use the button on the page."
    ),
    "leave.title": "Leave on this device?",
    "leave.text": "Your saved answers stay. To come back, open your link again.",
    "leave.button": "Leave",
    "left.title": "You have left",
    "left.text": "Your saved answers are kept. To come back, open your link again. You can close this window now.",
    "limits.host.title": "Please check the address",
    "limits.host.text": (
        "This site does not answer to the name in your browser's address bar. "
        "Use the address you were given; who runs the site sets it with --base-url."
    ),
    "limits.closed.title": "There is nothing here",
    "limits.closed.text": "This address does not exist, or it is not open to you. Start again from your link.",
    "limits.method.title": "This cannot be done",
    "limits.method.text": "A request of this kind is not answered here. Nothing was changed.",
    "limits.body.title": "That is too large",
    "limits.body.text": "More was sent than is taken here, so nothing of it was kept. Please send a smaller file.",
    "limits.header.title": "The address is too long",
    "limits.header.text": "The request was not answered. Open your link again as you were given it.",
    "socket.title": "Too many open pages",
    "socket.text": "Close pages of this site that you do not need; this one then opens by itself.",
    "error.title": "Something went wrong on our side",
    "error.text": (
        "What was saved before is kept. Please try again in a moment. "
        "If it happens again, tell the facilitator this number: {incident}"
    ),
}

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
p{margin:0 0 .75rem;overflow-wrap:anywhere}
dl{margin:0 0 1.25rem}
dt{color:#52606d}
dd{margin:0 0 .5rem;font-size:1.0625rem;font-weight:600;overflow-wrap:anywhere}
.notice{border-left:.25rem solid #8a5a00;background:#fff7e0;padding:.75rem 1rem}
button{width:100%;min-height:3rem;padding:.625rem 1.5rem;border:0;border-radius:.5rem;background:#2470a8;color:#fff;
font:inherit;font-size:1.125rem;font-weight:600;cursor:pointer}
button:hover{background:#1b5a89}
button:focus-visible{outline:3px solid #1f2933;outline-offset:3px}
form{margin:1.25rem 0 0}
"""

# `referrer`: under no-referrer (our header) browsers send `Origin: null` with a form, and over plain http nothing else
# says where it came from. same-origin lets our own server see it and nobody else.
_HEAD: Final = f"""<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<style>{_STYLE}</style>"""


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def notice(text: str) -> str:
    return f'<p class="notice">{escape(text)}</p>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Label and value pairs; those without a value are left out. Values are isolated in their writing direction."""
    rows = "".join(f"<dt>{escape(label)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for label, value in pairs if value)
    return f"<dl>{rows}</dl>" if rows else ""


def button(label: str, action: str) -> str:
    """A form with nothing but a button that posts to `action`."""
    return f'<form method="post" action="{escape(action)}"><button type="submit">{escape(label)}</button></form>'


def document(heading: str, *parts: str) -> str:
    """A whole page. `parts` are made by the functions above."""
    product = escape(TEXTS["product"])
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{_HEAD}\n<title>{escape(heading)} – {product}</title>\n</head>\n'
        f'<body>\n<main>\n<p class="product">{product}</p>\n<div class="card">\n<h1>{escape(heading)}</h1>\n'
        + "\n".join(part for part in parts if part)
        + "\n</div>\n</main>\n</body>\n</html>\n"
    )
