"""Checks of what a version says about earlier ones: renamed and dropped items, and versions that may be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.questionnaire import Migration, Questionnaire, version_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.problems import Problem
    from survey.yaml_source import Source


def check(source: Source, questionnaire: Questionnaire) -> Iterator[Problem]:
    """Problems Q040-Q045 of a questionnaire whose fields are right, each at its line."""
    migration = questionnaire.migration
    if migration is None:
        return
    yield from _renamed(source, questionnaire, migration)
    used = {*questionnaire.position, *questionnaire.dimension_ids}
    for number, item in enumerate(migration.dropped):
        if item in used:
            yield source.problem(("migration", "dropped", number), "Q042", item=item, gone="dropped")
        elif item in migration.renamed:
            yield source.problem(("migration", "dropped", number), "Q041", item=item)
    for number, version in enumerate(migration.comparable_with):
        if version_numbers(version) >= questionnaire.version_numbers:
            at = ("migration", "comparable_with", number)
            yield source.problem(at, "Q044", value=version, version=questionnaire.version)


def _renamed(source: Source, questionnaire: Questionnaire, migration: Migration) -> Iterator[Problem]:
    used = {*questionnaire.position, *questionnaire.dimension_ids}
    first: dict[str, str] = {}
    for old, new in migration.renamed.items():
        at = ("migration", "renamed", old)
        if old == new:
            yield source.problem(at, "Q043", on_key=True, item=old)
        elif old in used:
            yield source.problem(at, "Q042", on_key=True, item=old, gone="renamed")
        elif new not in questionnaire.position:
            yield source.problem(at, "Q040", old=old, new=new)
        elif new in first:
            yield source.problem(at, "Q045", old=old, other=first[new], new=new)
        first.setdefault(new, old)
