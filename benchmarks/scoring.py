"""Scoring 1,000,000 responses × 60 items: the kernel against DuckDB SQL (wide and long table) and pandas groupby.

Everybody computes status, score, level and the high end of dimensions and questionnaire, with both margins, and holds them
all at the end; neither evidence caps nor `held_by` are asked of the peers. Tables are filled before the clock starts, results stay in the
peer's own form, and each peer's results are compared with the kernel's: SQL's on a sample, all of pandas'. Figures are
CPU seconds of all threads, the least of three runs. pandas is there twice: as a groupby is usually written, by two
columns, once; and tuned by hand, the least of two runs, as the first pays for having its 9 GB of memory mapped.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

from benchmarks import Result, cpu_seconds
from scoring.score import score
from survey.loader import from_data
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from survey.questionnaire import Questionnaire

RESPONSES = 1_000_000
DIMENSIONS = 10
ITEMS = 6
SAMPLE = 20_000  # responses on which SQL's results are compared with the kernel's
SINGLE = 1_000
WEIGHTS = {"equal weights": ("1",), "weights 1, 2, 3/2": ("1", "2", "3/2")}
RATED, WITHHELD, NOT_RATED = range(3)
LOW = 1 - 1e-9  # relative tolerance of a threshold
HIGH = 1 + 1e-9  # and of a limit
ONE, FIVE, NINE = np.uint8([1, 5, 9])

KEYS = ("status", "score", "level", "score_high", "level_high")
Figures = dict[str, np.ndarray]  # status, score, level, score_high, level_high: (responses, parts)


def run() -> Iterator[Result]:
    codes = answers(RESPONSES)
    for name, weights in WEIGHTS.items():
        yield from measure(name, questionnaire(weights), codes)
    yield from beyond_the_peers(questionnaire(WEIGHTS["equal weights"]), codes)
    yield from single(questionnaire(WEIGHTS["equal weights"]), codes)


def questionnaire(weights: tuple[str, ...]) -> Questionnaire:
    """10 dimensions × 6 items, the first item of each critical, the others with `not applicable`; weights in turn."""
    numbers = iter(range(DIMENSIONS * ITEMS))
    dimensions = [
        {
            "id": f"d{d}",
            "title": "Dimension",
            "weight": weights[d % len(weights)],
            "items": [_item(next(numbers), weights) for _ in range(ITEMS)],
        }
        for d in range(DIMENSIONS)
    ]
    data = {"format": 1, "id": "bench", "version": "1.0.0", "title": "Benchmark", "dimensions": dimensions}
    return from_data(data).questionnaire


def _item(number: int, weights: tuple[str, ...]) -> dict[str, object]:
    is_critical = number % ITEMS == 0
    return {
        "id": f"i{number}", "text": "Is it done?", "anchors": ["What is seen today."] * 5,
        "weight": weights[number % len(weights)], "critical": is_critical, "allow_na": not is_critical,
    }  # fmt: skip


def answers(responses: int) -> np.ndarray:
    """Random codes: levels around the respondent's own, 7-11 % unknown, 4 % not applicable (not if critical)."""
    random = np.random.default_rng(20260101)
    tendency = random.integers(1, 5, (responses, 1), dtype=np.uint8)
    codes = tendency + random.integers(0, 2, (responses, DIMENSIONS * ITEMS), dtype=np.uint8)
    chance = random.integers(0, 100, codes.shape, dtype=np.uint8)
    codes[chance < 11] = DONT_KNOW
    codes[chance < 7] = UNANSWERED
    is_na = chance < 4
    is_na[:, ::ITEMS] = False
    codes[is_na] = NOT_APPLICABLE
    codes[::100, 1::2] = DONT_KNOW  # one in a hundred knows half of it
    return codes


def measure(name: str, asked: Questionnaire, codes: np.ndarray) -> Iterator[Result]:
    """The kernel and its three peers on the same answers."""
    rule = Rule(asked)
    kernel, elapsed, scores = cpu_seconds(lambda: score(asked, codes))
    yield Result(f"kernel, {name}", kernel, "s CPU", bound=0.5)
    yield Result(f"kernel, {name}, elapsed", elapsed, "s")
    ours = {key: getattr(scores, key).copy() for key in KEYS}
    del scores

    with duckdb.connect() as connection:
        connection.execute(rule.macros_sql())
        fill_wide(connection, codes)
        cpu, _, _ = cpu_seconds(lambda: connection.execute(f"CREATE OR REPLACE TABLE result AS {rule.wide_sql()}"))
        check(ours, from_wide(connection), "DuckDB, wide table")
    yield from ratio(f"DuckDB SQL, wide table, {name}", cpu, kernel, 3)

    with duckdb.connect() as connection:
        connection.execute(rule.macros_sql())
        fill_long(connection, codes, rule)
        cpu, _, _ = cpu_seconds(lambda: connection.execute(f"CREATE OR REPLACE TABLE result AS {rule.long_sql()}"))
        check(ours, from_long(connection), "DuckDB, long table")
    yield from ratio(f"DuckDB SQL, long table, {name}", cpu, kernel, 3)

    frame = long_frame(codes)
    cpu, elapsed, figures = cpu_seconds(lambda: rule.by_pandas(frame, tuned=False), repeats=1)
    check(ours, figures, "pandas")
    yield from ratio(f"pandas groupby, {name}, all {RESPONSES:,} (took {elapsed:.0f} s)", cpu, kernel, 20)
    cpu, elapsed, figures = cpu_seconds(lambda: rule.by_pandas(frame, tuned=True), repeats=2)
    check(ours, figures, "pandas, tuned")
    yield Result(f"pandas groupby tuned by hand, {name} (took {elapsed:.0f} s)", cpu, "s CPU")
    yield Result("  times the kernel, no bound", cpu / kernel, "×")


def ratio(name: str, peer: float, kernel: float, least: float) -> Iterator[Result]:
    yield Result(name, peer, "s CPU")
    yield Result("  times the kernel", peer / kernel, "×", bound=least, at_least=True)


def beyond_the_peers(asked: Questionnaire, codes: np.ndarray) -> Iterator[Result]:
    """What no peer is asked for: supported figures, and the figures that the kernel divides only when they are read."""
    kernel, _, scores = cpu_seconds(lambda: score(asked, codes))
    began = process_time()
    figures = scores.shares, scores.unknown, scores.coverage
    yield Result("shares, unknown and coverage, when read", process_time() - began, "s CPU")
    del scores, figures
    evidence = np.random.default_rng(20260102).integers(0, 4, codes.shape, dtype=np.uint8)
    cpu, _, _ = cpu_seconds(lambda: score(asked, codes, evidence))
    yield Result("kernel with evidence, equal weights", cpu, "s CPU")
    yield Result("  times the kernel without", cpu / kernel, "×", bound=2.2)


def single(asked: Questionnaire, codes: np.ndarray) -> Iterator[Result]:
    """One response at a time, as a page asks for it."""
    times = []
    for row in range(SINGLE):
        one = codes[row : row + 1]
        began = perf_counter()
        score(asked, one)
        times.append(perf_counter() - began)
    yield Result(f"one response, median of {SINGLE:,}", median(times) * 1000, "ms", bound=1)


def check(ours: Figures, peers: Figures, peer: str) -> None:
    """Refuse to compare speeds of different results. Raises AssertionError."""
    rated = peers["status"] != NOT_RATED
    for key, theirs in peers.items():
        mine = ours[key][: len(theirs)]
        same = (np.abs(mine - theirs) <= 1e-12) if "score" in key else (mine == theirs)
        assert np.all(same | (~rated if key != "status" else False)), f"{peer}: {key} differs from the kernel's"
    assert {*np.unique(peers["status"])} == {RATED, WITHHELD, NOT_RATED}
    assert {*np.unique(peers["status"][:, -1])} == {RATED, WITHHELD}


# --- the tables


def fill_wide(connection: duckdb.DuckDBPyConnection, codes: np.ndarray) -> None:
    """`wide`: one row per response, one column of codes per item."""
    given = {f"c{column}": np.ascontiguousarray(codes[:, column]) for column in range(codes.shape[1])}
    connection.register("given", given)
    connection.execute("CREATE TABLE wide AS SELECT * FROM given")
    connection.unregister("given")


def fill_long(connection: duckdb.DuckDBPyConnection, codes: np.ndarray, rule: Rule) -> None:
    """`long`: one row per response and item; `items` and `dimensions` hold what the questionnaire says of them."""
    connection.execute("CREATE TABLE long (response INTEGER, item UTINYINT, code UTINYINT)")
    for start in range(0, len(codes), 100_000):
        given = long_frame(codes[start : start + 100_000], start)
        connection.register("given", given)
        connection.execute("INSERT INTO long SELECT * FROM given")
        connection.unregister("given")
    for name, given in {"items": rule.items, "dimensions": rule.dimensions}.items():
        connection.register("given", given)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        connection.unregister("given")


def long_frame(codes: np.ndarray, start: int = 0) -> pd.DataFrame:
    responses, items = codes.shape
    return pd.DataFrame(
        {
            "response": np.repeat(np.arange(start, start + responses, dtype=np.int32), items),
            "item": np.tile(np.arange(items, dtype=np.uint8), responses),
            "code": codes.reshape(-1),
        }
    )


def from_wide(connection: duckdb.DuckDBPyConnection) -> Figures:
    rows = connection.execute(f"SELECT * FROM result LIMIT {SAMPLE}").fetchnumpy()  # in the order of `wide`
    return {
        key: np.column_stack([np.ma.filled(rows[f"{key}_{part}"], 0) for part in range(DIMENSIONS + 1)]) for key in KEYS
    }


def from_long(connection: duckdb.DuckDBPyConnection) -> Figures:
    rows = connection.execute(f"SELECT * FROM result WHERE response < {SAMPLE} ORDER BY response, part").fetchnumpy()
    return {key: np.ma.filled(rows[key], 0).reshape(SAMPLE, DIMENSIONS + 1) for key in KEYS}


# --- the same rule in the peers' own words


def _least(columns: Iterable[int], value: str) -> str:
    return f"least({', '.join(value.replace('{}', str(i)) for i in columns)})"


def _level_of_code(column: int, unknown: int) -> str:
    return f"CASE WHEN c{column} IN (0, 6) THEN {unknown} WHEN c{column} = 7 THEN 9 ELSE c{column} END::UTINYINT"


def _shares(part: int, *, gain: bool = False) -> str:
    """The four shares of a part as SQL; at the high end each gains the unknown share."""
    return ", ".join(f"s{level}_{part}" + (f" + u_{part}" if gain else "") for level in (2, 3, 4, 5))


def _mean(name: str) -> str:
    """The weighted mean over the dimensions; those that are not rated weigh 0 (and may be NULL or infinite)."""
    values = " + ".join(f"CASE WHEN w_{d} > 0 THEN w_{d} * {name}_{d} ELSE 0 END" for d in range(DIMENSIONS))
    return f"({values}) / nullif({' + '.join(f'w_{d}' for d in range(DIMENSIONS))}, 0)"


class Rule:
    """The rule of one questionnaire, in SQL for a wide and for a long table and in pandas."""

    def __init__(self, asked: Questionnaire) -> None:
        settings = asked.scoring
        self.threshold = float(settings.threshold) * LOW
        self.max_unknown = float(settings.max_unknown) * HIGH
        self.max_na = float(settings.max_not_applicable) * HIGH
        self.margin, self.critical_margin = settings.margin, settings.critical_margin
        self.items = pd.DataFrame(
            {
                "item": np.arange(len(asked.items), dtype=np.uint8),
                "dimension": np.repeat(np.arange(DIMENSIONS, dtype=np.uint8), ITEMS),
                "weight": [float(item.weight) for item in asked.items],
                "critical": [item.critical for item in asked.items],
            }
        )
        weights = [float(dimension.weight) for dimension in asked.dimensions]
        self.dimensions = pd.DataFrame({"part": np.arange(DIMENSIONS, dtype=np.uint8), "weight": weights})

    def macros_sql(self) -> str:
        """Words that both SQL peers use; DuckDB expands them before it plans. A cap of NULL caps nothing."""
        steps = " ".join(f"WHEN s{level} >= {self.threshold!r} THEN {level}" for level in (5, 4, 3, 2))
        return f"""
        CREATE MACRO level_of(s2, s3, s4, s5, low) AS least(CASE {steps} ELSE 1 END, low + {self.margin});
        CREATE MACRO capped(level, critical_low) AS least(level, critical_low + {self.critical_margin});
        CREATE MACRO score_of(s2, s3, s4, s5) AS 1 + s2 + s3 + s4 + s5;
        CREATE MACRO status_of(missing, unknown) AS
          CASE WHEN missing OR unknown > {self.max_unknown!r} THEN {WITHHELD} ELSE {RATED} END;
        """

    def wide_sql(self) -> str:
        """One row per response, every sum an expression over columns; weights are literals.

        m and h = level of an answer at the low and at the high end, 9 when not applicable (which drops out of every
        minimum), u = unknown.
        """
        columns, dims, last = range(len(self.items)), range(DIMENSIONS), DIMENSIONS
        marks = [
            f"{_level_of_code(i, 1)} AS m{i}, {_level_of_code(i, 5)} AS h{i}, c{i} IN (0, 6) AS u{i}" for i in columns
        ]
        weighed = [
            f"CASE WHEN status_{d} <> {NOT_RATED} THEN {self.dimensions.weight[d]} ELSE 0 END AS w_{d}" for d in dims
        ]
        means = [f"{_mean(name)} AS {name}_{last}" for name in ("s2", "s3", "s4", "s5", "u")]
        lowest = [
            f"least({', '.join(f'CASE WHEN w_{d} > 0 THEN {name}_{d} END' for d in dims)}) AS {name}_{last}"
            for name in ("low", "high")
        ]
        finals = [
            *(f"status_{d}, low_{d} AS level_{d}, high_{d} AS level_high_{d}" for d in dims),
            f"CASE WHEN u_{last} IS NULL THEN {NOT_RATED} ELSE status_of(false, u_{last}) END AS status_{last}",
            f"level_of({_shares(last)}, low_{last}) AS level_{last}",
            f"level_of({_shares(last, gain=True)}, high_{last}) AS level_high_{last}",
            *(f"score_of({_shares(p)}) AS score_{p}" for p in range(last + 1)),
            *(f"score_of({_shares(p, gain=True)}) AS score_high_{p}" for p in range(last + 1)),
        ]
        return f"""
        WITH marks AS (SELECT {", ".join(marks)}, {", ".join(f"c{i}" for i in columns)} FROM wide),
        sums AS (SELECT {", ".join(self._sums(d) for d in dims)} FROM marks),
        shares AS (SELECT *, {", ".join(self._division(d) for d in dims)} FROM sums),
        levels AS (SELECT {", ".join(self._levels_of(d) for d in dims)} FROM shares),
        weighed AS (SELECT *, {", ".join(weighed)} FROM levels),
        means AS (SELECT *, {", ".join([*means, *lowest])} FROM weighed)
        SELECT {", ".join(finals)} FROM means
        """

    def _sums(self, d: int) -> str:
        """Of one dimension: weight at or above each level (and not applicable: 9), unknown, not applicable, minima."""
        own = range(d * ITEMS, (d + 1) * ITEMS)
        critical = [i for i in own if self.items.critical[i]]
        return ", ".join(
            [
                *(f"{self._weight_of(own, f'm{{}} >= {level}')} AS reach{level}_{d}" for level in (2, 3, 4, 5)),
                f"{self._weight_of(own, 'u{}')} AS unknown_{d}, {self._weight_of(own, 'm{} = 9')} AS na_{d}",
                f"{_least(own, 'm{}')} AS min_{d}, {_least(own, 'h{}')} AS min_high_{d}",
                f"{_least(critical, 'm{}')} AS critical_{d}, {_least(critical, 'h{}')} AS critical_high_{d}",
                f"({' OR '.join(f'c{i} = 0' for i in critical)}) AS missing_{d}",
            ]
        )

    def _division(self, d: int) -> str:
        applicable = f"({self._total(d)} - na_{d})"
        shares = [f"(reach{level}_{d} - na_{d}) / {applicable} AS s{level}_{d}" for level in (2, 3, 4, 5)]
        return ", ".join([*shares, f"unknown_{d} / {applicable} AS u_{d}"])

    def _levels_of(self, d: int) -> str:
        low = f"capped(level_of({_shares(d)}, min_{d}), critical_{d}) AS low_{d}"
        high = f"capped(level_of({_shares(d, gain=True)}, min_high_{d}), critical_high_{d}) AS high_{d}"
        is_left = f"na_{d} > {self.max_na * self._total(d)!r}"
        status = f"CASE WHEN {is_left} THEN {NOT_RATED} ELSE status_of(missing_{d}, u_{d}) END AS status_{d}"
        return f"{_shares(d)}, u_{d}, {low}, {high}, {status}"

    def _total(self, d: int) -> float:
        return float(self.items.weight[d * ITEMS : (d + 1) * ITEMS].sum())

    def _weight_of(self, columns: range, condition: str) -> str:
        """The weight of the items for which a condition holds; plain counting when they weigh the same."""
        weights = [float(self.items.weight[i]) for i in columns]
        held = [f"({condition.format(i)})::UTINYINT" for i in columns]
        if len(set(weights)) == 1:
            return f"({' + '.join(held)}) * {weights[0]}::DOUBLE"
        return f"({' + '.join(f'{one} * {weight}::DOUBLE' for one, weight in zip(held, weights, strict=True))})"

    def long_sql(self) -> str:
        """Two groupings: answers to dimensions, dimensions to the questionnaire."""
        low, high = "s2, s3, s4, s5", "s2 + u, s3 + u, s4 + u, s5 + u"
        reached = ", ".join(
            f"sum(CASE WHEN m >= {level} THEN weight ELSE 0 END) / applicable AS s{level}" for level in (2, 3, 4, 5)
        )
        means = ", ".join(f"sum(weight * {share}) / sum(weight) AS {share}" for share in ("s2", "s3", "s4", "s5", "u"))
        return f"""
        WITH marks AS (
          SELECT response, dimension, weight, critical, code,
                 CASE WHEN code IN (0, 6) THEN 1 WHEN code = 7 THEN NULL ELSE code END AS m,
                 CASE WHEN code IN (0, 6) THEN 5 WHEN code = 7 THEN NULL ELSE code END AS h
          FROM long JOIN items USING (item)
        ), sums AS (
          SELECT response, dimension AS part, sum(CASE WHEN code <> 7 THEN weight ELSE 0 END) AS applicable, {reached},
                 sum(CASE WHEN code IN (0, 6) THEN weight ELSE 0 END) / applicable AS u,
                 sum(CASE WHEN code = 7 THEN weight ELSE 0 END) / sum(weight) AS na,
                 min(m) AS low, min(h) AS high,
                 min(CASE WHEN critical THEN m END) AS critical_low,
                 min(CASE WHEN critical THEN h END) AS critical_high,
                 bool_or(critical AND code = 0) AS missing
          FROM marks GROUP BY response, dimension
        ), parts AS MATERIALIZED (
          SELECT response, part, s2, s3, s4, s5, u,
                 CASE WHEN low IS NULL OR na > {self.max_na!r} THEN {NOT_RATED} ELSE status_of(missing, u) END AS status,
                 capped(level_of({low}, low), critical_low) AS level,
                 capped(level_of({high}, high), critical_high) AS level_high
          FROM sums
        ), wholes AS (
          SELECT response, {DIMENSIONS} AS part, {means}, min(level) AS low, min(level_high) AS high
          FROM parts JOIN dimensions USING (part) WHERE status <> {NOT_RATED} GROUP BY response
        )
        SELECT response, part, status, score_of({low}) AS score, level, score_of({high}) AS score_high, level_high
        FROM parts
        UNION ALL
        SELECT response, part, status_of(false, u), score_of({low}), level_of({low}, low),
               score_of({high}), level_of({high}, high)
        FROM wholes
        """

    def by_pandas(self, frame: pd.DataFrame, *, tuned: bool) -> Figures:
        """Two groupings, as in the long SQL. Plain: by the columns response and part, one grouping for sums and one for minima.

        Tuned: both from one grouping by one integer key, and no column copied, which takes a third of the time.
        """
        item, code = frame["item"].to_numpy(), frame["code"].to_numpy()
        weight, critical = self.items["weight"].to_numpy()[item], self.items["critical"].to_numpy()[item]
        is_unknown, is_na = (code == UNANSWERED) | (code == DONT_KNOW), code == NOT_APPLICABLE
        low = np.where(is_unknown, ONE, np.where(is_na, NINE, code))
        high = np.where(is_unknown, FIVE, low)
        sums = {f"share{level}": weight * ((low >= level) & ~is_na) for level in (2, 3, 4, 5)}
        sums |= {"unknown": weight * is_unknown, "na": weight * is_na, "asked": weight}
        minima = {
            "low": low,
            "high": high,
            "critical_low": np.where(critical, low, NINE),
            "critical_high": np.where(critical, high, NINE),
            "answered": ~(critical & (code == UNANSWERED)),
        }
        response, part = frame["response"].to_numpy(), self.items["dimension"].to_numpy()[item]
        if tuned:
            answers_of = pd.DataFrame(sums | minima, copy=False).groupby(response * DIMENSIONS + part, sort=False)
            parts = answers_of[list(sums)].sum().join(answers_of[list(minima)].min())
        else:
            keys, by = {"response": response, "part": part}, ["response", "part"]
            parts = pd.DataFrame(keys | sums).groupby(by, sort=False).sum()
            parts = parts.join(pd.DataFrame(keys | minima).groupby(by, sort=False).min())
            parts.index = parts.index.get_level_values(0) * DIMENSIONS + parts.index.get_level_values(1)
        shares = ["share2", "share3", "share4", "share5", "unknown"]
        parts[shares] = parts[shares].div(parts["asked"] - parts["na"], axis=0)
        is_rated = parts["na"] <= self.max_na * parts["asked"]
        is_withheld = ~parts["answered"] | (parts["unknown"] > self.max_unknown)
        parts["status"] = np.where(is_rated, np.where(is_withheld, WITHHELD, RATED), NOT_RATED)
        self._levels(parts, critical=True)

        rated = parts.loc[is_rated, [*shares, "level", "level_high"]]
        response, dimension = np.divmod(rated.index.to_numpy(), DIMENSIONS)
        rated["weight"] = self.dimensions["weight"].to_numpy()[dimension]
        rated[shares] = rated[shares].mul(rated["weight"], axis=0)
        parts_of = rated.groupby(response, sort=False)
        sums_of = parts_of[[*shares, "weight"]].sum()
        wholes = sums_of[shares].div(sums_of["weight"], axis=0)
        wholes[["low", "high"]] = parts_of[["level", "level_high"]].min()
        wholes["status"] = np.where(wholes["unknown"] > self.max_unknown, WITHHELD, RATED)
        self._levels(wholes, critical=False)
        return {
            key: np.column_stack([parts[key].to_numpy().reshape(-1, DIMENSIONS), wholes[key].to_numpy()])
            for key in KEYS
        }

    def _levels(self, parts: pd.DataFrame, *, critical: bool) -> None:
        """Add score and level, and their high ends, to a frame with shares and lowest levels."""
        unknown = parts["unknown"].to_numpy()
        for end, suffix, gain in (("low", "", 0), ("high", "_high", unknown)):
            reached = [parts[f"share{level}"].to_numpy() + gain for level in (2, 3, 4, 5)]
            level = ONE + sum((share >= self.threshold).view(np.uint8) for share in reached)
            level = np.minimum(level, parts[end].to_numpy() + self.margin)
            if critical:
                level = np.minimum(level, parts[f"critical_{end}"].to_numpy() + self.critical_margin)
            parts[f"score{suffix}"], parts[f"level{suffix}"] = 1 + sum(reached), level
