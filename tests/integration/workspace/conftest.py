"""A workspace and a small real Bolt app in it, for each test anew."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.workspace.client import Visitor
from bot.workspace.manifest import load_manifest
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings

MANIFEST = load_manifest(Path(__file__).parents[3] / "manifest.yml")

MakeVisitor = Callable[..., Visitor]


@pytest.fixture
def workspace() -> Iterator[RunningWorkspace]:
    """A workspace with nobody but people in it."""
    with running_workspace(WorkspaceSettings(manifest=MANIFEST, retry_factor=0.002)) as running:
        yield running


@pytest.fixture
def slack(workspace: RunningWorkspace) -> WebClient:
    """The real SDK's client with the bot's token."""
    return WebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
def deploys(workspace: RunningWorkspace, slack: WebClient) -> str:
    """The id of #deploys."""
    channels: list[dict[str, Any]] = slack.conversations_list()["channels"]
    return next(str(channel["id"]) for channel in channels if channel["name"] == "deploys")


@pytest.fixture
def visit(workspace: RunningWorkspace) -> Iterator[MakeVisitor]:
    """Makes visitors, and closes them."""
    made: list[Visitor] = []

    def make(user: str = "ada", channel: str = "deploys") -> Visitor:
        visitor = Visitor(workspace.url, user, channel)
        made.append(visitor)
        return visitor

    yield make
    for visitor in made:
        visitor.close()


@pytest.fixture
def ada(visit: MakeVisitor) -> Visitor:
    """A member in #deploys."""
    return visit("ada")


@pytest.fixture
def bolt(workspace: RunningWorkspace, slack: WebClient) -> App:
    """A Bolt app without listeners yet."""
    logger = logging.getLogger("bolt-under-test")
    logger.setLevel(logging.ERROR)
    return App(client=slack, signing_secret=workspace.signing_secret, logger=logger)


@pytest.fixture
def connected(workspace: RunningWorkspace, bolt: App) -> Iterator[SocketModeHandler]:
    """The Bolt app's own Socket Mode handler, connected; add listeners to ``bolt`` at any time."""
    with connected_handler(workspace, bolt) as handler:
        yield handler


@contextlib.contextmanager
def connected_handler(workspace: RunningWorkspace, bolt: App) -> Iterator[SocketModeHandler]:
    """Connect a handler, and close it without the SDK's wait of three seconds for its socket."""
    handler = SocketModeHandler(bolt, workspace.app_token)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield handler
    finally:
        handler.client.auto_reconnect_enabled = False
        workspace.controls.drop_sockets()
        deadline = time.monotonic() + 5
        while handler.client.is_connected() and time.monotonic() < deadline:
            time.sleep(0.005)  # the SDK trips over itself when both sides close at once
        handler.close()  # type: ignore[no-untyped-call]
