"""A Rackhand on simulated racks for each conversation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds import Scene, make_scene, scene_on_copy


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[Scene]:
    """One where no rack asks for approvals."""
    with scene_on_copy(sqlite_template, tmp_path) as made:
        yield made


@pytest.fixture
def protected(sqlite_template: Path, tmp_path: Path) -> Iterator[Scene]:
    """One whose rack production asks for approvals."""
    with scene_on_copy(sqlite_template, tmp_path, protect=True) as made:
        yield made


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    """One on SQLite and one on PostgreSQL."""
    made = make_scene(database_url, tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def two_apps(sqlite_template: Path, tmp_path: Path) -> Iterator[Scene]:
    """One with the apps web and shop."""
    path = tmp_path / "rackhand.db"
    path.write_bytes(sqlite_template.read_bytes())
    made = make_scene(f"sqlite:///{path}", tmp_path, names=("web", "shop"))
    yield made
    made.store.close()
