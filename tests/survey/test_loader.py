"""Loading a questionnaire: what a right file means, and every code at its line and column."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.loader import content_hash, from_data, load, parse
from survey.problems import ProblemsError
from survey.questionnaire import DEFAULT_LEVELS, Scoring, parse_number
from tests.builders import item, questionnaire
from tests.survey.files import FEATURES, REAL, changed, feature, place, places, problems_of, text_of

MINIMAL = text_of("minimal")
EVERY_KEY = text_of("every_key")


def test_the_least_gets_every_default():
    loaded = feature("minimal").questionnaire
    only = loaded.item("one")
    assert (loaded.language, loaded.purpose, loaded.levels, loaded.scoring) == ("en", None, DEFAULT_LEVELS, Scoring())
    assert (only.weight, only.critical, only.pulse, only.allow_na, only.asked_if) == (1, False, False, False, None)
    assert (only.next_steps, only.evidence, only.related_to, only.themes) == ((), None, (), ())


def test_every_key_is_read():
    loaded = feature("every_key")
    assert not loaded.warnings
    whole = loaded.questionnaire
    assert (whole.version, whole.level_name(5), whole.level_name(1)) == ("2.10.3", "Fruit", "Seed")
    scoring = whole.scoring
    assert (scoring.threshold, scoring.max_unknown, scoring.max_not_applicable) == (
        Fraction(3, 4), Fraction(1, 4), Fraction(1, 2),
    )  # fmt: skip
    assert (scoring.margin, scoring.critical_margin, scoring.evidence_caps.described) == (3, 0, 2)
    assert whole.migration is not None
    assert (whole.migration.comparable_with, whole.migration.dropped) == (("1.0.0",), ("a-3",))
    first = whole.dimension("first")
    assert (first.weight, first.critical) == (Fraction(3, 2), True)
    assert (first.items[0].critical, first.items[0].pulse, first.items[0].weight) == (True, False, 2)
    assert (first.items[1].pulse, first.items[1].allow_na) == (True, True)
    assert first.items[0].themes == ("strategic-deployment",)
    assert first.items[0].evidence.sufficient == "The decision with its date."
    assert first.items[0].anchor(3).startswith("The rule is adopted")


def test_critical_items_are_in_the_pulse_form_unless_told_otherwise():
    assert [item.id for item in feature("pulse").questionnaire.items_of("pulse")] == ["crucial", "marked"]


def test_values_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        feature("minimal").questionnaire.items[0].text = "other"


def test_the_text_that_was_written_is_what_counts():
    loaded = parse(changed(MINIMAL, ("title: The least", "title: NO"), ("title: Only", "title: 1.10"))).questionnaire
    assert (loaded.title, loaded.dimensions[0].title) == ("NO", "1.10")


def test_thin_places_are_warnings_with_their_places():
    loaded = feature("thin")
    text = text_of("thin")
    assert places(list(loaded.warnings)) == [
        place(text, "id: bare", "Q103"),
        place(text, "id: short", "Q102"),
        place(text, "Too short.", "Q101"),
        place(text, "The rule is adopted", "Q105"),
        place(text, "asked_if", "Q104"),
    ]
    assert all(warning.severity == "warning" for warning in loaded.warnings)


def test_eight_faults_are_reported_at_once():
    """The examples of the specification, in a copy of the strategy questionnaire."""
    text = REAL["strategy"].read_text(encoding="utf-8")
    fourth = "          - Every AI project in the budget shows its costs"
    line_of_anchor = next(line for line in text.splitlines(keepends=True) if line.startswith(fourth))
    faulty = changed(
        text,
        ("        scope: AI projects of", "        scoope: AI projects of"),  # unknown key
        ("id: st_delivery\n", "id: ST_delivery\n"),  # bad id
        ("          item: st_strategy\n", "          item: st_lead\n"),  # forward reference
        (line_of_anchor, ""),  # four anchors
        ("        critical: true\n", "        critical: true\n        allow_na: true\n"),
        ("id: st_compute\n", "id: st_data\n"),  # duplicate id
        ("id: st_reuse\n", "id: st_reuse\n        asked_if: {item: st_engage, more_than: 2}\n"),  # unknown condition
        ("    title: Skills\n", "    title: Skills\n    weight: 0\n"),
    )
    problems = problems_of(faulty)
    anchors_of_funding = faulty[: faulty.index("id: st_funding")].count("anchors:")
    assert places(problems) == [
        place(faulty, "allow_na", "Q018"),
        place(faulty, "scoope", "Q010"),
        place(faulty, "anchors:", "Q016", anchors_of_funding),
        place(faulty, "st_lead\n", "Q012"),
        place(faulty, "ST_delivery", "Q014"),
        place(faulty, "st_data\n", "Q015", 1),
        place(faulty, "0\n    items", "Q020"),
        place(faulty, "more_than", "Q019"),
    ]
    assert str(problems[1]).endswith("Q010 'scoope' is not known here. Did you mean 'scope'?")
    assert "item 'st_review' is asked if 'st_lead', which comes later." in problems[3].message


@pytest.mark.parametrize(
    ("code", "before", "after", "where"),
    [
        ("Q010", "title: The least", "title: The least\nowner: me", "owner"),
        ("Q011", "        text: Is there one?\n", "", "id: one"),
        ("Q011", "title: The least\n", "", "format"),
        ("Q014", "id: minimal", "id: ../x", "../x"),
        ("Q014", "id: one", "id: CON", "CON"),
        ("Q014", "id: one", f"id: {'a' * 65}", "a" * 65),
        ("Q020", "format: 1", "format: 2", "2"),
        ("Q020", "version: 1.0.0", "version: 1.0", "1.0"),
        ("Q020", "version: 1.0.0", "version: १.0.0", "१"),
        ("Q020", "title: The least", "title: The least\nlanguage: english", "english"),
        ("Q020", "title: Only", "title: Only\n    weight: 1e999999999", "1e999999999"),
        ("Q020", "title: Only", "title: Only\n    weight: 1/0", "1/0"),
        ("Q020", "title: Only", "title: Only\n    weight: -1", "-1\n"),
        ("Q020", "title: Only", "title: Only\n    critical: yes", "yes"),
        ("Q020", "title: The least", 'title: ""', '""'),
        ("Q020", "title: Only", f"title: {'x' * 4001}", "x" * 4001),
        ("Q021", "title: Only", "title: [Only]", "[Only]"),
        ("Q021", "title: Only", "title:", "title:\n"),
        ("Q021", "title: The least", "title: The least\nscoring: quick", "quick"),
        ("Q031", "title: The least", "title: The least\nlevels: []", "levels"),
    ],
)
def test_field_problems(code, before, after, where):
    text = changed(MINIMAL, (before, after))
    problems = problems_of(text)
    assert [problem.code for problem in problems] == [code]
    if where.endswith(":\n"):  # a value that is not there stands where its key ends
        assert problems[0].line == text[: text.index(where)].count("\n") + 1
    else:
        assert places(problems) == [place(text, where, code)]


@pytest.mark.parametrize(
    ("code", "before", "after", "where"),
    [
        ("Q015", "id: a-2", "id: a_1", "a_1"),
        ("Q015", "id: a-2", "id: first", "first"),  # dimensions and items share one set of ids
        ("Q016", "          - Nothing has been written down; each team decides alone.\n", "", "anchors"),
        ("Q017", "          - Write a draft of the rule.\n", "", "next_steps"),
        ("Q018", "critical: true\n        pulse: false", "critical: true\n        allow_na: true", "allow_na"),
        ("Q020", "threshold: 0.75", "threshold: 0", "0\n  margin"),
        ("Q020", "threshold: 0.75", "threshold: 1.01", "1.01"),
        ("Q020", "margin: 3", "margin: 5", "5\n  critical"),
        ("Q020", "margin: 3", "margin: 1/2", "1/2"),
        ("Q020", "described: 2", "described: 6", "6"),
        ("Q020", "themes: [strategic-deployment]", 'related_to: [""]', '""'),
        ("Q014", "themes: [strategic-deployment]", "themes: [Strategy]", "Strategy"),
        ("Q021", "related_to: [ISO/IEC 42001 5.2]", "related_to: ISO", "ISO"),
        ("Q030", "described: 2", "described: 5", "4, verified"),
        ("Q031", "{level: 2, name: Sprout", "{level: 3, name: Sprout", "levels"),
        ("Q031", "  - {level: 2, name: Sprout, meaning: Somebody drafts.}\n", "", "levels"),
    ],
)
def test_problems_of_longer_files(code, before, after, where):
    text = EVERY_KEY.replace("        related_to: [ISO/IEC 42001 5.2]\n", "") if "related_to: [" in after else EVERY_KEY
    text = changed(text, (before, after))
    nth = text[: text.rindex(where)].count(where) if code == "Q015" else 0
    assert places(problems_of(text)) == [place(text, where, code, nth)]


@pytest.mark.parametrize(
    ("condition", "code", "where"),
    [
        ("{item: one, at_least: 2}", "Q022", "one, at"),
        ("{item: nowhere, at_least: 2}", "Q013", "nowhere"),
        ("{item: One, at_least: 2}", "Q014", "One"),
        ('{item: "one\\n", at_least: 2}', "Q014", '"one'),
        ("{at_least: 2}", "Q019", "at_least"),
        ("{item: first, over: 2}", "Q019", "over"),
        ("{item: first}", "Q020", "{item"),
        ("{item: first, at_least: 2, at_most: 3}", "Q020", "{item"),
        ("{item: first, at_least: 6}", "Q020", "6"),
        ("{item: first, at_least: dont_know}", "Q020", "dont_know"),
        ("{item: first, at_most: [2]}", "Q020", "[2]"),
        ("{item: first, is: [2, maybe]}", "Q020", "[2"),
        ("{item: first, is: []}", "Q020", "[]"),
        ("{all: [], any: []}", "Q020", "{all"),
        ("{all: []}", "Q021", "[]"),
        ("{any: {item: first, is: 2}}", "Q021", "{item"),
        ("{not: often}", "Q021", "often"),
        ("always", "Q021", "always"),
        ("", "Q021", None),
        ("{all: [{item: first, at_least: 2}, {not: {item: first, sometimes: 1}}]}", "Q019", "sometimes"),
    ],
)
def test_condition_problems(condition, code, where):
    earlier = MINIMAL[MINIMAL.index("      - id: one") :].replace("one", "first", 1)
    text = MINIMAL.replace("      - id: one", f"{earlier}      - id: one") + f"        asked_if: {condition}\n"
    problems = [problem for problem in problems_of(text) if problem.severity == "error"]
    assert [problem.code for problem in problems] == [code]
    assert problems[0].line == text.count("\n")
    if where:
        column = text.splitlines()[-1].index(where, len("        asked_if: ")) + 1
        assert problems[0].column == column


def test_entries_with_problems_are_not_counted_as_missing():
    text = changed(MINIMAL, ("- Nothing has been written down; each team decides alone.", '- ""'))
    assert [problem.code for problem in problems_of(text)] == ["Q020"]
    assert [
        problem.code for problem in problems_of("format: 1\nid: a\nversion: 1.0.0\ntitle: x\ndimensions: [foo]")
    ] == ["Q021"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "hello", "{}", "~"])
def test_a_file_without_a_questionnaire(text):
    assert places(problems_of(text)) == ["1:1 Q007"]


def test_plain_values_need_no_file():
    with pytest.raises(ProblemsError) as refused:
        from_data({"format": 1, "id": "a", "version": "1.0.0", "title": "A", "dimensions": []})
    assert [str(problem) for problem in refused.value.problems] == [
        "data:1:1 Q021 'dimensions' must be a list with at least one entry, but this is empty."
    ]
    assert questionnaire([item("a")]).items[0].id == "a"


def test_the_hash_is_of_the_meaning():
    loaded = parse(MINIMAL).questionnaire
    assert content_hash(parse("# another comment\n" + MINIMAL).questionnaire) == content_hash(loaded)
    assert content_hash(parse(changed(MINIMAL, ("Is there one?", "Is there two?"))).questionnaire) != content_hash(
        loaded
    )
    assert content_hash(parse(MINIMAL + "        weight: 2\n").questionnaire) != content_hash(loaded)
    assert content_hash(parse(MINIMAL + "        weight: 1.0\n").questionnaire) == content_hash(loaded)


def test_a_name_with_control_characters_is_shown_and_not_sent_to_a_terminal():
    problem = problems_of("id: '\x1b[31m'".replace("\x1b", "\\e").replace("'", '"'), "a\x1b[2J.yaml")[0]
    assert "\x1b" not in str(problem)


@given(st.text(max_size=60))
def test_whatever_is_written_the_answer_is_a_list_of_problems(text):
    with pytest.raises(ProblemsError, match=r"\Aquestionnaire.yaml:\d+:\d+ Q0"):
        parse(text)  # sixty characters are too few for a questionnaire


@given(st.fractions(-(10**12), 10**12, max_denominator=1000), st.integers(0, 10**6))
def test_numbers_are_exact(fraction, thousandths):
    assert parse_number(str(fraction)) == fraction
    assert parse_number(f"{thousandths / 1000:.3f}") == Fraction(thousandths, 1000)


@pytest.mark.parametrize(
    "text", ["", " ", "1_000", "one", "1/2/3", "nan", "inf", "0x10", "१", "1e400", "9" * 41, True, None, "1e13"]
)
def test_what_is_not_a_number(text):
    with pytest.raises(ValueError, match="number"):
        parse_number(text)


def test_paths_are_shown_as_given():
    with pytest.raises(ProblemsError) as refused:
        load(FEATURES / "nowhere.yaml", "./shown.yaml")
    assert str(refused.value) == (
        "./shown.yaml:1:1 Q001 The file cannot be read: No such file or directory. Save it as UTF-8 text of at most 2 MB."
    )
