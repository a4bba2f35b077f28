"""The questionnaires of this repository: complete in Russian, their pulse forms in every language of the programme."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.catalogue import load_catalogue, load_chain
from survey.loader import load
from survey.translation import completeness, translatable, translate

ROOT = Path(__file__).resolve().parents[2] / "questionnaires"
IDS = ("strategy", "ethics", "standards")
LANGUAGES = ("ru", "ko", "kk", "ky", "tg", "uz", "hy", "az", "ka", "bn", "km", "lo", "mn", "fil")


def questionnaire_of(name: str):
    return load(ROOT / name / "questionnaire.yaml").questionnaire


def asked_in_pulse(questionnaire) -> list:
    """The texts of the short form: of its items, of the dimensions and of the whole."""
    long_only = {item.id for item in questionnaire.items if not item.pulse}
    return [text for text in translatable(questionnaire) if text.context.split(".")[0] not in long_only]


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_pulse_form_is_translated_from_its_present_wording(language, name):
    entries = load_catalogue(ROOT / name / "locale" / f"{language}.po").entries
    texts = asked_in_pulse(questionnaire_of(name))
    assert len(texts) > 100
    for text in texts:
        entry = entries[text.context]
        assert entry.text, text.context
        assert entry.source == text.english, text.context
        assert entry.keeps_placeholders, text.context


@pytest.mark.parametrize("name", IDS)
def test_russian_has_the_whole_questionnaire(name):
    questionnaire = questionnaire_of(name)
    missing = completeness(questionnaire, load_catalogue(ROOT / name / "locale" / "ru.po"))
    assert {problem.code for problem in missing} <= {"T003"}
    assert translate(questionnaire, load_chain(ROOT / name / "locale", "ru")).untranslated == frozenset()


@pytest.mark.parametrize("name", IDS)
def test_kyrgyz_falls_back_on_russian_and_only_there(name):
    questionnaire = questionnaire_of(name)
    shown = translate(questionnaire, load_chain(ROOT / name / "locale", "ky"))
    pulse = {text.context for text in asked_in_pulse(questionnaire)}
    assert set(shown.languages.values()) == {"ru"}
    assert shown.untranslated.isdisjoint(pulse)
