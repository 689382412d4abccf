"""Every adapter's stage in turn."""

import pytest

from tests.contract.rack.memory_stage import MemoryStage
from tests.contract.rack.stage import Stage


@pytest.fixture(params=["memory"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return MemoryStage()
