"""Image registries on the loopback address: an open one, and one that asks for a password."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import daemons
from tests.services.requirement import free_port, program
from tests.services.waiting import wait_for_port

USERNAME = "rackhand"
PASSWORD = "correct horse"
PASSWORD_HASH = (
    "$2y$04$8/Cy66HJ5pEqnyVQh0d2busPAiLO6M6h.XIsrKAP9i1M95ymWeHVe"  # bcrypt, of PASSWORD
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRegistry:
    """A registry that answers only to one name and password."""

    address: str
    username: str
    password: str


@pytest.fixture(scope="session")
def registry_address(slot: Path) -> Iterator[str]:
    """``127.0.0.1:PORT`` of a registry that anybody may push to."""
    yield from _running(slot / "registry", authentication={})


@pytest.fixture(scope="session")
def private_registry(slot: Path) -> Iterator[PrivateRegistry]:
    """A registry with basic authentication."""
    users = slot / "htpasswd"
    users.write_text(f"{USERNAME}:{PASSWORD_HASH}\n")
    settings = {"htpasswd": {"realm": "rackhand", "path": str(users)}}
    for address in _running(slot / "private-registry", authentication=settings):
        yield PrivateRegistry(address=address, username=USERNAME, password=PASSWORD)


def _running(home: Path, authentication: Mapping[str, object]) -> Iterator[str]:
    registry = program("docker-registry", "docker-registry")
    port = free_port()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    settings = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(home / "storage")},
            "delete": {"enabled": True},
        },
        "http": {"addr": f"127.0.0.1:{port}"},
        **({"auth": authentication} if authentication else {}),
    }
    file = home / "config.yml"
    file.write_text(json.dumps(settings))  # JSON is YAML
    log = home / "registry.log"
    pid = daemons.start([str(registry), "serve", str(file)], log=log)
    try:
        wait_for_port(port, pid, log)
        yield f"127.0.0.1:{port}"
    finally:
        daemons.stop(pid)
