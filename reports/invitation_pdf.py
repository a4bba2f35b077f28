"""Invitation cards on A4 paper to be cut and handed out, after a list without secrets of who gets which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from charts.countries import country_name
from charts.theme import ALERT, HAIRLINE, INK, LEVEL_COLOURS, MUTED
from charts.wording import Translate
from reports.invitations import InvitationLine, Invitations, role_name
from reports.qr import qr_code
from reports.typesetting import printable, typeset

Layout = Literal["cards", "half_page"]

_LIMITS: Final = {"organisation": 200, "label": 80, "round": 120, "address": 300}
_SCHEME: Final = "https://"


@dataclass(frozen=True, slots=True)
class PrintedInvitations:
    """The PDF, and the numbers (from 1) of the cards of which some text could not be printed as it stands: the cover names them."""

    pdf: bytes
    changed: tuple[int, ...]


def invitation_pdf(
    invitations: Invitations, t: Translate, language: str = "en", layout: Layout = "cards"
) -> PrintedInvitations:
    """`cards`: six on a page, each 105 × 99 mm. `half_page`: two, for tables or older eyes.

    A name with characters that cannot be printed keeps the others (`reports.typesetting.printable`). A card without a link has
    the QR code of the join address, a card without a code names none.
    """
    cards = [_card(number, line, invitations, t, language) for number, line in enumerate(invitations.lines, 1)]
    changed = tuple(card["number"] for card in cards if card.pop("changed"))
    round_name = printable(invitations.round_name, _LIMITS["round"]).text or t("Invitations")
    data = {
        "language": language.replace("_", "-").split("-")[0],
        "layout": layout,
        "title": t("Invitations"),
        "round": round_name,
        "invented": t("Invented data") if invitations.invented else "",
        "address": _typed(invitations.join_address),
        "cards": cards,
        "changed": t(
            "Some text of these cards cannot be printed whole, and shows � or … there: {cards}.", cards=_spans(changed)
        )
        if changed
        else "",
        "colours": {"ink": INK, "muted": MUTED, "line": HAIRLINE, "accent": LEVEL_COLOURS[-1], "alert": ALERT},
        "texts": _texts(t, len(cards), layout),
    }
    return PrintedInvitations(typeset("invitations.typ", data), changed)


def _card(number: int, line: InvitationLine, invitations: Invitations, t: Translate, language: str) -> dict[str, Any]:
    organisation = printable(line.organisation, _LIMITS["organisation"])
    label = printable(line.label, _LIMITS["label"])
    address = line.link or invitations.join_address
    alt = t("QR code: opens the invitation") if line.link else t("QR code: opens the page where the code is typed")
    return {
        "number": number,
        "country": printable(country_name(line.country, language), 80).text if line.country else "",
        "organisation": organisation.text,
        "role": role_name(t, line.role),
        "label": label.text,
        "code": printable(line.code, 40).text,
        "link": _typed(line.link) if not line.code else "",
        "qr": qr_code(address, alt).svg,
        "alt": alt,
        "steps": _steps(t, line),
        "changed": organisation.changed or label.changed,
    }


def _steps(t: Translate, line: InvitationLine) -> list[str]:
    begin = {
        (True, True): t("Scan the square with a telephone, or type the code at the address above."),
        (True, False): t("Scan the square with a telephone, or type the address above."),
        (False, True): t("Scan the square and type the code."),
        (False, False): t("Scan the square and ask the facilitator for your code."),
    }[bool(line.link), bool(line.code)]
    if line.role == "facilitator":
        return [begin, t("Choose what the room sees."), t("Show this card to nobody: it opens the whole round.")]
    return [
        begin,
        t("Answer with your colleagues. Each answer is saved at once."),
        t("Keep this card to come back. Show it to nobody else: it opens your organisation's answers."),
    ]


def _texts(t: Translate, count: int, layout: Layout) -> dict[str, str]:
    each = 6 if layout == "cards" else 2
    return {
        "print": t(
            "Cards: {count}, {each} to a page. Print one-sided at actual size (100 %), then cut along the marks.",
            count=count,
            each=each,
        ),
        "secret": t(
            "The cards open answers, so they are secret: hand each to its organisation and to nobody else, and destroy what is "
            "left. This list has no secrets."
        ),
        "number": t("Card"),
        "organisation": t("Organisation"),
        "for": t("For"),
        "given": t("Given to"),
        "page": t("Page"),
        "facilitators": t("Facilitators"),
    }


def _typed(address: str) -> str:
    """An address as people type it."""
    return printable(address.removeprefix(_SCHEME), _LIMITS["address"]).text


def _spans(numbers: tuple[int, ...]) -> str:
    """`1, 4-6`: card numbers, runs of them drawn together."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in parts)
