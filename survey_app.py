"""The web entry: `app` is an st.App around ui/main.py. Runs by `streamlit run survey_app.py`, `readiness run` and uvicorn."""

from __future__ import annotations

from settings import HERE  # first: see there

# isort: split
import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn.config
from starlette.middleware import Middleware
from streamlit import logger as streamlit_logger
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

import logs
from access.invitation import InvitationDesk, actor_of, digest
from access.joining import JoinDesk
from access.secret import shared_secret
from access.sign_in import StaffDesk
from results.backup_clock import BackupClock
from results.upkeep import Probed, Upkeep
from ui import incident, language, look, process, progress, run_start
from web.choose_language import language_routes
from web.fonts import font_routes
from web.headers import SecurityHeaders
from web.health import health_routes
from web.invitations import invitations_routes
from web.invite import invite_routes
from web.join import join_routes
from web.language import ReaderLanguage
from web.limits import RequestLimits
from web.offline import offline_routes
from web.plain import plain_routes
from web.receipt import receipt_routes
from web.sockets import GuardedSockets, OpenSockets
from web.staff import Provider, staff_routes
from web.static import CompressedStatic

log = logging.getLogger("readiness")
logs.set_up()
# Streamlit and uvicorn write by handlers of their own, with values; through ours they write what may be written.
streamlit_logger.setup_formatter = logs.adopt
streamlit_logger.update_formatter()
uvicorn.config.LOGGING_CONFIG |= {"handlers": {}, "loggers": {}}
for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
    logs.adopt(logging.getLogger(name))
uvicorn.config.HTTP_PROTOCOLS["auto"] = "web.protocol:BoundedHttp"
for name in ("auto", "websockets-sansio"):  # uvicorn's default, and what Streamlit asks for
    uvicorn.config.WS_PROTOCOLS[name] = "web.compression:CompressedWebSocket"
run_start.remember_theme()
# Streamlit asks a public service for this machine's address when it listens on all interfaces, and again for every
# websocket with a foreign Origin. Nothing here leaves the machine; without the answer such an Origin is refused all the same.
net_util.get_external_ip = lambda: None
# Until st.navigation has run once in this process, Streamlit would take every script in ui/pages for a page open to everybody.
PagesManager.uses_pages_directory = False
_STATIC = Path(st.__file__).parent / "static"

workshop = process.start_or_exit()
settings = process.settings()


def is_session_open(secret: str) -> bool:
    """Whether this cookie still opens anything."""
    return actor_of(workshop, secret) is not None


sockets = OpenSockets(is_session_open)


class Desk(InvitationDesk):
    """The desk of the routes: leaving closes the session's open pages too."""

    def close_session(self, secret: str) -> None:
        super().close_session(secret)
        sockets.cut(digest(secret))


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm what the first viewer would wait for; at the end, finish what is queued."""
    import altair  # noqa: F401, PLC0415  (1-2 s that no first viewer should wait)

    clock = BackupClock(workshop.store, settings.backup_hours) if isinstance(workshop.store, Upkeep) else None
    watch = asyncio.create_task(sockets.watch())
    log.info("started")
    yield {}
    log.info("stopping")
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
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


def provider() -> Provider | None:
    """The identity provider, if there is one; Authlib is loaded for it only."""
    if settings.identity_provider is None:
        return None
    from web.oidc import Provider as OpenIDConnect  # noqa: PLC0415

    return OpenIDConnect(settings.identity_provider, settings.base_url)


invitations = Desk(workshop)
app = st.App(
    str(HERE / "ui" / "main.py"),
    lifespan=lifespan,
    routes=[
        *invite_routes(invitations, settings.secure),
        *join_routes(JoinDesk(workshop), invitations, settings.secure),
        *plain_routes(workshop, settings.secure),
        *receipt_routes(workshop, settings.secure),
        *offline_routes(workshop, settings.secure),
        *invitations_routes(workshop, settings.base_url),
        *staff_routes(
            StaffDesk(workshop), invitations, settings.secure, shared_secret(workshop, "sign-in"), provider()
        ),
        *language_routes(settings.secure),
        *font_routes(),
        *health_routes(probe),
    ],
    on_script_error=incident.show,
    middleware=[
        Middleware(ReaderLanguage),
        Middleware(
            SecurityHeaders,
            index_html=(_STATIC / "index.html").read_bytes(),
            scripts=(look.SCRIPT, progress.SCRIPT, language.SCRIPT),
        ),
        Middleware(RequestLimits, is_host_allowed, is_session_open, secure=settings.secure),
        Middleware(GuardedSockets, sockets, is_host_allowed, secure=settings.secure),
        Middleware(CompressedStatic, folder=_STATIC, cache=settings.cache / "static"),
    ],
)
