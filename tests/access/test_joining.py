"""Codes that open rooms and responses: who gets in (S3), what time and text tell (S4), what has ended."""

from __future__ import annotations

import statistics
import time

import pytest

from access import issuing, joining
from access.actor import RefusedError
from access.codes import ALPHABET
from access.hand_out import end, replace_chosen
from access.invitation import InvitationDesk, actor_of, key_of
from access.joining import Entered, JoinDesk, WaitError, WaitingRoom, change_join_code, join_code
from results.facts import Code, JoinCode
from results.store import RevokeInvitation, SetRoundStatus
from tests.reference_store import ReferenceStore
from tests.ways_in import START, cheap_hashes, hand_clock, issued
from tests.workshops import Scene, scene

ROOM = "192.0.2.1"  # a whole workshop behind one address


@pytest.fixture
def at(tmp_path, monkeypatch) -> Scene:
    cheap_hashes(monkeypatch)
    return scene(ReferenceStore(), tmp_path)


def other(code: str) -> str:
    """A code of the same selector that is wrong in its last symbol."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


def refusal(desk: JoinDesk, code: str, address: str = ROOM) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        desk.enter(code, address)
    return refused.value


def test_a_code_opens_what_its_link_opens(at):
    north = issued(at, "north")
    entered = JoinDesk(at.workshop).enter(f" {north.code.lower()} ", ROOM)
    assert isinstance(entered, Entered)
    actor = actor_of(at.workshop, entered.secret)
    linked = actor_of(at.workshop, InvitationDesk(at.workshop).open(north.token))
    assert actor == linked
    assert JoinDesk(at.workshop).welcome(entered.secret) == InvitationDesk(at.workshop).look_up(north.token)


def test_neither_code_nor_link_is_stored_or_shown_by_accident(at):
    north = issued(at, "north")
    kept = str(
        [*at.workshop.store.facts(Code), *at.workshop.store.invitations(at.round.id), *at.workshop.store.audit(0, 99)]
    )
    for secret in (north.token, north.code, north.code.replace("-", "")[4:]):
        assert secret not in kept
        assert secret not in repr(north)


def test_s3_fifty_wrong_codes_then_the_right_one_and_a_neighbour_meanwhile(at, monkeypatch):
    clock = hand_clock(monkeypatch)
    north, east = issued(at, "north"), issued(at, "east")
    desk = JoinDesk(at.workshop)
    waits, tried = [], 0
    while tried < 50:
        refused = refusal(desk, other(north.code))
        if isinstance(refused, WaitError):
            waits.append(refused.seconds)
            assert isinstance(refusal(desk, north.code), WaitError)  # the right one is not looked at either
            clock.sleep(refused.seconds)
        else:
            assert refused.code == "P030"
            tried += 1
    assert waits == sorted(waits)
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 60]
    # Another organisation, from the same address, at the very same moment:
    assert isinstance(desk.enter(east.code, ROOM), Entered)
    clock.sleep(refusal(desk, north.code).seconds)
    assert isinstance(desk.enter(north.code, ROOM), Entered)
    assert [refusal(desk, other(north.code)).code for _ in range(3)] == ["P030"] * 3  # success has cleared the count


def test_s4_an_unknown_selector_reads_and_counts_as_a_wrong_code(at):
    north = issued(at, "north")
    unknown = "XXXX" if not north.code.startswith("XXXX") else "YYYY"
    texts = []
    for code in (other(north.code), unknown + north.code[4:]):
        desk = JoinDesk(at.workshop)
        texts.append([str(refusal(desk, code)) for _ in range(4)])
    assert texts[0] == texts[1]
    assert texts[0][0] != texts[0][3]


def test_s4_known_and_unknown_selectors_take_the_same_time(tmp_path, monkeypatch):
    """Real costs, interleaved, CPU time of the process: medians within 10 %."""
    at = scene(ReferenceStore(), tmp_path)
    monkeypatch.setattr(joining, "check", lambda *_: 0)
    north = issued(at, "north")
    desk = JoinDesk(at.workshop)
    codes = {"known": other(north.code), "unknown": ("XXXX" if north.code[:4] != "XXXX" else "YYYY") + north.code[4:]}
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for code in codes.values():
        refusal(desk, code)  # warm
    for _ in range(7):
        for name, code in codes.items():
            begun = time.process_time()
            refusal(desk, code)
            taken[name].append(time.process_time() - begun)
    known, unknown = (statistics.median(taken[name]) for name in ("known", "unknown"))
    assert abs(known - unknown) <= 0.1 * known, taken


@pytest.mark.parametrize("typed", ["", "K4MN", "K4MN-ACDEF-HJKM", "K4MN-ACDEF-HJKM0", "a" * 5000, "\ud800", "<script>"])
def test_what_is_no_code_is_said_at_once_and_counts_nothing(at, typed):
    desk = JoinDesk(at.workshop)
    assert [refusal(desk, typed).code for _ in range(8)] == ["P024"] * 8


def test_an_ended_replaced_or_expired_invitation_has_no_code(at, monkeypatch):
    clock = hand_clock(monkeypatch)
    desk = JoinDesk(at.workshop)
    short = issued(at, "north", expires_at=START + 60_000_000)
    assert isinstance(desk.enter(short.code, ROOM), Entered)
    cookie = InvitationDesk(at.workshop).open(short.token)
    at.workshop.sessions.clear()
    clock.sleep(61)
    assert refusal(desk, short.code).code == "P030"
    assert InvitationDesk(at.workshop).look_up(short.token) is None
    assert InvitationDesk(at.workshop).open(short.token) is None
    assert actor_of(at.workshop, cookie) is None
    ended = issued(at, "south")
    at.workshop.write(RevokeInvitation(ended.invitation.token_hash, START))
    assert refusal(desk, ended.code).code == "P030"


def test_a_replaced_invitation_keeps_its_seat_and_ends_links_codes_and_sessions(at):
    facilitator = at.actors["facilitator"]
    old = issued(at, "north")
    desk, links = JoinDesk(at.workshop), InvitationDesk(at.workshop)
    cookies = [desk.enter(old.code, ROOM).secret, links.open(old.token)]
    (new,) = replace_chosen(at.workshop, facilitator, [key_of(old.invitation.token_hash)], None)
    last = at.workshop.store.audit(0, 999)[-1]
    assert refusal(desk, old.code).code == "P030"
    tried = at.workshop.store.audit(0, 999)[-1]
    assert (tried.action, tried.actor, tried.outcome) == ("come in by a code", "", "P030")
    assert links.look_up(old.token) is None
    assert [actor_of(at.workshop, cookie) for cookie in cookies] == [None, None]
    for attribute in ("round_id", "organisation_id", "role", "label"):
        assert getattr(new.invitation, attribute) == getattr(old.invitation, attribute)
    assert isinstance(desk.enter(new.code, ROOM), Entered)
    keys = f"{key_of(old.invitation.token_hash)} {key_of(new.invitation.token_hash)}"
    assert (last.action, last.subject, last.outcome) == ("issue invitations", keys, "done")


def test_replacing_twice_is_refused_the_second_time(at):
    facilitator, old = at.actors["facilitator"], issued(at, "north")
    key = key_of(old.invitation.token_hash)
    (new,) = replace_chosen(at.workshop, facilitator, [key], None)
    for work in (
        lambda: replace_chosen(at.workshop, facilitator, [key], None),
        lambda: end(at.workshop, facilitator, key),
    ):
        with pytest.raises(RefusedError) as refused:
            work()
        assert refused.value.code == "P034"
    assert isinstance(JoinDesk(at.workshop).enter(new.code, ROOM), Entered)


def test_a_refusal_in_the_middle_ends_no_link(at, monkeypatch):
    """A server too busy to hash the second code leaves the first link as it was."""
    north, south = issued(at, "north"), issued(at, "south")
    hashed = []

    def busy(text: str) -> str:
        if hashed:
            raise RefusedError("P020")
        hashed.append(text)
        return "x"

    monkeypatch.setattr(issuing, "hash_secret", busy)
    keys = [key_of(one.invitation.token_hash) for one in (north, south)]
    with pytest.raises(RefusedError):
        replace_chosen(at.workshop, at.actors["facilitator"], keys, None)
    assert all(InvitationDesk(at.workshop).look_up(one.token) for one in (north, south))


# --- the room ---------------------------------------------------------------------------------------------------------
def test_a_join_code_opens_the_waiting_room_and_no_more(at):
    facilitator = at.actors["facilitator"]
    assert join_code(at.workshop, facilitator) == ""
    code = change_join_code(at.workshop, facilitator)
    assert join_code(at.workshop, facilitator) == code
    desk = JoinDesk(at.workshop)
    room = desk.enter(code.lower(), ROOM)
    assert isinstance(room, WaitingRoom)
    assert (room.round, room.notice, room.invented) == ("Test round", "Who asks and why.", True)
    assert "Agency" not in str(room)
    assert desk.room(room.pass_) == room
    assert desk.welcome(room.pass_) is None


@pytest.mark.parametrize("how", ["new", "ended", "closed"])
def test_an_earlier_join_code_opens_nothing(at, how):
    facilitator, desk = at.actors["facilitator"], JoinDesk(at.workshop)
    code = change_join_code(at.workshop, facilitator)
    room = desk.enter(code, ROOM)
    if how == "closed":
        at.workshop.write(SetRoundStatus(at.round.id, "closed"))
    else:
        change_join_code(at.workshop, facilitator, ended=how == "ended")
    assert refusal(desk, code).code == "P030"
    assert desk.room(room.pass_) is None


@pytest.mark.parametrize("forged", ["", "1", "1-", "x-0", "-", "9" * 40 + "-0", "²-0", "é-é"])
def test_a_forged_pass_opens_no_room(at, forged):
    code = change_join_code(at.workshop, at.actors["facilitator"])
    desk = JoinDesk(at.workshop)
    room = desk.enter(code, ROOM)
    assert desk.room(forged) is None
    assert desk.room(room.pass_[:-1] + ("0" if room.pass_[-1] != "0" else "1")) is None
    assert desk.room(room.pass_.replace(str(at.round.id), str(at.round.id + 1))) is None


def test_only_the_rounds_facilitator_has_its_join_code(at):
    change_join_code(at.workshop, at.actors["facilitator"])
    for who in ("coordinator", "colleague", "neighbour", "stranger"):
        for work in (join_code, change_join_code):
            with pytest.raises(RefusedError) as refused:
                work(at.workshop, at.actors[who])
            assert refused.value.code == "P001"
    (kept,) = at.workshop.store.facts(JoinCode)
    change_join_code(at.workshop, at.actors["other facilitator"])
    assert at.workshop.store.facts(JoinCode, round_id=at.round.id) == (kept,)
