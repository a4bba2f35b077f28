"""What there is to translate, as .pot files, and how a translation follows when the English changes. `make translations` uses it.

A translator's work is never thrown away: where the English of a questionnaire changed, the translation stays as a draft (fuzzy)
with the earlier English beside it; where a text is gone, it is kept at the end of the file as obsolete.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.catalogue import load_catalogue
from survey.languages import language
from survey.loader import load
from survey.problems import CATALOGUE
from survey.texts import Text
from survey.translation import template
from web.texts import TEXTS

HERE = Path(__file__).resolve().parent.parent
PACKAGES = ("charts", "reports", "ui", "web")
# What pages say of the store; its other messages are for the terminal, in English as the rest of it.
STORE_CODES = ("S008", "S034")


def interface(root: Path = HERE) -> polib.POFile:
    """The template of the program's own texts, keyed by their English: what `t` and `marked` are given in the code, the texts of the
    plain pages, and the coded messages that pages show. A comment says where each is from."""
    pot = polib.POFile()
    pot.header = "Texts of the program. Licence: Apache-2.0."
    pot.metadata = {
        "Project-Id-Version": "ai-readiness",
        "Language": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=INTEGER; plural=EXPRESSION;",
    }
    for english, (plural, places) in sorted(_found(root).items()):
        entry = polib.POEntry(msgid=english, comment=", ".join(places))
        if plural:
            entry.msgid_plural, entry.msgstr_plural = plural, {0: "", 1: ""}
        pot.append(entry)
    return pot


def interface_texts(root: Path = HERE) -> list[Text]:
    """The same as a list."""
    return [Text(entry.msgid, entry.msgid, entry.msgid_plural) for entry in interface(root)]


def _found(root: Path) -> dict[str, tuple[str, list[str]]]:
    """English → (plural, where it stands)."""
    found: dict[str, tuple[str, list[str]]] = {}

    def note(text: str, plural: str, place: str) -> None:
        known, places = found.get(text, ("", []))
        found[text] = known or plural, sorted({*places, place})

    for folder in PACKAGES:
        for path in sorted((root / folder).rglob("*.py")):
            for text, plural in _said(path.read_text(encoding="utf-8")):
                note(text, plural, path.relative_to(root).as_posix())
    for key in TEXTS:
        note(TEXTS.english(key), "", f"web: {key}")
    for code, (_, sentence) in CATALOGUE.items():
        if code[0] in "PRW" or code in STORE_CODES:
            note(sentence, "", code)
    return found


def _said(code: str) -> Iterator[tuple[str, str]]:
    """What the calls of `t` and `marked` in this code are given: (text, plural). Babel's extractor would not look into f-strings."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "marked"):
            words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if words:
                yield words[0], words[1] if len(words) > 1 else ""


def updated(catalogue: polib.POFile, pot: polib.POFile, code: str = "") -> polib.POFile:
    """The translations of `catalogue` for the texts of `pot`, in its order. polib's merge alone loses changed texts.

    `code`: the language, for the header and for the number of plural forms.
    """
    english = {entry.msgctxt: entry.msgid for entry in pot if entry.msgctxt}
    # A text that comes back finds its own translation again; nothing is renamed onto it.
    kept = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.obsolete}
    earlier = {}
    for entry in catalogue:
        now = english.get(entry.msgctxt)
        if entry.obsolete or (entry.msgctxt, now) in kept:
            continue
        if now is not None and now != entry.msgid:
            if entry.msgstr:
                earlier[entry.msgctxt] = entry.previous_msgid or entry.msgid
                entry.fuzzy = True
            entry.msgid = now
        elif entry.fuzzy and entry.previous_msgid:
            earlier[_key(entry)] = entry.previous_msgid
    catalogue.merge(pot)
    for entry in catalogue:
        if not entry.obsolete:
            entry.previous_msgid = earlier.get(_key(entry))
    places = {_key(entry): place for place, entry in enumerate(pot)}
    catalogue.sort(key=lambda entry: (entry.obsolete, places.get(_key(entry), len(places))))
    if code:
        _say_language(catalogue, code)
    return catalogue


def _key(entry: polib.POEntry) -> str:
    return entry.msgctxt or entry.msgid


def _say_language(catalogue: polib.POFile, code: str) -> None:
    """The header that translators' tools read, and as many plural forms as the language has."""
    header = language(code).plural_header
    catalogue.metadata |= {"Language": code, "Plural-Forms": header}
    forms = int(header.removeprefix("nplurals=").partition(";")[0])
    for entry in catalogue:
        if not entry.msgid_plural:
            continue
        if entry.msgstr:  # it did not count anything before
            entry.msgstr_plural, entry.msgstr, entry.fuzzy = dict.fromkeys(range(forms), entry.msgstr), "", True
        known = {place: text for place, text in entry.msgstr_plural.items() if text or place < forms}
        entry.msgstr_plural = dict.fromkeys(range(forms), "") | known


def questionnaire_template(path: Path) -> tuple[Path, polib.POFile]:
    """Where the template of a questionnaire's file belongs, and the template. Raises ProblemsError when it cannot be read."""
    return path.parent / "locale" / f"{path.parent.name}.pot", template(load(path).questionnaire)


def merge(target: Path, pot: polib.POFile) -> None:
    """Write the template, and every translation beside it for what it holds now. Raises ProblemsError before a broken one is touched."""
    target.parent.mkdir(exist_ok=True)
    write(target, str(pot))
    for file in sorted(target.parent.glob("*.po")):
        load_catalogue(file)
        write(file, current(file, pot))


def current(file: Path, pot: polib.POFile) -> str:
    """What a translation should hold for this template."""
    return str(updated(polib.pofile(str(file), encoding="utf-8"), pot, file.stem))


def write(path: Path, text: str) -> None:
    text = text.rstrip("\n") + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path}: written")
