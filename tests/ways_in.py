"""What tests of codes share: hashes that cost next to nothing, a clock that is moved by hand, invitations of a scene with codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from access import invitation, issuing, joining, throttle
from access.issuing import OPERATOR, Issued, Seat, hand_out, prepare
from access.passphrase import Cost, hash_secret, verify
from tests.workshops import Scene

CHEAP = Cost(1, 8, 1)
START = 1_800_000_000_000_000


@dataclass
class Clock:
    """The time of throttle and invitations, in microseconds."""

    moment: int = START

    def __call__(self) -> int:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += int(seconds * 1_000_000)


def cheap_hashes(monkeypatch) -> None:
    monkeypatch.setattr(issuing, "hash_secret", partial(hash_secret, cost=CHEAP))
    monkeypatch.setattr(joining, "verify", partial(verify, cost=CHEAP))


def hand_clock(monkeypatch) -> Clock:
    clock = Clock()
    for module in (invitation, issuing, joining, throttle):
        monkeypatch.setattr(module, "now", clock)
    return clock


def issued(at: Scene, organisation: str, *, expires_at: int | None = None) -> Issued:
    """A coordinator's invitation with its code."""
    seat = Seat(at.round.id, at.organisations[organisation].id, "coordinator", "Coordinator", expires_at)
    return hand_out(at.workshop, OPERATOR, "issue invitations", prepare(at.workshop, seat))
