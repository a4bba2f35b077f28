"""Pages of administrators and authors by AppTest: what they show and change, and that nobody else has them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from access import staff
from access.actor import Actor
from access.sign_in import StaffDesk
from access.staff import TERMINAL, id_of_name
from tests.access.conftest import CHEAP
from tests.app.pages import ROOT, html, open_page
from ui import process

ADMINISTRATOR = Actor("administrator", 0, None, "Ana", "staff-1")
AUTHOR = Actor("author", 0, None, "Bo", "staff-2")


def press(test: AppTest, label: str) -> None:
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception


def test_an_administrator_adds_somebody_and_sees_the_link_once(at):
    test = open_page(ADMINISTRATOR)
    test.text_input[0].input("Dara Sok")
    test.selectbox(key="person-role-en").select(("author", 0))
    press(test, "Add and make a link")
    (address,) = [block.value for block in test.code]
    token = address.rsplit("/", 1)[1]
    assert StaffDesk(at.workshop, CHEAP).look_up(token) == "Dara Sok"
    assert "Dara Sok" in [one.value for one in test.header]
    test.run()
    assert [block.value for block in test.code] == []


def test_a_name_that_is_taken_is_refused_in_a_sentence(at):
    staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    test = open_page(ADMINISTRATOR)
    test.text_input[0].input("DARA")
    press(test, "Add and make a link")
    assert [error.value for error in test.error] == [
        "Somebody has this name already. Choose another, for example with the agency behind it."
    ]


def test_roles_are_given_and_ended(at):
    staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    dara = id_of_name(at.workshop, "Dara")
    test = open_page(ADMINISTRATOR)
    test.selectbox(key=f"give-role-{dara}-en").select(("facilitator", at.round.id))
    press(test, "Give this role")
    assert [(grant.role, grant.round_id) for grant in staff.people(at.workshop, TERMINAL)[0].grants] == [
        ("author", 0),
        ("facilitator", at.round.id),
    ]
    test.button(key=f"take-{dara}-author-0").click().run()
    assert [grant.role for grant in staff.people(at.workshop, TERMINAL)[0].grants] == ["facilitator"]


def test_the_last_administrator_cannot_be_disabled(at):
    staff.add_person(at.workshop, TERMINAL, "Ana", "administrator")
    test = open_page(ADMINISTRATOR)
    press(test, "Disable")
    assert "last administrator" in test.error[0].value
    assert staff.people(at.workshop, TERMINAL)[0].way == "link"


def test_a_name_is_shown_as_it_stands(at):
    staff.add_person(at.workshop, TERMINAL, "![](https://x) *Dara* <b>", "author")
    test = open_page(ADMINISTRATOR)
    assert "<b>" not in html(test)
    (shown,) = [one.value for one in test.header]
    assert re.sub(r"\\(.)", r"\1", shown).replace("\u2060", "") == "![](https://x) *Dara* <b>"
    assert not re.search(r"(?<!\\)[*!\[<]", shown)


def test_the_audit_trail_is_paged_and_names_nobody(at):
    came_in = len(at.workshop.store.audit(0, 999))
    for number in range(60):
        staff.add_person(at.workshop, TERMINAL, f"Person {number}", "author")
    test = open_page(ADMINISTRATOR, "audit")
    assert html(test).count("<tr><td") == 50
    assert "Person" not in html(test)
    press(test, "Older")
    assert re.findall(r'<tr><td class="number">(\d+)', html(test)) == [
        str(number) for number in range(10 + came_in, 0, -1)
    ]
    press(test, "Newest")
    assert html(test).count("<tr><td") == 50


@pytest.mark.parametrize("before", ["-1", "x", "9" * 40, "0", "٣", "1' OR 1=1"])
def test_a_forged_page_number_shows_the_newest(at, before):
    staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    assert html(open_page(ADMINISTRATOR, "audit", before=before)).count("<tr><td") >= 1


def test_the_chain_is_checked_on_request(at):
    for number in range(5):
        staff.add_person(at.workshop, TERMINAL, f"Person {number}", "author")
    entries = at.workshop.store.audit(0, 999)
    test = open_page(ADMINISTRATOR, "audit")
    press(test, "Check the chain")
    assert f"each of its {len(entries)} entries" in test.success[0].value
    assert test.code[0].value == f"{len(entries)}:{entries[-1].sha256}"
    at.workshop.store._audit[2] = replace(at.workshop.store._audit[2], actor="x")
    press(test, "Check the chain")
    assert "Entry 3" in test.error[0].value


def test_an_author_sees_questionnaires_with_their_problems(at, monkeypatch, tmp_path):
    folder = tmp_path / "questionnaires"
    (folder / "good").mkdir(parents=True)
    (folder / "bad").mkdir()
    text = (tmp_path / "questionnaire.yaml").read_text(encoding="utf-8")
    (folder / "good" / "questionnaire.yaml").write_text(text, encoding="utf-8")
    (folder / "bad" / "questionnaire.yaml").write_text("format: 1\nid: <b>\n", encoding="utf-8")
    monkeypatch.setattr(process, "_settings", replace(process.settings(), questionnaires=folder))
    test = open_page(AUTHOR)
    assert [one.value for one in test.header] == ["bad/questionnaire\\.yaml", "Tiny"]
    assert "questionnaire.yaml:2" in html(test)
    assert "<b>" not in html(test)
    assert str(tmp_path) not in html(test)


@pytest.mark.parametrize("page", ["people", "audit", "authoring"])
@pytest.mark.parametrize("who", ["coordinator", "facilitator", "administrator", "author"])
def test_a_page_of_another_role_does_not_open(at, page, who):
    actor = {"administrator": ADMINISTRATOR, "author": AUTHOR}.get(who) or at.actors[who]
    staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    test = AppTest.from_file(str(ROOT / "ui" / "pages" / f"{page}.py"), default_timeout=20)
    test.session_state["actor_for_tests"] = actor
    test.run()
    owner = "author" if page == "authoring" else "administrator"
    if who == owner:
        assert not test.exception
    else:
        assert len(test.exception) == 1
        assert at.workshop.store.audit(0, 100)[-1].outcome == "P001"
        assert "<td" not in html(test)
        assert list(test.button) == list(test.header) == []
        assert "Dara" not in html(test)
