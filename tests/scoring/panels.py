"""Random small panels for property tests: a questionnaire, and the stored answers of one to four responses."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from survey.questionnaire import Questionnaire
from survey.response import CODES
from survey.routing import Codes
from tests.builders import item, questionnaire

LEVELS = [1, 2, 3, 4, 5]
ANSWERS = st.sampled_from([*LEVELS, *LEVELS, *CODES.values()])
# Not 1e-9 beside 1: a share of 1 / (1 + 1e-9) lies on the edge of the rule's tolerance, where exact numbers and float64 may differ.
WEIGHTS = st.sampled_from(["1", "1", "2", "3/2", "0.1", "1e-7", "1e7"])
FLAGS = st.sampled_from(["false", "false", "true"])


@st.composite
def panels(draw: st.DrawFn, *, responses: int = 4, sizes: int = 3, dimensions: int = 3) -> tuple[Questionnaire, Codes]:
    """A questionnaire without skip logic, and (r × items) stored codes."""
    shape = draw(st.lists(st.integers(1, sizes), min_size=1, max_size=dimensions))
    number = iter(range(100))
    built = questionnaire(
        *[
            {
                "id": f"d{place}",
                "title": f"Dimension {place}",
                "weight": draw(WEIGHTS),
                "critical": draw(FLAGS),
                "items": [item(f"i{next(number)}", weight=draw(WEIGHTS), critical=draw(FLAGS)) for _ in range(size)],
            }
            for place, size in enumerate(shape)
        ],
        scoring={
            "threshold": draw(st.sampled_from(["1/2", "2/3", "3/4", "1"])),
            "margin": draw(st.integers(0, 3)),
            "critical_margin": draw(st.integers(0, 2)),
            "max_unknown": draw(st.sampled_from(["0", "1/3", "1"])),
        },
    )
    row = st.lists(ANSWERS, min_size=sum(shape), max_size=sum(shape))
    rows = draw(st.lists(row, min_size=1, max_size=responses))
    return built, np.array(rows, dtype=np.uint8)
