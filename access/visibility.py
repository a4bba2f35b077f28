"""Who sees whose levels: what organisations have agreed to, and what follows for each audience. Reasons: docs/decisions/0010.

In the room (the projector) a country stands under its name, made of its `named` organisations; where it has none, under a
letter, made of its `blind` ones; else not at all. No row mixes the two, and nothing shown is a sum from which one could be
subtracted. The facilitators see every country by name, made of all organisations but those that show their levels to nobody.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, get_args

from access.gate import authorise, do, refuse
from access.secret import shared_secret
from results.facts import Consent, Visibility
from results.ids import now
from results.shown import Audience, Shown
from results.store import Keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from access.actor import Actor
    from access.workshop import Workshop
    from results.workshop import Organisation, Round

VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
UNCHOSEN: Final[Visibility] = "facilitators"  # where neither the organisation nor the round says anything
WHOLE_ROUND: Final = 0  # in the place of an organisation's id
_ACTION: Final = "choose who sees the levels"
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class OwnVisibility:
    """Who sees an organisation's levels. `is_chosen`: by itself; else it is what holds in the round.

    `is_country_named`: its country stands in the room by name, whatever the organisation itself chose. `letter`: the one under
    which its levels may stand there, for its coordinator; "" where there is none.
    """

    visibility: Visibility
    is_chosen: bool
    is_country_named: bool
    letter: str


def shown(workshop: Workshop, round_: Round, audience: Audience) -> Shown:
    """What an audience may see of a round, read once per data revision: a choice changes it."""
    # The revision first: what is read after it is as new or newer, so that no withdrawal can be missed.
    revision = workshop.store.revision(round_.id)
    known = workshop.shown.get((round_.id, audience))
    if known is None or known[0] != revision:
        known = workshop.shown[round_.id, audience] = (revision, _shown(workshop, round_, audience))
    return known[1]


def agreeing(workshop: Workshop, round_: Round) -> frozenset[int]:
    """The organisations that show their levels to the others, by name or blind."""
    consents = _consents(workshop, round_.id)
    listed = workshop.store.organisations(round_.id)
    return _ids(one for one in listed if _agreed(consents, one) in ("named", "blind"))


def own_visibility(workshop: Workshop, actor: Actor) -> OwnVisibility:
    """Who sees the levels of the actor's organisation, for all of its people."""
    authorise(workshop, actor, "open a response", actor.home)
    organisations = workshop.store.organisations(actor.round_id)
    own = next((one for one in organisations if one.id == actor.organisation_id), None)
    if own is None:
        raise refuse(workshop, actor, "open a response")
    consents = _consents(workshop, actor.round_id)
    agreed = {one.id: _agreed(consents, one) for one in organisations}
    is_named = any(agreed[one.id] == "named" for one in organisations if one.country == own.country)
    tells = actor.role == "coordinator" and agreed[own.id] == "blind" and not is_named
    letter = _letters(workshop, actor.round_id, organisations)[own.country] if tells else ""
    return OwnVisibility(agreed[own.id], own.id in consents, is_named, letter)


def choose_visibility(workshop: Workshop, actor: Actor, visibility: Visibility) -> None:
    """The coordinator's choice for the own organisation; it holds from now on, also in a closed round.

    Raises RefusedError: P008 when somebody else chose at the same time, StoreError when nothing was kept.
    """
    authorise(workshop, actor, _ACTION, actor.home)
    if visibility not in VISIBILITIES:
        raise refuse(workshop, actor, _ACTION)
    before = _consents(workshop, actor.round_id).get(actor.home.organisation_id)
    if before is None or before.visibility != visibility:
        consent = Consent(actor.round_id, actor.home.organisation_id, visibility, actor.key, now())
        do(workshop, actor, _ACTION, actor.home, Keep(consent, before), subject=visibility)


def _shown(workshop: Workshop, round_: Round, audience: Audience) -> Shown:
    organisations = workshop.store.organisations(round_.id)
    consents = _consents(workshop, round_.id)
    by_choice: dict[Visibility, list[Organisation]] = {choice: [] for choice in VISIBILITIES}
    for organisation in organisations:
        by_choice[_agreed(consents, organisation)].append(organisation)
    if audience == "facilitators":
        hidden = by_choice.pop("nobody")
        return Shown(audience, _ids(chain.from_iterable(by_choice.values())), left_out=len(hidden))
    named = by_choice["named"]
    by_name = {one.country for one in named}
    blind = [one for one in by_choice["blind"] if one.country not in by_name]
    letters = _letters(workshop, round_.id, organisations) if blind else {}
    under = tuple(sorted((country, letters[country]) for country in {one.country for one in blind}))
    return Shown(audience, _ids((*named, *blind)), under)


def _ids(organisations: Iterable[Organisation]) -> frozenset[int]:
    return frozenset(organisation.id for organisation in organisations)


def _consents(workshop: Workshop, round_id: int) -> dict[int, Consent]:
    return {consent.organisation_id: consent for consent in workshop.store.facts(Consent, round_id=round_id)}


def _agreed(consents: Mapping[int, Consent], organisation: Organisation) -> Visibility:
    found = consents.get(organisation.id) or consents.get(WHOLE_ROUND)
    return found.visibility if found is not None else UNCHOSEN


def _letters(workshop: Workshop, round_id: int, organisations: Iterable[Organisation]) -> dict[str, str]:
    """Country → letter, in an order that only the store's secret knows.

    All countries get one, named or not, so that nobody's letter moves when others choose, and gaps say nothing.
    """
    key = shared_secret(workshop, "letters")

    def place(country: str) -> bytes:
        return hmac.digest(key, f"{round_id} {country}".encode(), "sha256")

    ordered = sorted({organisation.country for organisation in organisations}, key=place)
    return {country: _letter(position) for position, country in enumerate(ordered)}


def _letter(position: int) -> str:
    """A … Z, then A1 … Z1: never two letters, which would be another country's code."""
    again, at = divmod(position, len(_ALPHABET))
    return f"{_ALPHABET[at]}{again or ''}"
