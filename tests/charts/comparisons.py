"""Small comparisons for chart tests: a country is (begun, invited) and its scores in order; a score is a number or a status."""

from __future__ import annotations

from typing import Any

from results.live import Comparison, CountryResult
from scoring.scorecard import Score, Scorecard
from survey.questionnaire import Questionnaire
from tests.builders import item, questionnaire


def figures(part: str, score: float | str, *, whole: bool = False, held_by: str = "") -> Score:
    """A score with this value; "withheld" keeps its numbers and loses its level, "not_rated" has neither."""
    status: Any = score if isinstance(score, str) else "rated"
    value = score if isinstance(score, float) else 1.5
    numbers = status != "not_rated"
    return Score(
        part=part,
        kind="questionnaire" if whole else "dimension",
        status=status,
        score=value if numbers else None,
        level=int(value) if status == "rated" else None,
        score_high=min(5.0, value + 0.3) if numbers else None,
        level_high=int(value) if numbers else None,
        shares=(0.9, 0.6, 0.3, 0.1) if numbers else None,
        coverage=0.8,
        unknown=0.1 if numbers else None,
        supported_score=None,
        supported_level=None,
        held_by=held_by,
    )


def country(
    code: str, agencies: tuple[int, int], *scores: float | str, of: Questionnaire, held_by: str = ""
) -> CountryResult:
    """The first score is the whole's, then the dimensions'. No scores: nobody has begun."""
    begun, invited = agencies
    if not scores:
        return CountryResult(code, invited, begun, None)
    first, *rest = scores
    parts = tuple(figures(part, score, held_by=held_by) for part, score in zip(of.dimension_ids, rest, strict=True))
    return CountryResult(code, invited, begun, Scorecard(of.id, of.version, parts, figures(of.id, first, whole=True)))


def three() -> Questionnaire:
    """Three dimensions; the last title has two words."""
    titles = ("Direction", "Skills", "Human safety")
    return questionnaire(
        *({"id": f"d{at}", "title": title, "items": [item(f"i{at}")]} for at, title in enumerate(titles, 1))
    )


def comparison(
    *countries: tuple[Any, ...], invented: bool = False, of: Questionnaire | None = None, **changes: Any
) -> Comparison:
    """Each country as (code, (begun, invited), whole, dimension, dimension, ...)."""
    asked = of or three()
    results = tuple(country(code, agencies, *scores, of=asked) for code, agencies, *scores in countries)
    values: dict[str, Any] = {"round_name": "Round 1", "form": "full", "revision": 1, **changes}
    return Comparison(invented=invented, questionnaire=asked, countries=results, **values)
