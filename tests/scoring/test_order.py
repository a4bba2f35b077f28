"""Alphabetical order, and groups by level."""

from __future__ import annotations

import pytest

from scoring.order import LevelGroup, alphabetical, by_level


def test_alphabetical_whatever_the_level():
    assert alphabetical(["Nepal", "Armenia", "Laos"]) == (1, 2, 0)
    assert alphabetical([]) == ()


def test_levels_from_the_highest_those_without_last_and_names_within():
    found = by_level(["Nepal", "Armenia", "Laos", "Georgia"], [4, None, 2, 4])
    assert found == (LevelGroup(4, (3, 0)), LevelGroup(2, (2,)), LevelGroup(None, (1,)))
    assert by_level(["Nepal"], [3]) == (LevelGroup(3, (0,)),)
    assert by_level([], []) == ()


def test_a_level_for_each_name():
    with pytest.raises(ValueError, match="each name"):
        by_level(["Nepal"], [])
