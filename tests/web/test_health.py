"""`/livez` and `/readyz`."""

from __future__ import annotations

import json
import threading

import pytest
from starlette.routing import Route

from tests.web.asgi import application, ask
from web.health import health_routes
from web.invite import invite_routes


def test_alive_whatever_the_probe_says():
    answer = ask(application(*health_routes(lambda: ["disk full"])), "/livez")
    assert (answer.status, answer.text) == (200, "ok")


@pytest.mark.parametrize(("reasons", "status"), [([], 200), (["disk full", "no database"], 503)])
def test_ready_or_the_reasons(reasons, status):
    answer = ask(application(*health_routes(lambda: reasons)), "/readyz")
    assert (answer.status, json.loads(answer.body)) == (status, {"ready": not reasons, "reasons": reasons})


def test_a_probe_that_raises_is_not_ready_and_says_nothing_secret(caplog):
    def probe():
        raise RuntimeError("password=x")

    answer = ask(application(*health_routes(probe)), "/readyz")
    assert (answer.status, "password" in answer.text) == (503, False)
    assert "password=x" in caplog.text


def test_the_probe_runs_in_a_thread():
    threads = []
    ask(application(*health_routes(lambda: threads.append(threading.get_ident()) or [])), "/readyz")
    assert threads != [threading.get_ident()]


def test_no_route_collides_with_streamlits_prefixes():
    """st.App refuses such routes; its list is read from Streamlit itself."""
    app_module = pytest.importorskip("streamlit.web.server.starlette.starlette_app")
    routes = [*health_routes(list), *invite_routes(None, False)]
    assert all(isinstance(route, Route) for route in routes)
    for route in routes:
        for reserved in app_module._RESERVED_ROUTE_PREFIXES:
            assert not f"{route.path}/".startswith(reserved)
