"""A workspace for each test, and a bot that only tells things to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.workspace.client import Visitor
from bot.workspace.manifest import load_manifest
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.integration.relay.office import Office
from tests.worlds import scene_on_copy

MANIFEST = load_manifest(Path(__file__).parents[3] / "manifest.yml")


@pytest.fixture
def workspace() -> Iterator[RunningWorkspace]:
    with running_workspace(WorkspaceSettings(manifest=MANIFEST)) as running:
        yield running


@pytest.fixture
def office(workspace: RunningWorkspace, sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    with (
        scene_on_copy(sqlite_template, tmp_path) as scene,
        Visitor(workspace.url, "ada", "deploys") as ada,
        workspace.controls as controls,
    ):
        scene.source.commit("Fix cart")
        yield Office(scene=scene, workspace=workspace, ada=ada, controls=controls)
