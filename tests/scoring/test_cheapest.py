"""The search against trying every combination of options, with ties, groups that need something, and candidates that must be raised."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.cheapest import Candidate, Group, Option, cheapest

SMALL = st.integers(0, 3)


@st.composite
def groups(draw: st.DrawFn, factor: int = 1) -> list[Group]:
    """Up to three groups of one to three candidates; gains and steps grow from option to option, as `Candidate` wants."""
    key = iter(range(100))
    made = []
    for size in draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)):
        candidates = []
        for _ in range(size):
            options = [] if draw(st.integers(0, 4)) == 0 else [Option(0, 0, 0)]
            steps = reached = gain = 0
            for _ in range(draw(st.integers(1, 2))):
                steps += draw(st.integers(1, 2))
                reached, gain = reached + draw(SMALL), gain + draw(SMALL)
                options.append(Option(steps, reached, gain * factor))
            candidates.append(Candidate(next(key), tuple(options)))
        made.append(Group(tuple(candidates), draw(st.integers(-1, 6))))
    return made


def by_trying(groups_: list[Group], need: int):
    candidates = [candidate for group in groups_ for candidate in group.candidates]
    best = None
    for options in itertools.product(*[candidate.options for candidate in candidates]):
        if sum(option.gain for option in options) < need:
            continue
        rest = iter(options)
        if any(sum(next(rest).reached for _ in group.candidates) < group.need for group in groups_):
            continue
        chosen = tuple((c.key, o.steps) for c, o in zip(candidates, options, strict=True) if o.steps)
        found = (len(chosen), sum(s for _, s in chosen), -sum(o.gain for o in options), chosen)
        best = found if best is None else min(best, found)
    return best and best[-1]


@settings(max_examples=150)
@given(groups(), st.integers(-2, 14))
def test_it_finds_the_best_of_all_combinations(groups_, need):
    best = by_trying(groups_, need)
    if best is None:
        with pytest.raises(ValueError):
            cheapest(groups_, need)
    else:
        assert cheapest(groups_, need) == best


@settings(max_examples=30)
@given(groups(factor=10**30 + 1), st.integers(0, 10).map(lambda need: need * 10**30))
def test_amounts_of_any_size_are_exact(groups_, need):
    best = by_trying(groups_, need)
    if best is not None:
        assert cheapest(groups_, need) == best


def test_amounts_that_do_not_fit_64_bits_beside_one():
    huge = [Group((Candidate(n, (Option(0, 0, 0), Option(1, 0, 10**40 + n))),), 0) for n in range(3)]
    assert cheapest(huge, 10**40 + 2) == ((2, 1),)
    assert cheapest(huge, 2 * 10**40) == ((1, 1), (2, 1))


def test_nothing_needed_is_nothing_raised():
    assert cheapest([Group((Candidate(0, (Option(0, 0, 0), Option(1, 1, 1))),), 0)], 0) == ()
