"""argon2id for what people remember or type: passphrases of staff and the secrets of organisation codes.

A hash costs 64 MiB and 0.1 to 0.3 s of one core, by intent, so a process works on at most two at once. All functions that
hash block: call them in a worker thread. Sources: RFC 9106 section 4, NIST SP 800-63B-4 section 3.1.1.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from access.actor import RefusedError

MIN_CHARACTERS: Final = 15
MAX_BYTES: Final = 1024
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: passes, memory in KiB, lanes. The default is the second recommendation of RFC 9106, for 64 MiB."""

    passes: int = 3
    memory: int = 64 * 1024
    lanes: int = 4


COST: Final = Cost()


class Slots:
    """Lets `count` hashes run at once; who waits longer than `patience` seconds is refused (P020)."""

    def __init__(self, count: int, patience: float) -> None:
        self._slots = threading.BoundedSemaphore(count)
        self._patience = patience

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot. Raises RefusedError (P020) when none becomes free in time."""
        if not self._slots.acquire(timeout=self._patience):
            raise RefusedError("P020")
        try:
            yield
        finally:
            self._slots.release()


# In 10 s two slots do sixty hashes and more: a room that types its codes at the same moment gets in.
SLOTS: Final = Slots(count=2, patience=10.0)


def hash_secret(text: str, cost: Cost = COST, slots: Slots = SLOTS) -> str:
    """The encoded argon2id hash of `text`, with its own salt and cost in it. Raises RefusedError (P020), ValueError past `MAX_BYTES`."""
    data = _bytes(text)
    if len(data) > MAX_BYTES:
        raise ValueError(f"a secret has at most {MAX_BYTES} bytes")
    with slots.one():
        return _hasher(cost).hash(data)


def verify(encoded: str | None, text: str, cost: Cost = COST, slots: Slots = SLOTS) -> bool:
    """Whether `text` is the secret behind `encoded`. Raises RefusedError (P020).

    Without a hash (an unknown selector) and with a damaged one it does the work of a failed comparison and says False: the
    time tells nobody what exists.
    """
    data = _bytes(text)
    with slots.one():
        try:
            matches = _matches(cost, encoded or _nobodys(cost), data[:MAX_BYTES])
        except InvalidHashError:
            matches = _matches(cost, _nobodys(cost), data[:MAX_BYTES])
    return matches and encoded is not None and len(data) <= MAX_BYTES


def needs_rehash(encoded: str, cost: Cost = COST) -> bool:
    """Whether the hash was made at another cost: after a successful `verify`, store `hash_secret` of the same text instead.

    Until then its comparison takes the time of its own cost, not of today's.
    """
    try:
        return _hasher(cost).check_needs_rehash(encoded)
    except InvalidHashError:
        return True


def check_passphrase(text: str, names: Iterable[str] = ()) -> None:
    """Raises RefusedError: P021 too short, P022 too long or not text, P023 one that many people choose, or no more than a name.

    Characters are counted after NFC. `names` are those of the product, round and organisation. Nothing is asked about
    digits or symbols.
    """
    composed = unicodedata.normalize("NFC", text)
    if len(composed) < MIN_CHARACTERS:
        raise RefusedError("P021")
    if len(_bytes(text)) > MAX_BYTES or not _is_text(composed):
        raise RefusedError("P022")
    if _is_common(_letters(composed), {_letters(name) for name in names}):
        raise RefusedError("P023")


@cache
def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(cost.passes, cost.memory, cost.lanes, _HASH_BYTES, _SALT_BYTES)


@cache
def _nobodys(cost: Cost) -> str:
    """A well-formed hash that nothing is known to match, made without hashing, so that its first use costs no more than the next."""
    salt, digest = (b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19$m={cost.memory},t={cost.passes},p={cost.lanes}${salt}${digest}"


def _matches(cost: Cost, encoded: str, data: bytes) -> bool:
    try:
        return _hasher(cost).verify(encoded, data)
    except VerificationError:
        return False


def _bytes(text: str) -> bytes:
    # Keyboards compose é differently; the secret is the same. A lone surrogate matches nothing, but must not raise here.
    # Composing leaves at least three bytes of four characters: what is cut here is far past MAX_BYTES.
    return unicodedata.normalize("NFC", text[: 4 * MAX_BYTES]).encode("utf-8", "surrogatepass")


def _is_text(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in text)


def _letters(text: str) -> str:
    """The letters and digits alone, in one case: what is left when spaces and signs are taken for decoration."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


_LONGEST_PIECE: Final = 8
_ROWS: Final = tuple(
    row * 3
    for row in (
        "1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "azertyuiopqsdfghjklmwxcvbn",
        "йцукенгшщзхъфывапролджэячсмитьбю", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    )
)  # fmt: skip
# The long ones at the top of published lists, compared as `_letters` leaves them.
_COMMON: Final = frozenset(
    {
        "passwordpassword", "password123456", "password12345678", "password123456789", "passw0rdpassw0rd",
        "mypasswordispassword", "thisismypassword", "thisisapassword", "thisismypassphrase", "mypassphrase",
        "mysecretpassword", "mysecretpassphrase", "correcthorsebatterystaple", "correcthorsebatterystaples",
        "iloveyouforever", "iloveyousomuch", "iloveyouiloveyou", "letmeinletmein", "letmeinplease", "changemechangeme",
        "changemeplease", "changethispassword", "administrator", "administratoradministrator", "administratorpassword",
        "adminadminadmin", "adminpassword", "welcomewelcome", "welcometotheworkshop", "welcomewelcomewelcome",
        "qwertyuiop123456", "qwerty123456789", "qwertyuiop1234567890", "qwerty1234567890", "1234567890qwertyuiop",
        "trustno1trustno1", "defaultpassword", "temporarypassword", "secretpassword", "supersecretpassword",
        "thequickbrownfox", "thequickbrownfoxjumpsoverthelazydog", "tobeornottobe", "tobeornottobethatisthequestion",
        "maytheforcebewithyou", "opensesameopensesame", "loremipsumdolor", "loremipsumdolorsitamet", "godblessamerica",
        "nevergonnagiveyouup", "governmentgovernment", "ministryofeconomy", "aireadiness", "aireadinessassessment",
        "digitalgovernment", "artificialintelligence",
    }
)  # fmt: skip


def _is_common(letters: str, names: set[str]) -> bool:
    bare = letters.strip("0123456789")
    return (
        letters in _COMMON
        or bare in _COMMON
        or letters in names
        or bare in names
        or any(letters in row or letters[::-1] in row for row in _ROWS)
        or any(_repeats(letters, piece) for piece in range(1, _LONGEST_PIECE + 1))
        or not letters
    )


def _repeats(text: str, piece: int) -> bool:
    """Whether `text` is its first `piece` characters again and again, the last time perhaps in part."""
    return (text[:piece] * (len(text) // piece + 1)).startswith(text)
