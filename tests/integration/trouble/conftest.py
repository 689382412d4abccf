"""A Rackhand on a real engine for each story of trouble with racks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.trouble.rack_scene import RealScene, real_scene


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
