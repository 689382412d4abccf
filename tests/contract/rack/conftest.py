"""Every adapter's stage in turn."""

from collections.abc import Iterator

import pytest

from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.memory_stage import MemoryStage
from tests.contract.rack.stage import Stage


@pytest.fixture(params=["memory", "docker"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield MemoryStage()
        return
    made = DockerStage(request.getfixturevalue("clean_engine"))
    yield made
    made.close()
