"""S5 in a real browser: a workshop made of hostile texts only. Every one is shown as it stands; nothing comes of it.

`open_page` fails the test when a request leaves the machine or the content security policy is hit.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from results.store import open_store
from tests.browser.conftest import Server, enter, free_port
from tests.hostile import ALL, PER_SECTION, hostile_scene
from ui import language, progress
from ui import look as look_of_pages

# What the pages themselves are made of; a text that became an element would be another one, or of another kind.
OURS = {
    "DIV", "SECTION", "SPAN", "P", "B", "STRONG", "I", "U", "BR", "H1", "H2", "H3", "UL", "OL", "LI", "LABEL", "INPUT", "TEXTAREA",
    "BUTTON", "FORM", "DETAILS", "SUMMARY", "TEMPLATE", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "CANVAS", "SCRIPT", "STYLE", "A", "svg", "path",
    "g", "title", "line", "rect", "text", "tspan", "CODE", "PRE", "KBD", "DL", "DT", "DD",
}  # fmt: skip
QUESTIONS = {f"#q-i{number}" for number in range(len(ALL))}
SEEN = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const all = [...main.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((one) => one.tagName))],
    links: [...main.querySelectorAll("a, [href], area")].map((one) => one.getAttribute("href")),
    scripts: [...main.querySelectorAll("script")].map((one) => one.textContent),
    handlers: all.filter((one) => [...one.attributes].some((each) => each.name.startsWith("on"))).length,
    icons: all.filter((one) => one.dataset.testid === "stIconMaterial" && !one.closest("summary, button")).length,
    maths: document.querySelectorAll(".katex, math").length,
    hidden: getComputedStyle(main).display === "none",
    wide: document.documentElement.scrollWidth > innerWidth,
    text: main.innerText,
    options: [...main.querySelectorAll("[data-testid=stRadioOption]")].map((one) => one.innerText),
    items: [...main.querySelectorAll("li")].map((one) => one.innerText),
    cells: [...main.querySelectorAll("td")].map((one) => one.innerText),
    texts: [...main.querySelectorAll("[data-testid=stText]")].map((one) => one.innerText),
    questions: [...main.querySelectorAll(".question")].map((one) => one.innerText),
    areas: [...main.querySelectorAll("textarea")].map((one) => one.value),
  };
}"""


def same(text: str) -> str:
    """As a page shows it: runs of spaces are one; isolates and the joiner that `plain` puts in are invisible."""
    return " ".join(text.translate(dict.fromkeys(map(ord, "\u2060\u2066\u2067\u2068\u2069"))).split())


def missing(shown: list[str]) -> set[str]:
    """The names of the texts that do not stand whole in one of these."""
    found = [same(text) for text in shown]
    return {name for name, text in ALL.items() if not any(same(text) in one for one in found)}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    store = open_store(f"duckdb:///{folder}/workshop.duckdb")
    made = hostile_scene(store, folder)
    made.workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def page(open_page, request):
    opened = open_page(*getattr(request, "param", (1440, 900)))
    dialogs = []
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield opened
    assert dialogs == []


def look(page, until: str) -> dict:
    """What the page shows once `until` is there; after the checks that hold for every page."""
    page.wait_for_selector(until)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=20_000)
    seen = page.evaluate(SEEN)
    assert set(seen["tags"]) <= OURS
    assert set(seen["links"]) <= {"/leave", "/invitations", "/plain", "/offline", None} | QUESTIONS
    assert set(seen["scripts"]) <= {look_of_pages.SCRIPT, progress.SCRIPT, language.SCRIPT}
    assert (seen["handlers"], seen["icons"], seen["maths"], seen["hidden"], seen["wide"]) == (0, 0, 0, False, False)
    return seen


def test_s5_the_link_s_own_page_and_those_of_an_organisation(page, running):
    page.goto(running.link("coordinator"))
    assert ALL["script"] in page.inner_text("main")
    assert set(page.evaluate("[...document.querySelectorAll('main *')].map((one) => one.tagName)")) <= OURS | {
        "MAIN",
        "BDI",
        "SELECT",
        "OPTION",
    }
    enter(page, running.link("coordinator"))
    page.goto(f"{running.url}/notice")
    assert missing([look(page, "dl.notice")["text"]]) == set()
    page.goto(f"{running.url}/profile")
    look(page, "table.figures")
    page.goto(f"{running.url}/colleagues")
    page.get_by_role("button", name="End this link").nth(len(ALL) - 1).wait_for()
    kept = {name for name, text in ALL.items() if text.strip()}
    assert missing(look(page, "[data-testid=stText]")["texts"]) & kept == set()
    page.goto(f"{running.url}/review")
    page.get_by_role("button", name="Answer these").nth(len(ALL) // PER_SECTION).wait_for()
    unanswered = set(list(ALL)[2::3])
    assert missing(look(page, "li")["items"]) & unanswered == set()


def test_s5_questions_choices_and_answers(page, running):
    enter(page, running.link("coordinator"))
    options, questions, areas = [], [], []
    for start in range(0, len(ALL), PER_SECTION):
        page.goto(f"{running.url}/questions?q=hostile&s=d{start // PER_SECTION}")
        seen = look(
            page,
            f"#q-i{min(start + PER_SECTION, len(ALL)) - 1} >> xpath=ancestor::*[@data-testid='stVerticalBlock'][1] >> .state",
        )
        options += seen["options"]
        questions += seen["questions"]
        areas += seen["areas"]
    assert missing(options) == set()
    assert missing(questions) == set()
    reasons = [same(text) for text in areas]
    assert {
        name for number, (name, text) in enumerate(ALL.items()) if number % 3 == 1 and same(text) not in reasons
    } == set()


@pytest.mark.parametrize("page", [(390, 844)], indirect=True)
def test_s5_on_a_phone_nothing_is_wider_than_the_screen(page, running):
    enter(page, running.link("respondent"))
    last = (len(ALL) - 1) // PER_SECTION
    for address in ("", f"questions?q=hostile&s=d{last}", "review", "profile"):
        page.goto(f"{running.url}/{address}")
        look(page, "h1")


def test_s5_the_facilitators_pages(page, running):
    enter(page, running.link("facilitator"))
    assert missing(look(page, "table.figures td")["cells"]) == set()
    page.goto(f"{running.url}/compare-hostile")
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    look(page, ".revision")


def test_s5_writing_from_the_right_does_not_turn_its_neighbours(page, running):
    """The version stands between two names, the first with an override that it never ends: still left of the second."""
    enter(page, running.link("coordinator"))
    page.goto(f"{running.url}/profile")
    page.wait_for_selector("table.figures")
    place = page.evaluate(
        """() => {
          const line = [...document.querySelectorAll(".muted")].find((one) => one.textContent.includes(" · 1.0.0 · ")).firstChild;
          const at = line.textContent.indexOf("1.0.0"), range = document.createRange(), left = (from) => {
            range.setStart(line, from); range.setEnd(line, from + 1); return range.getBoundingClientRect();
          };
          return [left(at), left(at + 2), left(at + 4)].map((box) => [box.top, box.left]);
        }"""
    )
    assert place == sorted(place)
