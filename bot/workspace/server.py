"""Puts the parts of the workspace together and serves them."""

import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.workspace.api.endpoint import Api
from bot.workspace.control_api import ControlApi
from bot.workspace.delivery.answers import Answers
from bot.workspace.delivery.dispatch import Dispatch
from bot.workspace.delivery.envelope import Transport
from bot.workspace.delivery.events import Events
from bot.workspace.delivery.signed_http import SignedHttp
from bot.workspace.delivery.sockets import Sockets
from bot.workspace.settings import WorkspaceSettings
from bot.workspace.visit.acts import Acts
from bot.workspace.visit.endpoints import ClientApi
from bot.workspace.visit.modals import Modals
from bot.workspace.visit.presentation import Presentation
from bot.workspace.workspace import Workspace

PAGE = Path(__file__).parent / "page"
_SHUTDOWN_SECONDS = 1


class WorkspaceServer:
    """One workspace and the server that it listens with."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.workspace = Workspace(settings)
        self._sockets = Sockets(settings.ack_seconds)
        self._http: SignedHttp | None = None
        transport: Transport = self._sockets
        if settings.request_url:
            self._http = transport = SignedHttp(
                settings.request_url, settings.signing_secret, settings.ack_seconds
            )
        dispatch = Dispatch(transport, self.workspace.faults)
        self._events = Events(self.workspace, dispatch)
        config = uvicorn.Config(
            self._application(dispatch),
            http="h11",
            ws="websockets-sansio",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._address = (settings.host, settings.port)
        self._socket: socket.socket | None = None

    def _application(self, dispatch: Dispatch) -> Starlette:
        answers = Answers(self.workspace, self._events)
        client = ClientApi(
            self.workspace,
            Presentation(self.workspace),
            Acts(self.workspace, dispatch, self._events, answers),
            Modals(self.workspace, dispatch),
            self._events,
        )
        api = Api(self.workspace, self._events, self._sockets, self._cut)
        responding = [
            Route(f"/{kind}/{{rest:path}}", answers.__call__, methods=["POST"])
            for kind in ("commands", "actions", "app")
        ]
        return Starlette(
            routes=[
                Route("/api/{method}", api.__call__, methods=["GET", "POST"]),
                WebSocketRoute("/link/", self._sockets.serve),
                Route("/upload/v1/{ticket}", self._upload, methods=["POST"]),
                Route("/files/{file_id}/{name:path}", self._file),
                *responding,
                *client.routes(),
                *ControlApi(self.workspace, self._events, self._sockets).routes(),
                Route("/", _page),
                Route("/archives/{rest:path}", _page),
                Mount("/page", StaticFiles(directory=PAGE)),
            ],
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        await self._events.close()
        if self._http:
            await self._http.close()

    async def _upload(self, request: Request) -> Response:
        file = self.workspace.files.by_ticket(request.path_params["ticket"])
        if file is None:
            return PlainTextResponse("not found", status_code=404)
        if request.headers.get("content-type", "").startswith("multipart/"):
            form = await request.form()
            sent = next((part for part in form.values() if not isinstance(part, str)), None)
            file.content = await sent.read() if sent else b""
        else:
            file.content = await request.body()
        return PlainTextResponse(f"OK - {len(file.content)}")

    async def _file(self, request: Request) -> Response:
        file = self.workspace.files.find(request.path_params["file_id"])
        if file is None or file.content is None:
            return PlainTextResponse("not found", status_code=404)
        return Response(file.content, media_type=file.mimetype)

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
        self.workspace.base_url = f"http://{host}:{port}/"
        return self.workspace.base_url

    async def serve(self) -> None:
        """Answer until ``stop``; after ``listen``."""
        assert self._socket is not None
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Ask the server to end; may be called from any thread."""
        self._server.should_exit = True


async def _page(_request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"cache-control": "no-cache"})
