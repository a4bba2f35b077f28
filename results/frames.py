"""The scoring package from a notebook: pandas tables in, the same kernel, pandas tables out.

Tables have the columns of ANSWERS.csv and GROUPS.csv and are checked as those files are, with the row's line in the file that
the table would be (the header is line 1).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd

from results.score_file import COLUMNS, score_lines
from scoring.comparison import GroupComparison, Members, PartResult, compare
from scoring.draws import SEED
from scoring.replays import REPLAYS
from survey.answers_file import AnswersFile, read_answers
from survey.groups_file import parse_groups
from survey.questionnaire import Form, Questionnaire
from survey.routing import route

_TEXTS = ("response", "part", "kind", "status", "held_by")


def answers_of(questionnaire: Questionnaire, table: pd.DataFrame) -> AnswersFile:
    """The answers of a table `response, item, answer[, evidence, reason]`. Raises ProblemsError listing every problem."""
    return read_answers(questionnaire, io.BytesIO(_csv(table).encode()), "answers")


def score_table(questionnaire: Questionnaire, answers: pd.DataFrame, form: Form = "full") -> pd.DataFrame:
    """One row for each response and part, in the columns of `readiness score`; a missing figure is NaN (levels: <NA>)."""
    lines = score_lines(questionnaire, answers_of(questionnaire, answers), form, raw=True)
    levels = [name for name in COLUMNS if "level" in name]
    numbers = [name for name in COLUMNS if name not in {*_TEXTS, *levels}]
    return pd.read_csv(
        io.StringIO("".join(lines)),
        dtype={**dict.fromkeys(_TEXTS, "str"), **dict.fromkeys(levels, "Int64"), **dict.fromkeys(numbers, "float64")},
        keep_default_na=False,
        na_values={key: [""] for key in (*levels, *numbers)},
    )


def compare_tables(
    questionnaire: Questionnaire,
    answers: pd.DataFrame,
    groups: pd.DataFrame,
    form: Form = "full",
    *,
    replays: int = REPLAYS,
    seed: int = SEED,
) -> GroupComparison:
    """The groups of a table `response, group[, organisation, invited]` compared. Raises ProblemsError listing every problem."""
    read = answers_of(questionnaire, answers)
    who = parse_groups(read.responses, _csv(groups), "groups")
    members = Members(who.groups, who.group_of, who.organisation_of, who.invited)
    evidence = read.evidence if read.evidence.any() else None
    return compare(questionnaire, route(questionnaire, read.codes, form), members, evidence, replays=replays, seed=seed)


def comparison_table(compared: GroupComparison, parts: Sequence[str] | None = None) -> pd.DataFrame:
    """One row for each group and part (all, or those named), in the order of the groups; what does not exist is missing."""
    rows = [
        {"group": group.name, "n": group.n, "invited": group.invited, **_row(part)}
        for group in compared.groups
        for part in (*group.dimensions, group.whole)
        if parts is None or part.score.part in parts
    ]
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(("invited", "level", "rank_best", "rank_worst"), "Int64")) if rows else table


def _row(part: PartResult) -> dict[str, object]:
    low, high = part.interval or (None, None)
    best, worst = part.rank_set or (None, None)
    ranks = part.methods
    return {
        "part": part.score.part, "status": part.score.status, "level": part.score.level, "score": part.score.score,
        "low": low, "high": high, "rank_best": best, "rank_worst": worst,
        "method_rank": ranks and ranks.median, "method_p5": ranks and ranks.p5, "method_p95": ranks and ranks.p95,
    }  # fmt: skip


def _csv(table: pd.DataFrame) -> str:
    text: str = table.to_csv(index=False)
    return text
