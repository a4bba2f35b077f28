"""Random commands: every engine answers as the reference store does and then reads the same, also after a restart.

Commands are queued in groups without waiting, so that an engine which batches is compared within its batches too.
Sequences and revisions may have gaps, so their order is compared and not their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import writer
from results.duckdb_store import DuckDBStore
from results.store import ChangeStatus, Conflict, SaveAnswer, Saved, SetRoundStatus
from survey.response import Answer
from tests.reference_store import ReferenceStore
from tests.results.facts import FIRST, LATER_ROUND, ROUND, SECOND, fill

# Each engine: (make a filled store in a folder, open it again).
ENGINES = {"duckdb": lambda folder: DuckDBStore(folder / "store.duckdb")}
RESPONSES, ITEMS = (FIRST, SECOND), ("a", "b", "c")


@dataclass(frozen=True)
class Intent:
    """A save before it is known which revision is current: `behind` 0 builds on it, 1 on the one before, None on any."""

    event_id: int
    response_id: int
    item_id: str
    answer: Answer
    behind: int | None


answers = st.builds(
    Answer, st.integers(0, 7), st.integers(0, 3), st.just(""), st.text(st.characters(codec="utf-8"), max_size=5)
)
# From a small range and so often repeated; in any order.
events = st.integers(1, 40)
saves = st.builds(
    Intent,
    events,
    st.sampled_from((*RESPONSES, 99)),
    st.sampled_from(ITEMS),
    answers,
    st.sampled_from([0, 0, 0, 1, -1, None]),
)
statuses = st.builds(
    ChangeStatus,
    events,
    st.sampled_from(RESPONSES),
    st.sampled_from(["submitted", "draft", "draft"]),
    st.just("dara"),
    st.integers(0, 2**62),
)
rounds = st.builds(SetRoundStatus, st.just(ROUND), st.sampled_from(["closed", "open", "open"]))
commands = st.one_of(saves, saves, saves, saves, saves, statuses, rounds)
groups = st.lists(
    st.tuples(st.lists(commands, min_size=1, max_size=8), st.sampled_from([False, False, False, True])),
    min_size=1,
    max_size=6,
)


def resolve(intent, reference):
    if not isinstance(intent, Intent):
        return intent
    current = reference.answers(intent.response_id).get(intent.item_id)
    based_on = None if intent.behind is None else max(0, (current.revision if current else 0) - intent.behind)
    return SaveAnswer(intent.event_id, intent.response_id, intent.item_id, intent.answer, based_on, "sokha", 7)


def plain(value):
    """A result or a stored answer without its sequence."""
    match value:
        case Saved(stored):
            return Saved(replace(stored, sequence=0))
        case Conflict(theirs):
            return Conflict(replace(theirs, sequence=0))
    return replace(value, sequence=0) if hasattr(value, "sequence") else value


def reads(store):
    changes = store.changes(ROUND, 0)
    assert [one.sequence for one in changes] == sorted({one.sequence for one in changes})
    middle = changes[len(changes) // 2].sequence if changes else 0
    return {
        "rounds": store.rounds(),
        "responses": store.responses(ROUND),
        "answers": [{item: plain(one) for item, one in store.answers(response).items()} for response in RESPONSES],
        "history": [[plain(one) for one in store.history(response, item)] for response in RESPONSES for item in ITEMS],
        "changes": [plain(one) for one in changes],
        "later changes": [plain(one) for one in store.changes(ROUND, middle)],
        "other round": store.changes(LATER_ROUND, 0),
    }


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, tmp_path_factory):
    """Opens a filled store in a fresh copy of a folder, which is quicker than filling one for each example."""
    folder = tmp_path_factory.mktemp(request.param) / "filled"
    store = ENGINES[request.param](folder)
    fill(store)
    store.close()
    return ENGINES[request.param], folder


@pytest.fixture(autouse=True)
def _small_memory(monkeypatch):
    """So small that examples also meet what is no longer resident."""
    monkeypatch.setattr(writer, "RESIDENT_RESPONSES", 1)
    monkeypatch.setattr(writer, "RECENT_EVENTS", 5)


@settings(max_examples=40)
@given(groups=groups)
def test_engines_agree_with_the_reference(engine, groups):
    open_, filled = engine
    reference = ReferenceStore()
    fill(reference)
    with TemporaryDirectory() as parent:
        folder = copytree(filled, Path(parent, "copy"))
        store = open_(folder)
        try:
            for group, restart in groups:
                before = reference.revision(ROUND), store.revision(ROUND)
                resolved, expected, futures = [], [], []
                for intent in group:
                    resolved.append(resolve(intent, reference))
                    expected.append(plain(reference.write(resolved[-1]).result()))
                futures = [store.write(command) for command in resolved]
                assert [plain(future.result(30)) for future in futures] == expected
                grew = store.revision(ROUND) - before[1]
                assert (grew > 0) == (reference.revision(ROUND) > before[0])
                assert grew >= 0
                if restart:
                    revision = store.revision(ROUND)
                    store.close()
                    store = open_(folder)
                    assert store.revision(ROUND) == revision
                assert reads(store) == reads(reference)
        finally:
            store.close()
