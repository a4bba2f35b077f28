"""`readiness score` and `compare` on 10,000,000 rows of answers, against csv.reader and DuckDB on the same file.

The peers do less: csv.reader only splits the rows, DuckDB fills a table of texts; neither checks an answer. Each work has a
process of its own, so that its peak memory is its own; the start of Python and its imports is in it. Half of the rows (of
every response, half of its items) say whether memory follows the rows or the responses.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = 10_000_000
ITEMS = 60
RESPONSES = ROWS // ITEMS
GROUPS = 200
QUESTIONNAIRE = """format: 1
id: files
version: 1.0.0
title: Files
dimensions:
"""


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        questionnaire, whole, half = (Path(folder) / name for name in ("q.yaml", "whole.csv", "half.csv"))
        write_questionnaire(questionnaire)
        write_answers(whole, ITEMS)
        write_answers(half, ITEMS // 2)
        rows = RESPONSES * ITEMS
        peer, _ = measured("by_csv", whole)
        duck, _ = measured("by_duckdb", whole)
        read, read_memory = measured("by_reader", whole, questionnaire)
        total, memory = measured("by_command", whole, questionnaire)
        _, half_memory = measured("by_command", half, questionnaire)
        yield Result("csv.reader, rows split", rows / peer / 1e6, "M rows/s")
        yield Result("DuckDB, a table of texts", rows / duck / 1e6, "M rows/s")
        yield Result("answers read and checked", rows / read / 1e6, "M rows/s")
        yield Result("  its CPU, times csv.reader's", read / peer, "×", bound=2)
        yield Result("  its CPU, times DuckDB's", read / duck, "×", bound=3)
        yield Result("  peak memory", read_memory, "MB")
        yield Result("readiness score, all of it", total, "s CPU")
        yield Result(
            f"  scored and written, {RESPONSES * 7:,} lines", RESPONSES * 7 / (total - read) / 1e6, "M lines/s"
        )
        yield Result("  peak memory", memory, "MB", bound=200)
        yield Result("  peak memory with half of the rows, same responses", half_memory, "MB")
        yield Result("  twice the rows, times the memory", memory / half_memory, "×", bound=1.1)
        groups = Path(folder) / "groups.csv"
        write_groups(groups)
        total, memory = measured("by_compare", whole, questionnaire, groups)
        _, half_memory = measured("by_compare", half, questionnaire, groups)
        yield Result(f"readiness compare, {GROUPS} groups", total, "s CPU")
        yield Result("  peak memory", memory, "MB", bound=400)
        yield Result("  twice the rows, times the memory", memory / half_memory, "×", bound=1.1)


def write_questionnaire(path: Path) -> None:
    """6 dimensions × 10 items."""
    with path.open("w", encoding="utf-8") as file:
        file.write(QUESTIONNAIRE)
        for number in range(ITEMS):
            if number % 10 == 0:
                file.write(f"  - id: d{number // 10}\n    title: Dimension\n    items:\n")
            file.write(
                f"      - id: item_{number:02d}\n        text: Is it done?\n        anchors: [{', '.join('abcde')}]\n"
            )


def write_answers(path: Path, items: int) -> None:
    """One row of each response and item, with an evidence tier, sorted by response as an export is."""
    random = np.random.default_rng(20260101)
    answers = ["1", "2", "3", "4", "5", "dont_know", ""]
    tiers = ["none", "described", "document", "verified", ""]
    endings = [[f",{answer},{tier},\n" for tier in tiers] for answer in answers]
    with path.open("w", encoding="utf-8") as file:
        file.write("response,item,answer,evidence,reason\n")
        for response in range(RESPONSES):
            chosen = zip(random.integers(0, 7, items).tolist(), random.integers(0, 5, items).tolist(), strict=True)
            file.writelines(
                f"response-{response:07d},item_{at:02d}{endings[answer][tier]}"
                for at, (answer, tier) in enumerate(chosen)
            )


def write_groups(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("response,group\n")
        file.writelines(f"response-{number:07d},country {number % GROUPS}\n" for number in range(RESPONSES))


def measured(work: str, *paths: Path) -> tuple[float, float]:
    """CPU seconds of one work on the file and the peak memory of its process in MB."""
    command = [sys.executable, "-m", "benchmarks.files", work, *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    cpu, megabytes = done.stdout.split()
    return float(cpu), float(megabytes)


def by_csv(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def by_duckdb(path: Path) -> None:
    import duckdb

    duckdb.sql(f"CREATE TABLE answers AS SELECT * FROM read_csv('{path}', all_varchar = true)")


def by_reader(path: Path, questionnaire: Path) -> None:
    from survey.answers_file import load_answers
    from survey.loader import load

    assert load_answers(load(questionnaire).questionnaire, path).codes.shape == (RESPONSES, ITEMS)


def by_command(path: Path, questionnaire: Path) -> None:
    from survey_cli import main

    assert main(["score", str(questionnaire), str(path), "--out", os.devnull]) == 0


def by_compare(path: Path, questionnaire: Path, groups: Path) -> None:
    from survey_cli import main

    assert main(["compare", str(questionnaire), str(path), str(groups), "--out", os.devnull]) == 0


if __name__ == "__main__":
    started = process_time()
    globals()[sys.argv[1]](*map(Path, sys.argv[2:]))
    print(process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
