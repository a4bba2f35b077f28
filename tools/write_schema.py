"""Writes questionnaires/questionnaire.schema.json: what an editor underlines and explains while an author types.

The loader stays the judge; the schema is its quick shadow. Patterns, levels, tiers and defaults come from
`survey.questionnaire`, and a test fails when the file is older than this program or knows other keys than the models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.questionnaire import DEFAULT_LEVELS, ID_PATTERN, LANGUAGE_PATTERN, LEVELS, TIERS, VERSION_PATTERN, Scoring

TARGET = Path(__file__).resolve().parent.parent / "questionnaires" / "questionnaire.schema.json"
Schema = dict[str, Any]


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of `format: 1`, for values as a YAML 1.2 editor reads them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Questionnaire, format 1",
        "description": "An AI readiness questionnaire. questionnaires/README.md explains it with an example.",
        **_group(
            {
                "format": {"description": "The version of this file format.", "enum": [1, "1"]},
                "id": _ref("id", "Names the questionnaire everywhere. Never changed, never reused."),
                "version": _ref(
                    "version",
                    "Three numbers. Major: scores not comparable with earlier ones; minor: comparable; patch: wording only.",
                ),
                "language": {
                    "description": "The language of this file. Translations live in locale/<language>.po.",
                    "type": "string",
                    "pattern": LANGUAGE_PATTERN,
                    "default": "en",
                },
                "title": _ref("text", "A few words: what the questionnaire is about."),
                "purpose": _ref("text", "One sentence shown to respondents before they begin."),
                "levels": _levels(),
                "scoring": _scoring(),
                "migration": _migration(),
                "dimensions": _list(
                    "The capabilities that are rated, in the order shown.", {"$ref": "#/$defs/dimension"}, minItems=1
                ),
            },
            required=["format", "id", "version", "title", "dimensions"],
        ),
        "$defs": {
            "id": {"type": "string", "pattern": ID_PATTERN},
            "version": {"type": "string", "pattern": VERSION_PATTERN},
            "text": {"type": "string", "minLength": 1, "maxLength": 4000, "pattern": r"\S"},
            "positive": _number(exclusive=True),
            "share": _number(exclusive=False, maximum=1),
            "level": {"enum": [*LEVELS, *(str(level) for level in LEVELS)]},
            "margin": {"enum": [0, 1, 2, 3, 4, "0", "1", "2", "3", "4"]},
            "flag": {"enum": [True, False, "true", "false"]},
            "dimension": _dimension(),
            "item": _item(),
            "evidence": _evidence(),
            "condition": _condition(),
        },
    }


def _group(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(description: str, items: Schema, **limits: int) -> Schema:
    return {"description": description, "type": "array", "items": items, **limits}


def _ref(name: str, description: str, default: object = None) -> Schema:
    told = {"description": description, "$ref": f"#/$defs/{name}"}
    return told if default is None else {**told, "default": default}


def _number(*, exclusive: bool, maximum: int | None = None) -> Schema:
    """A number, or a fraction such as 2/3 as text. What a text comes to is the loader's to judge."""
    least = {"exclusiveMinimum": 0} if exclusive else {"minimum": 0}
    most = {} if maximum is None else {"maximum": maximum}
    written = {"type": "string", "pattern": r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)(/[0-9]+|[eE][+-]?[0-9]{1,2})?$"}
    return {"anyOf": [{"type": "number", **least, **most}, written]}


def _levels() -> Schema:
    names = ", ".join(f"{level.level} {level.name}" for level in DEFAULT_LEVELS)
    level = _group(
        {
            "level": _ref("level", "The number of the level, 1 to 5 in this order."),
            "name": _ref("text", "One word for screens and reports."),
            "meaning": _ref("text", "One sentence: what is true of a body at this level, whatever the topic."),
        },
        required=["level", "name", "meaning"],
    )
    return _list(f"The five levels of the scale. Without this key: {names}.", level, minItems=5, maxItems=5)


def _scoring() -> Schema:
    default = Scoring()
    caps = _group(
        {
            tier: _ref("level", f"The highest level that '{tier}' supports.", getattr(default.evidence_caps, tier))
            for tier in TIERS
        },
        required=[],
    )
    group = _group(
        {
            "threshold": {
                "description": "The share of items that must reach a level for it to be reached. Above 0, at most 1.",
                "default": str(default.threshold),
                "allOf": [{"$ref": "#/$defs/share"}, {"$ref": "#/$defs/positive"}],
            },
            "margin": _ref("margin", "How many levels above its lowest part a whole can be.", default.margin),
            "critical_margin": _ref("margin", "The same for critical parts.", default.critical_margin),
            "max_unknown": _ref(
                "share", "With more don't knows and gaps than this share, no level is given.", str(default.max_unknown)
            ),
            "max_not_applicable": _ref(
                "share", "With more than this share not applicable, nothing is rated.", str(default.max_not_applicable)
            ),
            "evidence_caps": {
                "description": "The highest level that each kind of evidence supports; it must not fall.",
                **caps,
            },
        },
        required=[],
    )
    return {"description": "The parameters of the scoring rule. Leave it out to use the usual ones.", **group}


def _migration() -> Schema:
    group = _group(
        {
            "comparable_with": _list(
                "Earlier versions whose scores may be compared with this one's although the first number differs.",
                {"$ref": "#/$defs/version"},
            ),
            "renamed": {
                "description": "Earlier id: id in this version, for items that ask the same under a new id.",
                "type": "object",
                "propertyNames": {"$ref": "#/$defs/id"},
                "additionalProperties": {"$ref": "#/$defs/id"},
            },
            "dropped": _list("Ids of earlier items that this version no longer asks.", {"$ref": "#/$defs/id"}),
        },
        required=[],
    )
    return {"description": "What became of the items of earlier versions. Leave it out in a first version.", **group}


def _dimension() -> Schema:
    return _group(
        {
            "id": _ref("id", "Names the dimension. Unique in the file, items included; never reused."),
            "title": _ref("text", "One to three words; it heads a column on a projector."),
            "weight": _ref("positive", "How much the dimension counts beside the others.", 1),
            "critical": _ref("flag", "Whether a low level here holds the whole questionnaire down.", default=False),
            "items": _list("The questions, in the order asked.", {"$ref": "#/$defs/item"}, minItems=1),
        },
        required=["id", "title", "items"],
    )


def _item() -> Schema:
    item = _group(
        {
            "id": _ref("id", "Names the item and its column in every export. Unique; never changed, never reused."),
            "text": _ref("text", "One question about one thing, answered by choosing one of the anchors."),
            "scope": _ref("text", "Whose practice is meant, in which period, what counts and what does not."),
            "why": _ref("text", "One sentence: why it matters."),
            "anchors": _list(
                "Exactly five, level 1 to 5: what can be seen at that level. Each contains the one before it.",
                {"$ref": "#/$defs/text"},
                minItems=5,
                maxItems=5,
            ),
            "next_steps": _list(
                "Exactly four: what to do to get from level 1 to 2, 2 to 3, 3 to 4 and 4 to 5.",
                {"$ref": "#/$defs/text"},
                minItems=4,
                maxItems=4,
            ),
            "evidence": {"description": "What a respondent may show.", "$ref": "#/$defs/evidence"},
            "critical": _ref("flag", "Whether a low answer holds the whole dimension down.", default=False),
            "pulse": _ref("flag", "Whether the short form asks it. Critical items are in it unless this says false."),
            "weight": _ref("positive", "How much the item counts beside the others of its dimension.", 1),
            "allow_na": _ref("flag", "Whether 'not applicable' is possible. Never on a critical item.", default=False),
            "asked_if": _ref("condition", "Ask this item only if an earlier answer was so."),
            "related_to": _list(
                "Ids of framework passages on the same topic; no conformity is claimed.", {"$ref": "#/$defs/text"}
            ),
            "themes": _list("Workshop themes, as ids.", {"$ref": "#/$defs/id"}),
        },
        required=["id", "text", "anchors"],
    )
    yes = {"enum": [True, "true"]}
    both = {"properties": {"critical": yes, "allow_na": yes}, "required": ["critical", "allow_na"]}
    return {**item, "not": both}


def _evidence() -> Schema:
    return _group(
        {
            "ask": _ref("text", "The link or document to ask for."),
            "sufficient": _ref("text", "One example that is enough."),
            "insufficient": _ref("text", "One example that is not."),
        },
        required=["ask"],
    )


def _condition() -> Schema:
    comparisons = {
        "at_least": _ref("level", "True if the answer is this level or a higher one."),
        "at_most": _ref("level", "True if the answer is this level or a lower one."),
        "is": {
            "description": "True if the answer is one of these: levels, dont_know, not_applicable.",
            "oneOf": [_code(), {"type": "array", "items": _code(), "minItems": 1}],
        },
    }
    item = _ref("id", "An earlier item.")
    several = {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1}
    combinations = {
        "all": {"description": "True if each of these is true.", **several},
        "any": {"description": "True if at least one of these is true.", **several},
        "not": _ref("condition", "True if this is not."),
    }
    return {
        "oneOf": [
            *(_group({"item": item, key: value}, required=["item", key]) for key, value in comparisons.items()),
            *(_group({key: value}, required=[key]) for key, value in combinations.items()),
        ]
    }


def _code() -> Schema:
    return {"enum": [*LEVELS, *(str(level) for level in LEVELS), "dont_know", "not_applicable"]}


def text() -> str:
    """The file's content."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8", newline="\n")
