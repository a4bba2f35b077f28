"""A small workshop for tests: two countries, three organisations, one tiny questionnaire, and an actor of each role."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from access import informed
from access.actor import Actor
from access.invitation import InvitationDesk, actor_of, add_invitation, digest
from access.matrix import ANSWERING
from access.respondent import my_sheets, save_answer
from access.setup import RoundPlan, add_organisation, create_round
from access.workshop import Workshop
from results.facts import Grant, Staff, StaffSession, Visibility
from results.ids import now
from results.store import Keep, ResponseStore
from results.workshop import Organisation, Round
from survey.questionnaire import Form
from survey.response import Answer

QUESTIONNAIRE = """
format: 1
id: tiny
version: 1.0.0
title: Tiny
purpose: To test.
dimensions:
  - id: direction
    title: Direction
    items:
      - id: plan
        text: Is there a plan?
        scope: The whole government.
        why: It has to be known.
        critical: true
        anchors:
          - There is no plan of any kind in any ministry so far.
          - One ministry has drafted a plan that others have seen.
          - The government has adopted a plan and pays for it.
          - Every ministry reports on the plan once a year.
          - The audit office has checked the plan and published it.
        next_steps: [Draft it., Adopt it., Report on it., Have it checked.]
        evidence: {ask: A link., sufficient: The decision., insufficient: A talk.}
      - id: review
        text: Is the plan reviewed?
        scope: The whole government.
        why: It has to be known.
        asked_if: {item: plan, at_least: 2}
        anchors:
          - Nobody has reviewed the plan in the last three years.
          - One ministry has reviewed its own part of the plan.
          - The government reviews the plan once in two years.
          - The review changes the plan each year, in writing.
          - An outside body reviews the plan and publishes it.
        next_steps: [Start., Widen., Yearly., Outside.]
        evidence: {ask: A link., sufficient: The review., insufficient: A talk.}
  - id: people
    title: People
    items:
      - id: training
        text: Are people trained?
        scope: The whole government.
        why: It has to be known.
        pulse: true
        allow_na: true
        anchors:
          - No civil servant has been trained in any ministry.
          - Some ministries train their own people in a pilot.
          - A training rule is adopted, funded and used by most.
          - Every ministry trains its people and counts them.
          - The training is checked from outside and published.
        next_steps: [Start., Widen., Count., Check.]
        evidence: {ask: A link., sufficient: The rule., insufficient: A talk.}
"""


@dataclass(frozen=True)
class Scene:
    """The workshop with its people; `tokens` are the links' tokens by name."""

    workshop: Workshop
    round: Round
    organisations: dict[str, Organisation]
    actors: dict[str, Actor]
    tokens: dict[str, str]

    def response(self, organisation: str) -> int:
        return self.response_in(self.workshop.store, organisation)

    def response_in(self, store: ResponseStore, organisation: str) -> int:
        """The organisation's response, in a store that may have been opened anew."""
        mine = self.organisations[organisation].id
        return next(r.id for r in store.responses(self.round.id) if r.organisation_id == mine)


def scene(
    store: ResponseStore,
    folder: Path,
    *,
    invented: bool = True,
    questionnaire: str = QUESTIONNAIRE,
    visibility: Visibility = "named",
    form: Form = "full",
) -> Scene:
    """Build the scene in a store; `folder` takes the questionnaire's file."""
    path = folder / "questionnaire.yaml"
    path.write_text(questionnaire, encoding="utf-8")
    workshop = Workshop(store)
    round_ = create_round(
        workshop,
        RoundPlan("Test round", ((path, form),), notice="Who asks and why.", invented=invented, visibility=visibility),
    )
    other = create_round(workshop, RoundPlan("Other round", ((path, "full"),)))
    organisations = {
        "north": add_organisation(workshop, round_, "GE", "Agency North"),
        "south": add_organisation(workshop, round_, "GE", "Agency South"),
        "east": add_organisation(workshop, round_, "KH", "Agency East"),
        "elsewhere": add_organisation(workshop, other, "GE", "Agency Elsewhere"),
    }
    plan = {
        "coordinator": (round_, "north", "coordinator"),
        "colleague": (round_, "north", "respondent"),
        "neighbour": (round_, "south", "coordinator"),
        "stranger": (other, "elsewhere", "coordinator"),
        "facilitator": (round_, None, "facilitator"),
        "other facilitator": (other, None, "facilitator"),
    }
    tokens = {
        name: add_invitation(workshop, of, organisations[where].id if where else None, role, name)  # type: ignore[arg-type]
        for name, (of, where, role) in plan.items()
    }
    actors = {name: _actor(workshop, token) for name, token in tokens.items()}
    return Scene(workshop, round_, organisations, actors, tokens)


def _actor(workshop: Workshop, token: str) -> Actor:
    actor = actor_of(workshop, InvitationDesk(workshop).open(token))
    assert actor is not None
    inform(workshop, actor)
    return actor


def inform(workshop: Workshop, actor: Actor) -> Actor:
    """Somebody who has gone on from the round's notice, where their role has one."""
    if actor.role in ANSWERING:
        informed.confirm(workshop, actor, informed.told(workshop, actor).notice.version)
    return actor


def mark(at: Scene) -> None:
    """Put words of its own into each organisation: the comment SAID-north, the colleague PERSON-north with the token `of north`.

    And into the independent response of north: SAID-apart, PERSON-apart with the token `of apart`.
    """
    for name, organisation in at.organisations.items():
        of = at.workshop.round(organisation.round_id)
        assert of is not None
        at.tokens[f"of {name}"] = add_invitation(at.workshop, of, organisation.id, "respondent", f"PERSON-{name}")
        people = inform(at.workshop, Actor("coordinator", organisation.round_id, organisation.id, name, f"key-{name}"))
        (sheet,) = my_sheets(at.workshop, people)
        text = Answer(3, comment=f"SAID-{name}")
        save_answer(at.workshop, people, sheet.state.id, "plan", text, based_on=None)
    token = add_invitation(at.workshop, at.round, at.organisations["north"].id, "independent", "PERSON-apart")
    at.tokens["of apart"] = token
    apart = at.actors["apart"] = _actor(at.workshop, token)
    (sheet,) = my_sheets(at.workshop, apart)
    save_answer(at.workshop, apart, sheet.state.id, "plan", Answer(3, comment="SAID-apart"), based_on=None)


def signed_in_staff(at: Scene) -> dict[str, str]:
    """An author and an administrator with an open session each: the secrets of their cookies by role."""
    moment = now()
    secrets = {}
    for number, role in enumerate(("author", "administrator"), 1):
        secrets[role] = f"{role}-has-signed-in"
        session = StaffSession(digest(secrets[role]), number, role, 0, moment, moment + 3_600_000_000)  # type: ignore[arg-type]
        for fact in (Staff(number, f"The {role}", "", "", "", moment), Grant(number, role, 0, moment), session):  # type: ignore[arg-type]
            at.workshop.write(Keep(fact))
    return secrets
