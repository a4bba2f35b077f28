"""Small plain HTML pages outside Streamlit, in the product's look: no script, no external file, readable on a phone.

Everything that is shown goes through `html.escape` here; callers pass plain text, never HTML made from data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from survey.direction import isolated

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
    "invite.cookie": "“Continue” sets one cookie that keeps you signed in on this device for {time}.",
    "invite.time": "14 days",
    "invite.time.facilitator": "8 hours",
    "invite.continue": "Continue",
    "unknown.title": "This link is not valid (any more)",
    "unknown.text": (
        "It may have been replaced by a newer one, or a part of it may be missing. "
        "Please ask the person who sent it to you for a new link."
    ),
    "unknown.join": "Type a code instead",
    "refused.title": "Please open the link again",
    "refused.text": (
        "This request did not come from our own page, so nothing was done. "
        "Open your link again and use the button on the page."
    ),
    "leave.title": "Leave on this device?",
    "leave.text": "Your saved answers stay. To come back, open your link again, or sign in.",
    "leave.button": "Leave",
    "left.title": "You have left",
    "left.text": "Your saved answers are kept. To come back, open your link again, or sign in. You can close this window now.",
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
    "staff.title": "Sign in",
    "staff.text": "For those who run rounds, write questionnaires or administer this site. Respondents use their personal link.",
    "staff.name": "Name",
    "staff.passphrase": "Passphrase",
    "staff.button": "Sign in",
    "staff.cookie": "Signing in sets one cookie that keeps you signed in on this device for 8 hours.",
    "staff.account": "Sign in with {name}",
    "staff.no_account": "This did not work",
    "staff.again": "Back to the sign-in page",
    "staff.provider_away": "The identity provider cannot be reached at the moment. Try again in a minute, or use your passphrase.",
    "first.title": "Welcome, {name}",
    "first.passphrase.title": "Choose a passphrase",
    "first.passphrase.text": (
        "At least 15 characters: four or five words that have nothing to do with each other. Spaces and every script are welcome; "
        "a password manager is too. You sign in with the name {name} and this passphrase."
    ),
    "first.new": "New passphrase",
    "first.repeat": "The same once more",
    "first.button": "Save and sign in",
    "first.or": "Or sign in with an account that you have already; no passphrase is needed then.",
    "first.account": "Use {name}",
    "first.unknown.title": "This link is not valid (any more)",
    "first.unknown.text": "It works once, for 30 minutes. Please ask an administrator for a new link.",
    "roles.title": "What would you like to open?",
    "roles.text": "You can change this at any time from “Change role”.",
    "roles.facilitator": "Facilitate: {round}",
    "roles.author": "Questionnaires",
    "roles.administrator": "Administration",
    "roles.here": "{role} (open now)",
    "join.title": "Type your code",
    "join.label": "Code",
    "join.hint": (
        "The long code on your card, or the short one shown in the room. Capitals, spaces and dashes do not matter."
    ),
    "join.label.room": "Your organisation’s code",
    "join.hint.room": "It is on your card: 14 letters and digits. Capitals, spaces and dashes do not matter.",
    "join.strays": "No code contains: {symbols}",
    "join.continue": "Continue",
    "join.error": "Error: {title}",
    "join.later": "This is not possible at the moment. Please try again in a minute; nothing is lost.",
    "join.cookie": "A code keeps you signed in on this device for 14 days. For that we set a cookie, and none for anything else.",
    "joined.title": "You are in",
    "joined.wrong": "This is not my organisation",
    "nothing.title": "There is nothing here",
    "given.title": "Invitations",
    "given.text": (
        "Links and codes are stored nowhere, so they cannot be shown again: they are made anew. "
        "Each new one ends the old one at once, and whoever came in with the old one is signed out."
    ),
    "given.more": "To give a card to an organisation that has lost it, choose that organisation only.",
    "given.all": "All coordinators ({count})",
    "given.format": "File",
    "given.pdf": "Cards to print (PDF)",
    "given.xlsx": "Table for a mail merge (XLSX)",
    "given.csv": "Table for other programs (CSV)",
    "given.expires": "Links end on (optional)",
    "given.expires.hint": "At the end of that day, UTC. Empty: they hold until they are replaced or ended.",
    "given.make": "Replace the chosen and download the file",
    "given.wait": "About a second for three of them. The file holds secrets: keep it to yourself, delete it after printing.",
    "given.none": "no link at the moment",
    "given.made": "made {time}",
    "given.until": "ends {time}",
    "given.expired": "expired {time}",
    "given.ended": "ended {time}",
    "given.own": "your own: replacing it signs you out",
    "given.end": "End",
    "given.end.whose": "End the link of {whose}",
    "given.past": "Ended links ({count})",
    "given.back": "Back to the round",
    "given.times": "Times are UTC.",
    "end.title": "End this link?",
    "end.text": "Whoever came in with it is signed out at once. Answers stay. A new link can be made at any time.",
    "end.button": "End the link",
    "end.back": "Keep it",
    "role.facilitator": "Facilitator",
    "role.coordinator": "Coordinator",
    "role.respondent": "Colleague",
    "plain.way": "Answer on a plain page (slow line, or nothing happens when you choose)",
    "plain.full": "To the full page",
    "plain.back": "All questionnaires",
    "plain.how": (
        "For each question choose the highest level of which every part is true. “Most” means more than half. "
        "Nothing is saved before you press “Save” at the end of a page."
    ),
    "plain.times": "Times are UTC.",
    "plain.notice": "Who asks, why, and who will see the answers",
    "plain.answered": "{done} of {all} answered",
    "plain.submitted": "submitted",
    "plain.part": "{title} · part {number} of {count}",
    "plain.review": "Review and submit",
    "plain.read_only": "These answers can be read but not changed: the response is submitted or the round is closed.",
    "plain.saved_all": "The answers on this page are saved.",
    "plain.saved": "Saved {time}",
    "plain.waiting": "Not answered yet",
    "plain.critical": "Critical",
    "plain.critical.why": "Critical: needed before submitting; no level can stand more than one step above this answer.",
    "plain.unasked": (
        "These answers are kept but do not count at present: the questions are asked only after certain answers to others."
    ),
    "plain.none": "No question of this part is asked at present.",
    "plain.dont_know": "Don’t know",
    "plain.not_applicable": "Not applicable",
    "plain.no_answer": "no answer",
    "plain.reason": "If not applicable: why does this question not apply to you?",
    "plain.details": "Evidence and comment",
    "plain.why": "Why we ask: {text}",
    "plain.ask": "Evidence: {text}",
    "plain.enough": "Enough: {text}",
    "plain.not_enough": "Not enough: {text}",
    "plain.evidence": "What can you show?",
    "plain.evidence.none": "No evidence",
    "plain.evidence.described": "Described in words",
    "plain.evidence.document": "A document or link",
    "plain.evidence.verified": "Verified",
    "plain.link": "Link to the document (https)",
    "plain.note": "Where in the document, or what it shows",
    "plain.comment": "Comment (seen by your organisation and the facilitators)",
    "plain.save": "Save",
    "plain.save_on": "Save and go on",
    "plain.next": "Next: {title}",
    "plain.error.title": "Not everything is saved",
    "plain.error.rest": "What is not listed here is saved. What you typed still stands in the fields.",
    "plain.error.none": "Nothing of this page arrived whole, so nothing was saved. Go back, then press “Save” again.",
    "plain.not_saved": "Not saved.",
    "plain.conflict": "A colleague changed this answer at {time}. Which one stands?",
    "plain.theirs": "Keep theirs: {answer}",
    "plain.mine": "Use yours, as it stands in the fields below: {answer}",
    "plain.typed": "Nothing of this was saved. What you had typed, to be copied:",
    "plain.missing": "Not answered yet",
    "plain.all": "Every question has an answer.",
    "plain.parts": "Parts",
    "plain.receipt": "Submitted {time}. Receipt: {number}-{revision}",
    "plain.submit": "Submit",
    "plain.reopen": "Reopen to change answers",
    "plain.blocked": "Answer the critical questions first. “Don’t know” is an answer too.",
    "plain.unknown": "Questions without an answer count as unknown. You can submit now and reopen until the round closes.",
    "plain.coordinator": "The coordinator of your organisation submits the response.",
    "plain.whose": "Who sees your levels is shown, and chosen by the coordinator, on the full page.",
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
.error ul{margin:.25rem 0 .5rem;padding-left:1.25rem}
.error a{color:#5c1510}
.list{padding-left:1.25rem}
.list li{margin:0 0 .5rem;overflow-wrap:anywhere}
.list a{color:#1b5a89}
form{margin:1.25rem 0 0}
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
    """A whole page. `parts` are made by the functions above. `title`: of the window, where it is not the heading."""
    product = escape(TEXTS["product"])
    width = ' class="wide"' if wide else ""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{_HEAD}\n<title>{escape(title or heading)} – {product}</title>\n</head>\n'
        f'<body>\n<main{width}>\n<p class="product">{product}</p>\n<div class="card">\n<h1>{escape(heading)}</h1>\n'
        + "\n".join(part for part in parts if part)
        + "\n</div>\n</main>\n</body>\n</html>\n"
    )
