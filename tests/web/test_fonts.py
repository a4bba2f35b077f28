"""The fonts of pages: our own origin, kept for a year, and no character of any translation without a glyph."""

from __future__ import annotations

import json
import re
import unicodedata
from io import BytesIO
from pathlib import Path

import polib
import pytest
from fontTools.ttLib import TTFont
from starlette.middleware import Middleware

from charts.countries import country_name
from charts.theme import FONT
from reports.typesetting import FONTS as SHIPPED
from survey.languages import CODES, language, own_name
from tests.web.asgi import application, ask
from web.fonts import FOLDER, RANGES, font_routes, style_sheet
from web.headers import IMMUTABLE, SecurityHeaders
from web.pages import FONTS

ROOT = Path(__file__).resolve().parents[2]
OF_LANGUAGE = {"hy": "Armenian", "ka": "Georgian", "bn": "Bengali", "km": "Khmer", "lo": "Lao"}
COUNTRIES = ("AM", "AZ", "BD", "GE", "KG", "KH", "KR", "KZ", "LA", "MN", "PH", "RU", "TJ", "UZ")
FACE = re.compile(
    r'@font-face\{font-family:"Noto Sans (\w+)";font-weight:(\d+);.*?src:url\(([^)]+)\) format\("woff2"\);unicode-range:([^}]+)\}'
)


@pytest.fixture(scope="module")
def app():
    return application(*font_routes(), middleware=[Middleware(SecurityHeaders)])


@pytest.fixture(scope="module")
def faces(app):
    """Script → the characters that a page shows in it: in the range of each of its faces, and in the font it names."""
    found: dict[str, set[str]] = {}
    for script, _, address, ranges in FACE.findall(ask(app, FONTS).text):
        font = TTFont(BytesIO(ask(app, address).body))
        known = {chr(point) for point in font.getBestCmap()} & in_ranges(ranges)
        found[script] = found.get(script, known) & known
    return found


def in_ranges(ranges: str) -> set[str]:
    characters: set[str] = set()
    for part in ranges.removesuffix(";").split(","):
        first, _, last = part.strip().removeprefix("U+").partition("-")
        characters |= {chr(point) for point in range(int(first, 16), int(last or first, 16) + 1)}
    return characters


def shipped(family: str) -> set[str]:
    """What a family of the shipped fonts covers: stands for the device's own Latin, Cyrillic and Korean."""
    ranges = json.loads((SHIPPED / "coverage.json").read_text(encoding="ascii"))[family]
    return in_ranges(",".join(ranges.split()))


def texts(code: str) -> list[str]:
    """Every translation of a language, its name and the programme's countries in it."""
    found = [own_name(code), *(country_name(country, code) for country in COUNTRIES)]
    for file in [*ROOT.glob(f"locale/{code}.po"), *ROOT.glob(f"questionnaires/*/locale/{code}.po")]:
        for entry in polib.pofile(str(file)):
            if not entry.obsolete:
                found += [entry.msgstr, *entry.msgstr_plural.values()]
    return found


def drawn(text: str) -> set[str]:
    """The characters that need a glyph: not line ends, and not those that only steer shaping and breaking."""
    return {char for char in text if char != "\n" and unicodedata.category(char) != "Cf"}


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_no_character_of_a_translation_lacks_a_glyph(code, faces):
    covered = shipped("Noto Sans") | (shipped("Noto Sans CJK KR") if code == "ko" else set())
    covered |= faces.get(OF_LANGUAGE.get(code, ""), set())
    said = texts(code)
    assert len(said) > 400
    missing = {char: text for text in said for char in drawn(text) - covered}
    assert missing == {}, {f"U+{ord(char):04X}": text for char, text in missing.items()}


def test_every_face_has_the_whole_of_its_languages_alphabet(faces):
    """A font that lacked a common letter would not be noticed by texts that happen not to have it."""
    letters = {
        "Armenian": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև", "Georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "Bengali": "অআইঈউঊঋএঐওঔকখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহড়ঢ়য়ৎংঃঁািীুূৃেৈোৌ্০১২৩৪৫৬৭৮৯।",
        "Khmer": "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអាិីឹឺុូួើឿៀេែៃោៅំះៈ្០១២៣៤៥៦៧៨៩។",
        "Lao": "ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອຮະາິີຶືຸູົຽເແໂໃໄໍ່້໊໋໌ໆ໐໑໒໓໔໕໖໗໘໙",
    }  # fmt: skip
    for script, alphabet in letters.items():
        assert drawn(alphabet) <= faces[script], script


def test_files_are_small_and_kept_for_a_year(app):
    found = FACE.findall(ask(app, FONTS).text)
    assert {(script, weight) for script, weight, _, _ in found} == {(s, w) for s in RANGES for w in ("400", "700")}
    for _, _, address, _ in found:
        answer = ask(app, address)
        assert (answer.status, answer["content-type"], answer["cache-control"]) == (200, "font/woff2", IMMUTABLE)
        assert 5_000 < len(answer.body) < 60_000
    assert ask(app, FONTS)["cache-control"] == "no-store"  # it names the present files


@pytest.mark.parametrize("name", ["x.woff2", "OFL.txt", "..%2fheaders.py", "NotoSansLao-Regular.woff2"])
def test_no_other_file_is_served(app, name):
    answer = ask(app, f"/fonts/{name}")
    assert (answer.status, answer["cache-control"]) == (404, "no-store")


def test_the_licence_is_beside_the_fonts_and_they_are_the_shipped_ones():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.woff2"):
        assert TTFont(path).getBestCmap().keys() == TTFont(SHIPPED / f"{path.stem}.ttf").getBestCmap().keys()


def test_every_stack_of_families_ends_with_them():
    stacks = (FONT, (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"), (ROOT / "web" / "style.css").read_text(encoding="utf-8"))  # fmt: skip
    for script in RANGES:
        assert f'font-family:"Noto Sans {script}"' in style_sheet()
        for stack in stacks:
            place = stack.replace('"', "'")
            assert place.index("system-ui") < place.index(f"'Noto Sans {script}'")


def test_plain_pages_of_those_languages_load_them_and_others_do_not():
    from tests.web.test_language import app as pages

    for code in CODES:
        page = ask(pages(), "/leave", accept_language=code).text
        assert (FONTS in page) == (code in OF_LANGUAGE)
        assert language(code).script in {"Latn", "Cyrl", "Kore"} or code in OF_LANGUAGE
