"""Two versions of a questionnaire side by side: whether their scores may be compared, and which column became which."""

from __future__ import annotations

from dataclasses import dataclass

from survey.problems import Problem, ProblemsError, message
from survey.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Carry:
    """Items that two versions share: column `older[k]` of an answer matrix is column `newer[k]` of the other.

    Ordered as in the newer version. Items that only one version has are in neither.
    """

    older: tuple[int, ...]
    newer: tuple[int, ...]


def carry(older: Questionnaire, newer: Questionnaire, name: str = "") -> Carry:
    """Which columns of the older version are which of the newer one.

    Versions are comparable when their first numbers are equal or the newer one says so under `migration`. Raises
    ProblemsError when they are not (Q050), are of two questionnaires (Q051), or when the newer version does not
    say what became of an item (Q052), or says that two became one (Q053); `name` stands for the newer file in the messages.
    """
    problems = _problems(older, newer)
    if problems:
        shown = name or f"{newer.id}-{newer.version}"
        raise ProblemsError([Problem(shown, 1, 1, code, message(code, **facts)) for code, facts in problems])
    columns = {newer.position[new]: older.position[old] for old, new in _successors(older, newer).items()}
    shared = sorted(columns)
    return Carry(tuple(columns[column] for column in shared), tuple(shared))


def is_comparable(older: Questionnaire, newer: Questionnaire) -> bool:
    """Whether the newer version's author holds the scores of both to mean the same."""
    declared = newer.migration.comparable_with if newer.migration else ()
    listed = any(version.split(".") == older.version.split(".") for version in declared)
    in_order = older.version_numbers <= newer.version_numbers
    return in_order and (listed or older.version_numbers[0] == newer.version_numbers[0])


def _problems(older: Questionnaire, newer: Questionnaire) -> list[tuple[str, dict[str, object]]]:
    if older.id != newer.id:
        return [("Q051", {"other": older.id, "id": newer.id})]
    versions: dict[str, object] = {"old": older.version, "new": newer.version}
    if not is_comparable(older, newer):
        return [("Q050", versions)]
    dropped = newer.migration.dropped if newer.migration else ()
    found = _successors(older, newer)
    first: dict[str, str] = {}
    problems: list[tuple[str, dict[str, object]]] = []
    for item in older.items:
        successor = found.get(item.id)
        if successor is None and item.id not in dropped:
            problems.append(("Q052", {"item": item.id, **versions}))
        elif successor in first:
            problems.append(("Q053", {"item": item.id, "other": first[successor], "successor": successor, **versions}))
        elif successor is not None:
            first[successor] = item.id
    return problems


def _successors(older: Questionnaire, newer: Questionnaire) -> dict[str, str]:
    """Id in the older version → id in the newer one."""
    renamed = newer.migration.renamed if newer.migration else {}
    pairs = {item.id: renamed.get(item.id, item.id) for item in older.items}
    return {old: new for old, new in pairs.items() if new in newer.position}
