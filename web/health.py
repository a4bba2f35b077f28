"""`/livez` (the process answers) and `/readyz` (it can do its work), for a container's probes and for people.

The names are outside Streamlit's reserved prefixes (`/_stcore/`, `/media/`, `/component/`, `/static/`); Streamlit's own
`/_stcore/health` says only that its runtime runs, not that answers can be saved.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_LOG: Final = logging.getLogger(__name__)


def health_routes(probe: Callable[[], list[str]]) -> list[Route]:
    """`probe` names what is wrong (an empty list: nothing); it is called in a worker thread and anybody can read it.

    A probe that raises is a reason of its own; what it raised is for the log only.
    """

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        try:
            reasons = await run_in_threadpool(probe)
        except Exception:  # noqa: BLE001  (whatever it was: not ready)
            _LOG.exception("the readiness probe failed")
            reasons = ["the probe failed; see the log"]
        return JSONResponse({"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)

    return [Route("/livez", live, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]
