"""The audit record of one response: what was asked, what was answered, by which rule it was scored, and what came out.

It holds what somebody needs to work every figure out again, and nothing that changes from one run to the next: the same answers
give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from scoring.explain import Constraint, explain
from scoring.scheme import scheme_of
from scoring.score import score_routed
from scoring.scorecard import Score, scorecard
from survey.loader import content_hash
from survey.questionnaire import TIERS, Condition, Form, Item, Questionnaire
from survey.response import CODE_NAMES, DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, UNANSWERED
from survey.routing import Codes, route

State = Literal["answered", "dont_know", "not_applicable", "unanswered", "not_asked"]
_STATES: dict[int, State] = {
    DONT_KNOW: "dont_know", NOT_APPLICABLE: "not_applicable", UNANSWERED: "unanswered", NOT_ASKED: "not_asked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item. `reason`, only when not asked: "pulse", or the condition that is not true, as in the questionnaire's file.

    `declared` and `supported` (capped by `evidence`) are levels 1-5, None when the answer is none.
    """

    item: str
    state: State
    reason: str | dict[str, Any] | None
    evidence: str
    declared: int | None
    supported: int | None


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part's figures, blanked as `scoring.scorecard` says, and what binds its level."""

    figures: Score
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """`content_hash` is that of `survey.loader`; `inputs_hash` the SHA-256 of all stored codes and evidence tiers, asked or not.

    `parameters` are the questionnaire's scoring settings, fractions as written exactly (`2/3`). `parts`: the dimensions in order,
    then the questionnaire.
    """

    questionnaire: str
    version: str
    content_hash: str
    inputs_hash: str
    app_version: str
    form: Form
    parameters: dict[str, Any]
    items: tuple[ItemRecord, ...]
    parts: tuple[PartRecord, ...]

    def plain(self) -> dict[str, Any]:
        """The record as plain values that JSON knows."""
        return asdict(self)

    def to_json(self) -> str:
        """The record as JSON with sorted keys: equal records are equal byte for byte."""
        return _canonical(self.plain())


def audit(
    questionnaire: Questionnaire, codes: Codes, evidence: Codes, *, app_version: str, form: Form = "full"
) -> AuditRecord:
    """The record of one response: stored `codes` and `evidence` tiers 0-3, each (items,)."""
    routed = route(questionnaire, codes[None], form)
    card = scorecard(questionnaire, score_routed(questionnaire, routed, evidence[None]), 0)
    explanations = explain(questionnaire, codes[None], form)
    return AuditRecord(
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        content_hash=content_hash(questionnaire),
        inputs_hash=_inputs_hash(questionnaire, codes, evidence),
        app_version=app_version,
        form=form,
        parameters=questionnaire.scoring.model_dump(mode="json"),
        items=_item_records(questionnaire, routed[0], evidence, form),
        parts=tuple(
            PartRecord(score, explanation.constraints)
            for score, explanation in zip((*card.dimensions, card.whole), explanations, strict=True)
        ),
    )


def _inputs_hash(questionnaire: Questionnaire, codes: Codes, evidence: Codes) -> str:
    listed = [
        [item.id, CODE_NAMES[int(code)], TIERS[int(tier)]]
        for item, code, tier in zip(questionnaire.items, codes, evidence, strict=True)
    ]
    return hashlib.sha256(_canonical(listed).encode()).hexdigest()


def _item_records(questionnaire: Questionnaire, routed: Codes, evidence: Codes, form: Form) -> tuple[ItemRecord, ...]:
    caps = scheme_of(questionnaire).caps[evidence]
    is_level = (routed >= 1) & (routed <= 5)
    declared, supported = routed.tolist(), np.minimum(routed, caps).tolist()
    return tuple(
        ItemRecord(
            item=item.id,
            state=_STATES.get(declared[place], "answered"),
            reason=_reason(item, form) if declared[place] == NOT_ASKED else None,
            evidence=TIERS[int(evidence[place])],
            declared=declared[place] if is_level[place] else None,
            supported=supported[place] if is_level[place] else None,
        )
        for place, item in enumerate(questionnaire.items)
    )


def _reason(item: Item, form: Form) -> str | dict[str, Any]:
    if form == "pulse" and not item.pulse:
        return "pulse"
    assert item.asked_if is not None
    return written(item.asked_if)


def written(condition: Condition) -> dict[str, Any]:
    """A condition as it is written in a questionnaire's file."""
    if condition.kind in ("all", "any"):
        return {condition.kind: [written(part) for part in condition.parts]}
    if condition.kind == "not":
        return {"not": written(condition.parts[0])}
    if condition.kind == "is":
        return {"item": condition.item, "is": [int(code) if code.isdigit() else code for code in condition.codes]}
    return {"item": condition.item, condition.kind: condition.level}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
