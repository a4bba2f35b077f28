"""S1, S2: every page × every role: what is not of the role does not exist, and would show nothing if it did.

A new file in ui/pages needs a line in PAGES.
"""

from __future__ import annotations

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from access.actor import Actor
from access.matrix import ROLES
from tests.app.pages import ROOT
from tests.naughty import NAUGHTY
from tests.reference_store import ReferenceStore
from tests.workshops import Scene, inform, mark, scene
from ui import process

PEOPLE = {"respondent", "independent", "coordinator"}
# Who may open it; what they see of others there: the names of these organisations, nobody's words.
PAGES: dict[str, tuple[set[str | None], set[str]]] = {
    "welcome": ({None}, set()),
    "overview": (PEOPLE, {"north"}),
    "section": (PEOPLE, {"north"}),
    "review": (PEOPLE, {"north"}),
    "profile": (PEOPLE, {"north"}),
    "colleagues": ({"coordinator"}, {"north"}),
    "side_by_side": ({"coordinator"}, {"north"}),
    "joined": ({"facilitator"}, {"north", "south", "east"}),
    "round": ({"facilitator"}, set()),
    "notice": (PEOPLE, {"north"}),
    "compare": ({"facilitator"}, set()),
    "authoring": ({"author"}, set()),
    "people": ({"administrator"}, set()),
    "audit": ({"administrator"}, set()),
}
ADDRESSES = {
    "section": "questions", "review": "review", "profile": "profile", "colleagues": "colleagues", "side_by_side": "side-by-side", "compare": "compare-tiny", "audit": "audit",
    "round": "round", "notice": "notice",
}  # fmt: skip
# Something that stands on the page, so that a test which sees nothing fails.
SHOWN = {
    "welcome": "personal link", "overview": "Agency North", "section": "SAID-north", "review": "Are people trained",
    "profile": "Agency North", "round": "Publish as version", "notice": "Who will see what", "colleagues": "PERSON-north", "side_by_side": "Answers side by side", "joined": "Agency South", "compare": "revision", "authoring": "Questionnaires", "people": "People", "audit": "Audit trail",
}  # fmt: skip
OWN: dict[str | None, set[str]] = {
    None: set(), "respondent": {"north"}, "independent": {"north"}, "coordinator": {"north"}, "facilitator": {"north", "south", "east"}, "author": set(), "administrator": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def at(tmp_path_factory) -> Scene:
    made = scene(ReferenceStore(), tmp_path_factory.mktemp("scene"))
    mark(made)
    for role in PEOPLE:
        inform(made.workshop, actor(made, role))
    return made


@pytest.fixture(autouse=True)
def _shared(at, monkeypatch):
    """The workshop, and Streamlit's list of pages as survey_app.py sets it: AppTest would forget that, so it gets another class."""
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", type("Pages", (PagesManager,), {}))
    process.use(at.workshop)
    yield
    process.use(None)


def actor(at: Scene, role: str) -> Actor:
    organisation = at.organisations["north"].id if role in PEOPLE else None
    round_id = at.round.id if role in (*PEOPLE, "facilitator") else 0
    respondent = at.actors["apart"].respondent if role == "independent" else ""
    return Actor(role, round_id, organisation, "me", "key-north", respondent)  # type: ignore[arg-type]


def opened(at: Scene, role: str | None, script: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "ui" / script), default_timeout=20)
    if role:
        test.session_state["actor_for_tests"] = actor(at, role)
    for name, value in query.items():
        test.query_params[name] = value
    return test


def everything(test: AppTest) -> str:
    """Every text and value that leaves the server for this page."""
    return " ".join(str(element.proto) for element in test.main) + " ".join(str(e.proto) for e in test.sidebar)


def foreign(at: Scene, text: str, own: set[str], role: str | None) -> list[str]:
    """What the text holds of organisations that are not `own`, and of anybody's words but those of north; what is answered apart
    in north is its respondent's alone, and its coordinator knows who that is."""
    names = [o.name for key, o in at.organisations.items() if key not in own and o.name in text]
    places = (*at.organisations, "apart")
    said = {mark for key in places for mark in (f"SAID-{key}", f"PERSON-{key}") if mark in text}
    mine = {"independent": {"SAID-apart"}, "coordinator": {"SAID-north", "PERSON-north", "PERSON-apart"}}
    return names + sorted(said - mine.get(role or "", {"SAID-north", "PERSON-north"}))


def test_every_page_is_tried():
    assert set(PAGES) == set(SHOWN) == {file.stem for file in (ROOT / "ui" / "pages").glob("*.py")}


@pytest.mark.parametrize("role", [None, *ROLES])
def test_s1_s2_a_page_that_is_not_of_the_role_does_not_exist(at, role):
    """The browser names a page by the hash of its address, which anybody can work out."""
    test = opened(at, role, "main.py").run()
    assert test.session_state["page"] == ""
    for page, (who, _) in PAGES.items():
        address = ADDRESSES.get(page, "")
        test._page_hash = calc_hash(address)
        text = everything(test.run())
        assert not test.exception
        assert foreign(at, text, OWN[role], role) == [], page
        assert test.session_state["page"] == (address if role in who else ""), page
        if role in who:
            assert SHOWN[page].replace("north", "apart" if role == "independent" else "north") in text, page
        elif role not in PEOPLE:
            assert "SAID-" not in text, page
            assert "PERSON-" not in text, page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", sorted(set(PAGES) - {"welcome"}))
def test_s1_a_pages_script_alone_shows_nobody_elses_things(at, page, role):
    """As if the list of pages had a hole: the services refuse by themselves."""
    who, own = PAGES[page]
    test = opened(at, role, f"pages/{page}.py")
    test.session_state["page"] = "compare-tiny"
    test.run()
    text = everything(test)
    if role in who:
        assert not test.exception
        assert foreign(at, text, own, role) == []
    else:
        assert [error.message.split(".")[0] for error in test.exception] != []
        assert foreign(at, text, set(), role) == []
        assert "SAID-" not in text
        assert "PERSON-" not in text


STRANGE = ["script", "path", "bidi_override", "format"]


@pytest.mark.parametrize("role", ["respondent", "independent", "coordinator", "facilitator"])
@pytest.mark.parametrize("name", STRANGE)
def test_s2_an_address_of_any_kind_shows_the_own_things(at, name, role):
    elsewhere = at.organisations["south"]
    theirs = {
        "response": str(at.response("south")),
        "organisation": str(elsewhere.id),
        "round": str(elsewhere.round_id),
    }
    query = {"q": NAUGHTY[name], "s": NAUGHTY[name], "actor_for_tests": "facilitator", "page": "compare-tiny", **theirs}
    test = opened(at, role, "main.py", **query).run()
    assert not test.exception
    own = OWN[role]
    assert foreign(at, everything(test), own, role) == []
    if role in PEOPLE:
        for page in ("section", "review", "profile"):
            test.switch_page(f"pages/{page}.py").run()
            assert not test.exception
            assert foreign(at, everything(test), own, role) == []
            assert test.query_params["q"] == "tiny"
