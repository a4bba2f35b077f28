"""The JSON Schema for editors: fresh, in step with the models, and no stricter than the loader."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from survey.loader import parse
from survey.problems import ProblemsError
from survey.questionnaire import (
    Dimension,
    EvidenceCaps,
    EvidenceRequest,
    Item,
    Level,
    Migration,
    Questionnaire,
    Scoring,
)
from tests.survey.files import FEATURES, REAL, ROOT, changed, text_of
from tools.write_schema import schema, text

SCHEMA = schema()
EVERY_KEY = text_of("every_key")


def faults(source: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(yaml.safe_load(source))]


def test_the_file_is_fresh():
    written = (ROOT / "questionnaires" / "questionnaire.schema.json").read_text(encoding="utf-8")
    assert written == text(), "run tools/write_schema.py"
    jsonschema.Draft202012Validator.check_schema(json.loads(written))


def test_keys_and_required_keys_are_those_of_the_models():
    scoring = SCHEMA["properties"]["scoring"]
    groups = {
        Questionnaire: SCHEMA,
        Level: SCHEMA["properties"]["levels"]["items"],
        Scoring: scoring,
        EvidenceCaps: scoring["properties"]["evidence_caps"],
        Migration: SCHEMA["properties"]["migration"],
        Dimension: SCHEMA["$defs"]["dimension"],
        Item: SCHEMA["$defs"]["item"],
        EvidenceRequest: SCHEMA["$defs"]["evidence"],
    }
    for model, group in groups.items():
        assert list(group["properties"]) == list(model.model_fields), model
        assert group["required"] == [name for name, field in model.model_fields.items() if field.is_required()], model
        assert group["additionalProperties"] is False


def test_everything_an_author_writes_is_explained():
    def keys(part: object):
        if isinstance(part, dict):
            for name, value in part.get("properties", {}).items():
                if "additionalProperties" in part:
                    yield name, value
            for value in part.values():
                yield from keys(value)
        elif isinstance(part, list):
            for value in part:
                yield from keys(value)

    assert [name for name, value in keys(SCHEMA) if "description" not in value] == []


@pytest.mark.parametrize(
    "path", [*REAL.values(), *sorted(FEATURES.rglob("*.yaml"))], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_right_files_are_accepted(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: Every key", "titel: Every key"),
        ("title: Every key", "title: ''"),
        ("title: Every key", "title: ' '"),
        ("format: 1", "format: 2"),
        ("version: 2.10.3", "version: 2.10"),
        ("id: a_1", "id: A_1"),
        ("id: a_1", "id: NO"),
        ("scope: The", "scoope: The"),
        ("          - Nothing has been written down; each team decides alone.\n", ""),
        ("          - Write a draft of the rule.\n", ""),
        ("critical: true\n        pulse: false", "critical: true\n        allow_na: true"),
        ("weight: 3/2", "weight: 0"),
        ("weight: 3/2", "weight: -1"),
        ("weight: 3/2", "weight: heavy"),
        ("threshold: 0.75", "threshold: 1.5"),
        ("threshold: 0.75", "threshold: 0"),
        ("margin: 3", "margin: 5"),
        ("described: 2", "described: 6"),
        ("comparable_with: [1.0.0]", "comparable_with: [1.0]"),
        ("comparable_with: [1.0.0]", "comparable: [1.0.0]"),
        ("renamed: {a_0: a_1}", "renamed: {A_0: a_1}"),
        ("renamed: {a_0: a_1}", "renamed: {a_0: A_1}"),
        ("dropped: [a-3]", "dropped: a-3"),
        ("pulse: false", "pulse: sometimes"),
        ("  - {level: 2, name: Sprout, meaning: Somebody drafts.}\n", ""),
        ("        allow_na: true", "        asked_if: {item: a_1, over: 2}"),
        ("        allow_na: true", "        asked_if: {item: a_1}"),
        ("        allow_na: true", "        asked_if: {item: a_1, at_least: 6}"),
        ("        allow_na: true", "        asked_if: {item: a_1, at_least: 2, at_most: 3}"),
        ("        allow_na: true", "        asked_if: {item: a_1, is: [2, maybe]}"),
        ("        allow_na: true", "        asked_if: {all: []}"),
        ("        allow_na: true", "        asked_if: {any: [{item: a_1, at_least: 0}]}"),
    ],
)
def test_what_an_editor_underlines_the_loader_refuses_too(before, after):
    text = changed(EVERY_KEY, (before, after))
    assert faults(text)
    with pytest.raises(ProblemsError):
        parse(text)
