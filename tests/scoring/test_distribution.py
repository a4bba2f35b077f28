"""Additive sums of answers: what is counted, and that a group without one organisation is exactly that."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.distribution import distribute, gather
from scoring.panel import form
from survey.response import NOT_ASKED
from tests.builders import codes

SEEDS = st.integers(0, 2**32 - 1)


def test_counts_of_organisations_by_state():
    rows = codes([3, ""], [3, "dont_know"], [5, "not_applicable"], [1, 2])
    found = gather(rows, np.array([1, 1, 1, 0]), 3, np.array(["a", "a", "b", "c"]))
    assert found.group.tolist() == [0, 1, 1]
    assert found.number.tolist() == [1, 2, 0]
    counts = found.together.counts
    assert counts[1, 0].tolist() == [0, 0, 0, 1, 0, 1, 0, 0]
    assert counts[1, 1].tolist() == [0.5, 0, 0, 0, 0, 0, 0.5, 1]
    assert counts[0, 0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert not counts[2].any()
    assert found.together.responses.tolist() == [1, 3, 0]


def test_an_item_that_is_not_asked_counts_nowhere():
    found = distribute(np.array([[NOT_ASKED, 4]], np.uint8), np.array([0]), 1)
    assert found.counts[0].sum(axis=-1).tolist() == [0, 1]


def test_one_label_in_two_groups_is_two_organisations():
    found = gather(codes([1], [2]), np.array([0, 1]), 2, np.array([7, 7]))
    assert found.number.tolist() == [1, 1]


@given(SEEDS, st.integers(1, 12), st.integers(1, 3), st.booleans())
def test_the_others_are_exactly_the_panel_formed_without_the_organisation(seed, responses, groups, several):
    random = np.random.default_rng(seed)
    rows = random.integers(0, 9, (responses, 6), dtype=np.uint8)
    members = random.integers(0, groups, responses)
    organisations = random.integers(0, 5, responses) if several else np.arange(responses)
    found = gather(rows, members, groups, organisations if several else None)
    panels = form(found.others())
    number = 0
    for group in range(groups):
        listed = np.unique(organisations[members == group]) if several else organisations[members == group]
        for organisation in listed:
            kept = (members == group) & (organisations != organisation)
            without = gather(rows[kept], members[kept], groups, organisations[kept] if several else None)
            expected = form(without.together)
            assert found.group[number] == group
            np.testing.assert_array_equal(panels.codes[number], expected.codes[group])
            np.testing.assert_array_equal(panels.shares[number], expected.shares[group])
            assert found.others().responses[number] == kept.sum()
            number += 1
    assert number == len(found.group)


@given(SEEDS, st.integers(1, 28))
def test_the_parts_of_an_organisation_are_one_organisation(seed, respondents):
    rows = np.random.default_rng(seed).integers(0, 8, (respondents, 3), dtype=np.uint8)
    zeros = np.zeros(respondents, np.intp)
    counts = gather(rows, zeros, 1, zeros).together
    assert (counts.weights.sum(axis=-1) == counts.unit).all()
