"""Docker engines for tests: two of our own, one of them also over TLS; never the machine's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
from docker.errors import ImageNotFound

from scripts import base_images, dockerd
from scripts.lookalikes import LABEL, CannotMake
from tests.services import certificates
from tests.services.requirement import free_port, lacking
from tests.services.sharing import engines_may_be_used


@pytest.fixture(scope="session")
def engine_url(slot: Path) -> Iterator[str]:
    """``unix://…`` of the first engine, with the base images on it."""
    yield from _running(dockerd.Engine(home=slot / "engine-1"))


@pytest.fixture(scope="session")
def second_engine_url(slot: Path, tls_certificates: Path) -> Iterator[str]:
    """``unix://…`` of the second engine, with the base images on it."""
    engine = dockerd.Engine(
        home=slot / "engine-2",
        hosts=(f"tcp://127.0.0.1:{_tls_port(slot)}",),
        options={
            "tlsverify": True,
            "tlscacert": str(tls_certificates / "ca.pem"),
            "tlscert": str(tls_certificates / "server-cert.pem"),
            "tlskey": str(tls_certificates / "server-key.pem"),
        },
    )
    yield from _running(engine)


@pytest.fixture(scope="session")
def tls_engine_url(slot: Path, second_engine_url: str) -> str:
    """``tcp://…`` of the second engine; it asks for a client certificate."""
    return f"tcp://127.0.0.1:{_tls_port(slot)}"


@pytest.fixture(scope="session")
def tls_certificates(slot: Path) -> Path:
    """A directory with the client's ``ca.pem``, ``cert.pem`` and ``key.pem``, as Docker has it."""
    home = slot / "tls"
    if not (home / "key.pem").exists():
        certificates.make(home)
    return home


@pytest.fixture
def clean_engine(engine_url: str) -> Iterator[str]:
    """``engine_url``, with nothing on it that Rackhand made, before and after."""
    remove_what_rackhand_made(engine_url)
    yield engine_url
    remove_what_rackhand_made(engine_url)


@pytest.fixture
def clean_second_engine(second_engine_url: str) -> Iterator[str]:
    """``second_engine_url``, with nothing on it that Rackhand made, before and after."""
    remove_what_rackhand_made(second_engine_url)
    yield second_engine_url
    remove_what_rackhand_made(second_engine_url)


@contextmanager
def engine_to_stop(slot: Path) -> Iterator[dockerd.Engine]:
    """Run an engine that no other test uses, so that it can be stopped and started at will."""
    engines_may_be_used()
    engine = dockerd.Engine(home=slot / "engine-3")
    try:
        dockerd.start(engine)
        base_images.ensure(engine.url)
    except (dockerd.CannotStart, CannotMake) as error:
        lacking(str(error))
    yield engine
    dockerd.start(engine)
    dockerd.empty(engine.url, keep=base_images.REFERENCES)
    dockerd.stop(engine)


def remove_what_rackhand_made(url: str) -> None:
    """Remove the containers, networks, volumes and images that carry a label of ours."""
    client = docker.DockerClient(base_url=url, timeout=60)
    try:
        for container in client.containers.list(all=True):
            if _is_ours(container.labels):
                container.remove(force=True, v=True)
        for network in client.networks.list():
            if _is_ours(network.attrs.get("Labels")):
                network.remove()
        for volume in client.volumes.list():
            if _is_ours(volume.attrs.get("Labels")):
                volume.remove(force=True)
        for image in client.images.list():
            if image.id and _is_ours(image.labels):
                _remove_image(client, image.id)
    finally:
        client.close()


def _remove_image(client: docker.DockerClient, image_id: str) -> None:
    try:
        client.images.remove(image_id, force=True)
    except ImageNotFound:
        return  # it went with another one that was built on it


def _is_ours(labels: dict[str, str] | None) -> bool:
    """Whether a label marks a thing of Rackhand's; what is built on a stand-in inherits its."""
    return any(name.startswith("rackhand.") and not name.startswith(LABEL) for name in labels or {})


def _running(engine: dockerd.Engine) -> Iterator[str]:
    engines_may_be_used()
    keep = os.environ.get("RACKHAND_KEEP_SERVICES") == "1"
    try:
        dockerd.start(engine, outlives_us=keep)
        dockerd.empty(engine.url, keep=base_images.REFERENCES)
        base_images.ensure(engine.url)
    except (dockerd.CannotStart, CannotMake) as error:
        lacking(str(error))
    try:
        yield engine.url
    finally:
        if not keep:
            dockerd.empty(engine.url, keep=base_images.REFERENCES)
            dockerd.stop(engine)


def _tls_port(slot: Path) -> int:
    """The port that this slot's second engine listens on, the same for an engine that is kept."""
    remembered = slot / "tls-port"
    if not remembered.exists():
        remembered.write_text(str(free_port()))
    return int(remembered.read_text())
