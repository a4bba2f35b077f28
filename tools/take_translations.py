"""Takes translations from a JSON file into a .po file, as drafts that a native speaker still has to check.

    python tools/take_translations.py ru.json locale/ru.po                       English → text, or [one text for each plural form]
    python tools/take_translations.py ru.json questionnaires/ethics/locale/ru.po context → text

Run `make translations` first, so that the template beside the .po file is fresh. A translation that somebody has checked (one without
the fuzzy flag) is never replaced. What cannot be used is listed and left out: an unknown key, a lost placeholder, a wrong number of
plural forms; exit 1 then. `--checked`: a native speaker has checked them.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

import polib

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.catalogue import Entry
from survey.languages import language
from tools.extract_texts import updated, write

Words = str | list[str]


def main(arguments: list[str] | None = None) -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--checked", action="store_true")
    options = parser.parse_args(arguments)
    given: dict[str, Words] = json.loads(options.source.read_text(encoding="utf-8"))
    pot = polib.pofile(str(next(options.target.parent.glob("*.pot"))), encoding="utf-8")
    catalogue = polib.pofile(str(options.target), encoding="utf-8") if options.target.exists() else polib.POFile()
    if not options.target.exists():
        catalogue.header, catalogue.metadata = pot.header, dict(pot.metadata)
    catalogue = updated(catalogue, pot, options.target.stem)
    faults = take(catalogue, given, options.target.stem, draft=not options.checked)
    write(options.target, str(catalogue))
    print(*faults, f"{len(given) - len(faults)} of {len(given)} taken", sep="\n")
    return 1 if faults else 0


def take(catalogue: polib.POFile, given: dict[str, Words], code: str, *, draft: bool) -> list[str]:
    """Put the given translations into the catalogue; what is wrong with those that were left out."""
    entries = {entry.msgctxt or entry.msgid: entry for entry in catalogue if not entry.obsolete}
    faults = [f"{key}: not a text of this template" for key in given if key not in entries]
    for key, words in given.items():
        entry = entries.get(key)
        if entry is None or ((entry.msgstr or any(entry.msgstr_plural.values())) and not entry.fuzzy):
            continue
        if fault := _fault(entry, words, code):
            faults.append(f"{key}: {fault}")
            continue
        if isinstance(words, list):
            entry.msgstr_plural = dict(enumerate(words))
        else:
            entry.msgstr = words
        entry.previous_msgid = None
        entry.fuzzy = draft
    return faults


def _fault(entry: polib.POEntry, words: Words, code: str) -> str:
    forms = words if isinstance(words, list) else [words]
    if not all(isinstance(form, str) and form.strip() for form in forms):
        return "a text is empty"
    if isinstance(words, list) != bool(entry.msgid_plural):
        return (
            "it counts something: give a list of its plural forms" if entry.msgid_plural else "it has no plural forms"
        )
    found = Entry(entry.msgid, forms[-1], plural=entry.msgid_plural, forms=tuple(forms) if entry.msgid_plural else ())
    if not found.has_forms_of(code):
        return f"{len(forms)} plural form(s); the language has {language(code).plural_header}"
    return "" if found.keeps_placeholders else "a placeholder is lost, added or changed"


if __name__ == "__main__":
    raise SystemExit(main())
