"""Who can help whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.peers import find_peers
from scoring.score import score
from scoring.scorecard import scorecard
from tests.builders import codes, item, questionnaire

BUILT = questionnaire([item("a")], [item("b")])


def cards(**answers):
    scores = score(BUILT, codes(*answers.values()))
    return {name: scorecard(BUILT, scores, row) for row, name in enumerate(answers)}


def pairs(found):
    return [(pair.dimension, pair.helper, pair.learner, pair.gap) for pair in found]


def test_largest_gap_first_then_names_and_dimensions_in_order():
    found = find_peers(cards(uz=[1, 4], ge=[4, 2], am=[5, 3], kg=[2, 3], az=[4, 4]), {"am", "az", "ge", "kg", "uz"})
    assert pairs(found) == [
        ("d1", "am", "uz", 4),
        ("d1", "am", "kg", 3),
        ("d1", "az", "uz", 3),
        ("d1", "ge", "uz", 3),
        ("d1", "az", "kg", 2),
        ("d1", "ge", "kg", 2),
        ("d2", "az", "ge", 2),
        ("d2", "uz", "ge", 2),
    ]


def test_a_helper_is_at_level_4_and_the_gap_is_2():
    assert find_peers(cards(ge=[3, 4], kg=[1, 3]), {"ge", "kg"}) == ()


def test_both_must_have_agreed_and_be_rated():
    both = cards(ge=[5, 5], kg=[1, "dont_know"])
    assert pairs(find_peers(both, {"ge", "kg", "uz"})) == [("d1", "ge", "kg", 4)]
    assert find_peers(both, {"ge"}) == find_peers(both, {"kg"}) == find_peers(both, set()) == ()


def test_nobody_and_one_country():
    assert find_peers({}, {"ge"}) == ()
    assert find_peers(cards(ge=[5, 1]), {"ge"}) == ()


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=5), st.randoms())
def test_the_order_of_countries_is_irrelevant(rows, random):
    listed = [(f"c{number}", list(row)) for number, row in enumerate(rows)]
    shuffled = random.sample(listed, len(listed))
    names = {name for name, _ in listed}
    assert find_peers(cards(**dict(listed)), names) == find_peers(cards(**dict(shuffled)), names)
