"""What is handed out before a workshop: who gets which link and code. `invitation_pdf` prints it, `invitation_tables` lists it.

These values hold secrets that are stored nowhere else. They are made, written to the facilitator's file and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from charts.wording import Translate
from results.workshop import InvitationRole


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One invitation. `country` is an ISO 3166-1 code; `link` or `code` is "" where there is none, as are country and
    organisation of a facilitator. `code` as it is shown: `K4MN-ACDEF-HJKMN`."""

    country: str
    organisation: str
    role: InvitationRole
    label: str
    link: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitations:
    """The invitations of a round, in the order in which they are printed. `join_address` is where a code is typed, with https://."""

    round_name: str
    invented: bool
    join_address: str
    lines: tuple[InvitationLine, ...]


def role_name(t: Translate, role: InvitationRole) -> str:
    """The role in the reader's language."""
    names = {
        "coordinator": t("Coordinator"),
        "respondent": t("Respondent"),
        "independent": t("Independent respondent"),
        "facilitator": t("Facilitator"),
    }
    return names[role]
