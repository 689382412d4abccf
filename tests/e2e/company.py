"""A company for a test: the local workspace, a sample app, and the real bot as its own process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from bot.demo.outside import Outside, outside_of
from bot.demo.show import MANIFEST, take_down, visitors_of
from bot.demo.stage import Stage, github_for, set_up
from bot.local_github.running import running_github
from bot.settings import Secrets
from bot.workspace.running import running_workspace
from bot.workspace.settings import WorkspaceSettings

BAKE_SECONDS = 4  # enough requests for a receipt to judge by
START_SECONDS = 60.0
STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a test looks at: the page, and the racks past the bot."""

    stage: Stage
    url: str  # of the workspace's page
    outside: Outside


@contextmanager
def company(folder: Path, engine: str) -> Iterator[Company]:
    """Run it all on a Docker engine, or on simulated racks where *engine* is "memory"."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    with (
        running_workspace(WorkspaceSettings(manifest=manifest)) as workspace,
        running_github(github_for(folder)) as github,
    ):
        stage = set_up(folder, engine, workspace, github)
        stage.shop.bake_for(BAKE_SECONDS)
        try:
            with _bot(stage, folder), visitors_of(stage):
                yield Company(stage=stage, url=workspace.url, outside=outside_of(stage))
        finally:
            take_down(stage)


@contextmanager
def _bot(stage: Stage, folder: Path) -> Iterator[None]:
    """Run ``rackhand run`` until the block ends; what it logged is shown where it fails."""
    config = folder / "rackhand.yml"
    log_path = folder / "rackhand.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(config), "run"],
            env=os.environ | _environment(stage.settings.secrets),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, stage.settings.secrets.port, log_path)
        yield
    finally:
        process.terminate()
        ended = process.wait(STOP_SECONDS)
    assert ended == 0, f"the bot ended with {ended}:\n{log_path.read_text()}"
    assert "Traceback" not in (said := log_path.read_text()), said


def _environment(secrets: Secrets) -> dict[str, str]:
    """Return the environment that the stage's secrets were read from."""
    plain = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name in Secrets.model_fields
        if (value := getattr(secrets, name)) is not None
    }
    return {name.upper(): value for name, value in plain.items()}


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The bot did not get ready:\n{log.read_text()}")
        time.sleep(0.1)
