"""`make translations`: extracts the English texts, brings all translations up to date, checks them, and says how far each is.

Exit 1 when a file cannot be read or would show readers something broken (placeholders, plural forms); the problems are listed, and a
file that cannot be read is left as it is. Missing and draft translations are counted in the table. Running it twice changes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.catalogue import Catalogue, completeness_of, load_catalogue
from survey.languages import CODES, DEFAULT, language
from survey.problems import Problem, ProblemsError
from survey.texts import Text
from tools.extract_texts import HERE, interface, merge, questionnaire_template


@dataclass(frozen=True, slots=True)
class Part:
    """One set of texts: a questionnaire, or the interface; `folder` has its translations."""

    name: str
    folder: Path
    texts: tuple[Text, ...]


def main(questionnaires: Path = HERE / "questionnaires", locale: Path = HERE / "locale") -> int:
    problems: list[Problem] = []
    parts: list[Part] = []
    for target, pot in _pots(questionnaires, locale, problems):
        try:
            merge(target, pot)
        except ProblemsError as error:
            problems += error.problems
        texts = tuple(Text(entry.msgctxt or entry.msgid, entry.msgid, entry.msgid_plural) for entry in pot)
        parts.append(Part(target.stem, target.parent, texts))
    problems += [problem for part in parts for problem in _errors(part)]
    for problem in sorted(set(problems)):
        print(problem, file=sys.stderr)
    print(table(parts))
    return 1 if problems else 0


def _pots(questionnaires: Path, locale: Path, problems: list[Problem]) -> Iterable[tuple[Path, polib.POFile]]:
    yield locale / "interface.pot", interface()
    for path in sorted(questionnaires.glob("*/questionnaire.yaml")):
        try:
            yield questionnaire_template(path)
        except ProblemsError as error:
            problems += error.problems


def _errors(part: Part) -> list[Problem]:
    found: list[Problem] = []
    for file in sorted(part.folder.glob("*.po")):
        try:
            found += completeness_of(part.texts, load_catalogue(file))
        except ProblemsError as error:
            found += error.problems
    return [problem for problem in found if problem.severity == "error"]


def table(parts: Sequence[Part]) -> str:
    """Language × part: `done`, `draft` with how many texts nobody has checked, or how many are missing."""
    rows = [("", *(part.name for part in parts))]
    rows += [
        (f"{code:4}{language(code).english_name}", *(state(part, code) for part in parts))
        for code in CODES
        if code != DEFAULT
    ]
    return "\n".join("  ".join(f"{cell:<18}" for cell in row).rstrip() for row in rows)


def state(part: Part, code: str) -> str:
    """How far one translation is."""
    try:
        catalogue = load_catalogue(part.folder / f"{code}.po")
    except ProblemsError:
        catalogue = Catalogue(code)
    entries = [catalogue.entries.get(text.context) for text in part.texts]
    missing = sum(entry is None or not entry.text for entry in entries)
    if missing:
        return "missing" if missing == len(entries) else f"missing {missing}/{len(entries)}"
    drafts = sum(entry is not None and entry.draft for entry in entries)
    return f"draft {drafts}/{len(entries)}" if drafts else "done"


if __name__ == "__main__":
    raise SystemExit(main())
