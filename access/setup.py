"""Setting up a round: for programs on the machine itself, whose owner owns the data. Pages go through an Actor instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from access.actor import RefusedError
from access.issuing import LABELS, OPERATOR, Issued, Seat, end_invitation, hand_out, prepare, prepare_again
from access.joining import set_join_code
from access.visibility import UNCHOSEN, WHOLE_ROUND
from access.workshop import Workshop, new_responses
from results.facts import Consent, Visibility
from results.ids import new_id, now
from results.organisations_file import Invited
from results.store import AddOrganisation, AddRound, Keep
from results.workshop import InvitationRole, Organisation, PinnedQuestionnaire, Round
from survey.loader import content_hash, parse
from survey.questionnaire import Form
from survey.text_file import is_day, is_one_line

LONGEST_NAME: Final = 200  # characters of a round's name


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a new round is to be. `questionnaires`: files and the form in which each is asked, in the order shown.
    `keep_until`: the last day on which answers are kept, as 2028-12-31, or "".

    `visibility`: who sees the levels of an organisation until it chooses for itself; the notice should say so.
    """

    name: str
    questionnaires: tuple[tuple[Path, Form], ...]
    notice: str = ""
    keep_until: str = ""
    invented: bool = False
    visibility: Visibility = UNCHOSEN


def create_round(workshop: Workshop, plan: RoundPlan) -> Round:
    """Open a new round; each questionnaire's text is pinned to it.

    Raises ProblemsError for a faulty questionnaire, RefusedError P037 for a name that is no line of text, P038 for a day that is none.
    """
    if not plan.name.strip() or len(plan.name) > LONGEST_NAME or not is_one_line(plan.name):
        raise RefusedError("P037")
    if plan.keep_until and not is_day(plan.keep_until):
        raise RefusedError("P038", value=plan.keep_until)
    pinned = tuple(_pin(path, form) for path, form in plan.questionnaires)
    round_ = Round(new_id(), plan.name, "open", plan.invented, plan.notice, plan.keep_until, now(), pinned)
    workshop.write(AddRound(round_))
    workshop.write(Keep(Consent(round_.id, WHOLE_ROUND, plan.visibility, "setup", now())))
    return round_


def add_organisation(workshop: Workshop, round_: Round, country: str, name: str) -> Organisation:
    """Invite an organisation to a round, with one empty response for each of its questionnaires."""
    organisation = Organisation(new_id(), round_.id, country, name)
    workshop.write(AddOrganisation(organisation, new_responses(round_, organisation.id)))
    return organisation


@dataclass(frozen=True, slots=True)
class Made:
    """A new round with what is handed out; the secrets are nowhere else."""

    round: Round
    issued: tuple[Issued, ...]
    join_code: str = field(repr=False)


def invite_all(
    workshop: Workshop,
    plan: RoundPlan,
    invited: Iterable[Invited],
    expires_at: int | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Made:
    """Open a round, with a link for its facilitator, a link and a code for each organisation's coordinator, and a join code.

    A third of a second for each organisation. `tell(done, of)` reports invitations.
    """
    round_ = create_round(workshop, plan)
    seats = [Seat(round_.id, None, "facilitator", LABELS["facilitator"], expires_at)]
    for entry in invited:
        organisation = add_organisation(workshop, round_, entry.country, entry.name)
        seats.append(Seat(round_.id, organisation.id, "coordinator", LABELS["coordinator"], expires_at))
    issued = []
    for number, seat in enumerate(seats, 1):
        issued.append(hand_out(workshop, OPERATOR, "issue invitations", prepare(workshop, seat)))
        if tell:
            tell(number, len(seats))
    return Made(round_, tuple(issued), set_join_code(workshop, OPERATOR, round_))


def reissue_at_terminal(
    workshop: Workshop, round_id: int | None, organisation: str | None, expires_at: int | None = None
) -> Issued | None:
    """A new invitation for an organisation's coordinator (its id, or its name), or for the facilitator (None). All earlier ones of
    that role there end. `round_id` None: the newest round. None when there is no such round or organisation, or two of the name.
    """
    round_ = next((one for one in workshop.store.rounds() if round_id in (None, one.id)), None)
    if round_ is None:
        return None
    role: InvitationRole = "coordinator" if organisation else "facilitator"
    number = None
    if organisation:
        named = [one for one in workshop.store.organisations(round_.id) if organisation in (str(one.id), one.name)]
        if len(named) != 1:
            return None
        number = named[0].id
    listed = workshop.store.invitations(round_.id)
    olds = [one for one in listed if (one.role, one.organisation_id, one.revoked_at) == (role, number, None)]
    if olds:
        prepared = prepare_again(workshop, olds[-1], expires_at)
    else:
        prepared = prepare(workshop, Seat(round_.id, number, role, LABELS[role], expires_at))
    for old in olds[:-1]:
        end_invitation(workshop, OPERATOR, "end an invitation", old)
    return hand_out(workshop, OPERATOR, "issue invitations", prepared)


def _pin(path: Path, form: Form) -> PinnedQuestionnaire:
    text = path.read_text(encoding="utf-8")
    questionnaire = parse(text, str(path)).questionnaire
    return PinnedQuestionnaire(questionnaire.id, questionnaire.version, content_hash(questionnaire), form, text)
