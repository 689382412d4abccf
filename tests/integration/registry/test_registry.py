"""Images on their way from one real engine through a real registry to another."""

from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from engine.adapters.docker.connection import Connection
from engine.adapters.docker.settings import DockerRackSettings
from engine.adapters.registry import DockerRegistry
from engine.errors import NotFound, PortError, Refused, Unreachable
from tests.services.registries import PrivateRegistry
from tests.services.requirement import free_port

BUILDER = "staging"
RACK = "production"
Connections = dict[str, Connection]


@pytest.fixture
def connections(clean_engine: str, clean_second_engine: str) -> Iterator[Connections]:
    found = {
        name: Connection(DockerRackSettings(name=name, engine=url))
        for name, url in ((RACK, clean_second_engine), (BUILDER, clean_engine))
    }
    yield found
    for connection in found.values():
        connection.close()


@pytest.fixture
def image_of(clean_engine: str, tmp_path: Path) -> Callable[[str], str]:
    """Build an image that holds a text; return its id."""

    def build(text: str) -> str:
        tmp_path.joinpath("Dockerfile").write_text("FROM scratch\nCOPY text /text\n")
        tmp_path.joinpath("text").write_text(text)
        client = docker.DockerClient(base_url=clean_engine)
        image, _ = client.images.build(path=str(tmp_path), labels={"rackhand.app": "shop"})
        client.close()
        assert image.id
        return image.id

    return build


def has_image(url: str, image: str) -> bool:
    client = docker.DockerClient(base_url=url)
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        return False
    else:
        return True
    finally:
        client.close()


def test_an_image_arrives_as_the_one_that_was_built(
    connections: Connections,
    registry_address: str,
    second_engine_url: str,
    image_of: Callable[[str], str],
) -> None:
    image_id = image_of("first")
    registry = DockerRegistry(registry_address, connections)
    digest = registry.push(image_id, app="Shop_1", service="web")
    assert digest.startswith(f"{registry_address}/shop-1/web@sha256:")
    assert not has_image(second_engine_url, image_id)
    registry.pull(RACK, digest, image_id)
    assert has_image(second_engine_url, image_id)
    registry.pull(RACK, digest, image_id)


def test_a_repeated_push_returns_the_same_digest(
    connections: Connections, registry_address: str, image_of: Callable[[str], str]
) -> None:
    image_id = image_of("same")
    registry = DockerRegistry(registry_address, connections)
    first = registry.push(image_id, app="shop", service="web")
    assert registry.push(image_id, app="shop", service="web") == first


def test_a_pushed_image_stays_where_it_was_built(
    connections: Connections,
    registry_address: str,
    clean_engine: str,
    image_of: Callable[[str], str],
) -> None:
    image_id = image_of("kept")
    DockerRegistry(registry_address, connections).push(image_id, app="shop", service="web")
    client = docker.DockerClient(base_url=clean_engine)
    client.images.prune()
    client.close()
    assert has_image(clean_engine, image_id)


def test_another_image_than_the_one_that_was_built_is_refused_and_removed(
    connections: Connections,
    registry_address: str,
    second_engine_url: str,
    image_of: Callable[[str], str],
) -> None:
    wanted, other = image_of("wanted"), image_of("other")
    registry = DockerRegistry(registry_address, connections)
    digest = registry.push(other, app="shop", service="web")
    with pytest.raises(Refused, match="another image than the one that was built"):
        registry.pull(RACK, digest, wanted)
    assert not has_image(second_engine_url, other)


def test_credentials_open_a_private_registry(
    connections: Connections,
    private_registry: PrivateRegistry,
    second_engine_url: str,
    image_of: Callable[[str], str],
) -> None:
    image_id = image_of("private")
    registry = DockerRegistry(
        private_registry.address,
        connections,
        username=private_registry.username,
        password=private_registry.password,
    )
    registry.pull(RACK, registry.push(image_id, app="shop", service="web"), image_id)
    assert has_image(second_engine_url, image_id)


def test_without_or_with_wrong_credentials_a_private_registry_refuses(
    connections: Connections, private_registry: PrivateRegistry, image_of: Callable[[str], str]
) -> None:
    image_id = image_of("closed")
    for username in (None, private_registry.username):
        registry = DockerRegistry(
            private_registry.address, connections, username=username, password="wrong-password"
        )
        with pytest.raises(Refused, match="does not let us in") as error:
            registry.push(image_id, app="shop", service="web")
        assert "REGISTRY_PASSWORD" in error.value.remedy
        assert "wrong-password" not in str(error.value)


def test_an_image_that_no_engine_has_is_named(
    connections: Connections, registry_address: str
) -> None:
    registry = DockerRegistry(registry_address, connections)
    with pytest.raises(NotFound, match="No engine has the image"):
        registry.push("sha256:" + "0" * 64, app="shop", service="web")


def test_a_digest_that_the_registry_lacks_is_not_found(
    connections: Connections, registry_address: str
) -> None:
    registry = DockerRegistry(registry_address, connections)
    digest = f"{registry_address}/shop/web@sha256:{'0' * 64}"
    with pytest.raises(NotFound):
        registry.pull(RACK, digest, "sha256:" + "0" * 64)


def test_a_registry_that_is_down_is_unreachable(
    connections: Connections, image_of: Callable[[str], str]
) -> None:
    address = f"127.0.0.1:{free_port()}"
    registry = DockerRegistry(address, connections)
    image_id = image_of("lonely")
    with pytest.raises(Unreachable, match=address):
        registry.push(image_id, app="shop", service="web")
    with pytest.raises(PortError):
        registry.pull(RACK, f"{address}/shop/web@sha256:{'0' * 64}", image_id)


def test_an_engine_that_is_down_does_not_hide_one_that_has_the_image(
    connections: Connections,
    registry_address: str,
    tmp_path: Path,
    image_of: Callable[[str], str],
) -> None:
    down = Connection(DockerRackSettings(name="down", engine=f"unix://{tmp_path}/no.sock"))
    registry = DockerRegistry(registry_address, {"down": down, **connections})
    assert registry.push(image_of("found"), app="shop", service="web")
    with pytest.raises(Unreachable):
        registry.push("sha256:" + "0" * 64, app="shop", service="web")
