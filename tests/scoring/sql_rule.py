"""The scoring rule a second time, in DuckDB SQL on long tables: the oracle for `scoring.rule`.

Written from the specification alone, without looking at the kernel and without its building blocks: skip logic is
evaluated here on one response at a time, shares are sums over rows, and everything is plain double arithmetic. Slow on
purpose; its one virtue is that its mistakes are not the kernel's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

from survey.questionnaire import TIERS, Condition, Form, Questionnaire
from survey.response import CODE_NAMES, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES = (2, 3, 4, 5)
# Relative tolerance of every comparison with a threshold or limit.
_REACHES = "{} >= {} * (1 - 1e-9)"
_EXCEEDS = "{} > {} * (1 + 1e-9)"


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one response and part before blanking: computed also when withheld, None when not rated."""

    response: int
    part: str
    kind: str
    status: str
    score: float | None
    level: int | None
    score_high: float | None
    level_high: int | None
    share_2: float | None
    share_3: float | None
    share_4: float | None
    share_5: float | None
    coverage: float | None
    unknown: float | None
    supported_score: float | None
    supported_level: int | None
    held_by: str | None


def score_by_sql(
    questionnaire: Questionnaire, codes: np.ndarray, evidence: np.ndarray | None = None, form: Form = "full"
) -> list[Row]:
    """All figures of all responses: in input order, the dimensions of each in order, then the questionnaire."""
    with duckdb.connect(config={"threads": 1}) as connection:
        _fill(connection, questionnaire, codes, evidence, form)
        connection.execute(_DIMENSIONS)
        connection.execute(_rule("item_parts", "dimension_figures"))
        connection.execute(_QUESTIONNAIRE)
        connection.execute(_rule("dimension_parts", "questionnaire_figures"))
        return [Row(*values) for values in connection.execute(_RESULT).fetchall()]


def asked_items(questionnaire: Questionnaire, codes: Sequence[int], form: Form) -> list[int]:
    """Columns of the items that one response is asked: an item that is not asked counts as unanswered from then on."""
    seen: dict[str, str] = {}
    asked = []
    for column, item in enumerate(questionnaire.items):
        in_form = form == "full" or item.pulse
        if in_form and (item.asked_if is None or _is_true(item.asked_if, seen)):
            asked.append(column)
            seen[item.id] = CODE_NAMES[int(codes[column])]
        else:
            seen[item.id] = CODE_NAMES[UNANSWERED]
    return asked


def _is_true(condition: Condition, seen: dict[str, str]) -> bool:
    match condition.kind:
        case "all":
            return all(_is_true(part, seen) for part in condition.parts)
        case "any":
            return any(_is_true(part, seen) for part in condition.parts)
        case "not":
            (part,) = condition.parts
            return not _is_true(part, seen)
        case "is":
            return seen[condition.item] in condition.codes
        case "at_least":
            return seen[condition.item].isdigit() and int(seen[condition.item]) >= condition.level
        case "at_most":
            return seen[condition.item].isdigit() and int(seen[condition.item]) <= condition.level


def _fill(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Questionnaire,
    codes: np.ndarray,
    evidence: np.ndarray | None,
    form: Form,
) -> None:
    """Tables: responses, answers (asked items only), items and dimensions (with their order), caps, and one row of settings."""
    settings = questionnaire.scoring
    if evidence is None:
        evidence = np.zeros_like(codes)
    pairs = [
        (response, column) for response, row in enumerate(codes) for column in asked_items(questionnaire, row, form)
    ]
    where = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    tables = {
        "responses": {"response": np.arange(len(codes))},
        "answers": {
            "response": where[:, 0], "item": where[:, 1],
            "code": codes[where[:, 0], where[:, 1]].astype(np.int64), "tier": evidence[where[:, 0], where[:, 1]].astype(np.int64),
        },
        "items": {
            "item": range(len(questionnaire.items)),
            "id": [item.id for item in questionnaire.items],
            "dimension": [number for number, dimension in enumerate(questionnaire.dimensions) for _ in dimension.items],
            "weight": [float(item.weight) for item in questionnaire.items],
            "critical": [item.critical for item in questionnaire.items],
        },
        "dimensions": {
            "dimension": range(len(questionnaire.dimensions)),
            "id": questionnaire.dimension_ids,
            "weight": [float(dimension.weight) for dimension in questionnaire.dimensions],
            "critical": [dimension.critical for dimension in questionnaire.dimensions],
        },
        "caps": {"tier": range(len(TIERS)), "cap": [getattr(settings.evidence_caps, tier) for tier in TIERS]},
        "settings": {
            "threshold": [float(settings.threshold)], "margin": [settings.margin], "critical_margin": [settings.critical_margin],
            "max_unknown": [float(settings.max_unknown)], "max_not_applicable": [float(settings.max_not_applicable)],
        },
    }  # fmt: skip
    for name, columns in tables.items():
        connection.register(f"given_{name}", pd.DataFrame({key: np.asarray(values) for key, values in columns.items()}))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")


# What each answer means, the facts of each dimension, and the answers as weighted parts in three readings:
# declared (unknown = 1), high (unknown = 5) and supported (levels capped by their evidence, unknown = 1).
_DIMENSIONS = f"""
CREATE TABLE states AS
SELECT response, dimension, item, weight, critical,
       code = 0 AS unanswered, code IN (0, 6) AS unknown, code = 7 AS not_applicable,
       CASE WHEN code IN (0, 6) THEN 1 ELSE code END AS declared,
       CASE WHEN code IN (0, 6) THEN 5 ELSE code END AS high,
       CASE WHEN code IN (0, 6) THEN 1 ELSE least(code, cap) END AS supported
FROM answers JOIN items USING (item) JOIN caps USING (tier);

CREATE TABLE dimension_facts AS
WITH sums AS (
  SELECT response, dimension,
         count(item) AS asked,
         count(item) FILTER (NOT unanswered) AS answered,
         count(item) FILTER (NOT not_applicable) AS applicable,
         sum(states.weight) AS asked_weight,
         coalesce(sum(states.weight) FILTER (not_applicable), 0) AS not_applicable_weight,
         sum(states.weight) FILTER (NOT not_applicable) AS applicable_weight,
         coalesce(sum(states.weight) FILTER (unknown), 0) AS unknown_weight,
         coalesce(bool_or(states.critical AND unanswered), false) AS critical_unanswered
  FROM responses CROSS JOIN dimensions LEFT JOIN states USING (response, dimension)
  GROUP BY response, dimension
)
SELECT response, dimension, asked, answered, unknown_weight / applicable_weight AS unknown,
       CASE WHEN applicable = 0 OR {_EXCEEDS.format("not_applicable_weight / asked_weight", "max_not_applicable")} THEN 'not_rated'
            WHEN critical_unanswered OR {_EXCEEDS.format("unknown_weight / applicable_weight", "max_unknown")} THEN 'withheld'
            ELSE 'rated' END AS status
FROM sums CROSS JOIN settings;

CREATE TABLE item_parts AS
SELECT response, dimension AS whole, reading, item AS part, weight, critical, level,
       (level >= 2)::DOUBLE AS share_2, (level >= 3)::DOUBLE AS share_3, (level >= 4)::DOUBLE AS share_4, (level >= 5)::DOUBLE AS share_5
FROM (UNPIVOT (SELECT * FROM states WHERE NOT not_applicable) ON declared, high, supported INTO NAME reading VALUE level);
"""

_QUESTIONNAIRE = f"""
CREATE TABLE dimension_parts AS
SELECT response, 0 AS whole, reading, dimension AS part, weight, critical, level, share_2, share_3, share_4, share_5
FROM dimension_figures JOIN dimensions ON dimension = whole
JOIN dimension_facts USING (response, dimension)
WHERE status <> 'not_rated';

CREATE TABLE questionnaire_facts AS
WITH sums AS (
  SELECT response, sum(asked) AS asked, sum(answered) AS answered,
         sum(weight * unknown) FILTER (status <> 'not_rated') / sum(weight) FILTER (status <> 'not_rated') AS unknown
  FROM dimension_facts JOIN dimensions USING (dimension)
  GROUP BY response
)
SELECT response, asked, answered, unknown,
       CASE WHEN unknown IS NULL THEN 'not_rated'
            WHEN {_EXCEEDS.format("unknown", "max_unknown")} THEN 'withheld'
            ELSE 'rated' END AS status
FROM sums CROSS JOIN settings;
"""


def _rule(parts: str, figures: str) -> str:
    """The one rule, from weighted parts with a level and shares to the shares, level and holding part of their whole."""
    means = ", ".join(f"sum(weight * share_{level}) / sum(weight) AS share_{level}" for level in SHARES)
    steps = " ".join(
        f"WHEN {_REACHES.format(f'share_{level}', 'threshold')} THEN {level}" for level in reversed(SHARES)
    )
    return f"""
CREATE TABLE {figures} AS
WITH own_caps AS (
  SELECT *, least(level + margin, CASE WHEN critical THEN level + critical_margin END) AS cap
  FROM {parts} CROSS JOIN settings
), shares AS (
  SELECT response, whole, reading, {means}, min(cap) AS cap
  FROM own_caps
  GROUP BY response, whole, reading
), levels AS (
  SELECT shares.*, CASE {steps} ELSE 1 END AS by_shares, least(by_shares, cap) AS level
  FROM shares CROSS JOIN settings
), holders AS (
  SELECT response, whole, reading, min(part) AS held_by
  FROM levels JOIN own_caps USING (response, whole, reading)
  WHERE levels.level < by_shares AND own_caps.cap = levels.level
  GROUP BY response, whole, reading
)
SELECT *, 1 + share_2 + share_3 + share_4 + share_5 AS score
FROM levels LEFT JOIN holders USING (response, whole, reading)
"""


_RESULT = """
WITH parts AS (
  SELECT f.response, d.dimension AS place, d.id AS part, 'dimension' AS kind, f.status, f.asked, f.answered, f.unknown, d.dimension AS whole
  FROM dimension_facts f JOIN dimensions d USING (dimension)
  UNION ALL
  SELECT response, (SELECT count(*) FROM dimensions), 'questionnaire', 'questionnaire', status, asked, answered, unknown, 0
  FROM questionnaire_facts
), figures AS (
  SELECT 'dimension' AS kind, g.*, i.id AS holder FROM dimension_figures g LEFT JOIN items i ON i.item = g.held_by
  UNION ALL
  SELECT 'questionnaire' AS kind, g.*, d.id AS holder FROM questionnaire_figures g LEFT JOIN dimensions d ON d.dimension = g.held_by
)
SELECT p.response, p.part, p.kind, p.status, low.score, low.level, high.score, high.level,
       low.share_2, low.share_3, low.share_4, low.share_5,
       CASE WHEN p.asked > 0 THEN p.answered / p.asked END,
       CASE WHEN p.status <> 'not_rated' THEN p.unknown END,
       supported.score, supported.level, low.holder
FROM parts p
LEFT JOIN figures low ON (low.response, low.kind, low.whole, low.reading, true) = (p.response, p.kind, p.whole, 'declared', p.status <> 'not_rated')
LEFT JOIN figures high ON (high.response, high.kind, high.whole, high.reading, true) = (p.response, p.kind, p.whole, 'high', p.status <> 'not_rated')
LEFT JOIN figures supported
  ON (supported.response, supported.kind, supported.whole, supported.reading, true) = (p.response, p.kind, p.whole, 'supported', p.status <> 'not_rated')
ORDER BY p.response, p.place
"""
