"""Random values that all processes on one store share, made when they are first needed."""

from __future__ import annotations

import secrets

from access.workshop import Workshop
from results.facts import Secret
from results.store import Keep


def shared_secret(workshop: Workshop, name: str) -> bytes:
    """The store's secret of this name (32 bytes). Of two processes that make it at once, both get the one kept first."""
    found = workshop.store.facts(Secret, name=name)
    if not found:
        workshop.write(Keep(Secret(name, secrets.token_hex(32))))  # refused when another process was faster
        found = workshop.store.facts(Secret, name=name)
    return bytes.fromhex(found[0].value)
