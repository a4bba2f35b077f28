"""Keys that all processes on one store share, made once at random and kept there."""

from __future__ import annotations

import hmac
import secrets

from access.workshop import Workshop
from results.facts import Secret
from results.store import Keep, StoreError


def shared_secret(workshop: Workshop, name: str) -> bytes:
    """The 256-bit key of this name; the process that asks first makes it. Raises StoreError P007 when it cannot be kept."""
    known = workshop.store.facts(Secret, name=name)
    if not known:
        workshop.write(Keep(Secret(name, secrets.token_hex(32))))  # refused when somebody else is first
        known = workshop.store.facts(Secret, name=name)
    if not known:
        raise StoreError("P007")
    return bytes.fromhex(known[0].value)


def keyed_hash(workshop: Workshop, name: str, text: str) -> str:
    """HMAC-SHA-256 of a text under the key of this name, in hex."""
    return hmac.new(shared_secret(workshop, name), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def keyed_id(workshop: Workshop, name: str, text: str) -> int:
    """The same as an id, from 1 to 2⁶⁰: for the event id of a change that may be sent again."""
    return int(keyed_hash(workshop, name, text)[:15], 16) + 1
