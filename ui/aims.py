"""Beside the own levels: what the organisation aims at, what is proposed to all, and the range of the others."""

from __future__ import annotations

from html import escape

import streamlit as st

from access import peers, targets
from access.actor import Actor, RefusedError
from access.respondent import Sheet
from access.targets import Aim
from results.store import StoreError
from scoring.level_range import LevelRange
from scoring.scorecard import Scorecard
from survey.questionnaire import Questionnaire
from ui import incident, look, process, session
from ui.texts import plain, problem, t

LEVELS = (targets.NONE, 1, 2, 3, 4, 5)
_NUMBER = ' class="number"'


def section(actor: Actor, sheet: Sheet, card: Scorecard) -> None:
    """Level, target and gap of each dimension; the coordinator sets the targets below."""
    aims = targets.own_aims(process.workshop(), actor, sheet.questionnaire.id)
    ranges = peers.peers_range(process.workshop(), actor, sheet.questionnaire.id)
    st.header(t("Where we want to be"), anchor=False)
    session.show_told()
    if aims or ranges is not None:
        look.markup(_table(sheet, card, aims, ranges))
    if ranges is not None:
        look.muted(
            t(
                "Others: lowest to highest level of the other organisations that show theirs, and the middle one; only where there "
                "are at least five."
            )
        )
    if actor.role != "coordinator":
        if not aims:
            look.muted(t("No target is set. The coordinator of your organisation can set one for each dimension."))
        return
    with st.expander(t("Set our targets"), expanded=not any(aim.own for aim in aims.values())):
        look.muted(t("The level you want to reach in each dimension. Only your organisation sees it."))
        columns = st.columns(2)
        for place, dimension in enumerate(sheet.questionnaire.dimensions):
            with columns[place % 2]:
                _choice(actor, sheet, dimension.id, aims.get(dimension.id, Aim(None, None)))


def level_choice(questionnaire: Questionnaire, level: int) -> str:
    """A choice of LEVELS in words."""
    return f"{level} {questionnaire.level_name(level)}" if level else t("none")


def _choice(actor: Actor, sheet: Sheet, dimension_id: str, aim: Aim) -> None:
    questionnaire = sheet.questionnaire
    key = f"target-{questionnaire.id}-{dimension_id}"
    st.selectbox(
        plain(questionnaire.dimension(dimension_id).title),
        LEVELS,
        index=aim.own or targets.NONE,
        format_func=lambda one: level_choice(questionnaire, one),
        key=key,
        on_change=_set,
        args=(actor, questionnaire.id, dimension_id, key),
    )


@incident.told
def _set(actor: Actor, questionnaire_id: str, dimension_id: str, key: str) -> None:
    try:
        level = session.picked(key)
        targets.set_target(process.workshop(), actor, questionnaire_id, dimension_id, level)
    except (RefusedError, StoreError) as error:
        session.tell(problem(error))


def _table(sheet: Sheet, card: Scorecard, aims: dict[str, Aim], ranges: dict[str, LevelRange | None] | None) -> str:
    heads = [t("Level"), t("Our target"), t("Gap")]
    is_proposed = any(aim.proposed for aim in aims.values())
    heads += [t("Proposed to all")] if is_proposed else []
    heads += [t("Others")] if ranges is not None else []
    top = "".join(f'<th scope="col"{_NUMBER}>{escape(head)}</th>' for head in heads)
    rows = []
    for score, dimension in zip(card.dimensions, sheet.questionnaire.dimensions, strict=True):
        aim = aims.get(dimension.id, Aim(None, None))
        cells = [_figure(score.level), _figure(aim.own), gap(score.level, aim.own)]
        cells += [_figure(aim.proposed)] if is_proposed else []
        cells += [others(ranges[dimension.id])] if ranges is not None else []
        labelled = zip(heads, cells, strict=True)
        figures = "".join(f'<td{_NUMBER} data-label="{escape(head)}">{escape(cell)}</td>' for head, cell in labelled)
        rows.append(f'<tr><th scope="row">{look.words(dimension.title)}</th>{figures}</tr>')
    return (
        f'<div class="scroll"><table class="figures aims"><thead><tr><th scope="col">{escape(t("Dimension"))}</th>{top}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def gap(level: int | None, target: int | None) -> str:
    """Levels still to go; "reached" when none; a dash where one of the two is not known."""
    if level is None or target is None:
        return "–"
    return str(target - level) if target > level else t("reached")


def others(found: LevelRange | None) -> str:
    return (
        t("{low}–{high}, middle {middle}", low=found.lowest, high=found.highest, middle=found.middle) if found else "–"
    )


def _figure(level: int | None) -> str:
    return str(level) if level else "–"
