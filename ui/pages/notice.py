"""Who asks, why, and who sees the answers: to be read again at any time."""

from __future__ import annotations

from ui import notice, session

notice.page(session.require_actor())
