"""What of a round an audience may see: which organisations a comparison is made of, and which countries stand under a letter.

Who decides it is `access.visibility`; here it only takes effect. Reasons: docs/decisions/0010.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from scoring.scorecard import Score, Scorecard

Audience = Literal["facilitators", "room"]
LEAST_BLIND: Final = 3  # countries under a letter: of fewer, one that knows its own letter knows the other's


@dataclass(frozen=True, slots=True)
class Shown:
    """What an audience may see. `organisations`: whose answers count (ids); None = everybody's, for the data's owner.

    `letters`: (country code, letter) of each country that stands under a letter. `left_out`: organisations that show their
    levels to nobody, for the facilitators; 0 in the room, where even their number is not said.
    """

    audience: Audience
    organisations: frozenset[int] | None = None
    letters: tuple[tuple[str, str], ...] = ()
    left_out: int = 0

    def includes(self, organisation_id: int) -> bool:
        return self.organisations is None or organisation_id in self.organisations


EVERYBODY: Final = Shown("facilitators")


def blinded(card: Scorecard) -> Scorecard:
    """What of a scorecard stands under a letter: levels, and scores of rated parts to one decimal.

    Shares, coverage and bands are left out: as fractions they tell how many agencies a country has sent.
    """
    return replace(card, dimensions=tuple(map(_blinded, card.dimensions)), whole=_blinded(card.whole))


def _blinded(score: Score) -> Score:
    shown = round(score.score, 1) if score.status == "rated" and score.score is not None else None
    return Score(
        part=score.part,
        kind=score.kind,
        status=score.status,
        score=shown,
        level=score.level,
        score_high=None,
        level_high=None,
        shares=None,
        coverage=None,
        unknown=None,
        supported_score=None,
        supported_level=None,
        held_by="",
    )
