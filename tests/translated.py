"""Translations of the tests' tiny questionnaire, installed for a workshop."""

from __future__ import annotations

from pathlib import Path

import polib

from survey.loader import parse
from survey.translation import template
from tests.workshops import QUESTIONNAIRE, Scene


def install(at: Scene, folder: Path) -> Path:
    """Wholly in Russian; its title and a question in Kyrgyz. Returns the folder of the .po files."""
    locale = folder / "installed" / "tiny" / "locale"
    locale.mkdir(parents=True)
    write(locale / "ru.po", {entry.msgctxt: f"ru {entry.msgid}" for entry in tiny()})
    write(locale / "ky.po", {"title": "ky Tiny", "plan.text": "ky Is there a plan?"})
    at.workshop._questionnaires = locale.parents[1]
    return locale


def tiny() -> polib.POFile:
    return template(parse(QUESTIONNAIRE, "tiny").questionnaire)


def write(path: Path, texts: dict[str, str], *, draft: bool = False) -> None:
    pot = tiny()
    for entry in pot:
        entry.msgstr = texts.get(entry.msgctxt, "")
        entry.fuzzy = draft and bool(entry.msgstr)
    path.write_text(str(pot), encoding="utf-8")
