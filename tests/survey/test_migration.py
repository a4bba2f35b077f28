"""What a version says about earlier ones: each problem at its line, and columns carried from one version to another."""

from __future__ import annotations

import pytest

from survey.loader import content_hash, parse
from survey.migration import carry, is_comparable
from survey.problems import ProblemsError
from tests.builders import item, questionnaire
from tests.survey.files import changed, feature, place, places, problems_of, text_of

TEXT = text_of("migration")


def with_block(block: str) -> str:
    return changed(text_of("minimal"), ("version: 1.0.0", "version: 2.1.0\nmigration:\n" + block.rstrip("\n")))


def errors(text: str):
    """Without the warnings about the thin item."""
    return [problem for problem in problems_of(text) if problem.severity == "error"]


def test_what_became_of_earlier_items():
    loaded = feature("migration")
    assert loaded.warnings == ()
    found = loaded.questionnaire.migration
    assert found.comparable_with == ("1.0.0", "1.1.0")
    assert dict(found.renamed) == {"owner": "lead"}
    assert found.dropped == ("budget",)
    assert hash(loaded.questionnaire) == hash(feature("migration").questionnaire)


def test_without_the_block_the_hash_is_as_before():
    """The hash of a pinned questionnaire must not change with the program: this is the one of version 0.1.0."""
    assert (
        content_hash(feature("minimal").questionnaire)
        == "3a4adba8aba7d4b5405814ded0453c813e7f87ce9f6a231149259f15e5ad4504"
    )
    assert content_hash(parse(with_block("  dropped: [old]\n")).questionnaire) != content_hash(
        parse(with_block("  dropped: [older]\n")).questionnaire
    )


@pytest.mark.parametrize(
    ("block", "code", "where"),
    [
        ("  renamed: {old: nowhere}\n", "Q040", "nowhere"),
        ("  renamed: {old: one}\n  dropped: [old]\n", "Q041", "old]"),
        ("  dropped: [one]\n", "Q042", "one]"),
        ("  dropped: [only]\n", "Q042", "only]"),  # a dimension's id now
        ("  renamed: {one: two}\n", "Q042", "one: two"),
        ("  renamed: {only: one}\n", "Q042", "only: one"),
        ("  renamed: {one: one}\n", "Q043", "one: one"),
        ("  renamed: {old: old}\n", "Q043", "old: old"),
        ("  comparable_with: [2.1.0]\n", "Q044", "2.1.0]"),
        ("  comparable_with: [10.0.0]\n", "Q044", "10.0.0]"),
        ("  renamed: {old: one, older: one}\n", "Q045", "one}"),
        ("  comparable_with: [1.0]\n", "Q020", "1.0]"),
        ("  comparable_with: [1.0.0-beta]\n", "Q020", "1.0.0-beta]"),
        ("  comparable_with: 1.0.0\n", "Q021", "1.0.0\ntitle"),
        ("  renamed: {OLD: one}\n", "Q014", "OLD"),
        ("  renamed: {old: ../x}\n", "Q014", "../x"),
        ("  renamed: [old]\n", "Q021", "[old]"),
        ("  dropped: [OLD]\n", "Q014", "OLD"),
        ("  removed: [old]\n", "Q010", "removed"),
    ],
)
def test_problems_stand_at_their_place(block, code, where):
    text = with_block(block)
    assert places(errors(text)) == [place(text, where, code)]


def test_messages_say_what_to_do():
    (problem,) = errors(with_block("  renamed: {old: nowhere}\n"))
    assert str(problem) == (
        "x.yaml:6:18 Q040 'old' is renamed to 'nowhere', and there is no such item. Correct the id, or list 'old' under "
        "dropped."
    )


def version(number, *names, **migration):
    block = {"migration": migration} if migration else {}
    return questionnaire([item(name) for name in names], version=number, **block)


def refused(older, newer) -> list[str]:
    with pytest.raises(ProblemsError) as error:
        carry(older, newer)
    return [problem.code for problem in error.value.problems]


def test_columns_are_carried():
    newer = version("2.0.0", "d", "x", "a", comparable_with=["1.0.0"], renamed={"b": "x"}, dropped=["c"])
    found = carry(version("1.0.0", "a", "b", "c"), newer)
    assert (found.older, found.newer) == ((1, 0), (1, 2))  # d is new


def test_the_same_version_and_versions_of_one_major():
    assert carry(version("1.0.0", "a", "b"), version("1.0.0", "a", "b")).older == (0, 1)
    assert carry(version("1.0.0", "a", "b"), version("1.2.0", "b", "a")).older == (1, 0)


def test_what_cannot_be_compared():
    first = version("1.0.0", "a", "b")
    assert refused(first, version("2.0.0", "a", "b")) == ["Q050"]
    assert refused(version("1.1.0", "a"), version("1.0.0", "a")) == ["Q050"]  # the wrong way round
    assert refused(questionnaire([item("a")], id="other"), first) == ["Q051"]
    assert refused(first, version("1.1.0", "a")) == ["Q052"]
    assert refused(first, version("1.1.0", "b", renamed={"a": "b"})) == ["Q053"]


def test_comparable_is_what_the_newer_version_declares():
    newer = version("3.0.0", "a", comparable_with=["1.0.0"])
    assert is_comparable(version("1.0.0", "a"), newer)
    assert not is_comparable(version("2.0.0", "a"), newer)
    assert not is_comparable(newer, version("1.0.0", "a"))


def test_the_message_names_the_versions():
    with pytest.raises(ProblemsError) as error:
        carry(version("1.0.0", "a"), version("2.0.0", "a"))
    assert str(error.value) == (
        "tiny-2.0.0:1:1 Q050 scores of version 1.0.0 cannot be compared with those of version 2.0.0. If they can, list "
        "1.0.0 under migration, comparable_with, of version 2.0.0."
    )
