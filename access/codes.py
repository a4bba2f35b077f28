"""Codes that people read aloud, copy from paper and type: a round's join code and an organisation's own code.

The alphabet has 22 symbols (4.46 bits each) of which no two look or sound alike when written by hand. Codes come from
`secrets`; nothing here logs one, and a code's `repr` hides what must stay secret.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from access.actor import RefusedError

ALPHABET: Final = "ACDEFHJKMNPRTVWXY34679"
NEVER_USED: Final = "0O 1IL 2Z 5S 8B G Q U"
"""What no code contains, for a hint: what is taken for each other, and what is taken for C, O or V."""

JOIN_LENGTH: Final = 5
SELECTOR_LENGTH: Final = 4
SECRET_LENGTH: Final = 10

# The letters of other keyboards that are printed like a symbol of the alphabet. Compared in capitals, since a key is the
# same key in either case. Ү is Kazakh, Kyrgyz and Mongolian, Ј Serbian, Ԝ Kurdish; З is taken for the digit.
_LOOK_ALIKES: Final = str.maketrans(
    "АСЕНЈКМРТХУҮԜЗ" + "ΑΕΗΚΜΝΡΤΧΥϹ",
    "ACEHJKMPTXYYW3" + "AEHKMNPTXYC",
)
# Between groups people type what their keyboard has. The minus, the hyphen bullet and the long-vowel mark of a Japanese
# or Korean keyboard are not dashes for Unicode.
_SEPARATORS: Final = frozenset("-\u2212\u2043\u30fc._\u00b7\u3002\uff0e\u02d7")
_SEPARATING: Final = frozenset({"Pd", "Pc", "Zs", "Zl", "Zp", "Cf"})
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class JoinCode:
    """A round's code, told to a whole room: 5 symbols, 22 bits. It opens a waiting room and no response."""

    symbols: str = field(repr=False)

    @property
    def shown(self) -> str:
        """As it stands on the screen in front."""
        return self.symbols


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """An organisation's own code. `selector` (4 symbols, 18 bits) finds it in the store and is no secret; `secret` (10 symbols,
    45 bits) opens the response and is kept only as its argon2id hash."""

    selector: str
    secret: str = field(repr=False)

    @property
    def shown(self) -> str:
        """In groups, as it stands on paper: `K4MN-ACDEF-HJKMN`."""
        half = SECRET_LENGTH // 2
        return f"{self.selector}-{self.secret[:half]}-{self.secret[half:]}"


def new_join_code() -> JoinCode:
    """A new code for a round; one of 5,153,632. Two can be equal: the caller asks again when the code is taken."""
    return JoinCode(_random(JOIN_LENGTH))


def new_organisation_code() -> OrganisationCode:
    """A new code for an organisation; selectors (one of 234,256) can be equal: the caller asks again when it is taken."""
    return OrganisationCode(_random(SELECTOR_LENGTH), _random(SECRET_LENGTH))


def read_code(text: str) -> JoinCode | OrganisationCode | None:
    """The code that somebody typed; None when it is none.

    Case, spaces, dashes, dots and invisible characters do not matter. Full-width letters, digits of any script, and the
    Cyrillic and Greek letters that look like a symbol count as that symbol. Symbols outside the alphabet cannot be
    mistyped ones, as no code has anything that looks like them: `stray_symbols` names them.

    >>> read_code(" k4mn-acdef-hjkmn ") == read_code("К4МN АCDЕF НJКМN") == OrganisationCode("K4MN", "ACDEFHJKMN")
    True
    >>> read_code("K4MNO") is None
    True
    """
    symbols = _symbols(text)
    if not all(symbol in ALPHABET for symbol in symbols):
        return None
    if len(symbols) == JOIN_LENGTH:
        return JoinCode(symbols)
    if len(symbols) == SELECTOR_LENGTH + SECRET_LENGTH:
        return OrganisationCode(symbols[:SELECTOR_LENGTH], symbols[SELECTOR_LENGTH:])
    return None


def require_code(text: str) -> JoinCode | OrganisationCode:
    """As `read_code`. Raises RefusedError (P024, which names the symbols that no code has); it depends on the form alone."""
    code = read_code(text)
    if code is None:
        raise RefusedError("P024")
    return code


def stray_symbols(text: str) -> str:
    """The Latin letters and digits in `text` that occur in no code, each once, in order; "" when there is none. For a hint.

    >>> stray_symbols("k0mn 1")
    '01'
    """
    strays = (symbol for symbol in _symbols(text) if symbol not in ALPHABET and symbol.isascii() and symbol.isalnum())
    return "".join(dict.fromkeys(strays))


def _symbols(text: str) -> str:
    # A code of 14 symbols is short. What is longer is cut to what is still too long to be one, before any work is done.
    plain = unicodedata.normalize("NFKC", text[:_LONGEST])
    kept = (symbol for symbol in plain if not _separates(symbol))
    return "".join(map(_ascii_digit, kept)).upper().translate(_LOOK_ALIKES)


def _separates(symbol: str) -> bool:
    return symbol.isspace() or symbol in _SEPARATORS or unicodedata.category(symbol) in _SEPARATING


def _ascii_digit(symbol: str) -> str:
    # Khmer, Lao and Bengali keyboards type their own digits.
    value = unicodedata.decimal(symbol, None)
    return symbol if value is None else str(value)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
