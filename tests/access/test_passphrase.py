"""Passphrases and secrets of codes: what is hashed, what a comparison costs, how many run at once, what is refused."""

import statistics
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.actor import RefusedError
from access.passphrase import COST, MAX_BYTES, Cost, Slots, check_passphrase, hash_secret, needs_rehash, verify
from survey.problems import message

CHEAP = Cost(passes=1, memory=64, lanes=1)
GOOD = "wander copper lantern thirty"
FULL = "x" * MAX_BYTES
FOREIGN = (
    "កណ្តាលរដ្ឋមន្ត្រីថ្មី",
    "ঢাকা নদী সবুজ আকাশ",
    "მთა ზღვა ქარი წიგნი",
    "синий чайник летит домой",
    "푸른 산 너머 작은 배와 바람",
)


def test_at_the_real_cost():
    encoded = hash_secret(GOOD)
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify(encoded, GOOD)
    assert not verify(encoded, GOOD + " ")
    assert not needs_rehash(encoded)
    assert needs_rehash(hash_secret(GOOD, CHEAP))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_secret_matches_itself_and_nothing_else(secret, other):
    encoded = hash_secret(secret, CHEAP)
    assert verify(encoded, secret, CHEAP)
    assert verify(encoded, unicodedata.normalize("NFD", secret), CHEAP)
    same = unicodedata.normalize("NFC", secret) == unicodedata.normalize("NFC", other)
    assert verify(encoded, other, CHEAP) == same
    assert not verify(None, secret, CHEAP)
    assert secret not in encoded or len(secret) < 8
    assert hash_secret(secret, CHEAP) != encoded


@pytest.mark.parametrize("encoded", ["", "x", "$argon2id$v=19$m=64,t=1,p=1$AAAA", "$2b$12$abc", "\0"])
def test_a_damaged_hash_matches_nothing(encoded):
    assert not verify(encoded, GOOD, CHEAP)
    assert needs_rehash(encoded, CHEAP)


def test_a_longer_text_does_not_match_by_its_beginning():
    encoded = hash_secret(FULL, CHEAP)
    assert verify(encoded, FULL, CHEAP)
    assert not verify(encoded, FULL + "x", CHEAP)
    assert not verify(encoded, FULL * 5_000, CHEAP)
    with pytest.raises(ValueError, match="1024"):
        hash_secret(FULL + "x", CHEAP)


def test_what_is_unknown_costs_what_is_wrong():
    cost = Cost(passes=1, memory=8 * 1024, lanes=1)
    encoded = hash_secret(GOOD, cost)
    cases = {"known": encoded, "unknown": None, "damaged": "x"}
    spent = {name: [] for name in cases}
    for _ in range(41):  # in turn, so that a busy machine slows all of them
        for name, stored in cases.items():
            begun = time.thread_time()
            assert not verify(stored, "wrong", cost)
            spent[name].append(time.thread_time() - begun)
    known = statistics.median(spent["known"])
    assert known > 0.001
    assert statistics.median(spent["unknown"]) / known == pytest.approx(1, abs=0.1)
    assert statistics.median(spent["damaged"]) / known == pytest.approx(1, abs=0.1)


def test_the_first_unknown_costs_no_more_than_the_next():
    cost = Cost(passes=1, memory=8 * 1024 + 8, lanes=1)  # its own cost: nothing has been prepared for it
    spent = []
    for _ in range(9):
        begun = time.thread_time()
        verify(None, "wrong", cost)
        spent.append(time.thread_time() - begun)
    assert spent[0] < 1.7 * statistics.median(spent[1:])


def test_at_most_two_at_once_and_the_others_wait():
    slots, inside, most, lock = Slots(count=2, patience=5), 0, 0, threading.Lock()

    def work(_):
        nonlocal inside, most
        with slots.one():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert most == 2


@pytest.mark.parametrize(
    "hashing", [lambda slots: hash_secret(GOOD, CHEAP, slots), lambda slots: verify(None, "x", CHEAP, slots)]
)
def test_who_waits_too_long_is_refused_and_a_slot_comes_back(hashing):
    slots = Slots(count=1, patience=0.01)
    with slots.one(), pytest.raises(RefusedError) as refused:
        hashing(slots)
    assert refused.value.code == "P020"
    hashing(slots)


@pytest.mark.parametrize(
    "text", [GOOD, *FOREIGN, "a" * 14 + "bcdefghij", "    twelve  horses   ", "x@7" * 3 + "other words here"]
)
def test_accepted(text):
    check_passphrase(text, ["AI readiness", "Regional workshop 2026"])


def test_composed_and_decomposed_are_equally_long():
    for form in ("NFC", "NFD"):
        with pytest.raises(RefusedError) as refused:
            check_passphrase(unicodedata.normalize(form, "éàüöçñšžåčřýíě"))
        assert refused.value.code == "P021"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "P021"),
        ("fourteen chars", "P021"),
        ("horse " * 200, "P022"),
        ("х" * 513, "P022"),
        ("wander copper\0lantern", "P022"),
        ("wander copper\ud800lantern", "P022"),
        ("aaaaaaaaaaaaaaa", "P023"),
        ("abcabcabcabcabcab", "P023"),
        ("Correct Horse Battery Staple", "P023"),
        ("PASSWORD-password-2026", "P023"),
        ("123456789012345", "P023"),
        ("098765432109876", "P023"),
        ("qwertyuiopasdfgh", "P023"),
        ("йцукенгшщзхъфыва", "P023"),
        ("Ｐａｓｓｗｏｒｄ Ｐａｓｓｗｏｒｄ", "P023"),
        ("regional workshop 2026", "P023"),
        ("2025 Regional-Workshop!", "P023"),
        ("..... ..... .....", "P023"),
    ],
)
def test_refused(text, code):
    with pytest.raises(RefusedError) as refused:
        check_passphrase(text, ["AI readiness", "Regional workshop", "Regional workshop 2026"])
    assert refused.value.code == code
    assert text not in str(refused.value) or not text


def test_the_default_is_what_the_standard_asks_for():
    assert (COST.passes, COST.memory, COST.lanes) == (3, 65_536, 4)
    assert "15 characters" in message("P021")
