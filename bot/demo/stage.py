"""What the demo is played on: a folder with settings, secrets, and the sample repository."""

import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.demo.shop import Shop, make_shop
from bot.demo.visitors import REQUESTS_PER_SECOND
from bot.local_github.running import RunningGitHub
from bot.local_github.settings import GitHubSettings
from bot.settings import Settings, load
from bot.workspace.running import RunningWorkspace
from engine.adapters.memory import Behaviour, MemoryWorld

MEMORY = "memory"
REPOSITORY = "acme/shop"
POLL_SECONDS = 5.0  # short, as somebody watches; webhooks are heard at once anyway
HOST = "shop.localhost"
RACK_COLORS = {"staging": "green", "production": "red"}
USUAL_PORTS = {"staging": 8080, "production": 8081}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything set up, nothing started."""

    settings: Settings
    shop: Shop
    ports: Mapping[str, int]  # of the racks' routers
    engine: str  # the URL of the Docker engine, or "memory"
    github: RunningGitHub

    def address(self, rack: str) -> str:
        """Where the sample app answers on a rack."""
        return f"http://{HOST}:{self.ports[rack]}/"


def github_for(folder: Path) -> GitHubSettings:
    """Return the GitHub of a demo in *folder*: empty, whatever an earlier one left there."""
    repositories = folder / "repositories"
    shutil.rmtree(repositories, ignore_errors=True)
    return GitHubSettings(folder=repositories)


def set_up(folder: Path, engine: str, workspace: RunningWorkspace, github: RunningGitHub) -> Stage:
    """Write the settings of a demo that uses *workspace* and *github*; old data is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("rackhand.db*"), folder / "rackhand-memory.json"):
        old.unlink(missing_ok=True)
    remote = github.git_url(REPOSITORY, github.operator_git_token)
    shop = make_shop(folder / "shop", remote)
    ports = {rack: _free_port(port) for rack, port in USUAL_PORTS.items()}
    path = folder / "rackhand.yml"
    path.write_text(yaml.safe_dump(_file(folder, github, engine, ports), sort_keys=False))
    environment = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_TOKEN": github.token,
        "GITHUB_WEBHOOK_SECRET": secrets.token_hex(16),
        "RACKHAND_SECRET_KEY": secrets.token_hex(32),
        "PORT": str(_free_port(3000)),
    }
    hook = f"http://127.0.0.1:{environment['PORT']}/github/webhook"
    github.client(REPOSITORY).add_hook(hook, environment["GITHUB_WEBHOOK_SECRET"])
    if engine == MEMORY:
        traffic = Behaviour(requests_per_second=REQUESTS_PER_SECOND)
        MemoryWorld(folder / "rackhand-memory.json").behave("shop", traffic)
    settings = load(path, environment)
    return Stage(settings=settings, shop=shop, ports=ports, engine=engine, github=github)


def _file(
    folder: Path, github: RunningGitHub, engine: str, ports: Mapping[str, int]
) -> dict[str, object]:
    return {
        "slack": {"channel": "#deploys"},
        "racks": {
            rack: {
                **_provider(engine, port),
                "color": RACK_COLORS[rack],
                "protected": rack == "production",
            }
            for rack, port in ports.items()
        },
        "apps": {"shop": {"repo": github.git_url(REPOSITORY), "branch": "main"}},
        "github": {"poll_seconds": POLL_SECONDS},
        "database": f"sqlite:///{folder / 'rackhand.db'}",
    }


def _provider(engine: str, port: int) -> dict[str, object]:
    if engine == MEMORY:
        return {"provider": "memory"}
    router = {"http": port, "bind": "127.0.0.1"}
    return {"provider": "docker", "engine": engine, "router": router}


def _free_port(wanted: int) -> int:
    """Return *wanted* where nobody listens there, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(listener.getsockname()[1])
    raise OSError("no free port")
