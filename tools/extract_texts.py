"""`make texts`: writes questionnaires/<id>/locale/<id>.pot and brings the translations beside it up to date.

A translator's work is never thrown away: where the English changed, the translation stays as a draft (fuzzy) with the
earlier English beside it; where a text is gone, it is kept at the end of the file as obsolete. Running it twice changes
nothing. Exit 1 when a file cannot be read; the problems are listed and that file is left as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.catalogue import load_catalogue
from survey.loader import load
from survey.problems import ProblemsError
from survey.translation import template

HERE = Path(__file__).resolve().parent.parent


def main(folder: Path = HERE / "questionnaires") -> int:
    refused = 0
    for path in sorted(folder.glob("*/questionnaire.yaml")):
        try:
            pot = template(load(path).questionnaire)
            target = path.parent / "locale" / f"{path.parent.name}.pot"
            target.parent.mkdir(exist_ok=True)
            _write(target, str(pot))
            for file in sorted(target.parent.glob("*.po")):
                load_catalogue(file)  # refuses a broken file with its line, before anything is written
                _write(file, str(updated(polib.pofile(str(file), encoding="utf-8"), pot)))
        except ProblemsError as error:
            print(error, file=sys.stderr)
            refused = 1
    (HERE / "locale").mkdir(exist_ok=True)
    _write(HERE / "locale" / "interface.pot", interface())
    return refused


def interface(root: Path = HERE) -> str:
    """The template of the program's own texts: every `t("...")` in the code, keyed by itself as `interface_text` looks it up."""
    found = {
        text: None
        for folder in ("charts", "reports", "ui")
        for _, _, text, _, _ in extract_from_dir(
            str(root / folder), method_map=[("**.py", "python")], keywords={"t": None}
        )
    }
    pot = polib.POFile()
    pot.header = "Texts of the program. Licence: Apache-2.0."
    pot.metadata = {"Project-Id-Version": "ai-readiness", "Language": "", "Content-Type": "text/plain; charset=UTF-8"}
    for text in sorted(str(text) for text in found):
        pot.append(polib.POEntry(msgctxt=text, msgid=text))
    return str(pot)


def updated(catalogue: polib.POFile, pot: polib.POFile) -> polib.POFile:
    """The translations of `catalogue` for the texts of `pot`, in its order. polib's merge alone loses changed texts."""
    english = {entry.msgctxt: entry.msgid for entry in pot}
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
            earlier[entry.msgctxt] = entry.previous_msgid
    catalogue.merge(pot)
    for entry in catalogue:
        if not entry.obsolete:
            entry.previous_msgid = earlier.get(entry.msgctxt)
    places = {entry.msgctxt: place for place, entry in enumerate(pot)}
    catalogue.sort(key=lambda entry: (entry.obsolete, places.get(entry.msgctxt, len(places))))
    return catalogue


def _write(path: Path, text: str) -> None:
    text = text.rstrip("\n") + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path}: written")


if __name__ == "__main__":
    raise SystemExit(main())
