"""Who of an organisation answered what. Labels of invitations stay within the organisation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from access.gate import authorise
from access.invitation import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from access.actor import Actor
    from access.respondent import Sheet
    from access.workshop import Workshop
    from results.workshop import InvitationRole


@dataclass(frozen=True, slots=True)
class Person:
    """One of an organisation's people. `label`: their invitation's, "" where it has none or is gone. `is_self`: who asks."""

    key: str
    label: str
    role: InvitationRole | None
    is_self: bool


@dataclass(frozen=True, slots=True)
class Given:
    """An item's latest answer: who gave it, and when."""

    item_id: str
    person: Person
    saved_at: int


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension: its latest answers in the order of its items, and how many each person gave, most first."""

    dimension_id: str
    given: tuple[Given, ...]
    people: tuple[tuple[Person, int], ...]
    last: int | None


def people_of(workshop: Workshop, actor: Actor) -> Callable[[str], Person]:
    """Key → person, of those who answer together; whose link is revoked too. An independent respondent finds themselves only."""
    authorise(workshop, actor, "see who answered", actor.home)
    listed = workshop.store.invitations(actor.round_id, actor.home.organisation_id)
    known = {key_of(one.token_hash): (one.label, one.role) for one in listed if one.respondent == actor.respondent}

    def person(key: str) -> Person:
        label, role = known.get(key, ("", None))
        return Person(key, label, role, key == actor.key)

    return person


def who_answered(workshop: Workshop, actor: Actor, sheet: Sheet) -> tuple[Part, ...]:
    """Who gave the latest answers, for each dimension of which something is asked."""
    person = people_of(workshop, actor)
    parts = []
    for dimension_id in sheet.dimension_ids:
        stored = [one for item in sheet.items(dimension_id) if (one := sheet.stored.get(item.id))]
        given = tuple(Given(one.item_id, person(one.author), one.saved_at) for one in stored if one.answer.is_answered)
        counts = tuple(Counter(one.person for one in given).most_common())
        parts.append(Part(dimension_id, given, counts, max((one.saved_at for one in given), default=None)))
    return tuple(parts)


def contributions(workshop: Workshop, actor: Actor, sheets: Iterable[Sheet]) -> dict[str, tuple[int, int]]:
    """Key of a person → how many of the latest answers are theirs, in all questionnaires, and when they gave the last one."""
    found: dict[str, tuple[int, int]] = {}
    for given in (one for sheet in sheets for part in who_answered(workshop, actor, sheet) for one in part.given):
        count, last = found.get(given.person.key, (0, 0))
        found[given.person.key] = count + 1, max(last, given.saved_at)
    return found


def here_now(workshop: Workshop, actor: Actor) -> tuple[Person, ...]:
    """The organisation's people whose pages have asked this process for something within seconds, by label; at least these are here."""
    person = people_of(workshop, actor)
    keys = {one.key for one in workshop.sessions.here() if one.home == actor.home}
    return tuple(sorted(map(person, keys), key=lambda one: (one.label, one.key)))
