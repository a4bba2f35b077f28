"""Country codes → names, and their alphabetical order in the language shown. Names: Unicode CLDR, with the forms that a workshop uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError

# Where CLDR's everyday name is not the one on a country's name plate at the United Nations.
_ENGLISH = {
    "BN": "Brunei Darussalam",
    "KP": "DPR Korea",
    "KR": "Republic of Korea",
    "LA": "Lao PDR",
    "MM": "Myanmar",
    "RU": "Russian Federation",
    "VN": "Viet Nam",
}
_NAMES: dict[str, dict[str, str]] = {
    "en": _ENGLISH,
    "fil": _ENGLISH,  # CLDR has nearly all names of other countries in English
    "ru": {"KG": "Кыргызстан", "KR": "Республика Корея", "LA": "Лаосская НДР", "MM": "Мьянма"},
}

# Alphabets whose order differs from that of the code points. A letter may be two characters.
_ALPHABETS = {
    "az": "a b c ç d e ə f g ğ h x ı i j k q l m n o ö p r s ş t u ü v y z",
    "kk": "а ә б в г ғ д е ё ж з и й к қ л м н ң о ө п р с т у ұ ү ф х һ ц ч ш щ ъ ы і ь э ю я",
    "ky": "а б в г д е ё ж з и й к л м н ң о ө п р с т у ү ф х ц ч ш щ ъ ы ь э ю я",
    "mn": "а б в г д е ё ж з и й к л м н о ө п р с т у ү ф х ц ч ш щ ъ ы ь э ю я",
    "ru": "а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я",
    "tg": "а б в г ғ д е ё ж з и ӣ й к қ л м н о п р с т у ӯ ф х ҳ ч ҷ ш ъ э ю я",
    "uz": "a b d e f g h i j k l m n o p q r s t u v x y z oʻ gʻ sh ch ng",
}
_LAO_VOWEL_FIRST = re.compile("([ເ-ໄ])(.)")


def country_name(code: str, language: str = "en") -> str:
    """The country's name in a language such as `ky` or `uz_Latn`; in English where the language has none; the code if unknown.

    >>> country_name("LA"), country_name("GE", "ka"), country_name("A")
    ('Lao PDR', 'საქართველო', 'A')
    """
    base = _base(language)
    special = _NAMES.get(base, {}).get(code)
    return special or _cldr(language).get(code) or _ENGLISH.get(code) or _cldr("en").get(code) or code


def alphabetical(codes: Iterable[str], language: str = "en") -> tuple[str, ...]:
    """The codes in the order of their names in this language.

    >>> alphabetical(["KZ", "AZ", "GE"], "kk")
    ('AZ', 'GE', 'KZ')
    """
    return tuple(sorted(codes, key=lambda code: (sorting_key(country_name(code, language), language), code)))


def sorting_key(name: str, language: str = "en") -> tuple[tuple[int, str], ...]:
    """A key that sorts names as the language's alphabet does; accents that are not letters of it are ignored."""
    base = _base(language)
    if base == "az":
        name = name.replace("İ", "i").replace("I", "ı")
    name = unicodedata.normalize("NFC", name).casefold()
    if base == "lo":
        name = _LAO_VOWEL_FIRST.sub(r"\2\1", name)  # a vowel written first is sorted after its consonant
    letters = _letters(base)
    return tuple(_rank(letter, letters) for letter in _split(base).findall(name))


def _rank(letter: str, letters: dict[str, int]) -> tuple[int, str]:
    if letter in letters:
        return letters[letter], ""
    apart = unicodedata.normalize("NFD", letter)
    # A Hangul syllable comes apart too, but into letters, not into a letter and its accents.
    bare = apart[0] if all(map(unicodedata.combining, apart[1:])) else letter
    return letters.get(bare, 1000), "" if bare in letters else bare


@cache
def _letters(base: str) -> dict[str, int]:
    alphabet = _ALPHABETS.get(base, "").split()
    return {letter: 1001 + position for position, letter in enumerate(alphabet)}


@cache
def _split(base: str) -> re.Pattern[str]:
    """Letters of two characters before single ones."""
    pairs = [letter for letter in _ALPHABETS.get(base, "").split() if len(letter) > 1]
    return re.compile("|".join([*pairs, "."]), re.DOTALL)


def _base(language: str) -> str:
    return re.split("[_-]", language)[0]


@cache
def _cldr(language: str) -> dict[str, str]:
    try:
        territories = Locale.parse(language.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {code: name for code, name in territories.items() if code.isalpha()}
