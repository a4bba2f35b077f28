"""S5 on the pages outside Streamlit and those of staff: names of people, organisations and rounds stand there as they are.

A page that shows anybody's text gets a line in PAGES: who opens it, what shows that it is there, which texts have to stand on it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from access import staff
from access.actor import RefusedError
from access.invitation import digest
from access.issuing import OPERATOR
from access.joining import set_join_code
from access.staff import TERMINAL, clean_name
from results.facts import StaffSession
from results.ids import now
from results.store import Keep, open_store
from tests.browser.conftest import Server, enter, free_port
from tests.browser.test_hostile_texts import OURS, same
from tests.hostile import ALL, PER_SECTION, hostile_scene

PLAIN = OURS | {"MAIN", "BDI", "DL", "DT", "DD", "FIELDSET", "LEGEND", "SELECT", "OPTION"}
WIDGETS = PLAIN | {"IMG", "HR"}
SEEN = """() => {
  const main = document.querySelector("[data-testid=stMain], main"), all = [...main.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((one) => one.tagName))],
    foreign: [...main.querySelectorAll("[href], [src], [action], [formaction]")].flatMap((one) =>
      ["href", "src", "action", "formaction"].map((name) => one.getAttribute(name))).filter((to) => to && !/^([/#]|data:image.(png|svg))/.test(to)),
    handlers: all.filter((one) => [...one.attributes].some((each) => each.name.startsWith("on"))).length,
    wide: document.documentElement.scrollWidth > innerWidth,
    text: main.innerText,
    values: [...main.querySelectorAll("input")].map((one) => one.value),
  };
}"""


def names() -> dict[str, str]:
    """The texts that may be somebody's name, one of each that differ in case only."""
    kept: dict[str, tuple[str, str]] = {}
    for key, text in ALL.items():
        with suppress(RefusedError):
            name = clean_name(text)
            kept.setdefault(unicodedata.normalize("NFC", name.casefold()), (key, name))
    return dict(kept.values())


NAMES = names()
FIRST_SECTION = dict(list(ALL.items())[:PER_SECTION])
WHOLE = {key: text for key, text in ALL.items() if text.strip()}


@dataclass
class House:
    """The running app on hostile texts, and the secrets that open its pages."""

    server: Server
    join_code: str
    first_link: str
    staff: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("plain")
    made = hostile_scene(open_store(f"duckdb:///{folder}/workshop.duckdb"), folder)
    workshop, moment = made.workshop, now()
    tokens = [staff.add_person(workshop, TERMINAL, name, "facilitator", made.round.id) for name in NAMES.values()]
    first = staff.id_of_name(workshop, NAMES["script"])
    staff.give(workshop, TERMINAL, first, "administrator")
    secrets = {}
    for role, round_id in (("facilitator", made.round.id), ("administrator", 0)):
        secrets[role] = f"hostile-{role}"
        session = StaffSession(digest(secrets[role]), first, role, round_id, moment, moment + 3_600_000_000)
        workshop.store.write(Keep(session)).result()
    code = set_join_code(workshop, OPERATOR, made.round)
    workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made)
    server.start()
    yield House(server, code, tokens[list(NAMES).index("script")], secrets)
    server.kill()


def nobody(path: str) -> Callable[[House, Page], None]:
    return lambda house, page: page.goto(house.server.url + path)


def by_link(who: str, path: str) -> Callable[[House, Page], None]:
    def opened(house: House, page: Page) -> None:
        enter(page, house.server.link(who))
        page.goto(house.server.url + path)

    return opened


def as_staff(role: str, path: str) -> Callable[[House, Page], None]:
    def opened(house: House, page: Page) -> None:
        page.context.add_cookies([{"name": "readiness_session", "value": house.staff[role], "url": house.server.url}])
        page.goto(house.server.url + path)

    return opened


def waiting_room(house: House, page: Page) -> None:
    page.goto(f"{house.server.url}/join")
    page.get_by_label("Code").fill(house.join_code)
    page.get_by_role("button", name="Continue").click()


def wrong_code(house: House, page: Page) -> None:
    page.goto(f"{house.server.url}/join")
    page.get_by_label("Code").fill(ALL["attribute_break"])
    page.get_by_role("button", name="Continue").click()


def wrong_name(house: House, page: Page) -> None:
    page.goto(f"{house.server.url}/staff")
    page.get_by_label("Name").fill(ALL["attribute_break"])
    page.get_by_label("Passphrase").fill("horse umbrella kettle")
    page.get_by_role("button", name="Sign in").click()


def ending(house: House, page: Page) -> None:
    by_link("facilitator", "/invitations")(house, page)
    row = page.locator("li", has_text=ALL["md_link"]).filter(has=page.get_by_role("button"))
    row.get_by_role("button").first.click()


# Name → how it is opened, what stands there when it is whole, which texts, of which kinds of element it is made.
PAGES: dict[str, tuple[Callable[[House, Page], None], str, dict[str, str], set[str]]] = {
    "/i": (lambda house, page: page.goto(house.server.link("coordinator")), "form", {"round": ALL["script"]}, PLAIN),
    "/join": (waiting_room, ".told", WHOLE, PLAIN),
    "/join with a wrong code": (wrong_code, ".error", {}, PLAIN),
    "/join/entered": (by_link("coordinator", "/join/entered"), "a.button", {"organisation": ALL["script"]}, PLAIN),
    "/invitations": (by_link("facilitator", "/invitations"), "ul.rows", WHOLE, PLAIN),
    "/invitations/end": (ending, "button[name=sure]", {"one": ALL["md_link"]}, PLAIN),
    "/plain": (by_link("coordinator", "/plain"), "main h1", {"name": ALL["script"], "notice": ALL["md_image"]}, PLAIN),
    "/plain/hostile": (by_link("coordinator", "/plain/hostile"), "form", {}, PLAIN),
    "/plain/hostile/d0": (by_link("coordinator", "/plain/hostile/d0"), "textarea", FIRST_SECTION, PLAIN),
    "/staff with a wrong name": (wrong_name, ".error", {}, PLAIN),
    "/staff/first": (
        lambda house, page: page.goto(f"{house.server.url}/staff/first/{house.first_link}"),
        "input[type=password]", {"name": NAMES["script"]}, PLAIN,
    ),
    "/staff/roles": (as_staff("facilitator", "/staff/roles"), "form >> nth=1", {"round": ALL["script"]}, PLAIN),
    "joined": (as_staff("facilitator", "/"), "td >> nth=5", WHOLE, WIDGETS),
    "people": (
        as_staff("administrator", "/"), f"[data-testid=stPopover] >> nth={len(NAMES) - 1}", NAMES, WIDGETS,
    ),
    "audit": (as_staff("administrator", "/audit"), "table.trail td", {}, WIDGETS),
}  # fmt: skip


@pytest.fixture
def page(open_page) -> Iterator[Page]:
    opened = open_page(1440, 900)
    dialogs: list[str] = []
    errors: list[str] = []
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    assert (dialogs, errors) == ([], [])


@pytest.mark.parametrize("name", PAGES)
def test_s5_texts_stand_as_they_are(house, page, name):
    opened, until, texts, made_of = PAGES[name]
    opened(house, page)
    page.locator(until).first.wait_for()
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=20_000)
    seen = page.evaluate(SEEN)
    assert set(seen["tags"]) <= made_of
    assert seen["foreign"] == []
    assert (seen["handlers"], seen["wide"]) == (0, False)
    shown = same(seen["text"])
    assert {key for key, text in texts.items() if same(text) not in shown} == set()
    if name.endswith(("code", "name")):
        assert ALL["attribute_break"] in seen["values"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)
    assert not page.evaluate(SEEN)["wide"]


@pytest.mark.parametrize(
    ("name", "words"), [("/staff/roles", "(open now)"), ("/invitations/end", "Continue"), ("/invitations/end", ", [")]
)
def test_s5_a_name_written_from_the_right_does_not_turn_what_follows_it(house, page, name, words):
    """The round's and the organisation's name hold an override that they never end."""
    opened, until, *_ = PAGES[name]
    opened(house, page)
    page.locator(until).first.wait_for()
    places = page.evaluate(
        """(words) => {
          const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const at = walk.currentNode.textContent.indexOf(words), range = document.createRange();
            if (at < 0) continue;
            return [...words].map((_, each) => {
              range.setStart(walk.currentNode, at + each); range.setEnd(walk.currentNode, at + each + 1);
              const box = range.getBoundingClientRect(); return [box.top, box.left];
            });
          }
        }""",
        words,
    )
    assert places == sorted(places)
