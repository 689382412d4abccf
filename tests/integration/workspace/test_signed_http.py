"""The same workspace delivers by signed HTTP to a real Bolt app behind a real server."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.workspace.client import NotAnswered, Visitor
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.integration.workspace.conftest import MANIFEST

SECRET = "s3cret"


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket that the bot's server will answer on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # so that what comes before the server runs only waits
        yield listener


@pytest.fixture
def workspace(listening: socket.socket) -> Iterator[RunningWorkspace]:
    """A workspace that posts to that socket."""
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
    settings = WorkspaceSettings(manifest=MANIFEST, request_url=url, signing_secret=SECRET)
    with running_workspace(settings) as running:
        yield running


def serve(app: App, listening: socket.socket) -> uvicorn.Server:
    handler = SlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    routes = [Route("/slack/events", events, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    return server


def test_commands_clicks_and_events_arrive_signed(
    workspace: RunningWorkspace, listening: socket.socket, slack: WebClient, ada: Visitor
) -> None:
    app = App(client=slack, signing_secret=SECRET)

    @app.command("/rack")
    def rack(ack: Any, command: dict[str, Any]) -> None:
        element = {
            "type": "button",
            "action_id": "go",
            "text": {"type": "plain_text", "text": "Go"},
        }
        ack(text=command["text"], blocks=[{"type": "actions", "elements": [element]}])

    @app.action("go")
    def go(ack: Any, respond: Any) -> None:
        ack()
        respond(text="Went.", replace_original=True)

    @app.event("app_mention")
    def mentioned(say: Any) -> None:
        say("Hello.")

    server = serve(app, listening)
    try:
        ada.say("/rack build")
        ada.click(ada.ephemerals()[-1], "Go")
        ada.say("@rackhand hi")

        ada.wait_for(lambda: ada.ephemerals()[-1].plain_text == "Went.")
        assert ada.wait_for_message("Hello.").from_app
    finally:
        server.should_exit = True


def test_a_bot_with_another_secret_refuses_what_it_gets(
    workspace: RunningWorkspace, listening: socket.socket, slack: WebClient, ada: Visitor
) -> None:
    app = App(client=slack, signing_secret="another")
    app.command("/rack")(lambda ack: ack())
    server = serve(app, listening)
    try:
        with pytest.raises(NotAnswered, match="dispatch_failed"):
            ada.time_command("/rack build")
    finally:
        server.should_exit = True
