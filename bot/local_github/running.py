"""Runs a local GitHub in a background thread, for tests and the demo."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from bot.local_github.client import Client
from bot.local_github.controls import Controls
from bot.local_github.server import GitHubServer
from bot.local_github.settings import GitHubSettings

_STOP_SECONDS = 10.0


class RunningGitHub:
    """A local GitHub that listens, and how to reach it."""

    def __init__(self, settings: GitHubSettings) -> None:
        self._settings = settings
        self._server = GitHubServer(settings)
        self._thread = threading.Thread(target=self._run, name="local-github", daemon=True)
        self._controls: Controls | None = None
        self._clients: list[Client] = []

    def start(self) -> None:
        """Listen, and answer in the background. Raises ``OSError`` where the port is taken."""
        self._server.listen()
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the thread; a repeat does nothing."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        for client in self._clients:
            client.close()
        if self._controls:
            self._controls.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve())

    @property
    def url(self) -> str:
        """The page."""
        return f"{self._server.hub.urls.html}/"

    @property
    def api_url(self) -> str:
        """What ``GITHUB_API_URL`` is set to, and PyGithub's ``base_url``."""
        return self._server.hub.urls.api

    @property
    def token(self) -> str:
        """The first personal access token."""
        return self._settings.tokens[0].token

    def git_url(self, full_name: str, token: str | None = None) -> str:
        """Return the address for ``git clone`` and ``git push``, with a token where given."""
        url = f"{self.url}{full_name}.git"
        return url.replace("://", f"://x-access-token:{token}@", 1) if token else url

    @property
    def operator_git_token(self) -> str:
        """A token that git may push with whatever trouble is ordered."""
        return self._settings.operator_token

    @property
    def controls(self) -> Controls:
        """Troubles to order."""
        if self._controls is None:
            self._controls = Controls(self.url)
        return self._controls

    def client(self, repository: str, *, login: str = "ada") -> Client:
        """Return a client that acts as *login* in one repository."""
        made = Client(self.url, repository, self._settings.operator_token, login=login)
        self._clients.append(made)
        return made


@contextlib.contextmanager
def running_github(settings: GitHubSettings) -> Iterator[RunningGitHub]:
    """Run a local GitHub for the time of a ``with`` block."""
    github = RunningGitHub(settings)
    github.start()
    try:
        yield github
    finally:
        github.stop()
