"""The same source over every way to a repository."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.adapters.git import GitCredentials, GitSource
from tests.contract.source.repository import TOKEN, Repository, new_repository, served


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A source and the address under which it reaches *repository*."""

    source: GitSource
    repository: Repository
    address: str


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = new_repository(tmp_path / "repositories" / "shop")
    made.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return made


@pytest.fixture(params=["path", "file", "http", "ssh"])
def way(request: pytest.FixtureRequest, tmp_path: Path, repository: Repository) -> Iterator[Way]:
    cache = tmp_path / "cache"
    if request.param == "path":
        yield Way(source=GitSource(cache), repository=repository, address=str(repository.path))
    elif request.param == "file":
        address = f"file://{repository.path}"
        yield Way(source=GitSource(cache), repository=repository, address=address)
    elif request.param == "http":
        source = GitSource(cache, credentials={"127.0.0.1": GitCredentials(token=TOKEN)})
        with served(repository.path.parent, token=TOKEN) as port:
            address = f"http://127.0.0.1:{port}/shop/.git"
            yield Way(source=source, repository=repository, address=address)
    else:
        port = request.getfixturevalue("ssh_port")
        home = request.getfixturevalue("slot") / "ssh"
        credentials = GitCredentials(
            key_file=home / "client_key", known_hosts_file=home / "known_hosts"
        )
        source = GitSource(cache, credentials={"127.0.0.1": credentials})
        address = f"ssh://127.0.0.1:{port}{repository.path}"
        yield Way(source=source, repository=repository, address=address)


@pytest.fixture
def source(tmp_path: Path) -> GitSource:
    return GitSource(tmp_path / "cache")
