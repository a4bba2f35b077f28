"""What an author sees: the questionnaires of the server's folder with their problems. No round, no answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from access.actor import Actor
from access.gate import authorise
from access.matrix import NOWHERE
from access.workshop import Workshop
from survey.check import check
from survey.loader import load
from survey.problems import Problem, ProblemsError


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One questionnaire file. `title`, `version`, `items`: "", "" and 0 when it cannot be read; problems also of its translations."""

    path: str
    title: str
    version: str
    items: int
    problems: tuple[Problem, ...]


def checked_files(workshop: Workshop, actor: Actor, folder: Path) -> tuple[CheckedFile, ...]:
    """Every questionnaire below the folder, by name. What cannot be read is a problem too."""
    authorise(workshop, actor, "check questionnaires", NOWHERE)
    problems = check([folder])
    return tuple(_checked(file, folder, problems) for file in sorted(folder.rglob("questionnaire.yaml")))


def _checked(file: Path, folder: Path, problems: list[Problem]) -> CheckedFile:
    own = tuple(problem for problem in problems if Path(problem.path).is_relative_to(file.parent))
    shown = str(file.relative_to(folder))
    try:
        questionnaire = load(file).questionnaire
    except ProblemsError:
        return CheckedFile(shown, "", "", 0, own)
    return CheckedFile(shown, questionnaire.title, questionnaire.version, len(questionnaire.items), own)
