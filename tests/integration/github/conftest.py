"""A repository on a fake forge, and a Rackhand that watches it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.github.hub import Hub, hub_over, looked_at
from tests.worlds import make_scene, scene_on_copy


@pytest.fixture
def quiet_hub(sqlite_template: Path, tmp_path: Path) -> Iterator[Hub]:
    """One that nobody watches yet."""
    with scene_on_copy(sqlite_template, tmp_path) as scene:
        yield hub_over(scene)


@pytest.fixture
def hub(quiet_hub: Hub) -> Hub:
    """One whose workflow ``delivery`` begins with pushes to main; its first look was done."""
    return looked_at(quiet_hub)


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Hub]:
    """The same on SQLite and on PostgreSQL."""
    scene = make_scene(database_url, tmp_path)
    yield looked_at(hub_over(scene))
    scene.store.close()
