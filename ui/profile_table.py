"""A scorecard as an accessible table: level, why it is not the next one, score with its band, the four shares."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from charts.theme import LEVEL_COLOURS, LEVEL_INKS
from charts.wording import why
from scoring.explain import Explanation
from scoring.scorecard import Score, Scorecard
from survey.questionnaire import Questionnaire
from ui.texts import t

_NUMBER = ' class="number"'


def summary(questionnaire: Questionnaire, card: Scorecard) -> str:
    """The page's title: the finding in one sentence."""
    if card.whole.level is None:
        return t("Not enough answers yet for an overall level")
    return t("Overall level {level}: {name}", level=card.whole.level, name=questionnaire.level_name(card.whole.level))


def profile_table(
    questionnaire: Questionnaire, card: Scorecard, explanations: Sequence[Explanation], *, invented: bool
) -> str:
    """The table's markup; every text is escaped. Missing figures are an en dash. `explanations`: of the dimensions, then the whole."""
    names = [f"{t('Level {level} or better', level=level)}" for level in (2, 3, 4, 5)]
    heads = [t("Dimension"), t("Level"), t("Score"), *names, t("Answered")]
    top = "".join(
        f'<th scope="col"{_NUMBER if head in heads[2:3] + heads[-1:] else ""}>{escape(head)}</th>' for head in heads
    )
    rows = [_row(questionnaire, questionnaire.title, card.whole, explanations[-1], strong=True)]
    rows += [
        _row(questionnaire, dimension.title, score, explanation)
        for dimension, score, explanation in zip(
            questionnaire.dimensions, card.dimensions, explanations[:-1], strict=True
        )
    ]
    label = f'<p class="muted broad">{escape(t("Invented data"))}</p>' if invented else '<span class="broad"></span>'
    return (
        f'{label}<div class="scroll"><table class="figures stacked"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(
    questionnaire: Questionnaire, title: str, score: Score, explanation: Explanation, *, strong: bool = False
) -> str:
    name = f"<b>{escape(title)}</b>" if strong else escape(title)
    reason = f'<div class="muted">{escape(why(t, questionnaire, explanation))}</div>'
    return (
        f'<tr><th scope="row">{name}{reason}</th><td>{_level(questionnaire, score)}</td><td{_NUMBER}>{_score(score)}</td>'
        f"{_shares(score)}<td{_NUMBER}>{_percent(score.coverage)}</td></tr>"
    )


def _level(questionnaire: Questionnaire, score: Score) -> str:
    if score.level is None:
        state = t("No level yet") if score.status == "withheld" else t("Not rated")
        return f'<span class="level"><b style="background:#e4e9ed;color:#38434e">–</b> <span class="muted">{escape(state)}</span></span>'
    paper, ink = LEVEL_COLOURS[score.level - 1], LEVEL_INKS[score.level - 1]
    name = escape(questionnaire.level_name(score.level))
    return f'<span class="level"><b style="background:{paper};color:{ink}">{score.level}</b> {name}</span>'


def _score(score: Score) -> str:
    if score.score is None or score.score_high is None:
        return "–"
    low, high = f"{score.score:.1f}", f"{score.score_high:.1f}"
    return low if low == high else f'{low}<div class="muted">{escape(t("up to {high}", high=high))}</div>'


def _shares(score: Score) -> str:
    if score.shares is None:
        return '<td class="share">–</td>' * 4
    return "".join(
        f'<td class="share"><i aria-hidden="true"><u style="width:{share * 100:.0f}%"></u></i><span>{level}+ </span>{share * 100:.0f}%</td>'
        for level, share in zip((2, 3, 4, 5), score.shares, strict=True)
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f}%"
