"""A running round asks what was pinned to it (R11), whatever happens to the file afterwards."""

from __future__ import annotations

import pytest

from access import respondent
from access.setup import RoundPlan, create_round
from access.workshop import Workshop
from results.shown import EVERYBODY
from results.store import Saved, open_store
from survey.loader import content_hash, parse
from survey.response import Answer, AnswerRefusedError
from tests.postgres_server import shared
from tests.workshops import QUESTIONNAIRE, scene

ENGINES = {"duckdb": lambda folder: f"duckdb:///{folder}/x.duckdb", "postgres": lambda folder: shared().fresh()}
# The same id; another wording, another condition, an item gone.
CHANGED = QUESTIONNAIRE.replace("Is there a plan?", "Is there a strategy?").replace("at_least: 2", "at_least: 5")
CHANGED = CHANGED[: CHANGED.index("  - id: people")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("fate", ["changed", "broken", "deleted"])
def test_a_running_round_asks_what_was_pinned(tmp_path, engine, fate):
    url = ENGINES[engine](tmp_path)
    at = scene(open_store(url), tmp_path)
    response, actor = at.response("north"), at.actors["coordinator"]
    respondent.save_answer(at.workshop, actor, response, "training", Answer(4), based_on=0)
    at.workshop.close()
    file = tmp_path / "questionnaire.yaml"
    match fate:
        case "changed":
            file.write_text(CHANGED)
        case "broken":
            file.write_text("nonsense: [")
        case _:
            file.unlink()

    workshop = Workshop(open_store(url))
    try:
        asked = workshop.asked(workshop.round(at.round.id), "tiny")
        assert asked.questionnaire == parse(QUESTIONNAIRE, "tiny").questionnaire
        assert asked.content_hash == content_hash(asked.questionnaire) == at.round.questionnaires[0].content_hash
        sheet = respondent.open_sheet(workshop, actor, "tiny")
        assert (sheet.items()[0].text, sheet.answer("training")) == ("Is there a plan?", Answer(4))
        saved = respondent.save_answer(workshop, actor, response, "plan", Answer(2), based_on=0)
        assert isinstance(saved, Saved)
        assert "review" in respondent.open_sheet(workshop, actor, "tiny").asked  # by the condition of then
        live = workshop.live(workshop.round(at.round.id), "tiny")
        assert [item.id for item in live.questionnaire.items] == ["plan", "review", "training"]
        assert live.comparison(EVERYBODY).countries[0].scorecard is not None
    finally:
        workshop.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_two_rounds_of_one_process_ask_each_its_own_version(tmp_path, engine):
    at = scene(open_store(ENGINES[engine](tmp_path)), tmp_path)
    try:
        file = tmp_path / "questionnaire.yaml"
        file.write_text(CHANGED)
        later = create_round(at.workshop, RoundPlan("Later", ((file, "full"),)))
        then, now = at.workshop.asked(at.round, "tiny"), at.workshop.asked(later, "tiny")
        assert then.content_hash != now.content_hash
        assert next(item.text for item in then.questionnaire.items) == "Is there a plan?"
        assert next(item.text for item in now.questionnaire.items) == "Is there a strategy?"
        with pytest.raises(AnswerRefusedError):
            respondent.save_answer(
                at.workshop, at.actors["coordinator"], at.response("north"), "gone", Answer(1), based_on=0
            )
    finally:
        at.workshop.close()
