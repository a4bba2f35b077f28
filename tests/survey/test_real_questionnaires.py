"""The three questionnaires against their blueprint."""

from __future__ import annotations

import itertools

import pytest
import yaml

from survey.loader import load
from survey.questionnaire import DEFAULT_LEVELS, Questionnaire, Scoring
from tests.survey.files import REAL

# ★ critical; ☆ in the short form without being critical.
BLUEPRINT = {
    "strategy": {
        "direction": "st_strategy★ st_portfolio st_funding st_review",
        "institutions": "st_lead★ st_coordination st_delivery st_participation",
        "transformation": "st_foundations★ st_data st_compute st_scaling",
        "services": "st_proactive st_personal st_innovation st_inclusion☆",
        "foresight": "st_risk_analytics☆ st_vulnerability_data st_horizon st_labour st_continuity",
        "skills": "st_leaders st_workforce★ st_specialists st_public",
        "cooperation": "st_engage☆ st_reuse st_crossborder",
    },
    "ethics": {
        "accountability": "et_principles★ et_oversight★ et_owner et_redress★",
        "impact": "et_inventory et_assessment★ et_redlines et_voices",
        "fairness": "et_bias et_vulnerable★ et_gender et_alternative",
        "transparency": "et_register et_notice★ et_reasons et_synthetic",
        "privacy": "et_law★ et_profiling et_repurpose",
        "human_safety": "et_oversight_human★ et_genai et_incidents et_culture et_environment",
    },
    "standards": {
        "adoption": "sd_policy★ sd_profile sd_committee sd_recognition",
        "management": "sd_system★ sd_roles sd_risk★ sd_audit",
        "lifecycle": "sd_requirements sd_validation★ sd_monitoring sd_documents sd_retire",
        "data": "sd_quality☆ sd_provenance sd_interop sd_representation",
        "security": "sd_security★ sd_hosting sd_adversarial sd_response",
        "assurance": "sd_procurement★ sd_suppliers sd_conformity sd_assessors",
    },
}
THEMES = {
    "strategic-deployment", "digital-government", "future-integration", "innovation", "risk-and-vulnerability", "standards",
    "ethics", "skills", "proactive-services", "security", "international-cooperation", "inclusion",
}  # fmt: skip
LOADED = {name: load(path) for name, path in REAL.items()}
ITEMS = [item for loaded in LOADED.values() for item in loaded.questionnaire.items]


@pytest.fixture(params=REAL)
def whole(request) -> Questionnaire:
    return LOADED[request.param].questionnaire


def test_no_warning():
    assert [warning for loaded in LOADED.values() for warning in loaded.warnings] == []


def test_counts():
    assert [len(loaded.questionnaire.items) for loaded in LOADED.values()] == [28, 24, 25]
    assert [len(loaded.questionnaire.dimensions) for loaded in LOADED.values()] == [7, 6, 6]
    assert sum(item.critical for item in ITEMS) == 18
    assert sum(item.pulse for item in ITEMS) == 22
    assert len({item.id for item in ITEMS}) == 77


def test_ids_marks_and_order_are_the_blueprints(whole):
    mark = {(True, True): "★", (False, True): "☆", (False, False): ""}
    written = {
        dimension.id: " ".join(f"{item.id}{mark[item.critical, item.pulse]}" for item in dimension.items)
        for dimension in whole.dimensions
    }
    assert written == BLUEPRINT[whole.id]
    assert list(written) == list(BLUEPRINT[whole.id])


def test_heads(whole):
    assert (whole.version, whole.language) == ("1.0.0", "en")
    assert whole.title == f"AI {whole.id}"
    assert whole.levels == DEFAULT_LEVELS
    assert whole.scoring == Scoring()
    assert whole.purpose.endswith(".")
    assert len(whole.purpose.split()) <= 30
    assert all(len(dimension.title.split()) <= 3 for dimension in whole.dimensions)
    assert all(dimension.weight == 1 and not dimension.critical for dimension in whole.dimensions)


def test_every_item_is_complete(whole):
    for item in whole.items:
        assert item.scope, item.id
        assert item.why, item.id
        assert item.text.endswith("?"), item.id
        assert len(item.next_steps) == 4, item.id
        assert item.evidence.sufficient, item.id
        assert item.evidence.insufficient, item.id
        assert 1 <= len(item.themes) <= 3, item.id
        assert set(item.themes) <= THEMES, item.id
        assert item.weight == 1, item.id


def test_no_two_anchors_of_an_item_are_alike(whole):
    for item in whole.items:
        assert all(one != other for one, other in itertools.combinations(item.anchors, 2)), item.id


def test_every_theme_is_asked_about():
    assert {theme for item in ITEMS for theme in item.themes} == THEMES


def test_conditions():
    conditions = {item.id: item.asked_if for item in ITEMS if item.asked_if}
    assert {name: (condition.item, condition.kind, condition.level) for name, condition in conditions.items()} == {
        "st_review": ("st_strategy", "at_least", 2),
        "sd_audit": ("sd_system", "at_least", 2),
    }


def test_plain_yaml_tools_read_the_same_texts(whole):
    plain = yaml.safe_load(REAL[whole.id].read_text(encoding="utf-8"))
    assert [item["text"] for dimension in plain["dimensions"] for item in dimension["items"]] == [
        item.text for item in whole.items
    ]


def test_files_name_their_schema_and_their_licence(whole):
    first, second = REAL[whole.id].read_text(encoding="utf-8").splitlines()[:2]
    assert first == "# yaml-language-server: $schema=../questionnaire.schema.json"
    assert second.startswith("# Licence")
    assert "CC BY 4.0" in second
