"""A workspace, a repository and a file of settings for the whole process."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bot.demo.shop import make_shop
from bot.settings import Settings, load
from bot.workspace.manifest import load_manifest
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings

TOP = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A folder with rackhand.yml, and the environment to run in."""

    config: Path
    environment: Mapping[str, str]

    def settings(self) -> Settings:
        return load(self.config, self.environment)

    def rackhand(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        return subprocess.run(
            [str(TOP / ".venv/bin/rackhand"), "-c", str(self.config), *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


@pytest.fixture
def workspace() -> Iterator[RunningWorkspace]:
    settings = WorkspaceSettings(manifest=load_manifest(TOP / "manifest.yml"))
    with running_workspace(settings) as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, workspace: RunningWorkspace) -> Site:
    shop = make_shop(tmp_path / "shop")
    shop.bake_for(0)
    config = tmp_path / "rackhand.yml"
    file = {
        "slack": {"channel": "#deploys"},
        "racks": {
            "staging": {"provider": "memory", "color": "green"},
            "production": {"provider": "memory", "color": "red", "protected": True},
        },
        "apps": {"shop": {"repo": str(shop.path)}},
        "database": f"sqlite:///{tmp_path / 'rackhand.db'}",
    }
    config.write_text(yaml.safe_dump(file), encoding="utf-8")
    environment = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "RACKHAND_SECRET_KEY": "a test's key",
        "PORT": str(free_port()),
    }
    return Site(config=config, environment=environment)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
