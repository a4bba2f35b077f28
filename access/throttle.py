"""Wrong codes and passphrases cost time: a growing delay for what is tried, a wide allowance for where it is tried from.

    if seconds := check(workshop, selector, address): refuse, without looking at what was typed
    right = ...the comparison...
    succeeded(workshop, selector) if right else failed(workshop, address)

The counts are facts in the store, so all replicas share them. A bucket is named by a keyed hash cut to 20 bits: the store holds at
most 2 × 1,048,576 of them whatever is tried, and nobody can read from them, or aim at, a selector or an address. Two selectors that
share a bucket share its delay, of at most a minute.

Personal links are not throttled: 128 bits cannot be guessed, and where codes have to wait a link is the way in.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from access.secret import keyed_hash
from access.workshop import Workshop
from results.facts import Throttle
from results.ids import now
from results.store import Keep, Refused

log = logging.getLogger("readiness.access")

LONGEST_SECONDS: Final = 60
_SECOND: Final = 1_000_000
_QUIET: Final = 24 * 3600 * _SECOND
_DIGITS: Final = 5  # of the hash in hex: 20 bits
_TRIES: Final = 20
_KEY: Final = "throttle"


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures cost nothing, each further one doubles the delay from 1 s on. One failure is forgotten every
    `forgets_after` seconds (0: none), all of them after a quiet day."""

    kind: str
    free: int
    forgets_after: int = 0


SELECTOR: Final = Limit("selector", 3)
# A workshop sits behind one address: 300 failures at once, then 300 an hour, before anybody there waits.
ADDRESS: Final = Limit("address", 300, 12)


def check(workshop: Workshop, selector: str, address: str) -> int:
    """Seconds to wait before the next try; 0: go on, and this try already counts as a failure of `selector`.

    It counts in advance, so that a hundred at the same moment are not a hundred tries. "" as selector: only the address is asked.
    """
    moment = now()
    if wait := _seconds(ADDRESS, _known(workshop, _bucket(workshop, ADDRESS, address_group(address))), moment):
        return wait
    if not selector:
        return 0
    bucket = _bucket(workshop, SELECTOR, selector)
    wait = 0

    def next_count(known: Throttle | None) -> Throttle | None:
        nonlocal wait
        wait = _seconds(SELECTOR, known, moment)
        return None if wait else Throttle(bucket, _failures(SELECTOR, known, moment) + 1, moment)

    return wait if _change(workshop, bucket, next_count) else 1


def failed(workshop: Workshop, address: str) -> None:
    """The try that `check` let through was wrong: it counts for the address too."""
    moment = now()
    bucket = _bucket(workshop, ADDRESS, address_group(address))

    def next_count(known: Throttle | None) -> Throttle:
        # What has run of the next one to be forgotten goes on running: failures every ten seconds are forgotten too.
        begun = _elapsed(known, moment) % (ADDRESS.forgets_after * _SECOND) if known else 0
        return Throttle(bucket, _failures(ADDRESS, known, moment) + 1, moment - begun)

    _change(workshop, bucket, next_count)


def succeeded(workshop: Workshop, selector: str) -> None:
    """The try was right: the selector's failures are forgotten. The address's are not: a right code of one's own must not buy
    tries at others."""
    bucket = _bucket(workshop, SELECTOR, selector)
    _change(workshop, bucket, lambda known: Throttle(bucket, 0, now()) if known and known.failures else None)


def address_group(host: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which a single household has whole.

    >>> address_group("2001:db8:1:2:3:4:5:6"), address_group("::ffff:192.0.2.7"), address_group("")
    ('2001:db8:1:2::/64', '192.0.2.7', 'unknown')
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _bucket(workshop: Workshop, limit: Limit, text: str) -> str:
    return f"{limit.kind}-{keyed_hash(workshop, _KEY, f'{limit.kind}:{text}')[:_DIGITS]}"


def _known(workshop: Workshop, bucket: str) -> Throttle | None:
    return next(iter(workshop.store.facts(Throttle, bucket=bucket)), None)


def _elapsed(known: Throttle, moment: int) -> int:
    # A clock that was set back must keep nobody out for as long as it was ahead.
    return abs(moment - known.last_at)


def _failures(limit: Limit, known: Throttle | None, moment: int) -> int:
    """How many failures still count."""
    if known is None or _elapsed(known, moment) >= _QUIET:
        return 0
    forgotten = _elapsed(known, moment) // (limit.forgets_after * _SECOND) if limit.forgets_after else 0
    return max(0, known.failures - forgotten)


def _seconds(limit: Limit, known: Throttle | None, moment: int) -> int:
    """Whole seconds until the next try, rounded up."""
    excess = _failures(limit, known, moment) - limit.free
    if known is None or excess < 0:
        return 0
    delay = min(LONGEST_SECONDS, 1 << min(excess, 10))
    return max(0, math.ceil(delay - _elapsed(known, moment) / _SECOND))


def _change(workshop: Workshop, bucket: str, change: Callable[[Throttle | None], Throttle | None]) -> bool:
    """Put `change(what is there)` in its place, again when somebody was faster; None changes nothing.

    False when others were faster each time.
    """
    for attempt in range(_TRIES):
        known = _known(workshop, bucket)
        fresh = change(known)
        if fresh is None or not isinstance(workshop.write(Keep(fresh, known)), Refused):
            return True
        time.sleep(random.uniform(0, 0.002 * (attempt + 1)))  # noqa: S311  (so that two do not meet again and again)
    log.warning("a count of failures was changed by others %(count)s times in a row", {"count": _TRIES})
    return False
