"""The kernel and the SQL oracle agree: on the examples of the specification, and on 10,000 random responses."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.score import score
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED
from tests import builders
from tests.scoring.sql_rule import Row, score_by_sql

if TYPE_CHECKING:
    from survey.questionnaire import Form, Questionnaire

STATUSES = ("rated", "withheld", "not_rated")
EXACT = ("response", "part", "kind", "status", "level", "level_high", "supported_level", "held_by")
NUMBERS = tuple(field.name for field in fields(Row) if field.name not in EXACT)
RESPONSES = 50
EXAMPLES = 200
DK, NA = "dont_know", "not_applicable"


def score_by_kernel(
    questionnaire: Questionnaire, codes: np.ndarray, evidence: np.ndarray | None = None, form: Form = "full"
) -> list[Row]:
    """The kernel's arrays as the oracle's rows."""
    scores = score(questionnaire, codes, evidence, form)
    parts = [(dimension.id, "dimension") for dimension in questionnaire.dimensions] + [
        ("questionnaire", "questionnaire")
    ]

    def number(values: np.ndarray, *at: int) -> float | None:
        return None if math.isnan(values[at]) else float(values[at])

    def holder(kind: str, index: int) -> str | None:
        named = questionnaire.items if kind == "dimension" else questionnaire.dimensions
        return None if index < 0 else named[index].id

    return [
        Row(
            response, part, kind, STATUSES[scores.status[response, p]],
            number(scores.score, response, p), int(scores.level[response, p]) or None,
            number(scores.score_high, response, p), int(scores.level_high[response, p]) or None,
            *(number(scores.shares, response, p, column) for column in range(4)),
            number(scores.coverage, response, p), number(scores.unknown, response, p),
            number(scores.supported_score, response, p), int(scores.supported_level[response, p]) or None,
            holder(kind, int(scores.held_by[response, p])),
        )
        for response in range(len(codes))
        for p, (part, kind) in enumerate(parts)
    ]  # fmt: skip


both = pytest.mark.parametrize("rows", [score_by_sql, score_by_kernel], ids=["sql", "kernel"])


# --- the examples of the specification


def one_dimension(
    *levels, critical=None, weights=None, allow_na=(), form="full", rows=score_by_sql, evidence=None, **scoring
):
    """The dimension's row for one response to items a1, a2, …; `critical` and `allow_na` count from 1."""
    items = [
        builders.item(f"a{n}", critical=n == critical, allow_na=n in allow_na, weight=weights[n - 1] if weights else 1)
        for n in range(1, len(levels) + 1)
    ]
    questionnaire = builders.questionnaire(items, scoring=scoring)
    tiers = None if evidence is None else np.array([evidence], dtype=np.uint8)
    return rows(questionnaire, builders.codes(list(levels)), tiers, form)[0]


@both
@pytest.mark.parametrize(
    "example",
    [
        ((4, 4, 4, 2), None, 3.5, 4, None),
        ((4, 4, 4, 2), 4, 3.5, 3, "a4"),
        ((5, 5, 5, 1), None, 4.0, 3, "a4"),
        ((5, 5, 5, 1), 4, 4.0, 2, "a4"),
        ((5, 5, 1), None, 11 / 3, 3, "a3"),
        ((4, 4, 3), None, 11 / 3, 4, None),
        ((3, 3, 2, 2), None, 2.5, 2, None),
        ((5, 5, 5, 5, 5, 5, 1, 1), None, 4.0, 3, "a7"),  # the first of two
        ((5, 5, 5, 5, 3, 2), 6, 25 / 6, 3, "a6"),  # 3 by the critical 2; the 3 before it would only cap at 5
        ((5, 5, 5, 5, 5, 5, 1, 2), 8, 33 / 8, 3, "a7"),  # both cap at 3
    ],
)
def test_examples_of_the_specification(rows, example):
    levels, critical, score, level, held_by = example
    row = one_dimension(*levels, critical=critical, rows=rows)
    assert (row.status, row.level, row.held_by) == ("rated", level, held_by)
    assert row.score == pytest.approx(score, abs=1e-12)


@both
def test_share_is_the_weight_at_or_above_a_level(rows):
    row = one_dimension(4, 4, 4, 2, rows=rows)
    assert (row.share_2, row.share_3, row.share_4, row.share_5) == (1, 0.75, 0.75, 0)
    weighted = one_dimension(5, 1, weights=["2/3", "1/3"], rows=rows)
    assert weighted.share_5 == pytest.approx(2 / 3)
    assert (weighted.level, weighted.held_by) == (3, "a2")


@both
def test_an_unknown_counts_as_one_and_as_five_at_the_high_end(rows):
    row = one_dimension(4, 4, 4, DK, rows=rows)
    assert (row.status, row.score, row.level, row.score_high, row.level_high) == ("rated", 3.25, 3, 4.25, 4)
    assert (row.coverage, row.unknown, row.held_by) == (1, 0.25, "a4")
    unanswered = one_dimension(4, 4, 4, "", rows=rows)
    assert (unanswered.status, unanswered.coverage, unanswered.unknown) == ("rated", 0.75, 0.25)


@both
def test_status(rows):
    assert one_dimension(4, 4, DK, rows=rows).status == "rated"  # exactly 1/3
    assert one_dimension(4, 4, DK, "", rows=rows).status == "withheld"
    assert one_dimension(4, 4, 4, "", critical=4, rows=rows).status == "withheld"
    assert one_dimension(4, 4, 4, DK, critical=4, rows=rows).status == "rated"
    assert one_dimension(4, 4, NA, allow_na=(3,), rows=rows).status == "rated"
    assert one_dimension(4, NA, allow_na=(2,), rows=rows).status == "not_rated"
    assert one_dimension(4, 4, NA, max_not_applicable=0, allow_na=(3,), rows=rows).status == "not_rated"
    assert one_dimension(NA, max_not_applicable=1, allow_na=(1,), rows=rows).status == "not_rated"
    assert one_dimension(4, NA, max_not_applicable=1, allow_na=(2,), rows=rows).status == "rated"
    assert one_dimension("", "", max_unknown=1, rows=rows).status == "rated"
    assert one_dimension(4, DK, weights=["1e9", "1e-9"], max_unknown=0, rows=rows).status == "withheld"


@both
def test_withheld_keeps_its_figures_and_not_rated_has_only_coverage(rows):
    withheld = one_dimension(5, 5, 5, "", critical=4, rows=rows)
    assert (withheld.status, withheld.score, withheld.level, withheld.held_by) == ("withheld", 4, 2, "a4")
    empty = one_dimension(5, NA, "", allow_na=(2,), max_not_applicable="1/4", rows=rows)
    assert empty.status == "not_rated"
    assert empty.coverage == pytest.approx(2 / 3)
    assert {
        getattr(empty, name)
        for name in (*NUMBERS, "level", "level_high", "supported_level", "held_by")
        if name != "coverage"
    } == {None}


@both
def test_not_applicable_leaves_numerator_and_denominator(rows):
    row = one_dimension(5, 5, 3, NA, allow_na=(4,), rows=rows)
    assert (row.score, row.level, row.coverage, row.unknown) == (pytest.approx(13 / 3), 5, 1, 0)


@both
def test_evidence_caps_what_is_supported(rows):
    row = one_dimension(5, 5, 5, 5, evidence=[0, 1, 2, 3], rows=rows)
    assert (row.score, row.level) == (5, 5)
    assert (row.supported_score, row.supported_level) == (3.5, 3)
    unknown = one_dimension(5, 5, 5, DK, evidence=[3, 3, 3, 3], rows=rows)
    assert (unknown.supported_score, unknown.supported_level) == (4, 3)
    nothing_shown = one_dimension(5, 5, evidence=[0, 0], rows=rows)
    assert (nothing_shown.supported_score, nothing_shown.supported_level) == (2, 2)


def test_without_a_matrix_of_evidence_the_kernel_gives_no_supported_figures():
    row = one_dimension(5, 5, rows=score_by_kernel)
    assert (row.level, row.supported_score, row.supported_level) == (5, None, None)


@both
def test_pulse_asks_only_pulse_items(rows):
    questionnaire = builders.questionnaire(
        [builders.item("a1", critical=True), builders.item("a2")], [builders.item("b1")]
    )
    first, second, whole = rows(questionnaire, builders.codes([4, 1, 2]), None, "pulse")
    assert (first.score, first.level, first.coverage) == (4, 4, 1)
    assert (second.status, second.coverage) == ("not_rated", None)
    assert (whole.status, whole.score, whole.coverage) == ("rated", 4, 1)


@both
def test_an_item_that_is_not_asked_is_inert_and_counts_as_unanswered_for_later_conditions(rows):
    questionnaire = builders.questionnaire(
        [
            builders.item("a1"),
            builders.item("a2", asked_if={"item": "a1", "at_least": 3}),
            builders.item("a3", asked_if={"item": "a2", "at_least": 2}),
            builders.item("a4", asked_if={"not": {"item": "a2", "at_most": 5}}),
        ]
    )
    inert, _, asked, _ = rows(questionnaire, builders.codes([2, 5, 5, 4], [3, 5, 5, 1]))
    assert (inert.score, inert.coverage) == (3, 1)  # a1 and a4
    assert asked.score == pytest.approx(13 / 3)  # a1, a2 and a3


@both
def test_questionnaire_is_scored_from_its_dimensions(rows):
    dimensions = [
        {
            "id": f"d{n}",
            "title": "A dimension",
            "weight": weight,
            "critical": n == 3,
            "items": [builders.item(f"i{n}", allow_na=True)],
        }
        for n, weight in enumerate((2, 2, 1), 1)
    ]
    questionnaire = builders.questionnaire(*dimensions)
    answers = builders.codes([5, 5, 2], [5, 5, 1], [5, 5, DK], [5, NA, 4], [NA, NA, NA], [DK, 5, 5])
    wholes = [row for row in rows(questionnaire, answers) if row.kind == "questionnaire"]
    assert [row.status for row in wholes] == ["rated", "rated", "rated", "rated", "not_rated", "withheld"]
    assert [row.score for row in wholes] == [
        pytest.approx(x) if x else None for x in (4.4, 4.2, 4.2, 14 / 3, None, 3.4)
    ]
    assert [row.level for row in wholes] == [3, 2, 2, 5, None, 1]
    assert [row.held_by for row in wholes] == ["d3", "d3", "d3", None, None, None]
    assert [row.level_high for row in wholes] == [3, 2, 5, 5, None, 5]
    assert [row.unknown for row in wholes] == [
        pytest.approx(x) if x is not None else None for x in (0, 0, 0.2, 0, None, 0.4)
    ]


# --- random questionnaires and responses

# Not 1e-9 and 1e9 themselves: beside weights of 1 they put a share exactly on the edge of the tolerance, 1 − 1e-9.
WEIGHTS = ("1", "1", "1", "2", "3", "7", "1/3", "2/3", "3/7", "0.1", "1.5", "0.25", "1.0007e-9", "1.0007e9")
KINDS = ("plain", "plain", "allow_na", "critical")
# Which codes are likely, one profile after the other over the responses of a batch; 32 slots, as five random bits choose.
PROFILES = np.array(
    [
        [3, 4, 4, 5] * 7 + [1, 2, 2, 3],
        [5, 5, 5, 5] * 7 + [1, 2, 4, DONT_KNOW],
        [1, 2, 3, 4, 5, 3] * 4 + [DONT_KNOW] * 4 + [UNANSWERED] * 4,
        [2, 3, 4, 5, 4] * 4 + [NOT_APPLICABLE] * 8 + [DONT_KNOW, UNANSWERED] * 2,
        [UNANSWERED, 1, 2, 3, 4, 5, DONT_KNOW, NOT_APPLICABLE] * 4,
        [NOT_APPLICABLE] * 28 + [1, 3, 5, DONT_KNOW],
    ],
    dtype=np.uint8,
)


@st.composite
def conditions(draw, earlier, depth=2):
    kind = draw(
        st.sampled_from(("at_least", "at_most", "is", "all", "any", "not") if depth else ("at_least", "at_most", "is"))
    )
    if kind in ("all", "any"):
        return {kind: draw(st.lists(conditions(earlier, depth - 1), min_size=1, max_size=3))}
    if kind == "not":
        return {"not": draw(conditions(earlier, depth - 1))}
    levels = st.integers(1, 5)
    given_codes = st.lists(levels | st.sampled_from((DK, NA)), min_size=1, max_size=4, unique=True)
    return {"item": draw(st.sampled_from(earlier)), kind: draw(given_codes if kind == "is" else levels)}


@st.composite
def questionnaires(draw):
    weights = st.just("1") if draw(st.booleans()) else st.sampled_from(WEIGHTS)
    skips = draw(st.booleans())
    kinds = draw(st.sampled_from((KINDS, KINDS, ("allow_na",))))
    dimensions, earlier = [], []
    for number in range(draw(st.integers(1, 4))):
        items = []
        for _ in range(draw(st.integers(1, 6))):
            kind = draw(st.sampled_from(kinds))
            condition = draw(conditions(earlier)) if skips and earlier and draw(st.booleans()) else None
            flag = {} if kind == "plain" else {kind: True}
            item_id = f"i{len(earlier)}"
            items.append(
                builders.item(item_id, weight=draw(weights), asked_if=condition, pulse=draw(st.booleans()), **flag)
            )
            earlier.append(item_id)
        critical = draw(st.sampled_from((False, False, True)))
        dimensions.append(
            {"id": f"d{number}", "title": "A dimension", "weight": draw(weights), "critical": critical, "items": items}
        )
    return builders.questionnaire(*dimensions, scoring=draw(scoring_settings()))


def scoring_settings():
    limits = st.sampled_from(("1/3", "1/3", "0", "0.2", "1/2", "1"))
    caps = st.lists(st.integers(1, 5), min_size=4, max_size=4).map(sorted)
    return st.just({}) | st.fixed_dictionaries(
        {},
        optional={
            "threshold": st.sampled_from(("2/3", "0.5", "3/4", "0.8", "1/3", "0.01", "1")),
            "margin": st.integers(0, 4),
            "critical_margin": st.integers(0, 4),
            "max_unknown": limits,
            "max_not_applicable": limits,
            "evidence_caps": caps.map(
                lambda levels: dict(zip(("none", "described", "document", "verified"), levels, strict=True))
            ),
        },
    )


@st.composite
def batches(draw):
    """A questionnaire with a batch of responses to it: (questionnaire, codes, evidence tiers or None, form)."""
    questionnaire = draw(questionnaires())
    shape = (RESPONSES, len(questionnaire.items))
    size = shape[0] * shape[1]
    chosen = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype=np.uint8).reshape(shape)
    codes = PROFILES[np.arange(RESPONSES)[:, None] % len(PROFILES), chosen % 32]
    may_leave = np.array([item.allow_na for item in questionnaire.items])
    codes = np.where((codes == NOT_APPLICABLE) & ~may_leave, np.uint8(DONT_KNOW), codes)
    evidence = draw(st.sampled_from((chosen // 64, chosen // 64, chosen // 64, None)))
    return questionnaire, codes, evidence, draw(st.sampled_from(("full", "full", "pulse")))


def differences(ours: Row, oracle: Row) -> list[str]:
    """Names of the figures that differ; numbers may differ by 1e-12, relative to numbers above 1."""

    def same(name: str) -> bool:
        a, b = getattr(ours, name), getattr(oracle, name)
        if name in EXACT or a is None or b is None:
            return a == b
        return abs(a - b) <= 1e-12 * max(1, abs(b))

    return [name for name in (*EXACT, *NUMBERS) if not same(name)]


@pytest.mark.slow
def test_kernel_agrees_with_sql_on_random_questionnaires():
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(batch=batches())
    def agree(batch):
        questionnaire, codes, evidence, form = batch
        expected = score_by_sql(questionnaire, codes, evidence, form)
        if evidence is None:  # the kernel leaves out what was not asked for; the oracle takes every tier as none
            expected = [replace(row, supported_score=None, supported_level=None) for row in expected]
        found = score_by_kernel(questionnaire, codes, evidence, form)
        assert len(found) == len(expected) == len(codes) * (len(questionnaire.dimensions) + 1)
        for ours, oracle in zip(found, expected, strict=True):
            differing = differences(ours, oracle)
            assert not differing, f"{differing}\nkernel {ours}\nSQL    {oracle}\ncodes  {codes[ours.response].tolist()}"
        seen["responses"] += len(codes)
        for row in expected:
            seen.update([f"{row.kind} {row.status}"] + [f"{row.kind} held"] * (row.held_by is not None))
        seen["skipping"] += any(item.asked_if for item in questionnaire.items)
        seen["pulse"] += form == "pulse"

    agree()
    print(dict(seen))
    assert seen["responses"] >= RESPONSES * EXAMPLES == 10_000
    missing = {f"{kind} {what}" for kind in ("dimension", "questionnaire") for what in (*STATUSES, "held")} - set(seen)
    assert not missing
    assert seen["skipping"]
    assert seen["pulse"]
