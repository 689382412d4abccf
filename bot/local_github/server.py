"""Puts the parts of the local GitHub together and serves them."""

import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.local_github.api.endpoint import RestApi
from bot.local_github.control_api import ControlApi
from bot.local_github.git_http import GitHttp
from bot.local_github.hub import Hub
from bot.local_github.settings import GitHubSettings
from bot.local_github.webhooks.events import Events
from bot.local_github.webhooks.lines import Lines

PAGE = Path(__file__).parent / "page"
_SHUTDOWN_SECONDS = 1
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class GitHubServer:
    """One local GitHub and the server that it listens with."""

    def __init__(self, settings: GitHubSettings) -> None:
        self.hub = Hub(settings)
        self._lines = Lines(self.hub.faults, settings.delivery_timeout_seconds)
        config = uvicorn.Config(
            self._application(),
            http="h11",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._address = (settings.host, settings.port)
        self._socket: socket.socket | None = None

    def _application(self) -> Starlette:
        events = Events(self.hub, self._lines)
        api = RestApi(self.hub, events, self._lines, self._cut)
        git = GitHttp(self.hub, events, self._cut)
        return Starlette(
            routes=[
                Route("/api/v3{rest:path}", api.__call__, methods=_METHODS),
                *ControlApi(self.hub, events, self._lines).routes(),
                Route("/{owner}/{name}.git/{rest:path}", git.__call__, methods=["GET", "POST"]),
                Mount("/page", StaticFiles(directory=PAGE)),
                Route("/", _page),
                Route("/{owner}/{name}", _page),
                Route("/{owner}/{name}/{rest:path}", _page),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        self._lines.close()

    def _cut(self, request: Request) -> None:
        """Cut the connection that a request came by, without an answer."""
        for connection in list(self._server.server_state.connections):
            if getattr(connection, "client", None) == tuple(request.client or ()):
                connection.transport.abort()

    def listen(self) -> str:
        """Take the port and return the page's address; calls wait there until ``serve``.

        Raises ``OSError`` where the port is taken.
        """
        self._socket = socket.create_server(self._address)
        host, port = self._socket.getsockname()
        self.hub.urls.html = f"http://{host}:{port}"
        return f"{self.hub.urls.html}/"

    async def serve(self) -> None:
        """Answer until ``stop``; after ``listen``."""
        assert self._socket is not None
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Ask the server to end; may be called from any thread."""
        self._server.should_exit = True


async def _page(_request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"cache-control": "no-cache"})
