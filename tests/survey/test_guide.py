"""The author's guide: its example can be copied as it stands, and its table speaks of messages that exist."""

from __future__ import annotations

import re

from survey.loader import parse
from survey.problems import CATALOGUE
from survey.questionnaire import DEFAULT_LEVELS
from survey.routing import items_asked
from survey.yaml_source import parse_yaml
from tests.survey.files import ROOT

GUIDE = (ROOT / "questionnaires" / "README.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    return GUIDE.split(f"<!-- {mark} -->\n```yaml\n")[1].split("```")[0]


def test_the_example_is_a_questionnaire_without_a_warning():
    loaded = parse(block("example"))
    assert loaded.warnings == ()
    assert items_asked(loaded.questionnaire, {"rc_rule": 1}) == ("rc_rule",)
    assert items_asked(loaded.questionnaire, {"rc_rule": 2}) == ("rc_rule", "rc_search")


def test_the_worked_case_is_about_the_example():
    case = parse_yaml(block("case"), "cases.yaml").data["cases"][0]
    whole = parse(block("example")).questionnaire
    assert set(case["answers"]) | set(case["evidence"]) <= set(whole.position)
    assert set(case["expect"]["dimensions"]) <= set(whole.dimension_ids)


def test_the_migration_fits_the_example():
    later = (
        block("example")
        .replace("version: 1.0.0", "version: 2.0.0")
        .replace("dimensions:", block("migration") + "dimensions:")
    )
    assert dict(parse(later).questionnaire.migration.renamed) == {"rc_law": "rc_rule"}


def test_the_table_of_messages():
    table = GUIDE.split("## Common messages")[1]
    codes = re.findall(r"\b[QTC]\d{3}\b", table)
    assert len(codes) == len(set(codes)) > 20
    assert set(codes) <= set(CATALOGUE)


def test_the_ladder_is_that_of_the_program():
    ladder = GUIDE.split("## The ladder of levels")[1].split("## ")[0]
    assert re.findall(r"^\| (\d) \| (\w+) \|", ladder, re.MULTILINE) == [
        (str(level.level), level.name) for level in DEFAULT_LEVELS
    ]
