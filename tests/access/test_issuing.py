"""Invitations given out, listed, replaced and ended by those who may."""

from __future__ import annotations

import pytest

from access import hand_out, issuing
from access.actor import RefusedError
from access.hand_out import end_of_day, given_out, sheet
from access.invitation import FACILITATOR_HOURS, InvitationDesk, actor_of, digest, expiry_of, key_of
from access.setup import reissue_at_terminal
from results.facts import Code
from tests.reference_store import ReferenceStore
from tests.ways_in import START, cheap_hashes, hand_clock, issued
from tests.workshops import Scene, scene

HOUR = 3600


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    cheap_hashes(monkeypatch)
    return scene(ReferenceStore(), tmp_path)


def test_a_coordinator_makes_a_colleagues_link_anew(at):
    coordinator = at.actors["coordinator"]
    first = issuing.invite_colleague(at.workshop, coordinator, "Deputy")
    cookie = InvitationDesk(at.workshop).open(first.token)
    second = issuing.reissue_colleague(at.workshop, coordinator, first.invitation.token_hash)
    assert at.workshop.store.audit(0, 999)[-1].action == "reissue a colleague's link"
    assert actor_of(at.workshop, cookie) is None
    assert actor_of(at.workshop, InvitationDesk(at.workshop).open(second.token)).label == "Deputy"
    assert second.code != first.code


@pytest.mark.parametrize("whose", ["coordinator", "neighbour", "facilitator", "nobody"])
def test_a_coordinator_reissues_no_other_link(at, whose):
    token_hash = digest(at.tokens.get(whose, "nobody"))
    with pytest.raises(RefusedError) as refused:
        issuing.reissue_colleague(at.workshop, at.actors["coordinator"], token_hash)
    assert refused.value.code == "P001"
    assert at.workshop.store.audit(0, 999)[-1].outcome == "P001"


@pytest.mark.parametrize("who", ["coordinator", "colleague", "neighbour", "stranger", "other facilitator"])
def test_only_the_rounds_facilitator_hands_out(at, who):
    actor = at.actors[who]
    key = key_of(digest(at.tokens["coordinator"]))
    for work in (
        lambda: hand_out.replace_chosen(at.workshop, actor, [key], None),
        lambda: hand_out.end(at.workshop, actor, key),
        *(() if who == "other facilitator" else (lambda: given_out(at.workshop, actor),)),
    ):
        with pytest.raises(RefusedError) as refused:
            work()
        assert refused.value.code == "P001"
    assert InvitationDesk(at.workshop).look_up(at.tokens["coordinator"])
    if who == "other facilitator":
        assert {one.organisation for one in given_out(at.workshop, actor)} == {"", "Agency Elsewhere"}


def test_the_list_names_everybody_once_and_no_secret(at):
    issued(at, "south")
    listed = given_out(at.workshop, at.actors["facilitator"])
    assert [(one.organisation, one.role, one.created_at is None) for one in listed] == [
        ("", "facilitator", False),
        ("Agency East", "coordinator", True),  # has none yet, and can be chosen
        ("Agency North", "coordinator", False),
        ("Agency North", "respondent", False),
        ("Agency South", "coordinator", False),
        ("Agency South", "coordinator", False),
    ]
    assert [one.own for one in listed] == [True] + [False] * 5
    assert all(token not in str(listed) for token in at.tokens.values())


def test_an_organisation_without_a_link_gets_one(at):
    facilitator = at.actors["facilitator"]
    key = f"organisation-{at.organisations['east'].id}"
    (made,) = hand_out.replace_chosen(at.workshop, facilitator, [key, key], None)
    assert InvitationDesk(at.workshop).look_up(made.token).organisation == "Agency East"
    with pytest.raises(RefusedError) as refused:
        hand_out.replace_chosen(at.workshop, facilitator, [key], None)
    assert refused.value.code == "P034"
    for foreign in (f"organisation-{at.organisations['elsewhere'].id}", "organisation-1", "", "x" * 12, str(made)):
        with pytest.raises(RefusedError) as refused:
            hand_out.replace_chosen(at.workshop, facilitator, [foreign], None)
        assert refused.value.code == "P001"


def test_nothing_chosen_is_said(at):
    with pytest.raises(RefusedError) as refused:
        hand_out.replace_chosen(at.workshop, at.actors["facilitator"], [], None)
    assert refused.value.code == "P032"


def test_a_facilitator_cannot_end_the_own_link(at):
    facilitator = at.actors["facilitator"]
    with pytest.raises(RefusedError):
        hand_out.end(at.workshop, facilitator, facilitator.key)
    hand_out.end(at.workshop, facilitator, key_of(digest(at.tokens["neighbour"])))
    assert InvitationDesk(at.workshop).look_up(at.tokens["neighbour"]) is None


def test_an_expiry_stays_when_the_link_is_made_anew(at, monkeypatch):
    clock = hand_clock(monkeypatch)
    monkeypatch.setattr(hand_out, "now", clock)
    ends = START + 7 * 24 * HOUR * 1_000_000
    old = issued(at, "north", expires_at=ends)
    (new,) = hand_out.replace_chosen(at.workshop, at.actors["facilitator"], [key_of(old.invitation.token_hash)], None)
    assert expiry_of(at.workshop, new.invitation.token_hash) == ends
    clock.sleep(8 * 24 * HOUR)
    (row,) = [
        one for one in given_out(at.workshop, at.actors["facilitator"]) if one.expires_at == ends and not one.ended_at
    ]
    assert (row.expired, row.works) == (True, False)
    (later,) = hand_out.replace_chosen(at.workshop, at.actors["facilitator"], [row.key], None)
    assert expiry_of(at.workshop, later.invitation.token_hash) is None
    assert InvitationDesk(at.workshop).look_up(later.token)


def test_a_facilitators_session_lasts_eight_hours_and_a_respondents_fourteen_days(at, monkeypatch):
    clock = hand_clock(monkeypatch)
    desk = InvitationDesk(at.workshop)
    cookies = {who: desk.open(at.tokens[who]) for who in ("facilitator", "coordinator")}
    clock.sleep(FACILITATOR_HOURS * HOUR - 1)
    assert all(actor_of(at.workshop, cookie) for cookie in cookies.values())
    clock.sleep(1)
    at.workshop.sessions.clear()
    assert actor_of(at.workshop, cookies["facilitator"]) is None
    assert actor_of(at.workshop, cookies["coordinator"])


@pytest.mark.parametrize("text", ["2020-01-01", "tomorrow", "2026-13-01", "0000-00-00", "<script>", "99999-01-01"])
def test_a_date_that_is_none_or_past_is_refused(text):
    with pytest.raises(RefusedError) as refused:
        end_of_day(text)
    assert refused.value.code == "P033"


def test_a_date_ends_with_its_day():
    assert end_of_day("  ") is None
    assert end_of_day("2100-01-01") == 4_102_531_199_000_000


def test_selectors_of_one_file_differ_though_none_is_stored_yet(at, monkeypatch):
    codes = iter(["AAAA", "AAAA", "CCCC"])
    monkeypatch.setattr(issuing, "new_organisation_code", lambda: issuing.OrganisationCode(next(codes), "ACDEFHJKMN"))
    keys = [key_of(digest(at.tokens[who])) for who in ("coordinator", "neighbour")]
    hand_out.replace_chosen(at.workshop, at.actors["facilitator"], keys, None)
    assert [code.selector for code in at.workshop.store.facts(Code)] == ["AAAA", "CCCC"]


def test_the_sheet_has_links_codes_and_where_to_type_them(at):
    made = sheet(at.workshop, at.round, [issued(at, "north")], "https://x.org")
    (line,) = made.lines
    assert (made.join_address, made.round_name, line.organisation, line.country) == (
        "https://x.org/join", "Test round", "Agency North", "GE",
    )  # fmt: skip
    assert InvitationDesk(at.workshop).look_up(line.link.removeprefix("https://x.org/i/"))


def test_at_the_terminal_all_earlier_links_of_the_role_die(at):
    extra = issued(at, "north")
    made = reissue_at_terminal(at.workshop, at.round.id, "Agency North")
    desk = InvitationDesk(at.workshop)
    assert [desk.look_up(token) for token in (extra.token, at.tokens["coordinator"])] == [None, None]
    assert desk.look_up(made.token).role == "coordinator"
    assert desk.look_up(at.tokens["colleague"])
    assert desk.look_up(reissue_at_terminal(at.workshop, at.round.id, None).token).role == "facilitator"
    assert desk.look_up(at.tokens["facilitator"]) is None
    assert desk.look_up(at.tokens["other facilitator"])
    for nothing in ((at.round.id, "Agency Elsewhere"), (5, None), (at.round.id, "7")):
        assert reissue_at_terminal(at.workshop, *nothing) is None
