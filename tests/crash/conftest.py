"""Workspaces that outlast the bots, and stages with the app live on them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.workspace.manifest import load_manifest
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.crash.stage import RACKS, ROOT, Stage, stage_in

MEMORY = {name: {"provider": "memory"} for name in RACKS}


@pytest.fixture(scope="session")
def workspace() -> Iterator[RunningWorkspace]:
    manifest = load_manifest(ROOT / "manifest.yml")
    with running_workspace(WorkspaceSettings(manifest=manifest)) as running:
        yield running


@pytest.fixture(scope="session")
def live_on_memory(tmp_path_factory: pytest.TempPathFactory, workspace: RunningWorkspace) -> Path:
    """A folder to copy: the app is live on a simulated rack, and was never disturbed."""
    folder = tmp_path_factory.mktemp("live")
    with stage_in(folder, workspace, MEMORY) as stage:
        went_live(stage)
    return folder


@pytest.fixture
def stage(live_on_memory: Path, tmp_path: Path, workspace: RunningWorkspace) -> Iterator[Stage]:
    """The app is live on a simulated rack, no bot runs, and there is a newer candidate."""
    folder = tmp_path / "stage"
    shutil.copytree(live_on_memory, folder)
    with stage_in(folder, workspace, MEMORY) as copy:
        copy.mark("second")
        yield copy


def went_live(stage: Stage) -> None:
    """Build the app and make it live, then promote a second release, all undisturbed."""
    stage.say("build", "shop", "--rack", "staging")
    with stage.bot():
        stage.settles()
        stage.say("promote", "--app", "shop", "--rack", "staging")
        stage.settles()
        stage.mark("first")
        stage.say("promote", "--app", "shop", "--rack", "staging")
        stage.settles()
