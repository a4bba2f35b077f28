"""The authorisation matrix: who may do what, and where. One table, read by `access.gate` and printed in docs/access.md.

A role that a rule does not name may not. `own organisation`: the actor's, in the actor's round, with its common responses;
`own response`: those of the actor alone; `own round`: any organisation of the actor's round, or the round itself; `anywhere`: not
bound to a round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from results.facts import StaffRole
from results.workshop import InvitationRole

Role = InvitationRole | StaffRole
Reach = Literal["own organisation", "own response", "own round", "anywhere"]
Action = Literal[
    "open a response",
    "confirm the notice",
    "save an answer",
    "discard a draft",
    "see who answered",
    "download the workbook",
    "import a workbook",
    "print the form",
    "submit",
    "reopen",
    "choose who sees the levels",
    "set own targets",
    "list colleagues",
    "invite a colleague",
    "reissue a colleague's link",
    "end a colleague's link",
    "compare respondents",
    "open a round",
    "see progress",
    "compare countries",
    "list invitations",
    "issue invitations",
    "end an invitation",
    "change the join code",
    "close or open a round",
    "change the notice",
    "propose targets",
    "show the peers' range",
    "check questionnaires",
    "see people",
    "change people",
    "read the audit trail",
]

ROLES: Final[tuple[Role, ...]] = ("respondent", "independent", "coordinator", "facilitator", "author", "administrator")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may, and how far; `note`: what the documentation adds."""

    reach: dict[Role, Reach]
    note: str = ""


_SUBMITTERS: Final[dict[Role, Reach]] = {"independent": "own response", "coordinator": "own organisation"}
_OWN_PEOPLE: Final[dict[Role, Reach]] = {"respondent": "own organisation", **_SUBMITTERS}
ANSWERING: Final[tuple[Role, ...]] = tuple(_OWN_PEOPLE)  # the roles of those who answer for an organisation
_COORDINATOR: Final[dict[Role, Reach]] = {"coordinator": "own organisation"}
_FACILITATOR: Final[dict[Role, Reach]] = {"facilitator": "own round"}
_ADMINISTRATOR: Final[dict[Role, Reach]] = {"administrator": "anywhere"}

RULES: Final[dict[Action, Rule]] = {
    "open a response": Rule(_OWN_PEOPLE, "with its answers, what is missing, and the own profile"),
    "confirm the notice": Rule(_OWN_PEOPLE, "who asks, why, who sees what; each person, before their first answer"),
    "save an answer": Rule(_OWN_PEOPLE, "while the round is open and the response is a draft"),
    "discard a draft": Rule(_OWN_PEOPLE, "an answer that came when the round was closed or the response submitted"),
    "see who answered": Rule(_OWN_PEOPLE, "the labels of the own organisation's invitations"),
    "download the workbook": Rule(_OWN_PEOPLE, "with the stored answers, to be filled in without a connection"),
    "import a workbook": Rule(_OWN_PEOPLE, 'its own, after a look at what changes; as "save an answer"'),
    "print the form": Rule(_OWN_PEOPLE, "empty, or with the stored answers"),
    "submit": Rule(_SUBMITTERS, "once every critical item has an answer"),
    "reopen": Rule(_SUBMITTERS, "while the round is open"),
    "choose who sees the levels": Rule(_COORDINATOR, "facilitators, peers by name, peers blind, or nobody"),
    "set own targets": Rule(_COORDINATOR, "the level wanted in each dimension"),
    "list colleagues": Rule(_COORDINATOR),
    "invite a colleague": Rule(_COORDINATOR, "to answer together or independently; the new link is shown once"),
    "reissue a colleague's link": Rule(_COORDINATOR, "a new one ends the old one"),
    "end a colleague's link": Rule(_COORDINATOR, "with every session that it opened"),
    "compare respondents": Rule(
        _COORDINATOR, "how far those are who answer independently; their answers once they are submitted"
    ),
    "open a round": Rule(_FACILITATOR),
    "see progress": Rule(_FACILITATOR, "how far each organisation is; no answers"),
    "compare countries": Rule(_FACILITATOR, "only what organisations have agreed to show"),
    "list invitations": Rule(_FACILITATOR, "who has one; never the links themselves"),
    "issue invitations": Rule(_FACILITATOR, "a new one ends the old one"),
    "end an invitation": Rule(_FACILITATOR, "with every session that it opened"),
    "change the join code": Rule(_FACILITATOR),
    "close or open a round": Rule(_FACILITATOR),
    "change the notice": Rule(_FACILITATOR, "everybody reads the new version before their next answer"),
    "propose targets": Rule(_FACILITATOR, "to all organisations; each sets its own"),
    "show the peers' range": Rule(_FACILITATOR, "to the organisations; of five others or more, without names"),
    "check questionnaires": Rule({"author": "anywhere"}, "no answers"),
    "see people": Rule(_ADMINISTRATOR, "names and roles of those with an account"),
    "change people": Rule(_ADMINISTRATOR, "accounts, roles, new passphrase links; no answers"),
    "read the audit trail": Rule(_ADMINISTRATOR, "ids and keys; no answers, no names"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What an action is about; 0 where it belongs to no round, or to no organisation.

    `respondent`: whose responses; "" for the common ones of the organisation.
    """

    round_id: int = 0
    organisation_id: int = 0
    respondent: str = ""


NOWHERE: Final = Place()


def may(role: Role, own: Place, action: Action, there: Place) -> bool:
    """Whether somebody of this role, at home in `own`, may do this `there`."""
    match RULES[action].reach.get(role):
        case "own organisation":
            return own == there and bool(there.organisation_id) and bool(there.round_id) and not there.respondent
        case "own response":
            return own == there and bool(there.organisation_id) and bool(there.round_id) and bool(there.respondent)
        case "own round":
            return own.round_id == there.round_id and bool(there.round_id)
        case "anywhere":
            return True
    return False


def table() -> str:
    """The matrix in Markdown: a line for each action, a column for each role."""
    heads = ["", *ROLES, "notes"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for action, rule in RULES.items():
        cells = [rule.reach.get(role, "–") for role in ROLES]
        lines.append(f"| {' | '.join([action, *cells, rule.note])} |")
    return "\n".join(lines) + "\n"
