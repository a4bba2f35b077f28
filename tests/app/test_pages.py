"""Pages by AppTest: what each role finds, that answers arrive in the store, that nothing unsafe is rendered as markup."""

from __future__ import annotations

import pytest

from access import respondent
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from tests.app.pages import app, html, radio, stored
from tests.reference_store import ReferenceStore
from tests.workshops import QUESTIONNAIRE, scene
from ui import language, look, process, progress


def test_without_a_session_there_is_only_the_way_in(at):
    test = app(at, None)
    assert [title.value for title in test.title] == ["AI readiness"]
    assert not test.radio


def test_overview_names_organisation_round_and_invented_data(at):
    test = app(at, "coordinator")
    assert test.title[0].value == "Agency North"
    assert "Georgia · Test round" in html(test)
    assert "Invented workshop" in html(test)
    assert "0 of 2 answered" in html(test)


def test_no_answer_is_chosen_beforehand_and_nothing_is_stored(at):
    test = app(at, "coordinator", "section")
    assert [widget.value for widget in test.radio] == [None]
    assert at.workshop.store.answers(at.response("north")) == {}


def test_an_answer_is_saved_at_once_and_the_page_says_so(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(3).run()
    assert stored(at, "plan") == Answer(3)
    assert "Saved " in html(test)


def test_an_answer_that_opens_a_question_shows_it(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(3).run()
    test.run()
    assert [widget.key.split("-")[1] for widget in test.radio] == ["plan", "review"]


def test_stored_answers_are_there_after_a_reload(at):
    respondent.save_answer(
        at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(4, comment="seen"), based_on=0
    )
    test = app(at, "coordinator", "section")
    assert radio(test, "plan").value == 4
    assert any(area.value == "seen" for area in test.text_area)
    assert len(at.workshop.store.history(at.response("north"), "plan")) == 1


def test_evidence_link_and_comment_travel_with_the_answer(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(4).run()
    next(widget for widget in test.selectbox if "-plan-evidence-" in widget.key).set_value(2).run()
    next(widget for widget in test.text_input if "-plan-link-" in widget.key).set_value(
        "https://example.org/decision"
    ).run()
    next(widget for widget in test.text_area if "-plan-comment-" in widget.key).set_value("Adopted in May.").run()
    assert stored(at, "plan") == Answer(4, 2, "https://example.org/decision", "", "", "Adopted in May.")


def test_a_link_that_is_not_https_is_refused_and_the_stored_answer_stays(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(4).run()
    next(widget for widget in test.text_input if "-plan-link-" in widget.key).set_value("javascript:alert(1)").run()
    assert stored(at, "plan") == Answer(4)
    assert "Not saved" in html(test)
    assert any(widget.value == "javascript:alert(1)" for widget in test.text_input)  # the text is still there


def test_not_applicable_waits_for_its_reason(at):
    test = app(at, "coordinator", "section", q="tiny", s="people")
    radio(test, "training").set_value(NOT_APPLICABLE).run()
    assert stored(at, "training") is None
    assert "Please say why" in html(test)
    next(widget for widget in test.text_area if "-training-reason-" in widget.key).set_value("We have no staff.").run()
    assert stored(at, "training") == Answer(NOT_APPLICABLE, reason="We have no staff.")


def test_a_newer_answer_of_a_colleague_is_shown_when_nothing_here_is_unsaved(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(2).run()
    respondent.save_answer(at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(5), based_on=1)
    test.run()
    assert radio(test, "plan").value == 5
    assert [entry.answer.code for entry in at.workshop.store.history(at.response("north"), "plan")] == [2, 5]


def test_two_answers_at_once_are_both_shown_and_neither_is_lost(at):
    test = app(at, "coordinator", "section")
    radio(test, "plan").set_value(2).run()
    respondent.save_answer(
        at.workshop, at.actors["colleague"], at.response("north"), "plan", Answer(5, comment="theirs"), based_on=1
    )
    radio(test, "plan").set_value(3).run()
    assert stored(at, "plan").code == 5
    shown = " ".join(text.value for text in test.text)
    assert "theirs" in shown
    assert "Yours: 3" in shown
    next(button for button in test.button if button.label == "Use yours").click().run()
    assert stored(at, "plan").code == 3
    assert [entry.answer.code for entry in at.workshop.store.history(at.response("north"), "plan")] == [2, 5, 3]


def test_a_store_that_fails_says_not_saved_and_keeps_what_was_chosen(at, monkeypatch):
    from concurrent.futures import Future

    from results.store import StoreError

    def failing(_command):
        future: Future = Future()
        future.set_exception(StoreError("P007"))
        return future

    test = app(at, "coordinator", "section")
    with monkeypatch.context() as patched:
        patched.setattr(at.workshop.store, "write", failing)
        radio(test, "plan").set_value(3).run()
    assert "Not saved" in html(test)
    assert radio(test, "plan").value == 3
    test.run()  # the next run of the page delivers it without another keystroke
    assert stored(at, "plan") == Answer(3)


def test_review_lists_what_is_missing_and_submits(at):
    test = app(at, "coordinator", "review")
    assert next(button for button in test.button if button.key == "submit").disabled
    assert any("Is there a plan" in markdown.value for markdown in test.markdown)
    respondent.save_answer(
        at.workshop, at.actors["coordinator"], at.response("north"), "plan", Answer(DONT_KNOW), based_on=0
    )
    test.run()
    next(button for button in test.button if button.key == "submit").click().run()
    assert at.workshop.store.response(at.response("north")).status == "submitted"
    assert any("Receipt" in message.value for message in test.success)
    next(button for button in test.button if button.key == "reopen").click().run()
    assert at.workshop.store.response(at.response("north")).status == "draft"


def test_a_colleague_cannot_submit_or_invite(at):
    test = app(at, "colleague", "review")
    assert not [button for button in test.button if button.key in ("submit", "reopen")]


def test_profile_shows_levels_and_shares(at):
    for item, code in {"plan": 4, "review": 4, "training": 2}.items():
        respondent.save_answer(
            at.workshop, at.actors["coordinator"], at.response("north"), item, Answer(code), based_on=0
        )
    test = app(at, "coordinator", "profile")
    assert test.title[0].value == "Overall level 2: Emerging"
    for words in ("Integrated", "100%", "3.0", "Invented data"):
        assert words in html(test), words


def test_profile_says_why_a_level_is_not_the_next_one_and_what_would_raise_it(at):
    for item, code in {"plan": 2, "review": 4, "training": 4}.items():
        respondent.save_answer(
            at.workshop, at.actors["coordinator"], at.response("north"), item, Answer(code), based_on=0
        )
    shown = html(app(at, "coordinator", "profile"))
    assert "2, not 3: 50% of the requirements are at level 3 or better. Needed: two in three." in shown
    assert "Is there a plan?" in shown
    assert "2 → 3" in shown
    assert "Adopt it." in shown
    assert "Draft it." not in shown


def test_the_profile_of_nobodys_answers_has_dashes_not_zeros(at):
    test = app(at, "coordinator", "profile")
    assert test.title[0].value == "Not enough answers yet for an overall level"
    assert "No level yet" in html(test)
    assert "The critical question “Is there a plan?” has no answer." in html(test)
    assert "Questions to answer: " in html(test)


def test_a_facilitator_sees_who_has_joined_and_the_comparison(at):
    respondent.save_answer(at.workshop, at.actors["coordinator"], at.response("north"), "plan", Answer(4), based_on=0)
    test = app(at, "facilitator")
    assert "1</b> of 3 organisations have begun" in html(test)
    assert "Agency Elsewhere" not in html(test)


def test_colleagues_links_are_made_and_ended(at):
    test = app(at, "coordinator", "colleagues")
    test.text_input[0].set_value("Deputy")
    next(button for button in test.button if button.label == "Make a link").click().run()
    link = test.code[0].value
    assert "/i/" in link
    from access.invitation import InvitationDesk

    token = link.rsplit("/", 1)[1]
    assert InvitationDesk(at.workshop).look_up(token).organisation == "Agency North"
    test.run()
    keys = [button.key for button in test.button if button.label == "End this link"]
    next(button for button in test.button if button.key == keys[-1]).click().run()
    ended = [known.label for known in at.workshop.store.invitations(at.round.id) if known.revoked_at]
    assert len(ended) == 1


def without_ours(shown: str) -> str:
    """A page's markup without the constant scripts."""
    for script in (look.SCRIPT, progress.SCRIPT, language.SCRIPT):
        shown = shown.replace(f"<script>{script}</script>", "")
    return shown


def test_s5_markup_in_names_and_texts_is_shown_as_text(tmp_path):
    hostile = "<script>alert(1)</script> ![](https://evil.example/x.png) :material/lock: $x$ **b**"
    text = QUESTIONNAIRE.replace("Is there a plan?", f'"{hostile}"').replace(
        "There is no plan of any kind in any ministry so far.", f'"{hostile}"'
    )
    made = scene(ReferenceStore(), tmp_path, questionnaire=text)
    process.use(made.workshop)
    try:
        test = app(made, "coordinator", "section")
        assert "<script>" not in without_ours(html(test))
        assert "&lt;script&gt;" in html(test)
        profile = html(app(made, "coordinator", "profile"))
        assert "<script>" not in without_ours(profile)
        assert "&lt;script&gt;" in profile
        option = test.radio[0].options[0]
        assert "![](" not in option
        assert r"\!\[\]" in option
    finally:
        process.use(None)


@pytest.mark.parametrize(
    "address", [{"q": "../../etc"}, {"q": "strategy' OR 1=1"}, {"q": "tiny", "s": "nope"}, {"s": "<script>"}]
)
def test_a_strange_address_shows_the_first_page(at, address):
    test = app(at, "coordinator", "section", **address)
    assert test.title[0].value == "Direction"


def test_a_session_that_ends_while_the_page_is_open_saves_nothing_more(at):
    test = app(at, "colleague", "section")
    radio(test, "plan").set_value(2).run()
    del test.session_state["actor_for_tests"]  # the session is gone
    radio(test, "plan").set_value(5).run()
    assert stored(at, "plan").code == 2
    assert not test.radio


@pytest.mark.parametrize("label", ["x" * 81, "a\0b", "\x1b[31m", "two\nlines"])
def test_a_colleagues_name_is_kept_whole_or_refused_whole_and_stays_to_be_repaired(at, label, monkeypatch):
    monkeypatch.setattr("access.issuing.hash_secret", lambda _: "hash")
    test = app(at, "coordinator", "colleagues")
    before = at.workshop.store.invitations(at.round.id)
    test.text_input[0].set_value(label)
    next(button for button in test.button if button.label == "Make a link").click().run()
    assert at.workshop.store.invitations(at.round.id) == before
    assert "80 characters" in test.error[0].value
    assert test.text_input[0].value == label
    test.text_input[0].set_value("x" * 80)
    next(button for button in test.button if button.label == "Make a link").click().run()
    (new,) = set(at.workshop.store.invitations(at.round.id)) - set(before)
    assert (new.label, test.text_input[0].value) == ("x" * 80, "")
