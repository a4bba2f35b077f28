"""The web entry: `app` is an st.App around ui/main.py. Runs by `streamlit run survey_app.py`, `readiness run` and uvicorn."""

from __future__ import annotations

from settings import HERE  # first: see there

# isort: split
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import net_util

from access.invitation import InvitationDesk
from access.joining import JoinDesk
from results.backup_clock import BackupClock
from results.upkeep import Probed, Upkeep
from ui import process
from ui.look import KEYS_SCRIPT
from web.headers import SecurityHeaders
from web.health import health_routes
from web.invitations import invitations_routes
from web.invite import HideTokens, invite_routes
from web.join import join_routes
from web.static import CompressedStatic

log = logging.getLogger("readiness")
logging.getLogger("uvicorn.access").addFilter(HideTokens())
# Streamlit asks a public service for this machine's address when it listens on all interfaces, and again for every
# websocket with a foreign Origin. Nothing here leaves the machine; without the answer such an Origin is refused all the same.
net_util.get_external_ip = lambda: None
_STATIC = Path(st.__file__).parent / "static"

workshop = process.start_or_exit()
settings = process.settings()


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm what the first viewer would wait for; at the end, finish what is queued."""
    import altair  # noqa: F401, PLC0415  (1-2 s that no first viewer should wait)

    clock = BackupClock(workshop.store, settings.backup_hours) if isinstance(workshop.store, Upkeep) else None
    yield {}
    if clock is not None:
        clock.stop()
    process.stop()


def probe() -> list[str]:
    """Reasons why this process is not ready; empty when it is."""
    try:
        if isinstance(workshop.store, Probed):
            return workshop.store.not_ready()
        workshop.store.rounds()
    except Exception:
        log.exception("the store does not answer")
        return ["the store does not answer"]
    return []


invitations = InvitationDesk(workshop)
app = st.App(
    str(HERE / "ui" / "main.py"),
    lifespan=lifespan,
    routes=[
        *invite_routes(invitations, settings.secure),
        *join_routes(JoinDesk(workshop), invitations, settings.secure),
        *invitations_routes(workshop, settings.base_url),
        *health_routes(probe),
    ],
    middleware=[
        Middleware(SecurityHeaders, index_html=(_STATIC / "index.html").read_bytes(), scripts=(KEYS_SCRIPT,)),
        Middleware(CompressedStatic, folder=_STATIC, cache=settings.cache / "static"),
    ],
)
