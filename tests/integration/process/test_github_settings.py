"""What opens GitHub: read from file and environment, wired, and checked before the start."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.console import Console

from bot.check import check
from bot.local_github.running import RunningGitHub, running_github
from bot.local_github.settings import TOKENS, GitHubSettings, TokenSpec
from bot.settings import Settings, load
from bot.wiring import wire
from engine.errors import UserError
from tests.contract.source.repository import new_repository

NARROW = TokenSpec(token="ghp_narrow", login="rackhand", scopes=("read:org",))


def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def loaded(folder: Path, github: Mapping[str, Any] | None = None, **environment: str) -> Settings:
    path = folder / "rackhand.yml"
    file = {"racks": {"staging": {"provider": "memory"}}, "github": dict(github or {})}
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    return load(path, {"RACKHAND_SECRET_KEY": "k", **environment})


def faults_of(folder: Path, github: Mapping[str, Any] | None = None, **environment: str) -> str:
    with pytest.raises(UserError) as caught:
        loaded(folder, github, **environment)
    return str(caught.value)


def test_a_token_opens_github(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"poll_seconds": 20}, GITHUB_TOKEN="ghp_swordfish")
    assert settings.github is not None
    assert settings.github.api_url == "https://api.github.com"
    assert "swordfish" not in f"{settings!r} {settings}"
    wired = wire(settings)
    assert wired.world.forge is not None
    assert wired.world.forge.host == "github.com"
    assert wired.world.forge_poll_seconds == 20
    wired.close()


def test_without_token_and_app_there_is_no_github(tmp_path: Path) -> None:
    wired = wire(loaded(tmp_path))
    assert wired.world.forge is None
    wired.close()


def test_an_app_is_opened_by_its_key_from_file_or_environment(tmp_path: Path) -> None:
    key = private_key()
    (tmp_path / "app.pem").write_text(key)
    by_file = loaded(tmp_path, {"app_id": 7, "key_file": "app.pem"})
    in_one_line = key.replace("\n", "\\n")
    by_variable = loaded(
        tmp_path, {"app_id": 7, "installation_id": 70}, GITHUB_APP_PRIVATE_KEY=in_one_line
    )
    assert by_file.github is not None
    assert by_variable.github is not None
    assert by_file.github.private_key == by_variable.github.private_key == key
    assert (by_variable.github.app_id, by_variable.github.installation_id) == (7, 70)


def test_an_app_without_its_key_is_a_fault_and_so_is_a_key_without_its_app(
    tmp_path: Path,
) -> None:
    assert "the App's private key is missing" in faults_of(tmp_path, {"app_id": 7})
    told = faults_of(tmp_path, GITHUB_APP_PRIVATE_KEY=private_key())
    assert "not the number of its GitHub App" in told
    assert "github.app_id is missing" in faults_of(tmp_path, {"installation_id": 70})


def test_a_key_that_is_none_is_a_fault(tmp_path: Path) -> None:
    assert "is no private key" in faults_of(tmp_path, {"app_id": 7}, GITHUB_APP_PRIVATE_KEY="-----")
    told = faults_of(tmp_path, {"app_id": 7, "key_file": "nowhere.pem"})
    assert "nowhere.pem cannot be read: No such file or directory" in told


def test_no_token_is_sent_to_an_address_that_anybody_can_listen_at(tmp_path: Path) -> None:
    told = faults_of(tmp_path, GITHUB_TOKEN="t", GITHUB_API_URL="http://git.acme.com/api/v3")
    assert "no token is sent by plain HTTP" in told
    told = faults_of(tmp_path, GITHUB_TOKEN="t", GITHUB_API_URL="git.acme.com")
    assert "GITHUB_API_URL: git.acme.com is no address" in told


@pytest.fixture
def github(tmp_path: Path) -> Iterator[RunningGitHub]:
    settings = GitHubSettings(folder=tmp_path / "github", tokens=(*TOKENS, NARROW))
    with running_github(settings) as running:
        clone = new_repository(tmp_path / "clone")
        clone.commit("First")
        remote = running.git_url("acme/shop", running.operator_git_token)
        clone.git("push", "--quiet", remote, "main")
        yield running


def checked(folder: Path, github: RunningGitHub, token: str, repo: str = "acme/shop") -> str:
    """What ``rackhand check`` says where the shop is hosted at *github*, but for Slack."""
    path = folder / "rackhand.yml"
    file = {
        "racks": {"staging": {"provider": "memory"}},
        "apps": {"shop": {"repo": github.git_url(repo)}},
    }
    path.write_text(yaml.safe_dump(file), encoding="utf-8")
    opened = {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.api_url}
    said = io.StringIO()
    check(load(path, {"RACKHAND_SECRET_KEY": "k", **opened}), Console(file=said, width=300))
    return "\n".join(line for line in said.getvalue().splitlines() if "Slack" not in line)


def test_check_sees_github_and_each_repository(tmp_path: Path, github: RunningGitHub) -> None:
    said = checked(tmp_path, github, github.token)
    assert "mend" not in said
    assert "rackhand, with all that is needed" in said
    assert "acme/shop is seen" in said
    assert "ok   webhooks: GITHUB_WEBHOOK_SECRET is not set" in said


def test_check_names_the_scope_that_a_token_lacks(tmp_path: Path, github: RunningGitHub) -> None:
    assert "rackhand lacks repo." in checked(tmp_path, github, NARROW.token)


def test_check_names_a_token_that_is_worth_nothing(tmp_path: Path, github: RunningGitHub) -> None:
    said = checked(tmp_path, github, "ghp_revoked")
    assert "does not take the token. Put a new one into GITHUB_TOKEN." in said


def test_check_names_a_repository_that_is_not_there(tmp_path: Path, github: RunningGitHub) -> None:
    said = checked(tmp_path, github, github.token, "acme/shpo")
    assert "has no repository acme/shpo, or hides it from Rackhand." in said


def test_check_names_what_a_repository_is_called_now(tmp_path: Path, github: RunningGitHub) -> None:
    github.controls.move_repository("acme/shop", name="store")
    said = checked(tmp_path, github, github.token)
    assert "acme/store is seen, which acme/shop has moved to: change `repo`" in said
