"""The texts of the plain pages, by their keys, in the language of whoever reads the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from web.language import say
from web.offline_texts import OFFLINE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator


class Texts(Mapping[str, str]):
    """The texts of these pages by their keys, each in the language of the page's reader. {…} is filled in before escaping."""

    def __init__(self, english: Mapping[str, str]) -> None:
        self._english = english

    def __getitem__(self, key: str) -> str:
        return say(self._english[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._english)

    def __len__(self) -> int:
        return len(self._english)

    def english(self, key: str) -> str:
        """What translators translate."""
        return self._english[key]


TEXTS: Final = Texts(
    {
        **OFFLINE_TEXTS,
        "product": "AI readiness self-assessment",
        "invented": "Invented demonstration data: the organisation, the round and the answers do not exist.",
        "invite.title": "You are invited to answer",
        "invite.title.facilitator": "You are invited to facilitate",
        "invite.organisation": "Organisation",
        "invite.country": "Country",
        "invite.round": "Round",
        "invite.role.respondent": "With this link you answer for your organisation, together with your colleagues.",
        "invite.role.independent": (
            "With this link you answer for your organisation on your own: your colleagues' answers are not shown to you. "
            "Your coordinator sees how far you are, and reads your answers once you submit them."
        ),
        "invite.role.coordinator": (
            "With this link you answer for your organisation, invite colleagues and submit the answers."
        ),
        "invite.role.facilitator": "With this link you open the facilitator's console of this round.",
        "joined.role.respondent": "With this code you answer for your organisation, together with your colleagues.",
        "joined.role.independent": (
            "With this code you answer for your organisation on your own: your colleagues' answers are not shown to you. "
            "Your coordinator sees how far you are, and reads your answers once you submit them."
        ),
        "joined.role.coordinator": (
            "With this code you answer for your organisation, invite colleagues and submit the answers."
        ),
        "joined.role.facilitator": "With this code you open the facilitator's console of this round.",
        "invite.share": "Anyone who has this link can use it. Share it only with colleagues who should.",
        "invite.share.independent": "Anyone who has this link can use it. Keep it to yourself.",
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
        "join.cookie": (
            "A code keeps you signed in on this device for 14 days. For that we set a cookie; "
            "another one remembers a language that you choose."
        ),
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
        "role.independent": "Colleague who answers independently",
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
        "plain.independent": (
            "You answer on your own. Your colleagues' answers are not shown to you, and yours are not shown to them. Your "
            "coordinator sees how far you are, and reads your answers once you submit them."
        ),
        "plain.whose": "Who sees your levels is shown, and chosen by the coordinator, on the full page.",
        "notice.title": "Before you answer",
        "notice.asks": "Who asks",
        "notice.why": "Why",
        "notice.sees": "Who will see what",
        "notice.kept": "How long it is kept",
        "notice.contact": "Whom to ask",
        "notice.until": "Until {day}. After that day the answers are to be erased.",
        "notice.changed": "changed",
        "notice.since": "This has changed since you read it at {time}.",
        "notice.again": "Read this first. Your answers below are not saved yet; “Save” then says that you have read it.",
        "notice.long": "How long it takes",
        "notice.takes": "About {minutes} minutes for all {count} questions; stop at any time and go on later.",
        "receipt.title": "Receipt {number}",
        "receipt.organisation": "Organisation",
        "receipt.questionnaire": "Questionnaire",
        "receipt.submitted": "Submitted",
        "receipt.answers": "Answers",
        "receipt.fingerprint": "Fingerprint of the answers (SHA-256)",
        "receipt.what": (
            "The same answers give the same fingerprint. It changes when the response is reopened and an answer is changed; "
            "submitting again gives a receipt with a higher number at its end."
        ),
        "receipt.print": "Print or save this page with your browser.",
        "receipt.link": "Receipt to print or save",
        "error.title": "Something went wrong on our side",
        "error.text": (
            "What was saved before is kept. Please try again in a moment. "
            "If it happens again, tell the facilitator this number: {incident}"
        ),
        "plain.untranslated": "Some texts are not translated yet. They are shown in another language: {languages}.",
        "language": "Language",
        "language.button": "Change language",
        "language.draft": "Draft translation: not yet checked by a native speaker. The English text decides.",
    }
)
