"""Names of countries and their order in the language shown."""

from __future__ import annotations

import doctest

import pytest

from charts import countries
from charts.countries import alphabetical, country_name, sorting_key

TWELVE = ("AM", "AZ", "BD", "GE", "KG", "KH", "KZ", "LA", "MN", "PH", "TJ", "UZ")
LANGUAGES = ("en", "ru", "ko", "kk", "ky", "tg", "uz", "hy", "az", "ka", "bn", "km", "lo", "mn", "fil")


def test_doctests():
    assert doctest.testmod(countries).failed == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_country_once(language):
    names = [country_name(code, language) for code in TWELVE]
    assert len(set(names)) == len(TWELVE)
    assert not set(names) & set(TWELVE)
    assert sorted(alphabetical(TWELVE, language)) == sorted(TWELVE)


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("LA", "en", "Lao PDR"),
        ("LA", "fil", "Lao PDR"),
        ("LA", "en_GB", "Lao PDR"),
        ("KG", "ru", "Кыргызстан"),
        ("KG", "ky", "Кыргызстан"),
        ("UZ", "uz_Latn", "Oʻzbekiston"),
        ("GE", "xx", "Georgia"),
        ("GE", "not a language", "Georgia"),
        ("A", "en", "A"),
    ],
)
def test_names(code, language, name):
    assert country_name(code, language) == name


def test_alphabetical_in_english():
    names = [country_name(code) for code in alphabetical(reversed(TWELVE))]
    assert names == sorted(names)
    assert names[7] == "Lao PDR"


def ordered(words: str, language: str) -> bool:
    backwards = words.split()[::-1]
    return words.split() == sorted(backwards, key=lambda word: sorting_key(word, language))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "Армения Әзірбайжан Бангладеш Камбоджа Қазақстан Қырғызстан Лаос Өзбекстан"),
        ("uz", "Armaniston Gruziya Kambodja Ozarbayjon Qozogʻiston Tojikiston Oʻzbekiston Shvetsiya"),
        ("az", "Ermənistan Əfqanıstan Gürcüstan Xorvatiya Iraq İran Koreya Qazaxıstan Laos Özbəkistan Pakistan"),
        ("tg", "Камбоҷа Қазоқистон Лаос Тоҷикистон Ӯзбекистон Филиппин"),
        ("mn", "Гүрж Орос Өмнөд Узбекистан Үндэс Филиппин"),
        ("lo", "ກຳປູເຈຍ ເກົາຫຼີ ຄາຊັກສະຖານ ລາວ"),
        ("ko", "라오스 몽골 아르메니아 우즈베키스탄 조지아 캄보디아 키르기스스탄 필리핀"),
        ("en", "Åland Algeria Austria Türkiye Turkmenistan Viet"),
    ],
)
def test_each_alphabet_has_its_own_order(language, words):
    assert ordered(words, language)
