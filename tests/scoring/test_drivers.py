"""Which assumption matters most: a function with known indices, and countries made so that the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.draws import ASSUMPTIONS
from scoring.drivers import drivers, total_indices
from scoring.panel import Panel
from scoring.scheme import scheme_of
from survey.response import DONT_KNOW, NOT_ASKED
from tests.builders import item, questionnaire

SCHEME = scheme_of(questionnaire([item("a"), item("b")], [item("c"), item("d")]))


def alike(*rows) -> Panel:
    codes = np.array(rows, np.uint8)
    shares = (codes[..., None] >= np.arange(2, 6)) & (codes[..., None] <= 5)
    return Panel(codes, shares.astype(float))


def ishigami(uniform):
    x = np.pi * (2 * uniform - 1)
    return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[None]


def test_ishigami():
    groups = {name: slice(place, place + 1) for place, name in enumerate(("x1", "x2", "x3"))}
    found, varies = total_indices(ishigami, groups, 3, samples=4096)
    assert varies
    # Analytic total indices for a = 7, b = 0.1 (Saltelli et al. 2008).
    assert found == pytest.approx({"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}, abs=0.01)


def test_a_group_of_inputs_is_moved_together():
    found, _ = total_indices(ishigami, {"x1 and x3": slice(0, 3, 2), "x2": slice(1, 2)}, 3, samples=4096)
    # What remains when x2 is fixed is 1 - S_2, and x2 takes part in no interaction.
    assert found == pytest.approx({"x1 and x3": 0.5576, "x2": 0.4424}, abs=0.01)


def test_outputs_count_by_their_variance():
    def evaluate(uniform):
        return np.stack([3 * uniform[:, 0], uniform[:, 1], np.ones(len(uniform))])

    found, _ = total_indices(evaluate, {"x": slice(0, 1), "y": slice(1, 2)}, 2)
    assert found == pytest.approx({"x": 0.9, "y": 0.1}, abs=0.02)


def test_inert_assumptions_have_no_index():
    found = drivers(SCHEME, alike([4, 2, 3, 5], [3, 3, 4, 3], [5, 1, 4, 4], [3, 3, 4, 4]))
    assert tuple(found.ranks) == tuple(found.levels) == ASSUMPTIONS
    assert found.ranks_vary
    assert found.ranks["threshold"] == found.ranks["unknown"] == found.ranks["evidence_caps"] == 0
    assert min(found.ranks["weights"], found.ranks["aggregation"]) > 0.05
    assert found.levels["aggregation"] == 0


def test_where_only_evidence_differs_the_caps_decide_alone():
    found = drivers(SCHEME, alike([4] * 4, [4] * 4), alike([4] * 4, [2] * 4))
    assert found.ranks == pytest.approx({name: float(name == "evidence_caps") for name in ASSUMPTIONS}, abs=0.01)


def test_where_only_knowledge_differs_the_unknown_decide_alone():
    found = drivers(SCHEME, alike([3] * 4, [DONT_KNOW] * 4))
    assert found.ranks == pytest.approx({name: float(name == "unknown") for name in ASSUMPTIONS}, abs=0.01)
    assert found.levels == pytest.approx({name: float(name == "unknown") for name in ASSUMPTIONS}, abs=0.01)


@pytest.mark.parametrize("rows", [([4] * 4, [3] * 4), ([3] * 4, [3] * 4), ([3] * 4,), ([NOT_ASKED] * 4,)])
def test_ranks_that_never_move_say_so(rows):
    found = drivers(SCHEME, alike(*rows), samples=64)
    assert not found.ranks_vary
    assert not found.levels_vary
    assert found.ranks == found.levels == dict.fromkeys(ASSUMPTIONS, 0.0)


def test_samples_are_a_power_of_two():
    with pytest.raises(ValueError, match="power of 2"):
        drivers(SCHEME, alike([3] * 4), samples=1000)
