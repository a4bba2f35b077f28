"""The app without its checks, for `benchmarks.checks`: no headers, limits, socket guard or bounds, and a cookie looked up once.

`python -m benchmarks.unchecked_app run …`, as `readiness`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

import survey_cli
import web.headers
import web.limits
import web.protocol
import web.sockets
from ui import session

if TYPE_CHECKING:
    from access.actor import Actor


def bare(app: Any, *_arguments: Any, **_named: Any) -> Any:
    """Middleware that is not there."""
    return app


def main() -> int:
    web.headers.SecurityHeaders = web.limits.RequestLimits = web.sockets.GuardedSockets = bare
    web.protocol.BoundedHttp = HttpToolsProtocol
    ask, known = session.actor_of, {}

    def looked_up_once(workshop: Any, secret: str | None) -> Actor | None:
        if secret not in known:
            known[secret] = ask(workshop, secret)
        return known[secret]

    session.actor_of = looked_up_once
    return survey_cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
