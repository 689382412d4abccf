"""Runs the demo: workspace, settings and the bot itself, until it is told to stop or has played."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import yaml

from bot import logs
from bot.demo.stage import HOST, MEMORY, Stage, github_for, set_up
from bot.demo.story import play
from bot.demo.visitors import REQUESTS_PER_SECOND, Visitors, visiting
from bot.local_github.running import running_github
from bot.process import running_bot
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def show(*, engine: str, port: int, play_it: bool, folder: Path) -> int:
    """Run the demo; return the exit code: after a play, 0 only if every step happened."""
    logs.set_up(os.environ.get("LOG_LEVEL", "WARNING"))
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    with (
        running_workspace(WorkspaceSettings(manifest=manifest, port=port)) as workspace,
        running_github(github_for(folder)) as github,
    ):
        stage = set_up(folder, engine, workspace, github)
        try:
            with running_bot(stage.settings), visitors_of(stage) as visitors:
                return _go_on(stage, workspace, visitors, play_it=play_it)
        finally:
            take_down(stage)


@contextmanager
def visitors_of(stage: Stage) -> Iterator[Visitors | None]:
    """Let visitors come to the shop; simulated racks simulate theirs."""
    if stage.engine == MEMORY:
        yield None
        return
    with visiting(stage.ports, HOST) as visitors:
        yield visitors


def _go_on(
    stage: Stage, workspace: RunningWorkspace, visitors: Visitors | None, *, play_it: bool
) -> int:
    if play_it:
        return play(stage, workspace.url, visitors)
    print(_welcome(stage, workspace.url), flush=True)  # noqa: T201  for whoever started it
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    return 0


def take_down(stage: Stage) -> None:
    """Remove what the demo put on the engine: processes, routers and networks."""
    if stage.engine == MEMORY:
        return
    engine = docker.DockerClient(stage.engine)
    for rack in stage.settings.file.racks:
        mine: dict[str, str | list[str] | bool] = {"label": f"rackhand.rack={rack}"}
        for container in engine.containers.list(all=True, filters=mine):
            container.remove(force=True, v=True)
        for network in engine.networks.list(filters=mine):
            network.remove()
    engine.close()


def _welcome(stage: Stage, url: str) -> str:
    where = "\n".join(f"  {rack:<11} {stage.address(rack)}" for rack in stage.ports)
    app = "" if stage.engine == MEMORY else f"\n\nThe shop, once it is live:\n{where}"
    return (
        f"\nOpen {url}\n\nThen type, in #deploys:\n"
        "  /rack switch staging\n  /rack build shop\n"
        f"and go on with the buttons. /rack help lists the rest.{app}\n\n"
        f"The repository is on a local GitHub: {stage.github.url}\n"
        "/rack workflows new makes a workflow: push to main there, turn its checks green, and\n"
        "watch it go live. The clone to push from: "
        f"{stage.shop.path}\n\n"
        f"{REQUESTS_PER_SECOND} requests a second reach it on each rack, so that there is "
        "something to count\nwhile a release takes over.\n\nCtrl-C ends it."
    )
