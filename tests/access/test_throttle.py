"""The throttle on a hand-moved clock: delays that grow, neighbours that do not notice, counts that nobody can race past."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import throttle
from access.throttle import ADDRESS, address_group, check, failed, succeeded
from access.workshop import Workshop
from results.facts import Secret, Throttle
from tests.reference_store import ReferenceStore
from tests.ways_in import Clock, hand_clock

DAY = 24 * 3600


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return hand_clock(monkeypatch)


@pytest.fixture
def workshop() -> Workshop:
    return Workshop(ReferenceStore())


def test_three_are_free_then_the_delay_doubles_to_a_minute(workshop, clock):
    waits = []
    for _ in range(12):
        wait = check(workshop, "K4MN", "192.0.2.1")
        waits.append(wait)
        if wait:
            assert check(workshop, "K4MN", "192.0.2.1") == wait  # asking again costs nothing
            clock.sleep(wait - 0.5)
            assert check(workshop, "K4MN", "192.0.2.1") == 1
            clock.sleep(0.5)
            assert check(workshop, "K4MN", "192.0.2.1") == 0
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_success_and_a_quiet_day_forget(workshop, clock):
    for _ in range(3):
        check(workshop, "K4MN", "192.0.2.1")
    assert check(workshop, "K4MN", "192.0.2.1") == 1
    succeeded(workshop, "K4MN")
    assert [check(workshop, "K4MN", "192.0.2.1") for _ in range(4)] == [0, 0, 0, 1]
    clock.sleep(DAY)
    assert [check(workshop, "K4MN", "192.0.2.1") for _ in range(4)] == [0, 0, 0, 1]


def test_an_address_has_300_and_gets_one_back_every_12_seconds(workshop, clock):
    for _ in range(299):
        failed(workshop, "192.0.2.1")
    assert check(workshop, "", "192.0.2.1") == 0
    failed(workshop, "192.0.2.1")
    assert check(workshop, "", "192.0.2.1") == 1
    assert check(workshop, "", "192.0.2.2") == 0
    for _ in range(10):
        failed(workshop, "192.0.2.1")
    assert check(workshop, "", "192.0.2.1") == 60
    clock.sleep(12 * 11)
    assert check(workshop, "", "192.0.2.1") == 0
    succeeded(workshop, "K4MN")  # a right code of one's own buys no tries
    failed(workshop, "192.0.2.1")
    failed(workshop, "192.0.2.1")
    assert check(workshop, "", "192.0.2.1") > 0


def test_failures_that_come_faster_than_they_are_forgotten_are_forgotten_too(workshop, clock):
    for _ in range(60):
        failed(workshop, "192.0.2.1")
        clock.sleep(10)
    (count,) = workshop.store.facts(Throttle)
    assert count.failures == pytest.approx(60 - 600 // ADDRESS.forgets_after, abs=1)


@pytest.mark.parametrize("step", [-2 * 3600, -1, 3 * 3600])
def test_a_clock_that_is_set_keeps_nobody_out_for_longer_than_a_minute(workshop, clock, step):
    for _ in range(20):
        clock.sleep(check(workshop, "K4MN", "192.0.2.1"))
    clock.sleep(step)
    waits = []
    while wait := check(workshop, "K4MN", "192.0.2.1"):
        waits.append(wait)
        clock.sleep(wait)
    assert sum(waits) <= throttle.LONGEST_SECONDS + 1


def test_a_hundred_at_once_are_three_tries(workshop, clock):
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: check(workshop, "K4MN", "192.0.2.1"), range(100)))
    assert waits.count(0) <= 3


def test_failures_at_once_are_all_counted(workshop, clock):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: failed(workshop, "192.0.2.1"), range(40)))
    (count,) = workshop.store.facts(Throttle)
    assert count.failures == 40


@given(st.lists(st.text(max_size=12), max_size=30))
def test_a_bucket_tells_nothing_and_there_are_few(selectors):
    workshop = Workshop(ReferenceStore())
    for selector in selectors:
        check(workshop, selector, "192.0.2.77")
    buckets = [fact.bucket for fact in workshop.store.facts(Throttle)]
    assert len(buckets) <= len(set(selectors))
    for bucket in buckets:
        kind, _, digits = bucket.partition("-")
        assert (kind, len(digits)) == ("selector", 5)  # 20 bits: a million at most
        int(digits, 16)


def test_replicas_share_the_key_and_another_workshop_has_its_own(clock):
    store, other = ReferenceStore(), ReferenceStore()
    for at in (Workshop(store), Workshop(store), Workshop(other)):
        check(at, "K4MN", "192.0.2.1")
    assert [fact.failures for fact in store.facts(Throttle)] == [2]
    (one,), (two,) = store.facts(Secret), other.facts(Secret)
    assert one.value != two.value
    assert len(one.value) == 64


@pytest.mark.parametrize(
    ("hosts", "same"),
    [
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), True),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), False),
        (("192.0.2.7", "::ffff:192.0.2.7"), True),
        (("192.0.2.7", "192.0.2.8"), False),
        (("fe80::1%eth0", "fe80::2"), True),
        (("", "not an address"), True),
    ],
)
def test_what_counts_as_one_address(hosts, same):
    assert (address_group(hosts[0]) == address_group(hosts[1])) is same
