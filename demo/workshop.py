"""An invented workshop: twelve countries, 3-9 agencies each, uneven progress, don't knows, disagreement.

Every agency opens its link and answers through `access.respondent`, as a person does. The same seed gives the same
organisations and answers. Nothing here says anything about a real government, and every screen says so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from access import informed, respondent
from access.actor import Actor
from access.invitation import InvitationDesk, actor_of, add_invitation
from access.issuing import LABELS, OPERATOR, Seat, hand_out, prepare
from access.joining import set_join_code
from access.respondent import Sheet
from access.setup import RoundPlan, add_organisation, create_round
from access.visibility import choose_visibility
from access.workshop import Workshop, finished
from results.facts import JoinCode
from results.store import Result, Saved
from results.workshop import Round
from survey.questionnaire import Questionnaire
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from survey.routing import items_asked

COUNTRIES = ("AM", "AZ", "BD", "GE", "KG", "KH", "KZ", "LA", "MN", "PH", "TJ", "UZ")
QUESTIONNAIRES = ("strategy", "ethics", "standards")
_AGENCIES = (
    "Digital development agency", "Ministry of economy", "Ministry of labour", "Ministry of health", "Statistics office",
    "Civil service academy", "Data protection office", "Emergency management agency", "Standards institute",
)  # fmt: skip
_NOTICE = (
    "This is an invented workshop for trying the platform. No government has given any of these answers.\n\n"
    "The facilitators of a real round write this notice themselves."
)
_COMMENTS = (
    "The decision is under revision.",
    "Two ministries have not reported yet.",
    "See the annual report, chapter 3.",
)
_CLOSED = 0.16  # of the agencies of countries that are named


@dataclass(frozen=True, slots=True)
class Links:
    """Tokens of ready-made links into the invented workshop, one for each role, and its codes: the room's and the organisation's."""

    facilitator: str
    coordinator: str
    colleague: str
    organisation: str
    organisation_code: str
    join_code: str


def round_name(seed: int) -> str:
    return f"Invented workshop {seed}"


def open_demo(
    workshop: Workshop, questionnaires: Path, seed: int, tell: Callable[[int, int], None] | None = None
) -> tuple[Round, Links]:
    """The invented round of this seed, built when it is not there yet, with fresh links. `tell(done, of)` reports agencies."""
    known = [round_ for round_ in workshop.store.rounds() if round_.invented and round_.name == round_name(seed)]
    round_ = known[0] if known else build(workshop, questionnaires, seed, tell)
    return round_, _links(workshop, round_)


def build(workshop: Workshop, questionnaires: Path, seed: int, tell: Callable[[int, int], None] | None = None) -> Round:
    """Create the round, its organisations and all their answers."""
    rng = np.random.default_rng(seed)
    plan = RoundPlan(
        name=round_name(seed),
        questionnaires=tuple((questionnaires / name / "questionnaire.yaml", "full") for name in QUESTIONNAIRES),
        notice=_NOTICE,
        keep_until="2027-12-31",
        invented=True,
        visibility="named",
    )
    round_ = create_round(workshop, plan)
    desk = InvitationDesk(workshop)
    agencies = [(country, name) for country in COUNTRIES for name in _some(rng, _AGENCIES, int(rng.integers(3, 10)))]
    country_level = {country: rng.normal(2.7, 0.75) for country in COUNTRIES}
    leaning = {country: rng.normal(0, 0.45, size=40) for country in COUNTRIES}
    coordinators: list[tuple[str, Actor]] = []
    for number, (country, name) in enumerate(agencies, 1):
        organisation = add_organisation(workshop, round_, country, name)
        secret = desk.open(add_invitation(workshop, round_, organisation.id, "coordinator", "Coordinator"))
        actor = actor_of(workshop, secret)
        assert actor is not None
        informed.confirm(workshop, actor, informed.told(workshop, actor).notice.version)
        _answer_all(workshop, actor, rng, country_level[country] + rng.normal(0, 0.35), leaning[country])
        if tell:
            tell(number, len(agencies))
        coordinators.append((country, actor))
    _choose_who_sees(workshop, coordinators, seed)
    return round_


def _choose_who_sees(workshop: Workshop, coordinators: list[tuple[str, Actor]], seed: int) -> None:
    """A third of the countries go blind; of the others a few agencies show their levels to the facilitators only, or to nobody.

    Chance of its own: the answers stay those of the seed.
    """
    rng = np.random.default_rng([seed, 1])
    blind = set(rng.choice(COUNTRIES, size=len(COUNTRIES) // 3, replace=False))
    for country, actor in coordinators:
        luck = rng.random()
        if country in blind:
            choose_visibility(workshop, actor, "blind")
        elif luck < _CLOSED:
            choose_visibility(workshop, actor, "nobody" if luck < _CLOSED / 2 else "facilitators")


def _some(rng: np.random.Generator, names: tuple[str, ...], count: int) -> list[str]:
    return [names[index] for index in sorted(rng.choice(len(names), size=count, replace=False))]


def _answer_all(workshop: Workshop, actor: Actor, rng: np.random.Generator, level: float, leaning: np.ndarray) -> None:
    """One agency: how far it has come is drawn once; then question after question, in order."""
    diligence = float(rng.choice([0.0, 0.35, 0.7, 1.0], p=[0.12, 0.13, 0.2, 0.55]))
    first_dimension = 0
    for sheet in respondent.my_sheets(workshop, actor):
        waiting = _answer_sheet(workshop, actor, sheet, rng, level, leaning[first_dimension:], diligence)
        first_dimension += len(sheet.questionnaire.dimensions)
        results = [finished(future) for future in waiting]
        assert all(isinstance(result, Saved) for result in results)
        fresh = respondent.open_sheet(workshop, actor, sheet.questionnaire.id)
        if diligence == 1.0 and not any(item.critical for item in fresh.missing()) and rng.random() < 0.8:
            respondent.submit(workshop, actor, sheet.state.id)


def _answer_sheet(
    workshop: Workshop, actor: Actor, sheet: Sheet, rng: np.random.Generator, level: float, leaning: np.ndarray, diligence: float
) -> list[Future[Result]]:  # fmt: skip
    waiting: list[Future[Result]] = []
    given: dict[str, int] = {}
    questionnaire: Questionnaire = sheet.questionnaire
    for place, dimension in enumerate(questionnaire.dimensions):
        for item in dimension.items:
            difficulty, noise, luck = rng.normal(0, 0.3), rng.normal(0, 0.6), rng.random(4)
            if (
                diligence == 0
                or luck[0] > diligence + 0.03
                or item.id not in items_asked(questionnaire, given, sheet.form)
            ):
                continue
            code = int(np.clip(round(level + leaning[place] - 0.25 * difficulty + noise), 1, 5))
            if luck[1] < 0.06:
                code = DONT_KNOW
            elif item.allow_na and luck[1] > 0.9:
                code = NOT_APPLICABLE
            given[item.id] = code
            answer = Answer(
                code=code,
                evidence=int(rng.choice([0, 1, 2], p=[0.5, 0.3, 0.2])) if code <= 5 else 0,
                reason="No such system is in use yet." if code == NOT_APPLICABLE else "",
                comment=str(rng.choice(_COMMENTS)) if luck[2] < 0.04 else "",
            )
            waiting.append(respondent.queue_answer(workshop, actor, sheet.state.id, item.id, answer, based_on=0))
    return waiting


def _links(workshop: Workshop, round_: Round) -> Links:
    """Fresh links: for a facilitator, and for the least advanced agency, so that there is something left to answer."""
    organisations = workshop.store.organisations(round_.id)
    counts = {organisation.id: 0 for organisation in organisations}
    for state in workshop.store.responses(round_.id):
        counts[state.organisation_id] += len(workshop.store.answers(state.id))
    chosen = min(
        organisations, key=lambda organisation: (counts[organisation.id], organisation.country, organisation.name)
    )
    seat = Seat(round_.id, chosen.id, "coordinator", LABELS["coordinator"])
    coordinator = hand_out(workshop, OPERATOR, "issue invitations", prepare(workshop, seat))
    codes = [known.code for known in workshop.store.facts(JoinCode, round_id=round_.id) if known.code]
    return Links(
        facilitator=add_invitation(workshop, round_, None, "facilitator", "Facilitator"),
        coordinator=coordinator.token,
        colleague=add_invitation(workshop, round_, chosen.id, "respondent", "Colleague"),
        organisation=chosen.name,
        organisation_code=coordinator.code,
        join_code=codes[0] if codes else set_join_code(workshop, OPERATOR, round_),
    )
