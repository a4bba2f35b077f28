"""Small questionnaires and answers for tests, built from plain values through the real loader."""

from __future__ import annotations

from typing import Any

import numpy as np

from survey.loader import from_data
from survey.questionnaire import Questionnaire
from survey.response import CODES
from survey.routing import Codes


def item(item_id: str, **changes: Any) -> dict[str, Any]:
    """A complete item as plain values; `changes` replace or add keys (None removes one)."""
    data: dict[str, Any] = {
        "id": item_id,
        "text": f"Is {item_id} done?",
        "scope": "The whole government, on the day you answer.",
        "why": "It has to be known.",
        "anchors": [
            f"Nothing has been done about {item_id} by anybody so far, level {level}." for level in range(1, 6)
        ],
        "next_steps": [f"Take step {step} of {item_id}." for step in range(1, 5)],
        "evidence": {"ask": "A link.", "sufficient": "The decision.", "insufficient": "A talk."},
    }
    data.update(changes)
    return {key: value for key, value in data.items() if value is not None}


def questionnaire(*dimensions: list[dict[str, Any]] | dict[str, Any], **changes: Any) -> Questionnaire:
    """A questionnaire `tiny`; a list of items becomes a dimension d1, d2, ...; a dict is a dimension as it stands."""
    listed = [
        dimension
        if isinstance(dimension, dict)
        else {"id": f"d{number}", "title": f"Dimension {number}", "items": dimension}
        for number, dimension in enumerate(dimensions, 1)
    ]
    data = {
        "format": 1,
        "id": "tiny",
        "version": "1.0.0",
        "title": "Tiny",
        "purpose": "To test.",
        "dimensions": listed,
        **changes,
    }
    return from_data(data).questionnaire


def codes(*rows: list[int | str]) -> Codes:
    """An answer matrix from levels and the names dont_know, not_applicable and '' (unanswered)."""
    return np.array([[CODES[str(value)] for value in row] for row in rows], dtype=np.uint8)
