"""Invitations for tests: invented organisations in the scripts of all workshops."""

import dataclasses

from reports.invitations import InvitationLine, Invitations
from tests.naughty import NAUGHTY

JOIN = "https://readiness.example.org/join"
SCRIPTS = {
    "AM": "armenian", "AZ": "azerbaijani", "BD": "bengali", "GE": "georgian", "KH": "khmer_zero_width", "KR": "korean",
    "LA": "lao", "MN": "mongolian", "UZ": "uzbek",
}  # fmt: skip


def english(text, /, **facts):
    return text.format(**facts) if facts else text


def line(organisation, number=0, **changed):
    made = InvitationLine(
        "GE",
        organisation,
        "coordinator",
        "",
        f"https://readiness.example.org/i/{number:022d}",
        f"K4MN-ACDEF-{number:05d}",
    )
    return dataclasses.replace(made, **changed)


def invitations(lines, invented=False, name="Regional workshop 2026"):
    return Invitations(name, invented, JOIN, tuple(lines))


def workshop():
    """Each script twice, then a facilitator."""
    lines = [
        line(NAUGHTY[script], number, country=country, role=("coordinator", "respondent")[number % 2])
        for number, (country, script) in enumerate(pair for pair in SCRIPTS.items() for _ in range(2))
    ]
    return invitations([*lines, line("", 99, country="", role="facilitator", code="", label="Ana")], invented=True)
