"""The audit record: complete, and the same bytes for the same answers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scoring.audit import audit, written
from survey.loader import content_hash
from tests.builders import codes, item, questionnaire

CONDITION = {"all": [{"item": "a", "at_least": 2}, {"not": {"item": "a", "is": [5, "dont_know"]}}]}
BUILT = questionnaire(
    [item("a", critical="true"), item("b", asked_if=CONDITION), item("c", allow_na="true"), item("d")], [item("e")]
)


def record(row, tiers=(0, 0, 0, 0, 0), form="full", of=BUILT):
    return audit(of, codes(row)[0], np.array(tiers, dtype=np.uint8), app_version="1.2.3", form=form)


def test_each_item_has_its_state_and_its_reason():
    found = record([1, 4, "not_applicable", "dont_know", ""])
    assert [entry.state for entry in found.items] == [
        "answered", "not_asked", "not_applicable", "dont_know", "unanswered",
    ]  # fmt: skip
    assert [entry.reason for entry in found.items] == [None, CONDITION, None, None, None]
    assert found.items[1].declared is None


def test_the_pulse_form_is_the_reason_for_what_it_leaves_out():
    assert [entry.reason for entry in record([3, 3, 3, 3, 3], form="pulse").items] == [None, *["pulse"] * 4]


def test_declared_and_supported_levels():
    found = record([5, "", 5, 2, 5], tiers=[0, 0, 2, 1, 3])
    assert [entry.declared for entry in found.items] == [5, None, 5, 2, 5]
    assert [entry.supported for entry in found.items] == [2, None, 4, 2, 5]
    assert [entry.evidence for entry in found.items] == ["none", "none", "document", "described", "verified"]


def test_the_figures_are_those_of_the_scorecard():
    found = record([4, 4, 4, 2, 3])
    first, whole = found.parts[0], found.parts[-1]
    assert (first.figures.part, first.figures.level, first.figures.score) == ("d1", 4, 3.5)
    assert [constraint.kind for constraint in first.constraints] == ["share", "margin"]
    assert (whole.figures.kind, whole.figures.part) == ("questionnaire", "tiny")


def test_what_it_was_worked_out_from_is_named():
    found = record([3, 3, 3, 3, 3])
    assert (found.questionnaire, found.version, found.app_version, found.form) == ("tiny", "1.0.0", "1.2.3", "full")
    assert found.content_hash == content_hash(BUILT)
    assert found.parameters["threshold"] == "2/3"
    assert found.parameters["evidence_caps"] == {"none": 2, "described": 3, "document": 4, "verified": 5}


def test_the_same_answers_give_the_same_bytes_and_json_gives_the_record_back():
    first, second = record([3, "", 3, 3, 5]), record([3, "", 3, 3, 5])
    assert first.to_json().encode() == second.to_json().encode()
    plain = json.loads(first.to_json())
    assert plain["items"][0] == {
        "item": "a", "state": "answered", "reason": None, "evidence": "none", "declared": 3, "supported": 2,
    }  # fmt: skip
    assert plain["parts"][1]["figures"]["level"] == 5
    assert json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")) == first.to_json()


@pytest.mark.parametrize(("row", "tiers"), [([3, 3, 3, 3, 4], [0] * 5), ([3, 3, 3, 3, 3], [0, 0, 0, 0, 1])])
def test_another_answer_or_another_tier_changes_the_inputs_hash(row, tiers):
    assert record(row, tiers).inputs_hash != record([3, 3, 3, 3, 3]).inputs_hash


def test_an_answer_that_is_stored_but_not_asked_is_an_input_too():
    assert record([1, 3, 3, 3, 3]).inputs_hash != record([1, 4, 3, 3, 3]).inputs_hash
    assert record([1, 3, 3, 3, 3]).parts == record([1, 4, 3, 3, 3]).parts


def test_nothing_asked_at_all_is_valid_json():
    built = questionnaire([item("a")])
    plain = json.loads(audit(built, codes([3])[0], np.zeros(1, np.uint8), app_version="1", form="pulse").to_json())
    assert plain["parts"][0]["figures"]["coverage"] is None


@pytest.mark.parametrize("condition", [CONDITION, {"item": "a", "at_most": 3}, {"any": [{"item": "a", "is": [1]}]}])
def test_a_condition_is_written_as_in_the_file(condition):
    built = questionnaire([item("a"), item("b", asked_if=condition)])
    assert written(built.items[1].asked_if) == condition
