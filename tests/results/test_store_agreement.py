"""Random commands: every engine answers as the reference store does and then reads the same, also after a restart.

Commands are queued in groups without waiting, so that an engine which batches is compared within its batches too.
Each example has a round, people and event ids of its own in a store that all examples share, which is quicker than a new
store for each and lets them meet a log that is not empty. Sequences and revisions may have gaps, so their order is
compared and not their numbers. 2,000 sequences of commands in all, the same in every run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import count

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from results import writer
from results.duckdb_store import DuckDBStore
from results.facts import AuditEvent, Consent
from results.store import (
    AddInvitation,
    AddOrganisation,
    AddRound,
    AddSession,
    Audited,
    ChangeStatus,
    Conflict,
    EndSession,
    Keep,
    RevokeInvitation,
    SaveAnswer,
    Saved,
    SetRoundStatus,
    StoreError,
    open_store,
)
from results.workshop import Invitation, Organisation, ResponseState, Session
from survey.response import Answer
from tests.postgres_server import shared
from tests.reference_store import ReferenceStore
from tests.results.facts import the_round
from tests.results.replicas import Replicas

# Each engine: a folder → how to open the one store in it again and again.
ENGINES = {
    "duckdb": lambda folder: partial(DuckDBStore, folder / "store.duckdb"),
    "postgres": lambda folder: partial(open_store, shared().fresh()),
    "replicas": lambda folder: partial(Replicas, shared().fresh()),
}
# Engine, seed, sequences.
SERIES = [("duckdb", 1, 350), ("postgres", 2, 600), ("postgres", 3, 600), ("replicas", 4, 450)]
ITEMS = ("a", "b", "c")
_examples = count(1)


@dataclass(frozen=True)
class Save:
    """A save before it is known which revision is current: `behind` 0 builds on it, 1 on the one before, None on any."""

    event: int
    response: int
    item_id: str
    answer: Answer
    behind: int | None


@dataclass(frozen=True)
class World:
    """The ids of one example; commands name what they are about by small numbers."""

    base: int

    def command(self, intent, reference):  # noqa: C901, PLR0911  (one for each kind)
        match intent:
            case Save(event, response, item_id, answer, behind):
                known = reference.answers(self.base + response).get(item_id)
                based_on = None if behind is None else max(0, (known.revision if known else 0) - behind)
                return SaveAnswer(self.base + event, self.base + response, item_id, answer, based_on, "sokha", 7)
            case ("status", event, response, status, at):
                return ChangeStatus(self.base + event, self.base + response, status, "dara", at)
            case ("round", status):
                return SetRoundStatus(self.base, status)
            case ("organisation", number, name):
                return self.organisation(number, name)
            case ("invite", number, label):
                return AddInvitation(Invitation(self.name(number), self.base, None, "facilitator", label, number))
            case ("alone", number, whose, organisation, response):
                return self.alone(number, self.name(whose), organisation, response)
            case ("revoke", number, at):
                return RevokeInvitation(self.name(number), at)
            case ("consent", organisation, visibility, before):
                there = Consent(self.base, organisation, before, "sokha", 1) if before else None
                return Keep(Consent(self.base, organisation, visibility, "sokha", 1), there)
            case ("audited", event, inner, then):
                following = tuple(self.command(one, reference) for one in then)
                noted = AuditEvent(self.base + event, 5, "facilitator", "x", "do", self.base, 0, "", "done")
                return Audited(self.command(inner, reference), noted, following)
            case ("open", number, invitation):
                return AddSession(Session(self.name(number), self.name(invitation), 5, 100))
        _, number, at = intent
        return EndSession(self.name(number), at)

    def organisation(self, number, name=""):
        organisation = Organisation(self.base + number, self.base, "KH", name)
        state = ResponseState(self.base + number, self.base, organisation.id, "tiny", "draft", 0, 5)
        return AddOrganisation(organisation, (state,))

    def alone(self, number, respondent, organisation, response):
        """A link for somebody who answers on their own: with `response` 0 one made anew, which brings no responses."""
        home = self.base + organisation
        state = ResponseState(self.base + response, self.base, home, "tiny", "draft", 0, 5, respondent)
        link = Invitation(self.name(number), self.base, home, "independent", "", 1, respondent=respondent)
        return AddInvitation(link, (state,) if response else ())

    def name(self, number):
        return f"{self.base}-{number}"

    def begin(self, store):
        """A round with two organisations; a third one may come."""
        for command in (AddRound(replace(the_round, id=self.base)), self.organisation(1), self.organisation(2)):
            store.write(command).result(30)

    def reads(self, store, audited=0):
        """All that can be read of the example; `audited`: entries of the trail before it."""
        round_id, responses = self.base, [self.base + number for number in (1, 2, 3, 4, 5)]
        changes = store.changes(round_id, 0)
        sequences = [one.sequence for one in changes]
        assert sequences == sorted(set(sequences))
        middle = sequences[len(changes) // 2] if changes else 0
        coded = store.codes(round_id, ITEMS[:2], middle)
        later = [one for one in changes if one.sequence > middle and one.item_id in ITEMS[:2]]
        assert coded.sequence.tolist() == [one.sequence for one in later]
        return {
            "round": store.round(round_id),
            "rounds": [one for one in store.rounds() if one.id == round_id],
            "organisations": store.organisations(round_id),
            "invitations": store.invitations(round_id),
            "sessions": [store.session(self.name(number)) for number in (1, 2)],
            "responses": store.responses(round_id),
            "answers": [{item: plain(one) for item, one in store.answers(key).items()} for key in responses],
            "history": [[plain(one) for one in store.history(key, ITEMS[0])] for key in responses],
            "changes": [plain(one) for one in changes],
            "later changes": [plain(one) for one in store.changes(round_id, middle)],
            "consents": store.facts(Consent, round_id=round_id),
            "audit": [(one.event_id, one.outcome) for one in store.audit(audited, 10_000)],
            "codes": np.stack([coded.response_id, coded.item, coded.code, coded.evidence, coded.saved_at]).tolist(),
        }


def plain(value):
    """A result or a stored answer without its sequence."""
    match value:
        case Saved(stored):
            return Saved(replace(stored, sequence=0))
        case Conflict(theirs):
            return Conflict(replace(theirs, sequence=0))
    return replace(value, sequence=0) if hasattr(value, "sequence") else value


def outcome(future):
    error = future.exception(30)
    if error is None:
        return plain(future.result())
    assert isinstance(error, StoreError)
    return error.code


# NUL and half characters are refused before a store sees them (survey.response).
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
answers = st.builds(Answer, st.integers(0, 7), st.integers(0, 3), st.just(""), text)
# Event ids from a small range and so often repeated; in any order.
events, times = st.integers(1, 40), st.integers(1, 2**62)
few, responses = st.integers(1, 2), st.sampled_from((1, 1, 2, 2, 3, 4, 4, 5, 99))
saves = st.builds(Save, events, responses, st.sampled_from(ITEMS), answers, st.sampled_from([0, 0, 0, 1, -1, None]))
statuses = st.tuples(st.just("status"), events, responses, st.sampled_from(["submitted", "draft", "draft"]), times)
rounds = st.tuples(st.just("round"), st.sampled_from(["closed", "open", "open"]))
people = st.one_of(
    st.tuples(st.just("organisation"), st.just(3), st.sampled_from(["", "other"])),
    st.tuples(st.just("invite"), few, st.sampled_from(["", "", "other"])),
    st.tuples(
        st.just("alone"), st.sampled_from((2, 3, 4)), st.sampled_from((3, 3, 4)), few, st.sampled_from((0, 1, 4, 4, 5))
    ),
    st.tuples(st.just("revoke"), few, times),
    st.tuples(st.just("open"), few, few),
    st.tuples(st.just("end"), few, st.integers(1, 200)),
)
choices = st.sampled_from(["named", "blind", None])
consents = st.tuples(st.just("consent"), few, st.sampled_from(["named", "blind"]), choices)
audited = st.tuples(
    st.just("audited"),
    events,
    st.one_of(statuses, rounds, consents, people.filter(lambda one: one[0] != "organisation")),
    st.lists(st.one_of(consents, people.filter(lambda one: one[0] not in {"organisation", "open"})), max_size=2),
)
commands = st.one_of(saves, saves, saves, saves, statuses, rounds, people, consents, audited)
sequences_of_groups = st.lists(st.lists(commands, min_size=1, max_size=8), min_size=1, max_size=5)


@pytest.fixture(autouse=True)
def _small_memory(monkeypatch):
    """So small that examples also meet what is no longer resident."""
    monkeypatch.setattr(writer, "RESIDENT_RESPONSES", 1)
    monkeypatch.setattr(writer, "RECENT_EVENTS", 5)


@pytest.mark.parametrize(("engine", "series", "sequences"), SERIES)
def test_engines_agree_with_the_reference(engine, series, sequences, tmp_path):
    open_ = ENGINES[engine](tmp_path)
    store, audited = open_(), 0

    @seed(series)
    @settings(max_examples=sequences, database=None)
    @given(groups=sequences_of_groups, restart=st.integers(0, 60))
    def agree(groups, restart):
        nonlocal store, audited
        world, reference = World(next(_examples) * 1_000), ReferenceStore()
        world.begin(reference)
        world.begin(store)
        audited += len(store.audit(audited, 10_000))
        for number, group in enumerate(groups):
            before = reference.revision(world.base), store.revision(world.base)
            resolved, expected = [], []
            for intent in group:
                resolved.append(world.command(intent, reference))
                expected.append(outcome(reference.write(resolved[-1])))
            assert [outcome(future) for future in [store.write(command) for command in resolved]] == expected
            grew = store.revision(world.base) - before[1]
            assert (grew > 0) == (reference.revision(world.base) > before[0])
            assert grew >= 0
            if restart == number:
                revision = store.revision(world.base)
                store.close()
                store = open_()
                assert store.revision(world.base) == revision
        assert world.reads(store, audited) == world.reads(reference)

    try:
        agree()
    finally:
        store.close()
