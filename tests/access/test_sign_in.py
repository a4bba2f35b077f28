"""Coming in with an account: first links, passphrases, roles, and how long a session is good (S3, S4, S13)."""

from __future__ import annotations

import time
from statistics import median

import pytest

from access import sign_in, staff, staff_session, throttle
from access.actor import RefusedError
from access.facilitator import progress
from access.invitation import InvitationDesk, actor_of, digest, is_open
from access.passphrase import Cost
from access.sign_in import Account, StaffDesk
from access.staff import TERMINAL, id_of_name
from results.facts import Staff, StaffSession

PASSPHRASE = "horse umbrella kettle lantern"
HERE = "192.0.2.1"
HOUR = 3_600_000_000


def refused(operation, *arguments) -> str:
    with pytest.raises(RefusedError) as error:
        operation(*arguments)
    return error.value.code


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it, in all that asks for the time at the door."""
    moment = [time.time_ns() // 1000]
    for module in (sign_in, staff, staff_session, throttle):
        monkeypatch.setattr(module, "now", lambda: moment[0])
    return moment


@pytest.fixture
def dara(at, desk):
    """A facilitator and author with a passphrase."""
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "facilitator", at.round.id)
    staff.give(at.workshop, TERMINAL, id_of_name(at.workshop, "Dara"), "author")
    desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)
    return id_of_name(at.workshop, "Dara")


def test_a_first_link_is_looked_at_without_using_it_up_and_works_once(at, desk):
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    assert [desk.look_up(token) for _ in range(3)] == ["Dara"] * 3
    cookie = desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)
    actor = actor_of(at.workshop, cookie)
    assert (actor.role, actor.round_id, actor.organisation_id, actor.label) == ("author", 0, None, "Dara")
    assert desk.look_up(token) is None
    assert refused(desk.choose_passphrase, token, "another four words here", "another four words here") == "P001"
    assert refused(desk.bind, token, Account("https://id.example", "1")) == "P001"
    assert desk.by_passphrase("dara", PASSPHRASE, HERE)


def test_a_first_link_ends_after_thirty_minutes(at, desk, clock):
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    clock[0] += 30 * 60_000_000 - 1
    assert desk.look_up(token) == "Dara"
    clock[0] += 1
    assert desk.look_up(token) is None
    assert refused(desk.choose_passphrase, token, PASSPHRASE, PASSPHRASE) == "P001"


@pytest.mark.parametrize(
    ("passphrase", "again", "code"),
    [
        (PASSPHRASE, PASSPHRASE + "s", "P045"),
        ("fourteen chars", "fourteen chars", "P021"),
        ("passwordpassword", "passwordpassword", "P023"),
        ("x" * 5000, "x" * 5000, "P022"),
    ],
)
def test_a_passphrase_that_is_refused_leaves_the_link_good(at, desk, passphrase, again, code):
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    assert refused(desk.choose_passphrase, token, passphrase, again) == code
    assert desk.look_up(token) == "Dara"


def test_a_passphrase_is_not_the_name(at, desk):
    token = staff.add_person(at.workshop, TERMINAL, "Ministry of Digital Affairs", "author")
    assert refused(desk.choose_passphrase, token, *["ministry of digital affairs"] * 2) == "P023"


def test_nothing_secret_is_kept_in_clear(at, desk):
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    cookie = desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)
    kept = repr(at.workshop.store._facts) + repr(at.workshop.store.audit(0, 100))
    assert digest(token) in kept
    for secret in (token, cookie, PASSPHRASE):
        assert secret not in kept


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [
        ("Dara", "a wrong one, but long"),
        ("Nobody", PASSPHRASE),
        ("", ""),
        ("Dara", ""),
        ("Dara", PASSPHRASE + "x" * 2000),
    ],
)
def test_whatever_is_wrong_reads_the_same(at, desk, dara, name, passphrase):
    assert refused(desk.by_passphrase, name, passphrase, HERE) == "P040"


def test_without_a_role_or_disabled_reads_the_same(at, desk, dara):
    staff.take_away(at.workshop, TERMINAL, dara, "author")
    staff.take_away(at.workshop, TERMINAL, dara, "facilitator", at.round.id)
    assert refused(desk.by_passphrase, "Dara", PASSPHRASE, HERE) == "P040"
    staff.disable(at.workshop, TERMINAL, dara)
    assert refused(desk.by_passphrase, "Dara", PASSPHRASE, HERE) == "P040"


def test_an_unknown_name_costs_the_same(at):
    """S4: medians within 10 %, interleaved, on the cost of one hash that dwarfs the rest."""
    desk = StaffDesk(at.workshop, Cost(passes=2, memory=16 * 1024, lanes=1))
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)
    took: dict[str, list[float]] = {"Dara": [], "Nobody": []}
    for _ in range(25):
        for name, times in took.items():
            throttle.succeeded(at.workshop, f"staff-{id_of_name(at.workshop, name)}")
            begun = time.process_time()
            assert refused(desk.by_passphrase, name, "wrong, but long enough", HERE) == "P040"
            times.append(time.process_time() - begun)
    known, unknown = median(took["Dara"]), median(took["Nobody"])
    assert abs(known - unknown) < 0.1 * max(known, unknown)


def test_wrong_passphrases_wait_and_others_do_not(at, desk, dara, clock):
    """S3 for names: a growing delay, then the right one works; a colleague on the same address is not kept waiting."""
    token = staff.add_person(at.workshop, TERMINAL, "Ana", "administrator")
    desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE)
    codes = []
    for _ in range(50):
        codes.append(refused(desk.by_passphrase, "Dara", "wrong, but long enough", HERE))
        if codes[-1] == "P047":
            assert actor_of(at.workshop, desk.by_passphrase("Ana", PASSPHRASE, HERE)).role == "administrator"
            clock[0] += 10_000_000
    assert codes[:3] == ["P040"] * 3
    assert codes.count("P047") > 30, "most attempts were not looked at"
    clock[0] += 60_000_000
    assert actor_of(at.workshop, desk.by_passphrase("Dara", PASSPHRASE, HERE)).role == "facilitator"


def test_an_attempt_that_has_to_wait_is_not_looked_at(at, desk, dara, clock):
    for _ in range(20):
        refused(desk.by_passphrase, "Dara", "wrong, but long enough", HERE)
    assert refused(desk.by_passphrase, "Dara", PASSPHRASE, HERE) == "P047"


def test_failed_attempts_stand_in_the_trail_without_the_name_typed(at, desk, dara):
    refused(desk.by_passphrase, "Dara", "wrong, but long enough", HERE)
    refused(desk.by_passphrase, "my secret words by mistake", "x", HERE)
    failures = [entry for entry in at.workshop.store.audit(0, 100) if entry.outcome == "P040"]
    assert [entry.actor for entry in failures] == [
        f"staff-{dara}",
        f"staff-{id_of_name(at.workshop, 'my secret words by mistake')}",
    ]
    assert "by mistake" not in repr(failures)


def test_a_hash_of_another_cost_is_renewed(at, desk, dara):
    dear = StaffDesk(at.workshop, Cost(passes=2, memory=64, lanes=1))
    before = at.workshop.store.facts(Staff, id=dara)[0].passphrase
    dear.by_passphrase("Dara", PASSPHRASE, HERE)
    after = at.workshop.store.facts(Staff, id=dara)[0].passphrase
    assert "t=2" in after
    assert after != before
    assert dear.by_passphrase("Dara", PASSPHRASE, HERE)


def test_each_sign_in_is_a_session_of_its_own_for_eight_hours(at, desk, dara, clock, monkeypatch):
    monkeypatch.setattr(at.workshop.sessions, "get", lambda _: None)
    one, other = (desk.by_passphrase("Dara", PASSPHRASE, HERE) for _ in range(2))
    assert one != other
    clock[0] += 8 * HOUR - 1
    assert actor_of(at.workshop, one).role == "facilitator"
    assert is_open(at.workshop, digest(one))
    clock[0] += 1
    assert actor_of(at.workshop, one) is None
    assert not is_open(at.workshop, digest(one))


def test_leaving_ends_the_session_and_no_other(at, desk, dara):
    one, other = (desk.by_passphrase("Dara", PASSPHRASE, HERE) for _ in range(2))
    InvitationDesk(at.workshop).close_session(one)
    assert actor_of(at.workshop, one) is None
    assert actor_of(at.workshop, other) is not None
    assert [entry.action for entry in at.workshop.store.audit(0, 100)][-1] == "leave"
    InvitationDesk(at.workshop).close_session("unknown")


def test_the_least_power_is_opened_first_and_another_role_on_request(at, desk, dara):
    staff.give(at.workshop, TERMINAL, dara, "administrator")
    cookie = desk.by_passphrase("Dara", PASSPHRASE, HERE)
    assert [(held.grant.role, held.round, held.here) for held in desk.roles(cookie)] == [
        ("facilitator", "Test round", True),
        ("author", "", False),
        ("administrator", "", False),
    ]
    assert progress(at.workshop, actor_of(at.workshop, cookie))
    until = at.workshop.store.facts(StaffSession, session_hash=digest(cookie))[0].expires_at
    other = desk.change_role(cookie, "administrator", 0)
    assert actor_of(at.workshop, cookie) is None
    assert actor_of(at.workshop, other).role == "administrator"
    assert at.workshop.store.facts(StaffSession, session_hash=digest(other))[0].expires_at == until


def test_nobody_opens_a_role_they_do_not_hold(at, desk, dara):
    cookie = desk.by_passphrase("Dara", PASSPHRASE, HERE)
    for role, round_id in (("administrator", 0), ("facilitator", 12345), ("author", at.round.id), ("", 0)):
        assert refused(desk.change_role, cookie, role, round_id) == "P001"
    assert refused(desk.change_role, "", "author", 0) == "P001"
    respondent = InvitationDesk(at.workshop).open(at.tokens["coordinator"])
    assert desk.roles(respondent) == ()
    assert refused(desk.change_role, respondent, "author", 0) == "P001"


def test_a_facilitator_of_one_round_sees_nothing_of_another(at, desk):
    other = next(one for one in at.workshop.store.rounds() if one.id != at.round.id)
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "facilitator", other.id)
    actor = actor_of(at.workshop, desk.choose_passphrase(token, PASSPHRASE, PASSPHRASE))
    assert {entry.organisation.name for entry in progress(at.workshop, actor)} == {"Agency Elsewhere"}


# --- an identity provider's account
def test_an_account_is_bound_by_a_first_link_and_then_signs_in(at, desk):
    account = Account("https://id.example", "248289761001")
    assert refused(desk.by_account, account) == "P044"
    token = staff.add_person(at.workshop, TERMINAL, "Dara", "author")
    assert actor_of(at.workshop, desk.bind(token, account)).label == "Dara"
    assert actor_of(at.workshop, desk.by_account(account)).label == "Dara"
    for stranger in (Account("https://id.example", "24828976100"), Account("https://other.example", account.subject)):
        assert refused(desk.by_account, stranger) == "P044"


def test_an_account_belongs_to_one_person(at, desk):
    account = Account("https://id.example", "1")
    desk.bind(staff.add_person(at.workshop, TERMINAL, "Dara", "author"), account)
    token = staff.add_person(at.workshop, TERMINAL, "Ana", "author")
    assert refused(desk.bind, token, account) == "P046"
    assert desk.look_up(token) == "Ana"


def test_people_with_a_passphrase_have_no_account_that_anybody_could_claim(at, desk, dara):
    assert refused(desk.by_account, Account("", "")) == "P044"


def test_an_unknown_accounts_refusal_names_nothing_but_its_number(at, desk):
    account = Account("https://id.example", "dara@ministry.example")
    with pytest.raises(RefusedError) as error:
        desk.by_account(account)
    assert account.number in str(error.value)
    assert "ministry" not in str(error.value) + repr(at.workshop.store.audit(0, 100))
