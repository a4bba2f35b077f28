"""The real app with one more route: `/seen` (and `/plain/seen`, for large forms) tells which client and which scheme it believes in. Started as a process."""

from __future__ import annotations

import sys

import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route

import survey_cli


async def seen(request):
    return JSONResponse(
        {
            "bytes": len(await request.body()),
            "client": request.client.host,
            "scheme": request.url.scheme,
            "url": str(request.url),
            "forwarded": {
                name: value for name, value in request.headers.items() if "forward" in name or "real" in name
            },
        }
    )


class App(st.App):
    def __init__(self, *arguments, routes, **options):
        super().__init__(
            *arguments,
            routes=[Route(path, seen, methods=["GET", "POST"]) for path in ("/seen", "/plain/seen")] + [*routes],
            **options,
        )

    def run(self, *, config):
        """With more frequent pings than .streamlit/config.toml has, so that a test need not wait for 20 seconds."""
        super().run(config={**config, "server.websocketPingInterval": 1})


if __name__ == "__main__":
    st.App = App
    sys.exit(survey_cli.main(sys.argv[1:]))
