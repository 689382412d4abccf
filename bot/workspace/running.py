"""Runs a workspace in a background thread, for tests and the demo."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from bot.workspace.controls import Controls
from bot.workspace.server import WorkspaceServer
from bot.workspace.settings import WorkspaceSettings

_STOP_SECONDS = 10.0


class RunningWorkspace:
    """A workspace that listens, and how to reach it."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self._settings = settings
        self._server = WorkspaceServer(settings)
        self._thread = threading.Thread(target=self._run, name="local-workspace", daemon=True)
        self._controls: Controls | None = None

    def start(self) -> None:
        """Listen, and answer in the background. Raises ``OSError`` where the port is taken."""
        self._server.listen()
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the thread; a repeat does nothing."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        if self._controls:
            self._controls.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve())

    @property
    def url(self) -> str:
        """The page."""
        return self._server.workspace.base_url

    @property
    def api_url(self) -> str:
        """What ``SLACK_API_URL`` is set to."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """The token for the Web API."""
        return self._settings.bot_token

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self._settings.app_token

    @property
    def signing_secret(self) -> str:
        """What signed HTTP is signed with."""
        return self._settings.signing_secret

    @property
    def controls(self) -> Controls:
        """Troubles to order."""
        if self._controls is None:
            self._controls = Controls(self.url)
        return self._controls


@contextlib.contextmanager
def running_workspace(settings: WorkspaceSettings) -> Iterator[RunningWorkspace]:
    """Run a workspace for the time of a ``with`` block."""
    workspace = RunningWorkspace(settings)
    workspace.start()
    try:
        yield workspace
    finally:
        workspace.stop()
