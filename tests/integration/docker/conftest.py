"""A stage on a real engine, and the engine itself to look at from outside."""

from collections.abc import Iterator

import docker
import pytest

from tests.contract.rack.docker_stage import DockerStage


@pytest.fixture
def stage(clean_engine: str) -> Iterator[DockerStage]:
    made = DockerStage(clean_engine)
    yield made
    made.close()


@pytest.fixture
def engine(clean_engine: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(clean_engine)
    yield client
    client.close()
