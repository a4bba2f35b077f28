"""How each action of `access.matrix` is done: the calls that the matrix's tests try as everybody, everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from access import (
    audit,
    author,
    facilitator,
    hand_out,
    independent,
    informed,
    issuing,
    joining,
    late,
    peers,
    respondent,
    staff,
    targets,
    together,
    visibility,
    workbook,
)
from access.actor import Actor
from access.invitation import digest, key_of
from access.secret import keyed_hash
from reports.invitation_files import in_english
from reports.workbook import workbook_xlsx
from reports.workbook_reader import read_workbook
from survey.response import Answer
from tests.reports.workbooks import strings_of
from tests.workshops import Scene

PLACES = (
    "north",
    "apart",
    "south",
    "east",
    "elsewhere",
    "nowhere",
)  # own, its independent respondent's, same country, other country, other round, unknown ids
UNKNOWN = 12345


@dataclass(frozen=True)
class Call:
    """How an action is done. `aimed`: at a place of choice; else only ever at the actor's own. `audited`: leaves an entry."""

    do: Callable[[Scene, Actor, str], object]
    aimed: bool = False
    audited: bool = False
    saves: bool = False  # stores an answer, which leaves no entry
    lists_people: bool = False  # holds the labels of a round's people
    role_first: bool = False  # the role is refused before anybody looks at the place
    before: str = "draft"  # the state in which every response stands, or what has happened
    of_links: bool = False  # aimed at a link, which is of an organisation whosever responses it opens


def response_of(at: Scene, place: str) -> int:
    """The common response of an organisation; of "apart", the independent one in north."""
    if place == "nowhere":
        return UNKNOWN
    if place == "apart":
        return next(iter(at.workshop.responses_of(at.organisations["north"], at.actors["apart"].respondent).values()))
    mine = at.organisations[place]
    listed = [r for r in at.workshop.store.responses(mine.round_id) if r.organisation_id == mine.id]
    return next(r.id for r in listed if not r.respondent)


def _save(at: Scene, actor: Actor, place: str):
    return respondent.save_answer(at.workshop, actor, response_of(at, place), "training", Answer(3), based_on=None)


def _import(at: Scene, actor: Actor, place: str):
    change = workbook.Change("training", Answer(3), 0)
    return workbook.save(at.workshop, actor, response_of(at, place), [change], "drawn")


def _filled(at: Scene, place: str):
    """A workbook of that place's response, as nobody has changed it: of an unknown one with a right signature too."""
    people = at.actors["apart"] if place == "apart" else Actor("coordinator", *_home(at, place), "x", "somebody0000")
    (sheet,) = respondent.my_sheets(at.workshop, people)
    taken = replace(workbook.taken_away(at.workshop, sheet, in_english), response_id=response_of(at, place))
    return read_workbook(workbook_xlsx(taken, lambda text: keyed_hash(at.workshop, "workbook", text), in_english, "en"))


def _home(at: Scene, place: str) -> tuple[int, int]:
    mine = at.organisations["north" if place == "nowhere" else place]
    return mine.round_id, mine.id


def _token_of(at: Scene, place: str) -> str:
    return digest(at.tokens[f"of {place}"])


TEXTS = dict.fromkeys(informed.PARTS, "A new text.")
SOMEBODY = 7  # the id of a person with an account, an author
FOLDER = Path(__file__).resolve().parents[1] / "survey" / "questionnaires"

SERVICES: dict[str, tuple[Call, ...]] = {
    "open a response": (
        Call(lambda at, actor, _: respondent.my_sheets(at.workshop, actor)),
        Call(lambda at, actor, _: respondent.open_sheet(at.workshop, actor, "tiny")),
        Call(lambda at, actor, _: visibility.own_visibility(at.workshop, actor)),
        Call(lambda at, actor, _: informed.told(at.workshop, actor)),
        Call(lambda at, actor, _: targets.own_aims(at.workshop, actor, "tiny")),
        Call(lambda at, actor, _: peers.peers_range(at.workshop, actor, "tiny")),
    ),
    "confirm the notice": (
        Call(lambda at, actor, _: informed.confirm(at.workshop, actor, 2), audited=True, before="new notice"),
    ),
    "discard a draft": (
        Call(
            lambda at, actor, place: late.discard(at.workshop, actor, response_of(at, place), "review", f"key-{place}"),
            aimed=True, audited=True, before="late answer",
        ),
    ),
    "see who answered": (
        Call(lambda at, actor, _: together.people_of(at.workshop, actor)),
        Call(lambda at, actor, _: together.here_now(at.workshop, actor)),
    ),
    "save an answer": (Call(_save, aimed=True, saves=True),),
    "download the workbook": (
        Call(lambda at, actor, _: strings_of(workbook.workbook(at.workshop, actor, "tiny", in_english))),
    ),
    "import a workbook": (
        Call(lambda at, actor, place: workbook.compare(at.workshop, actor, _filled(at, place)), aimed=True),
        Call(_import, aimed=True, saves=True),
    ),
    "print the form": (
        Call(lambda at, actor, _: workbook.form(at.workshop, actor, "tiny", in_english, empty=False)),
        Call(lambda at, actor, _: workbook.form(at.workshop, actor, "tiny", in_english)),
    ),
    "submit": (
        Call(lambda at, actor, place: respondent.submit(at.workshop, actor, response_of(at, place)), aimed=True, audited=True),
    ),
    "reopen": (
        Call(
            lambda at, actor, place: respondent.reopen(at.workshop, actor, response_of(at, place)),
            aimed=True, audited=True, before="submitted",
        ),
    ),
    "choose who sees the levels": (
        Call(lambda at, actor, _: visibility.choose_visibility(at.workshop, actor, "nobody"), audited=True),
    ),
    "set own targets": (
        Call(lambda at, actor, _: targets.set_target(at.workshop, actor, "tiny", "people", 4), audited=True),
    ),
    "list colleagues": (Call(lambda at, actor, _: issuing.colleagues(at.workshop, actor)),),
    "invite a colleague": (
        Call(lambda at, actor, _: issuing.invite_colleague(at.workshop, actor, "x"), audited=True),
        Call(lambda at, actor, _: issuing.invite_colleague(at.workshop, actor, "x", independent=True), audited=True),
    ),
    "reissue a colleague's link": (
        Call(
            lambda at, actor, place: issuing.reissue_colleague(at.workshop, actor, _token_of(at, place)),
            aimed=True, audited=True, role_first=True, of_links=True,
        ),
    ),
    "end a colleague's link": (
        Call(
            lambda at, actor, place: issuing.revoke(at.workshop, actor, _token_of(at, place)),
            aimed=True, audited=True, role_first=True, of_links=True,
        ),
    ),
    "compare respondents": (
        Call(lambda at, actor, _: independent.independents(at.workshop, actor)),
        Call(lambda at, actor, _: independent.side_by_side(at.workshop, actor, "tiny")),
        Call(
            lambda at, actor, _: independent.take_over(
                at.workshop, actor, "tiny", "plan", at.actors["apart"].respondent, based_on=1
            ),
            before="apart", saves=True,
        ),
    ),
    "open a round": (
        Call(lambda at, actor, _: facilitator.own_round(at.workshop, actor)),
        Call(lambda at, actor, _: facilitator.questionnaires(at.workshop, actor)),
        Call(lambda at, actor, _: joining.join_code(at.workshop, actor)),
        Call(lambda at, actor, _: informed.own_notice(at.workshop, actor)),
        Call(lambda at, actor, _: targets.proposed_aims(at.workshop, actor, "tiny")),
        Call(lambda at, actor, _: peers.is_allowed(at.workshop, actor)),
    ),
    "see progress": (Call(lambda at, actor, _: facilitator.progress(at.workshop, actor)),),
    "compare countries": (
        Call(lambda at, actor, _: facilitator.comparison(at.workshop, actor, "tiny")),
        Call(lambda at, actor, _: facilitator.comparison(at.workshop, actor, "tiny", "facilitators")),
    ),
    "list invitations": (Call(lambda at, actor, _: hand_out.given_out(at.workshop, actor), lists_people=True),),
    "issue invitations": (
        Call(
            lambda at, actor, place: hand_out.replace_chosen(at.workshop, actor, [key_of(_token_of(at, place))], None),
            aimed=True, audited=True,
        ),
    ),
    "end an invitation": (
        Call(
            lambda at, actor, place: hand_out.end(at.workshop, actor, key_of(_token_of(at, place))), aimed=True, audited=True
        ),
    ),
    "change the join code": (Call(lambda at, actor, _: joining.change_join_code(at.workshop, actor), audited=True),),
    "change the notice": (
        Call(lambda at, actor, _: informed.change_notice(at.workshop, actor, TEXTS, 1), audited=True),
    ),
    "propose targets": (
        Call(lambda at, actor, _: targets.propose_target(at.workshop, actor, "tiny", "people", 4), audited=True),
    ),
    "show the peers' range": (Call(lambda at, actor, _: peers.allow(at.workshop, actor, True), audited=True),),
    "check questionnaires": (Call(lambda at, actor, _: author.checked_files(at.workshop, actor, FOLDER)),),
    "see people": (
        Call(lambda at, actor, _: staff.people(at.workshop, actor)),
        Call(lambda at, actor, _: staff.rounds(at.workshop, actor)),
    ),
    "change people": (
        Call(lambda at, actor, _: staff.add_person(at.workshop, actor, "Newcomer", "author"), audited=True),
        Call(lambda at, actor, _: staff.new_link(at.workshop, actor, SOMEBODY), audited=True),
        Call(lambda at, actor, _: staff.disable(at.workshop, actor, SOMEBODY), audited=True),
        Call(lambda at, actor, _: staff.give(at.workshop, actor, SOMEBODY, "administrator"), audited=True),
        Call(lambda at, actor, _: staff.take_away(at.workshop, actor, SOMEBODY, "author"), audited=True),
    ),
    "read the audit trail": (
        Call(lambda at, actor, _: list(audit.entries(at.workshop, actor))),
        Call(lambda at, actor, _: audit.newest(at.workshop, actor, 1000, 10)),
        Call(lambda at, actor, _: audit.length(at.workshop, actor)),
        Call(lambda at, actor, _: audit.check(at.workshop, actor)),
    ),
}  # fmt: skip
WITHOUT_A_SERVICE = {"close or open a round"}
