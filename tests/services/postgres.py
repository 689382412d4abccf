"""A PostgreSQL server on the loopback address, with an empty database for each test."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from scripts import daemons
from scripts.places import fingerprint
from tests.services.requirement import free_port, lacking, program
from tests.services.waiting import START_SECONDS, wait_for_port

ACCOUNT = "postgres"  # PostgreSQL does not run as root
FAST_SHUTDOWN = signal.SIGINT


@dataclass
class PostgresServer:
    """A server on its data, port and log, which may be down for a while."""

    program: Path
    data: Path
    port: int
    log: Path
    as_user: str | None
    _pid: int = 0

    @property
    def url(self) -> str:
        """``postgresql+psycopg://…`` of its own database."""
        return f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Return once it takes connections."""
        self._pid = daemons.start(
            [str(self.program), "-D", str(self.data), *_options(self.data, self.port)],
            log=self.log,
            user=self.as_user,
            ending=FAST_SHUTDOWN,
        )
        wait_for_port(self.port, self._pid, self.log)
        _wait_until_it_answers(self.port)

    def stop(self) -> None:
        """Cut all connections and end, as ``pg_ctl stop`` does."""
        daemons.stop(self._pid, ending=FAST_SHUTDOWN)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Let it be down for the length of the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@pytest.fixture(scope="session")
def postgres_server(slot: Path) -> Iterator[PostgresServer]:
    """The server of this test run; whoever takes it down has to bring it up again."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb = program("initdb", "postgresql", folders=folders)
    as_user = ACCOUNT if os.geteuid() == 0 else None
    data = _data_directory(slot, as_user)
    log = slot / "postgres.log"
    log.unlink(missing_ok=True)
    _initialize(initdb, data, as_user)
    server = PostgresServer(initdb.with_name("postgres"), data, free_port(), log, as_user)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """``postgresql+psycopg://…`` of the server; take ``postgres_database`` to write into."""
    return postgres_server.url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """``postgresql+psycopg://…`` of an empty database that is dropped afterwards."""
    name = f"test_{secrets.token_hex(4)}"
    server = postgres_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield postgres_url.removesuffix("/postgres") + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _data_directory(slot: Path, as_user: str | None) -> Path:
    """An empty directory that the server's account can reach, unlike one in root's home."""
    home = Path(tempfile.gettempdir()) / f"rackhand-postgres-{fingerprint(slot)}"
    daemons.stop_all_naming(home, programs=("postgres",))
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    if as_user is not None:
        try:
            shutil.chown(home, as_user)
        except LookupError:
            lacking(f"There is no account {ACCOUNT}; on Debian: apt-get install postgresql")
    return home


def _initialize(initdb: Path, data: Path, as_user: str | None) -> None:
    command = [str(initdb), "-D", str(data), "-U", ACCOUNT, "--auth=trust", "--no-sync"]
    made = subprocess.run(
        [*command, "--encoding=UTF8", "--locale=C"],
        user=as_user,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.fail(f"initdb failed:\n{made.stdout}{made.stderr}")


def _options(data: Path, port: int) -> list[str]:
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": data,
        "max_connections": 200,
        "fsync": "off",  # a crash of the machine may lose a test's data
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _wait_until_it_answers(port: int) -> None:
    """Return once the server takes connections; its port opens a little earlier."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=ACCOUNT, dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
