"""A stage on a real engine, and the engine itself to look at from outside."""

from collections.abc import Iterator

import docker
import pytest

from tests.contract.rack.docker_stage import DockerStage
from tests.services.engines import remove_what_rackhand_made


@pytest.fixture(scope="module")
def kept_stage(engine_url: str) -> Iterator[DockerStage]:
    """One rack whose router serves several tests after each other."""
    remove_what_rackhand_made(engine_url)
    made = DockerStage(engine_url)
    yield made
    made.close()
    remove_what_rackhand_made(engine_url)


@pytest.fixture
def stage(kept_stage: DockerStage) -> Iterator[DockerStage]:
    yield kept_stage
    kept_stage.clear()


@pytest.fixture
def engine(engine_url: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(engine_url)
    yield client
    client.close()
