"""Every adapter's stage in turn."""

from collections.abc import Iterator

import pytest

from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.memory_stage import MemoryStage
from tests.contract.rack.stage import Stage
from tests.services.engines import remove_what_rackhand_made


@pytest.fixture(scope="module")
def docker_stage(engine_url: str) -> Iterator[DockerStage]:
    """One rack on a real engine, with a router that serves several tests after each other."""
    remove_what_rackhand_made(engine_url)
    made = DockerStage(engine_url)
    yield made
    made.close()
    remove_what_rackhand_made(engine_url)


@pytest.fixture(params=["memory", "docker"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield MemoryStage()
        return
    made: DockerStage = request.getfixturevalue("docker_stage")
    yield made
    made.clear()
