"""The same forge in memory, and at a local GitHub that the tests of one process share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.local_github.running import RunningGitHub, running_github
from bot.local_github.settings import TOKENS, AppSpec, GitHubSettings, TokenSpec
from tests.contract.forge.fake_stage import FakeStage
from tests.contract.forge.github_stage import NARROW_TOKEN, GitHubStage
from tests.contract.forge.stage import Stage

APP_ID = 7
INSTALLATION_ID = 70
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
APP = AppSpec(
    id=APP_ID,
    slug="rackhand",
    name="Rackhand",
    owner="acme",
    public_key=PUBLIC_KEY,
    installation_id=INSTALLATION_ID,
    permissions={
        "contents": "read",
        "checks": "read",
        "statuses": "read",
        "pull_requests": "write",
    },
)
NARROW = TokenSpec(token=NARROW_TOKEN, login="rackhand", scopes=("read:org",))


@pytest.fixture(scope="session")
def shared_github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGitHub]:
    settings = GitHubSettings(
        folder=tmp_path_factory.mktemp("github"), tokens=(*TOKENS, NARROW), apps=(APP,)
    )
    with running_github(settings) as running:
        yield running


@pytest.fixture
def at_github(shared_github: RunningGitHub, tmp_path: Path) -> Iterator[GitHubStage]:
    stage = GitHubStage(shared_github, tmp_path)
    yield stage
    shared_github.controls.clear_faults()
    stage.close()


@pytest.fixture(params=["memory", "github"])
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param == "memory":
        return FakeStage()
    made: Stage = request.getfixturevalue("at_github")
    return made
