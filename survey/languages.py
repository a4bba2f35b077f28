"""The fifteen languages of the interface: names, script, plural forms, and the first guess from what a browser asks for.

Names, scripts and plural rules: Unicode CLDR (Babel), with a short table where a chooser needs another form of the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

if TYPE_CHECKING:
    from collections.abc import Callable

CODES: Final = ("en", "ru", "ko", "kk", "ky", "tg", "uz", "hy", "az", "ka", "bn", "km", "lo", "mn", "fil")
DEFAULT: Final = "en"

# CLDR's own names are made for the middle of a sentence; here they begin a line of a list.
_OWN_NAMES: Final = {"az": "Azərbaycanca", "uz": "Oʻzbekcha"}
_ENGLISH_NAMES: Final = {"bn": "Bengali"}  # CLDR: Bangla
_SAME: Final = {"tl": "fil"}  # the older code, which browsers still send
_CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")

# The header of a .po file, in the form that translators' tools know; the tests compare each with CLDR's rule.
_ONE: Final = "nplurals=1; plural=0;"
_NOT_ONE: Final = "nplurals=2; plural=(n != 1);"
_HEADERS: Final = {
    "ru": (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    ),
    "hy": "nplurals=2; plural=(n > 1);",
    "bn": "nplurals=2; plural=(n > 1);",
    "fil": "nplurals=2; plural=(n != 1 && n != 2 && n != 3 && (n % 10 == 4 || n % 10 == 6 || n % 10 == 9));",
} | dict.fromkeys(("ko", "km", "lo", "tg"), _ONE)  # fmt: skip

_WANTED: Final = re.compile(
    r"\s*([A-Za-z]{2,8})(?:[-_][A-Za-z0-9_-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?"
)
_LONGEST: Final = 1000  # characters of a header that are looked at


@dataclass(frozen=True, slots=True)
class Language:
    """A language to choose. `script`: ISO 15924 (`Khmr`); `direction`: `ltr` or `rtl`; `plural_header`: for a .po file."""

    code: str
    own_name: str
    english_name: str
    script: str
    direction: str
    plural_header: str


@cache
def language(code: str) -> Language:
    """One of the fifteen. Raises KeyError for another code.

    >>> language("ka").own_name, language("ky").english_name, language("km").script
    ('ქართული', 'Kyrgyz', 'Khmr')
    """
    if code not in CODES:
        raise KeyError(code)
    locale = Locale.parse(code)
    own = _OWN_NAMES.get(code) or str(locale.get_display_name(code))
    likely = str(get_global("likely_subtags")[code])
    return Language(
        code,
        own[:1].title() + own[1:],  # not upper(): Georgian has capitals for whole words only
        _ENGLISH_NAMES.get(code) or str(locale.english_name),
        likely.split("_")[1],
        "rtl" if locale.character_order == "right-to-left" else "ltr",
        _HEADERS.get(code, _NOT_ONE),
    )


def own_name(code: str) -> str:
    """The language's own name as a list shows it; the code where it is none of the fifteen."""
    return language(code).own_name if code in CODES else code


def name_in(code: str, reader: str) -> str:
    """A language's name in another one, for use within a sentence; its code where CLDR has none.

    >>> name_in("ru", "en"), name_in("ru", "ky")
    ('Russian', 'орусча')
    """
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(reader.replace("-", "_")) or code
    except (ValueError, UnknownLocaleError):
        return code


def is_language(code: str) -> bool:
    """Whether the interface has this language; any text may be asked about."""
    return code in CODES


def first_language(wanted: str | None, otherwise: str = DEFAULT) -> str:
    """The language of ours that somebody wants most, from an Accept-Language header or a browser's locale.

    Weights (`q`) decide, then the order; regions and scripts are ignored; what cannot be read is passed over.

    >>> first_language("zh-CN, ky-KG;q=0.8, ru;q=0.9"), first_language("tl-PH"), first_language("zh_CN")
    ('ru', 'fil', 'en')
    """
    ranked: list[tuple[float, str]] = []
    for part in (wanted or "")[:_LONGEST].split(","):
        found = _WANTED.fullmatch(part)
        if found is None:
            continue
        code = found[1].lower()
        code = _SAME.get(code, code)
        weight = float(found[2] or 1)
        if 0 < weight <= 1 and code in CODES:
            ranked.append((weight, code))
    return max(ranked, key=lambda one: one[0])[1] if ranked else otherwise


@cache
def plural_categories(code: str) -> tuple[str, ...]:
    """The forms that whole numbers take in a language, in the order of `msgstr[i]`; English ones where CLDR knows no such language.

    >>> plural_categories("ru"), plural_categories("km")
    (('one', 'few', 'many'), ('other',))
    """
    rule = _rule(code)
    used = {rule(number) for number in range(1000)}  # the rules of these languages look at the last two digits
    return tuple(category for category in _CATEGORIES if category in used)


def plural_place(code: str, count: int) -> int:
    """Which `msgstr[i]` of a language goes with a count.

    >>> [plural_place("ru", count) for count in (1, 3, 5, 11, 21)]
    [0, 1, 2, 2, 0]
    """
    return plural_categories(code).index(_rule(code)(abs(count)))


@cache
def _rule(code: str) -> Callable[[int], str]:
    try:
        return Locale.parse(code.replace("-", "_")).plural_form
    except (ValueError, UnknownLocaleError):
        return Locale.parse(DEFAULT).plural_form
