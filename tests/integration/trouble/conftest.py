"""A Rackhand on a real engine for each story of trouble with racks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import base_images, dockerd
from scripts.lookalikes import CannotMake
from tests.integration.trouble.rack_scene import RealScene, real_scene
from tests.services.engines import remove_what_rackhand_made
from tests.services.requirement import lacking


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated, empty SQLite database."""
    path = tmp_path / "rackhand.db"
    shutil.copy(sqlite_template, path)
    return path


@pytest.fixture
def real(database: Path, clean_engine: str) -> Iterator[RealScene]:
    """The rack staging on an engine with nothing of ours on it."""
    with real_scene(database, {"staging": clean_engine}) as scene:
        yield scene


@pytest.fixture(scope="module")
def own_engine(slot: Path) -> Iterator[dockerd.Engine]:
    """An engine that no other test uses."""
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


@pytest.fixture
def fragile(database: Path, own_engine: dockerd.Engine) -> Iterator[RealScene]:
    """The rack staging on an engine that the test may end."""
    dockerd.start(own_engine)
    remove_what_rackhand_made(own_engine.url)
    with real_scene(database, {"staging": own_engine.url}) as scene:
        yield scene
