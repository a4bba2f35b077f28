"""What was answered: the codes of an answer matrix, one Answer, and the check of an answer as it arrives from a page.

An answer matrix is a numpy array (responses × items, uint8) of the codes below, its columns in the questionnaire's
order. UNANSWERED is the missing-data code; NOT_ASKED is set by routing only and is never stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from survey.problems import CodedError
from survey.questionnaire import TIERS, Form, Item, Questionnaire

UNANSWERED: Final = 0
DONT_KNOW: Final = 6
NOT_APPLICABLE: Final = 7
NOT_ASKED: Final = 8

CODES: Final[dict[str, int]] = {
    "": UNANSWERED, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "dont_know": DONT_KNOW, "not_applicable": NOT_APPLICABLE,
}  # fmt: skip
CODE_NAMES: Final[dict[int, str]] = {code: name for name, code in CODES.items()}
TIER_NUMBERS: Final[dict[str, int]] = {tier: number for number, tier in enumerate(TIERS)}

TEXTS: Final = ("link", "note", "reason", "comment")  # the parts of an answer that people write
MAX_TEXT: Final = 50_000
MAX_LINK: Final = 2_000
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_NOT_A_NAME: Final = re.compile(r"[\x00-,/:-@\[-^`{-\x7f]")  # ASCII that no host name contains
_IS_A_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+")
_LINE_END: Final = re.compile("\r\n?")


@dataclass(frozen=True, slots=True)
class Answer:
    """One respondent's answer to one item, with everything said beside it. Nothing chosen yet is code UNANSWERED."""

    code: int = UNANSWERED
    evidence: int = 0
    link: str = ""
    note: str = ""
    reason: str = ""
    comment: str = ""

    @property
    def is_answered(self) -> bool:
        """Don't know and not applicable are answers."""
        return self.code != UNANSWERED

    @property
    def level(self) -> int | None:
        return self.code if 1 <= self.code <= 5 else None


class AnswerRefusedError(CodedError, ValueError):
    """An answer that the questionnaire does not know or that cannot be stored; the stored answer stays as it is."""


def codes_offered(item: Item) -> tuple[int, ...]:
    """What a page offers to choose from, in its order."""
    return (1, 2, 3, 4, 5, DONT_KNOW, *((NOT_APPLICABLE,) if item.allow_na else ()))


def tiers_offered(stored: int) -> tuple[int, ...]:
    """The evidence tiers a page offers; "verified" is among them only where a facilitator has said it (`stored`)."""
    return tuple(tier for tier in range(len(TIERS)) if tier < len(TIERS) - 1 or tier == stored)


def as_lines(text: str) -> str:
    """The text with line feeds as its line ends: browsers and spreadsheets write others than they were given."""
    return _LINE_END.sub("\n", text)


def with_line_ends_of(stored: Answer, sent: Answer) -> Answer:
    """`sent`, with the stored texts where it differs from them in line ends only."""
    same = {part: text for part in TEXTS if as_lines(text := getattr(stored, part)) == as_lines(getattr(sent, part))}
    return replace(sent, **same)


def check_answer(
    questionnaire: Questionnaire, item_id: str, answer: Answer, form: Form = "full", *, may_verify: bool = False
) -> None:
    """Refuse what a page could not have sent: pages are not trusted, as messages can be forged.

    `form`: an item that the round's form leaves out is no part of it. `may_verify`: only a facilitator marks evidence as
    verified. Raises AnswerRefusedError with the first fault found.
    """
    item = next((item for item in questionnaire.items_of(form) if item.id == item_id), None)
    if item is None:
        raise AnswerRefusedError("R001")
    if not _is_number(answer.code) or answer.code not in CODE_NAMES:
        raise AnswerRefusedError("R002")
    tiers = len(TIERS) if may_verify else len(TIERS) - 1
    if not _is_number(answer.evidence) or answer.evidence not in range(tiers):
        raise AnswerRefusedError("R005")
    for text in (answer.link, answer.note, answer.reason, answer.comment):
        _check_text(text)
    if answer.code == NOT_APPLICABLE:
        if not item.allow_na:
            raise AnswerRefusedError("R003")
        if not answer.reason.strip():
            raise AnswerRefusedError("R004")
    if answer.link:
        _check_link(answer.link)


def _is_number(value: object) -> bool:
    # 3.0 and True are equal to codes, and a list cannot even be looked up.
    return isinstance(value, int) and not isinstance(value, bool)


def _check_text(text: object) -> None:
    # One rule for both engines: PostgreSQL cannot store NUL, and a lone surrogate cannot be written as UTF-8.
    if not isinstance(text, str) or _NOT_TEXT.search(text):
        raise AnswerRefusedError("R007")
    if len(text) > MAX_TEXT:
        raise AnswerRefusedError("R008", count=len(text), limit=MAX_TEXT)


def host_of(link: str) -> str:
    """The host to which a link leads, in ASCII: letters that look like those of another script show there. "" without one."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:  # no name that could be looked up
        return host.encode("unicode_escape").decode("ascii")


def _check_link(link: str) -> None:
    if len(link) > MAX_LINK:
        raise AnswerRefusedError("R008", count=len(link), limit=MAX_LINK)
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise AnswerRefusedError("R006") from None
    suspicious = (
        parts.username is not None
        or parts.password is not None
        or any(char.isspace() or not char.isprintable() for char in link)
    )
    if parts.scheme != "https" or suspicious or not _is_public_name(host):
        raise AnswerRefusedError("R006")


def _is_public_name(host: str) -> bool:
    """Names joined by dots, the last one not a number: browsers read `127.1` and `0x7f.1` as addresses."""
    labels = host.removesuffix(".").split(".")
    return len(labels) > 1 and all(labels) and not _NOT_A_NAME.search(host) and not _IS_A_NUMBER.fullmatch(labels[-1])
