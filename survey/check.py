"""Checks questionnaires and their translations on disk: every problem of every file, none of which ends the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from survey.loader import load
from survey.problems import Problem, ProblemsError, message
from survey.translation import completeness, load_catalogue
from survey.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from survey.questionnaire import Questionnaire

FILE_NAME = "questionnaire.yaml"


def check(paths: Iterable[str | Path], strict: bool = False) -> list[Problem]:
    """All problems below `paths`, files in the order given and by name, each file's problems in file order.

    A path is a questionnaire file of any name, or a folder in which every questionnaire.yaml is meant. The translations
    in `locale/` beside a questionnaire are checked with it. Files are shown as the caller named them. With `strict`,
    warnings are returned as errors. Raises nothing: what cannot be read is a problem too.
    """
    problems: list[Problem] = []
    seen: set[Path] = set()
    for given in paths:
        files = [(path, shown) for path, shown in _files(str(given), problems) if path.resolve() not in seen]
        seen.update(path.resolve() for path, _ in files)
        problems += _one_tree(files)
    return [replace(problem, is_strict=True) for problem in problems] if strict else problems


def _files(given: str, problems: list[Problem]) -> list[tuple[Path, str]]:
    """The questionnaire files of one path, each with its name as the caller would write it."""
    path = Path(given)
    if path.is_file():
        return [(path, given)]
    if not path.is_dir():
        reason = "it is neither a file nor a folder" if path.exists() else "this path does not exist"
        problems.append(Problem(given, 1, 1, "Q008", message("Q008", reason=reason)))
        return []
    found = sorted(path.rglob(FILE_NAME))
    if not found:
        problems.append(Problem(given, 1, 1, "Q008", message("Q008", reason=f"no {FILE_NAME} is below this folder")))
    return [(file, f"{given.rstrip('/')}/{file.relative_to(path).as_posix()}") for file in found]


def _one_tree(files: list[tuple[Path, str]]) -> Iterator[Problem]:
    """The problems of files that will be used together: their ids must differ as well."""
    first: dict[str, str] = {}
    for path, shown in files:
        found: list[Problem] = []
        questionnaire = _loaded(path, shown, found)
        found += _double(path, shown, first)
        yield from sorted(found)
        if questionnaire is not None:
            yield from _translations(questionnaire, path, shown)


def _loaded(path: Path, shown: str, found: list[Problem]) -> Questionnaire | None:
    try:
        loaded = load(path, shown)
    except ProblemsError as error:
        found += error.problems
        return None
    found += loaded.warnings
    return loaded.questionnaire


def _double(path: Path, shown: str, first: dict[str, str]) -> list[Problem]:
    # The plain values are enough: an id is taken even while its questionnaire has problems.
    try:
        source = read_yaml(path, shown)
    except ProblemsError:
        return []
    name = source.data.get("id") if isinstance(source.data, dict) else None
    if not isinstance(name, str):
        return []
    if name in first:
        return [source.problem(("id",), "Q009", value=name, first=first[name])]
    first[name] = shown
    return []


def _translations(questionnaire: Questionnaire, path: Path, shown: str) -> Iterator[Problem]:
    folder = shown.rpartition("/")[0]
    for file in sorted((path.parent / "locale").glob("*.po")):
        name = f"{folder}/locale/{file.name}" if "/" in shown else f"locale/{file.name}"
        try:
            yield from completeness(questionnaire, load_catalogue(file, name))
        except ProblemsError as error:
            yield from error.problems
