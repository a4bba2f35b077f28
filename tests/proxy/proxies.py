"""nginx and Caddy as processes, run with the samples of docs/proxy/: only host name, ports and paths are replaced."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.browser.conftest import free_port

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "proxy"
PROGRAMS = {"nginx": "nginx-light", "caddy": "caddy"}
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin"


def program(name: str) -> str | None:
    """Its file; Debian keeps nginx in /usr/sbin, which is not on everybody's PATH."""
    return shutil.which(name, path=SBIN)


@dataclass
class Proxy:
    """A running proxy in front of `app_port`; `folder` holds its configuration, logs and certificate."""

    name: str
    folder: Path
    app_port: int
    https: int
    http: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https}"

    def trust(self, **options) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        for name, value in options.items():
            setattr(context, name, value)
        return context

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.https, timeout=15, context=self.trust())

    def ask(self, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **headers: str):
        """One https request → (answer, its body); underscores in header names are dashes."""
        connection = self.connect()
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def ask_plain(self, path: str, method: str = "GET"):
        connection = http.client.HTTPConnection("localhost", self.http, timeout=15)
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)


def start_proxy(name: str, folder: Path, app_port: int, changes: Mapping[str, str] | None = None) -> Proxy:
    """Start `name` with its sample; `changes` replaces further texts of it, each of which must be there."""
    folder.mkdir(parents=True, exist_ok=True)
    proxy = Proxy(name, folder, app_port, free_port(), free_port())
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "fullchain.pem", append=True)
    certificate.private_key_pem.write_to_path(folder / "readiness.key")
    command = _nginx(proxy, changes or {}) if name == "nginx" else _caddy(proxy, changes or {})
    with (folder / "process.log").open("wb") as log:
        environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
        proxy.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("localhost", proxy.https), timeout=1):
            return proxy
        if proxy.process.poll() is not None:
            break
        time.sleep(0.05)
    proxy.stop()
    raise AssertionError(f"{name} did not start: {proxy.logs()}")


def _sample(proxy: Proxy, file: str, replaced: Mapping[str, str]) -> str:
    text = (SAMPLES / file).read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text, f"{old} is not in docs/proxy/{file}"
        text = text.replace(old, new)
    return text


def _nginx(proxy: Proxy, changes: Mapping[str, str]) -> list[str]:
    folder = proxy.folder
    own = {
        "https://readiness.example.org": proxy.url,
        "readiness.example.org": "localhost",
        "127.0.0.1:8501": f"127.0.0.1:{proxy.app_port}",
        "listen 443": f"listen {proxy.https}",
        "listen [::]:443": f"listen [::]:{proxy.https}",
        "listen 80": f"listen {proxy.http}",
        "listen [::]:80": f"listen [::]:{proxy.http}",
        "/etc/ssl/readiness/fullchain.pem": str(folder / "fullchain.pem"),
        "/etc/ssl/private/readiness.key": str(folder / "readiness.key"),
        "/var/log/nginx": str(folder),
    }
    (folder / "readiness.conf").write_text(_sample(proxy, "nginx.conf", {**changes, **own}), encoding="utf-8")
    # What Debian's /etc/nginx/nginx.conf says around it, with the paths of a process that is not root's.
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""  # else its workers could not write into a test's folder
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/nginx.pid;\nerror_log {folder}/main.log;\ndaemon off;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{paths}\ngzip on;\naccess_log {folder}/default.log;\n"
        f"include {folder}/readiness.conf;\n}}\n",
        encoding="utf-8",
    )
    return [
        program("nginx") or "nginx",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "main.log"),
    ]


def _caddy(proxy: Proxy, changes: Mapping[str, str]) -> list[str]:
    folder = proxy.folder
    own = {
        "https://readiness.example.org": proxy.url,
        "http://readiness.example.org": f"http://localhost:{proxy.http}",
        "127.0.0.1:8501": f"127.0.0.1:{proxy.app_port}",
        "/etc/ssl/readiness/fullchain.pem": str(folder / "fullchain.pem"),
        "/etc/ssl/private/readiness.key": str(folder / "readiness.key"),
    }
    text = _sample(proxy, "Caddyfile", {**changes, **own})
    ports = f"{{\n\tadmin off\n\thttp_port {proxy.http}\n\thttps_port {proxy.https}\n"
    (folder / "Caddyfile").write_text(re.sub(r"^\{\n", ports, text, count=1, flags=re.MULTILINE), encoding="utf-8")
    return [program("caddy") or "caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
