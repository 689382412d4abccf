"""Runs a workspace in a background thread, for tests and the demo."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from bot.workspace.controls import Controls
from bot.workspace.server import WorkspaceServer
from bot.workspace.settings import WorkspaceSettings

_START_SECONDS = 15.0
_STOP_SECONDS = 10.0


class RunningWorkspace:
    """A workspace that listens, and how to reach it."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self._settings = settings
        self._server = WorkspaceServer(settings)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="local-workspace", daemon=True)

    def start(self) -> None:
        """Listen, and return once the address is known. Raises ``RuntimeError`` if it cannot."""
        self._thread.start()
        if not self._ready.wait(_START_SECONDS) or not self._server.workspace.base_url:
            port = self._settings.port
            raise RuntimeError(f"The workspace could not listen on port {port}.")

    def stop(self) -> None:
        """Close every connection and end the thread; a repeat does nothing."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        with contextlib.suppress(SystemExit):  # uvicorn's way to say that it cannot listen
            asyncio.run(self._serve())
        self._ready.set()

    async def _serve(self) -> None:
        ready = asyncio.Event()
        serving = asyncio.create_task(self._server.serve(ready))
        await asyncio.wait(
            [serving, asyncio.create_task(ready.wait())], return_when="FIRST_COMPLETED"
        )
        self._ready.set()
        await serving

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
        return Controls(self.url)


@contextlib.contextmanager
def running_workspace(settings: WorkspaceSettings) -> Iterator[RunningWorkspace]:
    """Run a workspace for the time of a ``with`` block."""
    workspace = RunningWorkspace(settings)
    workspace.start()
    try:
        yield workspace
    finally:
        workspace.stop()
