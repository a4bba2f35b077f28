"""Scoring 1,000,000 responses × 60 items: the kernel against DuckDB SQL (wide and long table) and pandas groupby.

Everybody computes status, score, level and the high end of dimensions and questionnaire, with both margins; neither
evidence caps nor `held_by` are asked of the peers. Tables are filled before the clock starts, results stay in the
peer's own form, and each peer's results are compared with the kernel's on a sample. Figures are CPU seconds of all
threads, the least of three runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd

from benchmarks import Result, cpu_seconds
from scoring.score import score
from survey.loader import from_data
from survey.questionnaire import Questionnaire
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED

RESPONSES = 1_000_000
DIMENSIONS = 10
ITEMS = 6
SAMPLE = 20_000  # responses on which a peer's results are compared with the kernel's
PANDAS_RESPONSES = 50_000
SINGLE = 1_000
WEIGHTS = {"equal weights": ("1",), "weights 1, 2, 3/2": ("1", "2", "3/2")}
RATED, WITHHELD, NOT_RATED = range(3)
LOW = 1 - 1e-9  # relative tolerance of a threshold
HIGH = 1 + 1e-9  # and of a limit

KEYS = ("status", "score", "level", "score_high", "level_high")
Figures = dict[str, np.ndarray]  # status, score, level, score_high, level_high: (responses, parts)


def run() -> Iterator[Result]:
    codes = answers(RESPONSES)
    for name, weights in WEIGHTS.items():
        yield from measure(name, questionnaire(weights), codes)
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
    """Random codes: mostly levels around the respondent's own, 7 % unknown, 4 % not applicable (never on a critical item)."""
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
    yield Result(f"kernel, {name}", kernel, "s CPU", bound=1)
    yield Result(f"kernel, {name}, elapsed", elapsed, "s")
    ours = {key: getattr(scores, key)[:PANDAS_RESPONSES] for key in KEYS}
    del scores

    with duckdb.connect() as connection:
        fill_wide(connection, codes)
        cpu, _, _ = cpu_seconds(lambda: connection.execute(f"CREATE OR REPLACE TABLE result AS {rule.wide_sql()}"))
        check(ours, from_wide(connection), "DuckDB, wide table")
    yield from ratio(f"DuckDB SQL, wide table, {name}", cpu, kernel, 3)

    with duckdb.connect() as connection:
        fill_long(connection, codes, rule)
        cpu, _, _ = cpu_seconds(lambda: connection.execute(f"CREATE OR REPLACE TABLE result AS {rule.long_sql()}"))
        check(ours, from_long(connection), "DuckDB, long table")
    yield from ratio(f"DuckDB SQL, long table, {name}", cpu, kernel, 3)

    frame = long_frame(codes[:PANDAS_RESPONSES])
    cpu, _, figures = cpu_seconds(lambda: rule.by_pandas(frame))
    check(ours, figures, "pandas")
    scale = RESPONSES / PANDAS_RESPONSES
    yield from ratio(f"pandas groupby, {name} ({PANDAS_RESPONSES:,} responses × {scale:g})", cpu * scale, kernel, 20)


def ratio(name: str, peer: float, kernel: float, least: float) -> Iterator[Result]:
    yield Result(name, peer, "s CPU")
    yield Result("  times the kernel", peer / kernel, "×", bound=least, at_least=True)


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


def _least(columns: Iterable[int], value: str) -> str:
    return f"least({', '.join(value.replace('{}', str(i)) for i in columns)})"


# --- the same rule in the peers' own words


@dataclass
class Rule:
    """What the peers need to know of a questionnaire."""

    asked: Questionnaire

    def __post_init__(self) -> None:
        settings = self.asked.scoring
        self.threshold = float(settings.threshold) * LOW
        self.max_unknown = float(settings.max_unknown) * HIGH
        self.max_na = float(settings.max_not_applicable) * HIGH
        self.margin, self.critical_margin = settings.margin, settings.critical_margin
        self.items = pd.DataFrame(
            {
                "item": np.arange(len(self.asked.items), dtype=np.uint8),
                "dimension": np.repeat(np.arange(DIMENSIONS, dtype=np.uint8), ITEMS),
                "weight": [float(item.weight) for item in self.asked.items],
                "critical": [item.critical for item in self.asked.items],
            }
        )
        self.dimensions = pd.DataFrame(
            {
                "part": np.arange(DIMENSIONS, dtype=np.uint8),
                "weight": [float(dimension.weight) for dimension in self.asked.dimensions],
            }
        )

    def level_sql(self, shares: list[str], *caps: str) -> str:
        """The highest level whose share reaches the threshold, under the caps (NULL caps nothing)."""
        steps = " ".join(
            f"WHEN {share} >= {self.threshold!r} THEN {level}" for level, share in reversed(list(enumerate(shares, 2)))
        )
        return f"least(CASE {steps} ELSE 1 END, {', '.join(caps)})"

    def wide_sql(self) -> str:
        """One row per response, every sum an expression over columns; weights are literals.

        m = level of an answer at the low end (9 when not applicable, which drops out of every minimum), u = unknown.
        """
        columns = range(len(self.asked.items))
        marks = [
            f"CASE WHEN c{i} IN (0, 6) THEN 1 WHEN c{i} = 7 THEN 9 ELSE c{i} END::UTINYINT AS m{i}, c{i} IN (0, 6) AS u{i}"
            for i in columns
        ]
        sums, shares, levels = [], [], []
        for d in range(DIMENSIONS):
            own = range(d * ITEMS, (d + 1) * ITEMS)
            critical = [i for i in own if self.asked.items[i].critical]
            total = float(sum(self.asked.items[i].weight for i in own))
            sums += [
                *(f"{self._weighted(own, f'm{{}} >= {level}')} AS reach{level}_{d}" for level in (2, 3, 4, 5)),
                f"{self._weighted(own, 'u{}')} AS unknown_{d}",
                f"{self._weighted(own, 'm{} = 9')} AS na_{d}",
                f"{_least(own, 'm{}')} AS low_{d}",
                f"{_least(own, 'CASE WHEN u{} THEN 5::UTINYINT ELSE m{} END')} AS high_{d}",
                f"{_least(critical, 'm{}')} AS critical_low_{d}",
                f"{_least(critical, 'CASE WHEN u{} THEN 5::UTINYINT ELSE m{} END')} AS critical_high_{d}",
                f"{' OR '.join(f'c{i} = 0' for i in critical)} AS missing_{d}",
            ]
            shares += [
                *(f"(reach{level}_{d} - na_{d}) / ({total} - na_{d}) AS share{level}_{d}" for level in (2, 3, 4, 5)),
                f"unknown_{d} / ({total} - na_{d}) AS unknown_share_{d}",
                f"CASE WHEN na_{d} > {self.max_na * total!r} THEN {NOT_RATED} "
                f"WHEN missing_{d} OR unknown_{d} > {self.max_unknown!r} * ({total} - na_{d}) THEN {WITHHELD} ELSE {RATED} END AS status_{d}",
                *(f"{name}_{d}" for name in ("low", "high", "critical_low", "critical_high")),
            ]
            low = [f"share{level}_{d}" for level in (2, 3, 4, 5)]
            high = [f"{share} + unknown_share_{d}" for share in low]
            levels += [
                f"status_{d}", *low, f"unknown_share_{d}",
                f"{self.level_sql(low, f'low_{d} + {self.margin}', f'critical_low_{d} + {self.critical_margin}')} AS level_{d}",
                f"{self.level_sql(high, f'high_{d} + {self.margin}', f'critical_high_{d} + {self.critical_margin}')} AS level_high_{d}",
                f"CASE WHEN status_{d} <> {NOT_RATED} THEN {self.dimensions.weight[d]} ELSE 0 END AS weight_{d}",
            ]  # fmt: skip
        dims = range(DIMENSIONS)
        whole = " + ".join(f"weight_{d}" for d in dims)

        def mean(value: str) -> str:
            return f"({' + '.join(f'CASE WHEN weight_{d} > 0 THEN weight_{d} * {value}_{d} ELSE 0 END' for d in dims)}) / nullif({whole}, 0)"

        def lowest(value: str) -> str:
            return "least(" + ", ".join(f"CASE WHEN weight_{d} > 0 THEN {value}_{d} END" for d in dims) + ")"

        last = DIMENSIONS
        means = [
            *(f"{mean(f'share{level}')} AS share{level}_{last}" for level in (2, 3, 4, 5)),
            f"{mean('unknown_share')} AS unknown_share_{last}",
        ]
        low = [f"share{level}_{last}" for level in (2, 3, 4, 5)]
        high = [f"{share} + unknown_share_{last}" for share in low]
        finals = [
            f"CASE WHEN unknown_share_{last} IS NULL THEN {NOT_RATED} WHEN unknown_share_{last} > {self.max_unknown!r} THEN {WITHHELD} ELSE {RATED} END AS status_{last}",
            f"{self.level_sql(low, f'lowest + {self.margin}')} AS level_{last}",
            f"{self.level_sql(high, f'lowest_high + {self.margin}')} AS level_high_{last}",
            *(f"{name}_{d}" for d in dims for name in ("status", "level", "level_high")),
            *(f"1 + share2_{p} + share3_{p} + share4_{p} + share5_{p} AS score_{p}" for p in range(DIMENSIONS + 1)),
            *(
                f"1 + share2_{p} + share3_{p} + share4_{p} + share5_{p} + 4 * unknown_share_{p} AS score_high_{p}"
                for p in range(DIMENSIONS + 1)
            ),
        ]
        every = ", ".join
        return f"""
        WITH marks AS (SELECT {every(marks)}, {every(f"c{i}" for i in columns)} FROM wide),
        sums AS (SELECT {every(sums)} FROM marks),
        shares AS (SELECT {every(shares)} FROM sums),
        levels AS (SELECT {every(levels)} FROM shares),
        means AS (SELECT *, {every(means)}, {lowest("level")} AS lowest, {lowest("level_high")} AS lowest_high FROM levels)
        SELECT {every(finals)} FROM means
        """

    def _weighted(self, columns: range, condition: str) -> str:
        """The weight of the items for which a condition holds; plain counting when they weigh the same."""
        weights = [float(self.asked.items[i].weight) for i in columns]
        if len(set(weights)) == 1:
            counted = " + ".join(f"({condition.format(i)})::UTINYINT" for i in columns)
            return f"({counted}) * {weights[0]}::DOUBLE"
        return (
            "("
            + " + ".join(
                f"({condition.format(i)})::UTINYINT * {weight}::DOUBLE"
                for i, weight in zip(columns, weights, strict=True)
            )
            + ")"
        )

    def long_sql(self) -> str:
        """Two groupings: answers to dimensions, dimensions to the questionnaire."""
        low = [f"share{level}" for level in (2, 3, 4, 5)]
        high = [f"{share} + unknown" for share in low]
        caps = [f"low + {self.margin}", f"critical_low + {self.critical_margin}"]
        caps_high = [f"high + {self.margin}", f"critical_high + {self.critical_margin}"]
        shares = ", ".join(
            f"sum(CASE WHEN m >= {level} THEN weight ELSE 0 END) / sum(CASE WHEN m > 0 THEN weight ELSE 0 END) AS share{level}"
            for level in (2, 3, 4, 5)
        )
        means = ", ".join(f"sum(weight * share{level}) / sum(weight) AS share{level}" for level in (2, 3, 4, 5))
        figures = "1 + share2 + share3 + share4 + share5 AS score, 1 + share2 + share3 + share4 + share5 + 4 * unknown AS score_high"
        return f"""
        WITH marks AS (
          SELECT response, dimension, weight, critical, code, code IN (0, 6) AS u,
                 CASE WHEN code IN (0, 6) THEN 1 WHEN code = 7 THEN NULL ELSE code END AS m,
                 CASE WHEN code IN (0, 6) THEN 5 WHEN code = 7 THEN NULL ELSE code END AS h
          FROM long JOIN items USING (item)
        ), sums AS (
          SELECT response, dimension AS part, {shares},
                 sum(CASE WHEN u THEN weight ELSE 0 END) / sum(CASE WHEN m > 0 THEN weight ELSE 0 END) AS unknown,
                 sum(CASE WHEN code = 7 THEN weight ELSE 0 END) / sum(weight) AS na,
                 min(m) AS low, min(h) AS high,
                 min(CASE WHEN critical THEN m END) AS critical_low, min(CASE WHEN critical THEN h END) AS critical_high,
                 bool_or(critical AND code = 0) AS missing
          FROM marks GROUP BY response, dimension
        ), parts AS MATERIALIZED (
          SELECT response, part, share2, share3, share4, share5, unknown,
                 CASE WHEN low IS NULL OR na > {self.max_na!r} THEN {NOT_RATED}
                      WHEN missing OR unknown > {self.max_unknown!r} THEN {WITHHELD} ELSE {RATED} END AS status,
                 {self.level_sql(low, *caps)} AS level, {self.level_sql(high, *caps_high)} AS level_high
          FROM sums
        ), wholes AS (
          SELECT response, {DIMENSIONS} AS part, {means}, sum(weight * unknown) / sum(weight) AS unknown, min(level) AS low, min(level_high) AS high
          FROM parts JOIN dimensions USING (part) WHERE status <> {NOT_RATED} GROUP BY response
        )
        SELECT response, part, status, level, level_high, {figures} FROM parts
        UNION ALL
        SELECT response, part, CASE WHEN unknown > {self.max_unknown!r} THEN {WITHHELD} ELSE {RATED} END,
               {self.level_sql(low, caps[0])}, {self.level_sql(high, caps_high[0])}, {figures} FROM wholes
        """

    def by_pandas(self, frame: pd.DataFrame) -> Figures:
        """Two groupings, as in the long SQL."""
        item, code = frame["item"].to_numpy(), frame["code"].to_numpy()
        weight = self.items["weight"].to_numpy()[item]
        critical = self.items["critical"].to_numpy()[item]
        is_unknown, is_na = (code == UNANSWERED) | (code == DONT_KNOW), code == NOT_APPLICABLE
        low, high = np.where(is_unknown, 1, np.where(is_na, 9, code)), np.where(is_unknown, 5, np.where(is_na, 9, code))
        keys = {"response": frame["response"], "part": self.items["dimension"].to_numpy()[item]}
        weights = {f"share{level}": weight * ((low >= level) & ~is_na) for level in (2, 3, 4, 5)}
        weights |= {"unknown": weight * is_unknown, "na": weight * is_na, "asked": weight}
        lowest = {
            "low": low,
            "high": high,
            "critical_low": np.where(critical, low, 9),
            "critical_high": np.where(critical, high, 9),
        }
        lowest["answered"] = ~(critical & (code == UNANSWERED))
        by_part = ["response", "part"]
        sums = pd.DataFrame(keys | weights).groupby(by_part, sort=False).sum()
        parts = sums.join(pd.DataFrame(keys | lowest).groupby(by_part, sort=False).min())
        parts["is_rated"] = parts["na"] <= self.max_na * parts["asked"]
        shares = ["share2", "share3", "share4", "share5", "unknown"]
        parts[shares] = parts[shares].div(parts["asked"] - parts["na"], axis=0)
        parts["status"] = np.select(
            [~parts["is_rated"], ~parts["answered"] | (parts["unknown"] > self.max_unknown)],
            [NOT_RATED, WITHHELD],
            RATED,
        )
        self._levels(parts, critical=True)
        rated = parts[parts["is_rated"]].reset_index()
        rated["weight"] = self.dimensions["weight"].to_numpy()[rated["part"]]
        weighted = rated[shares].mul(rated["weight"], axis=0).assign(response=rated["response"], weight=rated["weight"])
        sums = weighted.groupby("response", sort=False).sum()
        wholes = sums[shares].div(sums["weight"], axis=0)
        wholes[["low", "high"]] = rated.groupby("response", sort=False)[["level", "level_high"]].min()
        wholes["status"] = np.where(wholes["unknown"] > self.max_unknown, WITHHELD, RATED)
        self._levels(wholes, critical=False)
        figures = {}
        for key in KEYS:
            figures[key] = np.column_stack([parts[key].to_numpy().reshape(-1, DIMENSIONS), wholes[key].to_numpy()])
        return figures

    def _levels(self, parts: pd.DataFrame, *, critical: bool) -> None:
        """Add score and level, and their high ends, to a frame with shares and lowest levels."""
        shares = parts[["share2", "share3", "share4", "share5"]].to_numpy()
        for end, suffix, gain in (("low", "", 0), ("high", "_high", parts["unknown"].to_numpy()[:, None])):
            reached = shares + gain
            level = 1 + (reached >= self.threshold).sum(axis=1)
            level = np.minimum(level, parts[end] + self.margin)
            if critical:
                level = np.minimum(level, parts[f"critical_{end}"] + self.critical_margin)
            parts[f"score{suffix}"], parts[f"level{suffix}"] = 1 + reached.sum(axis=1), level
