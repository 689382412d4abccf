"""Databases for tests: a migrated SQLite file to copy, and both kinds for what must run on both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database that tests copy: migrating anew costs more than a test."""
    path = tmp_path_factory.mktemp("database") / "template.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of an empty, migrated database of either kind."""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "rackhand.db")
        return f"sqlite:///{tmp_path / 'rackhand.db'}"
    url: str = request.getfixturevalue("postgres_database")
    store = Store(url)
    store.migrate()
    store.close()
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on either kind of database."""
    opened = Store(database_url)
    yield opened
    opened.close()
