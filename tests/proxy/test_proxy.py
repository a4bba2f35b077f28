"""The samples of docs/proxy/ in front of the real app: TLS, what a client can forge, what is refused, what is logged."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import time
import tomllib
import warnings

import pytest
from websockets.sync.client import connect

from tests.browser.conftest import ROOT, Server, free_port
from tests.proxy.conftest import serve_seen
from tests.proxy.proxies import PROGRAMS, SAMPLES, program, start_proxy

FORGED = {
    "X_Forwarded_For": "203.0.113.66",
    "X_Forwarded_Proto": "http",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Port": "81",
    "X_Real_IP": "203.0.113.66",
    "Forwarded": "for=203.0.113.66;host=evil.example;proto=http",
}
YEAR = 31_536_000


def enter(proxy, token: str) -> str:
    """Post the invitation's form through the proxy; the answer's Set-Cookie."""
    answer, _ = proxy.ask(f"/i/{token}", "POST", b"", Origin=proxy.url, Sec_Fetch_Site="same-origin")
    assert answer.status == 303
    return answer.headers["set-cookie"]


def test_the_cookie_is_secure(proxy, app):
    cookie = enter(proxy, app.scene.tokens["coordinator"])
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes


@pytest.mark.parametrize("path", ["/", "/livez", "/unknown", "/i/x", "/static/none.js", "/_stcore/metrics"])
def test_hsts_stands_once_on_every_answer(proxy, path):
    answer, _ = proxy.ask(path)
    (policy,) = answer.headers.get_all("strict-transport-security")
    assert int(re.fullmatch(r"max-age=(\d+).*", policy)[1]) >= YEAR


def test_http_is_sent_on_for_people_and_refused_for_programs(proxy):
    answer = proxy.ask_plain("/questions?q=tiny")
    assert answer.status == 301
    assert answer.headers["location"] == f"{proxy.url}/questions?q=tiny"
    for path, method in (("/", "POST"), ("/i/x", "PUT"), ("/_stcore/stream", "GET"), ("/_stcore/health", "GET")):
        refused = proxy.ask_plain(path, method)
        assert (refused.status, refused.headers["location"]) == (403, None), (path, method)


def test_forged_headers_change_nothing(proxy):
    _, body = proxy.ask("/seen", **FORGED)
    believed = json.loads(body)
    assert believed["client"] in {"127.0.0.1", "::1"}
    assert believed["scheme"] == "https"
    assert believed["url"] == f"{proxy.url}/seen"
    assert believed["forwarded"] == {"x-forwarded-for": believed["client"], "x-forwarded-proto": "https"}


def test_another_name_than_the_sites_is_not_answered(proxy):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name|internal.error"):
        _handshake(proxy, ssl.TLSVersion.TLSv1_3, name="evil.example")


def test_only_tls_1_2_and_newer(proxy):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert _handshake(proxy, version) == version.name.replace("_", ".")
    with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol version"):
        _handshake(proxy, ssl.TLSVersion.TLSv1_1)


def _handshake(proxy, version: ssl.TLSVersion, name: str = "localhost") -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the old version, which is the point
        context = proxy.trust(minimum_version=version, maximum_version=version)
        context.set_ciphers("ALL:@SECLEVEL=0")  # so that the refusal is the server's, not ours
        with (
            socket.create_connection(("localhost", proxy.https), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname=name) as tls,
        ):
            return tls.version()


@pytest.mark.parametrize(
    ("path", "taken", "limit"),
    [
        ("/seen", 63_000, 64_000),
        ("/plain/seen", 14_000_000, 16_000_000),
    ],  # the app itself takes 14.6 MB there: eight answers with the longest texts
)
def test_a_big_body_is_refused_by_the_proxy(proxy, path, taken, limit):
    answer, _ = proxy.ask(path, "POST", b"x" * taken)
    assert answer.status != 413
    try:
        answer, _ = proxy.ask(path, "POST", b"x" * (limit * 11 // 10))
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        return  # cut while we were still sending
    assert answer.status == 413
    assert answer.headers["content-security-policy"] is None  # not the app's own refusal


def test_a_body_of_unknown_size_is_cut(proxy):
    _, body = proxy.ask("/seen", "POST", iter([b"x" * 60_000]))  # http.client sends an iterator in chunks
    assert json.loads(body)["bytes"] == 60_000
    answer, _ = proxy.ask("/seen", "POST", iter([b"x" * 70_000]))
    assert answer.status in {413, 502}


def test_a_body_with_two_sizes_is_one_request(proxy):
    """Content-Length and Transfer-Encoding together are how requests are smuggled past a proxy."""
    hidden = b"5\r\nhello\r\n0\r\n\r\nGET /seen?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer, body = proxy.ask("/seen", "POST", hidden, Transfer_Encoding="chunked")
    assert answer.status == 400 or json.loads(body)["bytes"] == 5


def test_files_with_a_hash_in_their_name_may_be_kept_and_pages_not(proxy):
    page, body = proxy.ask("/")
    script = re.search(r'src="\./(static/js/[^"]+)"', body.decode())[1]
    file, _ = proxy.ask(f"/{script}", Accept_Encoding="br")
    assert page.headers["cache-control"] == "no-store"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-encoding"] == "br"


def test_probes_and_tracing_are_not_for_the_internet(proxy):
    assert [proxy.ask(path)[0].status for path in ("/readyz", "/livez", "/_stcore/metrics")] == [404, 404, 404]
    assert proxy.ask("/", "TRACE")[0].status in {404, 405}


def test_the_headers_of_the_app_arrive(proxy):
    answer, _ = proxy.ask("/i/x")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["server"] in {None, "nginx", "Caddy"}  # no version


def test_a_silent_websocket_lives_longer_than_the_proxys_patience(app, tmp_path):
    """nginx cuts after 75 s without a byte; the app's pings are bytes. Both shortened here: 2 s, a ping each second."""
    if program("nginx") is None:
        pytest.skip("there is no nginx. On Debian: apt install nginx-light")
    proxy = start_proxy("nginx", tmp_path, app.port, {"proxy_read_timeout 75s": "proxy_read_timeout 2s"})
    try:
        cookie = enter(proxy, app.scene.tokens["coordinator"]).split(";")[0]
        with connect(
            f"wss://localhost:{proxy.https}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=proxy.url,
            additional_headers={"Cookie": cookie},
            ssl=proxy.trust(),
            ping_interval=None,
        ) as silent:
            time.sleep(3.5)
            silent.ping().wait(timeout=5)
            silent.ping().wait(timeout=5)
    finally:
        proxy.stop()


def test_the_samples_patience_is_three_pings_of_the_app():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    ping = config["server"]["websocketPingInterval"]
    nginx = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        assert int(re.search(rf"^ *{name} (\d+)s;", nginx, re.MULTILINE)[1]) > 3 * ping


@pytest.mark.parametrize("name", PROGRAMS)
def test_slow_headers_are_cut(app, tmp_path, name):
    if program(name) is None:
        pytest.skip(f"there is no {name}. On Debian: apt install {PROGRAMS[name]}")
    shorter = (
        {"client_header_timeout 10s": "client_header_timeout 1s"}
        if name == "nginx"
        else {"read_header 10s": "read_header 1s"}
    )
    proxy = start_proxy(name, tmp_path, app.port, shorter)
    try:
        with (
            socket.create_connection(("localhost", proxy.https), timeout=10) as raw,
            proxy.trust().wrap_socket(raw, server_hostname="localhost") as slow,
        ):
            slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            started = time.monotonic()
            try:
                while slow.recv(4096):
                    pass
            except OSError:
                pass
            assert 0.5 < time.monotonic() - started < 6
    finally:
        proxy.stop()


def test_no_token_in_any_log_of_the_proxy(proxy, app):
    """Neither from an ordinary visit, nor a redirect, an odd spelling, a Referer, or a request that the app cannot answer."""
    token = app.scene.tokens["colleague"]
    enter(proxy, token)
    proxy.ask_plain(f"/i/{token}")
    proxy.ask(f"/%69/{token}")
    proxy.ask(f"//i//{token}")
    proxy.ask(f"/i/{token}", "POST", b"x" * 100_000, Expect="100-continue")
    proxy.ask(
        "/unknown?marker-in-query",
        Referer=f"{proxy.url}/i/{token}",
        User_Agent="marker-agent",
        Cookie="a=marker-cookie",
    )
    proxy.ask("/staff/first/FIRST-that-must-not-be-logged")
    proxy.ask_plain("/staff/first/FIRST-that-must-not-be-logged")
    proxy.ask("/staff/oidc/callback?code=marker-code&state=marker-state")
    proxy.ask("/join", "POST", b"code=K4MN-ACDEF-HJKMN", Content_Type="application/x-www-form-urlencoded")
    time.sleep(0.2)
    assert token not in proxy.logs()
    assert "FIRST-that" not in proxy.logs()
    assert "ACDEF" not in proxy.logs()
    assert "marker" not in proxy.logs()
    if proxy.name == "nginx":
        lines = (proxy.folder / "readiness.access.log").read_text(encoding="utf-8").splitlines()
        assert {json.loads(line)["path"] for line in lines} >= {"/i/...", "/staff/first/...", "/unknown"}
        assert json.loads(lines[-1])["client"] in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_token_in_a_log_while_the_app_is_down(tmp_path, name):
    if program(name) is None:
        pytest.skip(f"there is no {name}. On Debian: apt install {PROGRAMS[name]}")
    proxy = start_proxy(name, tmp_path, free_port())
    try:
        answer, _ = proxy.ask("/i/TOKEN-that-must-not-be-logged")
        assert answer.status == 502
        assert answer.headers["strict-transport-security"]
        for path in ("/staff/first/TOKEN-that-must-not-be-logged", "/staff/oidc/callback?code=TOKEN-that"):
            answer, _ = proxy.ask(path)
            assert answer.status == 502
        proxy.ask("/questions")
        time.sleep(0.2)
        assert "refused" in proxy.logs()  # what happened is in a log
        assert "TOKEN-that" not in proxy.logs()
    finally:
        proxy.stop()


def test_behind_two_proxies_the_client_is_what_the_outer_one_saw(app, tmp_path):
    """The outer proxy is played by this test: it says X-Forwarded-For: CLIENT, as the sample does."""
    changes = {
        "nginx": {"#set_real_ip_from 192.0.2.10": "set_real_ip_from 127.0.0.0/8", "#real_ip_header": "real_ip_header"},
        "caddy": {"#trusted_proxies 192.0.2.10": "trusted_proxies 127.0.0.0/8 ::1"},
    }
    for name, change in changes.items():
        if program(name) is None:
            pytest.skip(f"there is no {name}. On Debian: apt install {PROGRAMS[name]}")
        proxy = start_proxy(name, tmp_path / name, app.port, change)
        try:
            believed = json.loads(proxy.ask("/seen", X_Forwarded_For="198.51.100.9", X_Forwarded_Proto="https")[1])
        finally:
            proxy.stop()
        assert (believed["client"], believed["scheme"]) == ("198.51.100.9", "https"), name


def directly(server: Server, source: str, **headers: str) -> dict[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15, source_address=(source, 0))
    connection.request("GET", "/seen", headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    believed = json.loads(answer.read())
    believed["hsts"] = answer.headers["strict-transport-security"]
    connection.close()
    return believed


def test_headers_of_a_peer_that_is_no_proxy_are_ignored(app):
    """Only 127.0.0.1 and ::1 are believed by default; 127.0.0.2 is a stranger."""
    asked = {"X_Forwarded_For": "203.0.113.66", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example"}
    stranger = directly(app, "127.0.0.2", **asked)
    assert (stranger["client"], stranger["scheme"], stranger["hsts"]) == ("127.0.0.2", "http", None)
    proxy = directly(app, "127.0.0.1", **asked)
    assert (proxy["client"], proxy["scheme"], proxy["hsts"] is None) == ("203.0.113.66", "https", False)
    assert "evil.example" not in stranger["url"] + proxy["url"]


def test_the_operator_names_the_proxies(tmp_path):
    server = serve_seen(tmp_path, FORWARDED_ALLOW_IPS="127.0.0.3,192.0.2.0/24")
    try:
        asked = {"X_Forwarded_For": "203.0.113.66, 198.51.100.9, 192.0.2.10", "X_Forwarded_Proto": "https"}
        assert directly(server, "127.0.0.1", **asked)["client"] == "127.0.0.1"
        # From the right: 192.0.2.10 is a proxy, the next address is what it saw; what a client wrote before is not believed.
        assert directly(server, "127.0.0.3", **asked)["client"] == "198.51.100.9"
    finally:
        server.kill()
