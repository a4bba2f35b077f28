"""No page has anything that axe-core finds: of each role, with and without a script, wide and narrow, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from access.respondent import my_sheets, submit
from results.store import open_store
from tests.browser.axe import violations
from tests.browser.conftest import Server, free_port
from tests.browser.streamlit_client import open_session
from tests.workshops import mark, scene, signed_in_staff
from web.pages import document, paragraph
from web.texts import TEXTS

# What stands in Streamlit's own markup and cannot be repaired from here: (rule, selector) → why it does no harm.
# One that no page has any more fails the last test.
ALLOWED: dict[tuple[str, str], str] = {}
PAGES = {
    "nobody": ["/"],
    "coordinator": ["/", "/questions?q=tiny&s=direction", "/questions?q=tiny&s=people", "/review?q=tiny", "/profile?q=tiny", "/colleagues", "/side-by-side?q=tiny", "/notice"],
    "new": ["/"],  # who has not read the round's notice yet
    "respondent": ["/", "/questions?q=tiny", "/review?q=tiny", "/profile?q=tiny"],
    "facilitator": ["/", "/compare-tiny", "/compare-tiny?view=facilitators", "/round"],
    "author": ["/"],
    "administrator": ["/", "/audit"],
}  # fmt: skip
PLAIN = {
    "nobody": ["/i/{coordinator}", f"/i/{'A' * 22}", "/join", "/staff", "/leave", "/left", "/staff/first/unknown"],
    "coordinator": [
        "/plain",
        "/plain/tiny",
        "/plain/tiny/direction",
        "/plain/tiny/people",
        "/offline",
        "/leave",
        "/plain/none",
    ],
    "facilitator": ["/invitations", "/leave"],
    "administrator": ["/staff/roles", "/leave"],
}
LINKS = {"coordinator": "coordinator", "new": "of south", "respondent": "colleague", "facilitator": "facilitator"}
seen: set[tuple[str, str]] = set()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("axe")
    made = scene(open_store(f"duckdb:///{folder}/workshop.duckdb"), folder)
    mark(made)
    apart = made.actors["apart"]  # stands side by side with the common response
    submit(made.workshop, apart, my_sheets(made.workshop, apart)[0].state.id)
    secrets = signed_in_staff(made)
    made.workshop.close()
    server = Server(folder / "workshop.duckdb", free_port(), made)
    server.start()
    cookies = {role: open_session(server.port, made.tokens[name]).split("=", 1)[1] for role, name in LINKS.items()}
    yield server, cookies | secrets
    server.kill()


@pytest.fixture
def come_in(running, open_page):
    """come_in(role) → the server, and a page with that role's session."""
    server, cookies = running

    def opened(who: str):
        page = open_page(1440, 900)
        if who in cookies:
            page.context.add_cookies([{"name": "readiness_session", "value": cookies[who], "url": server.url}])
        return server, page

    return opened


def check(page, name: str) -> None:
    found = violations(page, name)
    seen.update(found)
    assert found <= set(ALLOWED), name


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_a_page_has_no_violation(come_in, who, path):
    server, page = come_in(who)
    page.goto(f"{server.url}{path}")
    page.wait_for_selector(
        "[data-testid=stMain] :is(h1, [data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg)"
    )
    check(page, f"{who} {path}")


@pytest.mark.parametrize("who", PLAIN)
def test_a_plain_page_has_no_violation(come_in, who):
    server, page = come_in(who)
    for path in PLAIN[who]:
        page.goto(f"{server.url}{path.format(**server.scene.tokens)}")
        check(page, f"{who} {path.split('{')[0]}")


def test_pages_that_refuse_have_no_violation(come_in):
    server, page = come_in("coordinator")
    page.goto(f"{server.url}/join")
    page.get_by_label("Code").fill("WRONG")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(".error")
    check(page, "/join with a wrong code")
    page.goto(f"{server.url}/plain/tiny/direction")
    page.get_by_label("Link to the document").first.fill("http://not.safe")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".error")
    check(page, "/plain/tiny/direction not saved")
    page.set_content(document(TEXTS["error.title"], paragraph(TEXTS["error.text"].format(incident="1"))))
    check(page, "the page of an error")


def test_states_of_a_card_have_no_violation(come_in):
    """Saved, refused with the reason, and a new link with its code."""
    server, page = come_in("coordinator")
    page.goto(f"{server.url}/questions?q=tiny&s=people")
    page.locator("[data-testid=stRadioOption]").nth(6).click()  # not applicable, without its reason
    expect(page.locator(".unsaved")).to_contain_text("Not saved — your text is still here.")
    check(page, "a card that is not saved")
    page.goto(f"{server.url}/colleagues")
    page.get_by_label("Whose link is it?").fill("Deputy")
    page.get_by_role("button", name="Make a link").click()
    page.wait_for_selector("img.qr")
    check(page, "/colleagues with a new link")


def test_what_is_allowed_still_occurs():
    assert set(ALLOWED) <= seen
