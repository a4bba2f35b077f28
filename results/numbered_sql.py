"""Migrations as numbered SQL files: `0001_what_it_does.sql`, `0002_…`; released ones are never edited. One folder for each engine."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

APPLICATION: Final = "ai-readiness"  # in `schema_version`: tells this program's tables from a stranger's


@cache
def numbered_sql(*folder: str) -> tuple[str, ...]:
    """The SQL of every migration in `migrations/` or a folder below it; schema version n is the state after the first n."""
    place = files("results").joinpath("migrations", *folder)
    found = sorted((file for file in place.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    numbers = [int(file.name[:4]) for file in found]
    assert numbers == list(range(1, len(found) + 1)), f"migrations must count 0001, 0002, …: {numbers}"
    return tuple(file.read_text(encoding="utf-8") for file in found)
