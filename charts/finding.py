"""What a comparison says in words: the title, which is one sentence that the data carry, and the text alternative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from charts.countries import alphabetical, country_name
from results.live import Comparison, CountryResult
from scoring.comparison import PROVISIONAL_BELOW
from scoring.scorecard import Score
from survey.questionnaire import Questionnaire

INVENTED = "Invented data"
NO_ANSWER = "No answer yet"
TOO_FEW = "Too few answers to rate"
NOBODY_SHOWN = "Nobody shows their levels here yet"
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """A country under the name that it has in the language shown, or under its letter."""

    name: str
    result: CountryResult

    @property
    def firm(self) -> bool:
        """Enough of its agencies have begun for a statement about the country."""
        return self.result.scorecard is not None and not self.result.provisional

    @property
    def whole(self) -> Score | None:
        """The questionnaire's score, if it is rated."""
        card = self.result.scorecard
        return card.whole if card is not None and card.whole.status == "rated" else None


def named_rows(comparison: Comparison, language: str) -> tuple[Row, ...]:
    """The countries, alphabetical in the language, then those under a letter."""
    named = {result.country: result for result in comparison.countries if not result.blind}
    blind = [Row(f"Country {result.country}", result) for result in comparison.countries if result.blind]
    return (*(Row(country_name(code, language), named[code]) for code in alphabetical(named, language)), *blind)


def finding(rows: Sequence[Row], questionnaire: Questionnaire) -> str:
    """The title: one sentence that the data carry.

    Only countries with enough agencies count. A dimension is a country's strongest or weakest when its score, as shown,
    stands alone there and no dimension is withheld; it enters the title when that holds in more than half of the countries.
    """
    begun = [row for row in rows if row.result.scorecard is not None]
    firm = [row for row in rows if row.firm]
    if not rows:
        return "No country has been invited yet"
    if not begun:
        return "Nobody has answered yet"
    if not firm:
        whose = begun[0].name if len(rows) == 1 else f"{len(begun)} of {len(rows)} countries"
        return f"First answers from {whose}: too early for a finding"
    so_far = " so far" if len(firm) < len(rows) else ""
    return _contrast(firm, questionnaire, so_far) or _overall(firm, questionnaire, so_far)


def _contrast(firm: Sequence[Row], questionnaire: Questionnaire, so_far: str) -> str:
    extremes = [_extremes(row) for row in firm]
    best, often = _majority([strongest for strongest, _ in extremes])
    worst, seldom = _majority([weakest for _, weakest in extremes])
    titles = {dimension.id: dimension.title for dimension in questionnaire.dimensions}
    total = len(firm)
    if total == 1 and (best or worst):
        claim = f"{titles[best]} is the strongest dimension" if best else f"{titles[worst]} is the weakest dimension"
        return f"{firm[0].name}: {claim}" + (f", {titles[worst]} the weakest" if best and worst else "")
    if best and worst:
        last = "" if often == seldom == total else f" in all {total}" if seldom == total else f" in {seldom}"
        where = _of(often, total, so_far)
        return f"{titles[best]} is the strongest dimension in {where}, {titles[worst]} the weakest{last}"
    if best or worst:
        word, count = ("strongest", often) if best else ("weakest", seldom)
        return f"{titles[best or worst]} is the {word} dimension in {_of(count, total, so_far)}"
    return ""


def _overall(firm: Sequence[Row], questionnaire: Questionnaire, so_far: str) -> str:
    levels = [row.whole.level for row in firm if row.whole is not None and row.whole.level is not None]
    total = len(firm)
    if not levels:
        return "Too few answers to rate a country overall yet"

    def named(level: int) -> str:
        return f"{level} ({questionnaire.level_name(level)})"

    if total == 1:
        return f"{firm[0].name} is at level {named(levels[0])} overall"
    level, count = Counter(levels).most_common(1)[0]
    if count > total * HALF:
        who = _of(count, total, so_far)
        return f"{who[0].upper()}{who[1:]} are at level {named(level)} overall"
    if min(levels) == max(levels):
        return f"{len(levels)} of {total} countries can be rated overall so far"
    return f"Overall levels range from {named(min(levels))} to {named(max(levels))}{so_far}"


def _extremes(row: Row) -> tuple[str, str]:
    """A country's strongest and weakest dimension by the scores as shown; "" where several share the place or one is withheld."""
    card = row.result.scorecard
    parts = card.dimensions if card is not None else ()
    scores = {part.part: _shown(part.score) for part in parts if part.status == "rated" and part.score is not None}
    if len(scores) < 2 or any(part.status == "withheld" for part in parts):
        return "", ""
    top, bottom = (_alone(scores, pick(scores.values())) for pick in (max, min))
    return top, bottom


def _alone(scores: dict[str, float], value: float) -> str:
    holders = [part for part, score in scores.items() if score == value]
    return holders[0] if len(holders) == 1 else ""


def _majority(named: Sequence[str]) -> tuple[str, int]:
    part, count = Counter(filter(None, named)).most_common(1)[0] if any(named) else ("", 0)
    return (part, count) if count > len(named) * HALF else ("", 0)


def _of(count: int, total: int, so_far: str) -> str:
    if count < total:
        return f"{count} of {total} countries{so_far}"
    return f"both countries{so_far}" if total == 2 else f"all {total} countries{so_far}"


def _shown(score: float) -> float:
    return float(f"{score:.1f}")


def alt_text(comparison: Comparison, rows: Sequence[Row], title: str) -> str:
    """What a listener needs: the title, the highest and the lowest countries in groups by level, and whose answers are missing."""
    questionnaire = comparison.questionnaire
    said = [f"{INVENTED}."] if comparison.invented else []
    said += [
        f"{title}.",
        f"Heat map of maturity levels 1 to 5 in {questionnaire.title}, {_form(comparison)}{comparison.round_name}.",
        f"Countries: {len(rows)}; dimensions: {len(questionnaire.dimensions)}, and overall.",
        *(f"{note[0].upper()}{note[1:]}." for note in whose(comparison)),
    ]
    rated = [row for row in rows if row.firm and row.whole is not None]
    scores = sorted(_shown(row.whole.score) for row in rated if row.whole is not None and row.whole.score is not None)
    if len(scores) > 6 and scores[2] < scores[-3]:
        said += [
            f"Highest overall: {_groups([row for row in rated if _overall_score(row) >= scores[-3]], questionnaire)}.",
            f"Lowest overall: {_groups([row for row in rated if _overall_score(row) <= scores[2]], questionnaire)}.",
        ]
    elif rated:
        said.append(f"Overall: {_groups(rated, questionnaire)}.")
    begun = [row for row in rows if row.result.scorecard is not None]
    listed = (
        (f"Provisional, under {PROVISIONAL_BELOW:.0%} of agencies", [row for row in begun if row.result.provisional]),
        (TOO_FEW, [row for row in begun if row.firm and row.whole is None]),
        (NO_ANSWER, [row for row in rows if row.result.scorecard is None]),
    )
    said += [f"{what}: {', '.join(row.name for row in who)}." for what, who in listed if who]
    return " ".join(said)


def whose(comparison: Comparison) -> list[str]:
    """Whose levels are shown and whose are not, as far as the audience may know."""
    said = ["letters stand for countries that are not named"] * any(result.blind for result in comparison.countries)
    if comparison.left_out == 1:
        said.append("1 agency shows its levels to nobody and is left out")
    elif comparison.left_out:
        said.append(f"{comparison.left_out} agencies show their levels to nobody and are left out")
    return said


def _overall_score(row: Row) -> float:
    return _shown(row.whole.score) if row.whole is not None and row.whole.score is not None else 0.0


def _groups(rows: Sequence[Row], questionnaire: Questionnaire) -> str:
    """Countries by level, highest level first; alphabetical within a level, as the rows are."""
    return "; ".join(
        f"level {level} ({questionnaire.level_name(level)}): {', '.join(names)}"
        for level in (5, 4, 3, 2, 1)
        if (names := [row.name for row in rows if row.whole is not None and row.whole.level == level])
    )


def _form(comparison: Comparison) -> str:
    return "pulse form, " if comparison.form == "pulse" else ""
