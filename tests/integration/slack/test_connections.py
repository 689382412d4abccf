"""How Slack reaches the bot: sockets that come and go, and signed HTTP."""

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn

from bot.slack.app import SlackApp, SlackSettings, build_app
from bot.slack.sockets import Sockets, start_socket_mode
from bot.web.app import web_app
from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from commands.reply import Reply, Text
from commands.request import Request
from tests.integration.slack.conftest import MANIFEST
from tests.integration.slack.scripted import ScriptedSide
from tests.integration.slack.waiting import whisper


def test_lost_sockets_come_back_by_themselves(
    ada: Visitor, workspace: RunningWorkspace, sockets: Sockets
) -> None:
    assert sockets.wait(20)
    workspace.controls.drop_sockets()

    # The bot may not have noticed yet, so the other side counts.
    ada.wait_for(lambda: workspace.controls.socket_count() == 2, 20)
    ada.say("/rack racks")
    whisper(ada, "You said racks")


def test_work_that_was_begun_is_finished_and_answered_before_the_end(
    ada: Visitor, slack_app: SlackApp, sockets: Sockets, script: ScriptedSide
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(request: Request) -> Reply:
        begun.set()
        assert may_end.wait(20)
        return Reply(parts=(Text(text="At last."),))

    script.answers["logs"] = slow
    ada.say("/rack logs")
    assert begun.wait(10)
    sockets.close()
    threading.Timer(0.2, may_end.set).start()
    slack_app.close()

    assert "At last." in ada.ephemerals()[-1].plain_text
    assert sockets.connected == 0


def test_sockets_are_opened_once_slack_answers(
    workspace: RunningWorkspace, slack_app: SlackApp
) -> None:
    workspace.controls.fault("apps.connections.open", "http_500", times=2)

    opened = start_socket_mode(slack_app.bolt, workspace.app_token)

    assert opened.wait(20)
    opened.close()


def test_an_app_without_a_signing_secret_serves_no_signed_http(script: ScriptedSide) -> None:
    app = build_app(SlackSettings(bot_token="xoxb-1"), script.side())

    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        web_app({}, slack=app)
    app.close()


class TestSignedHttp:
    @pytest.fixture
    def port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    @pytest.fixture
    def workspace(self, port: int) -> Iterator[RunningWorkspace]:
        url = f"http://127.0.0.1:{port}/slack/events"
        with running_workspace(WorkspaceSettings(manifest=MANIFEST, request_url=url)) as running:
            yield running

    @pytest.fixture
    def served(self, slack_app: SlackApp, port: int) -> Iterator[str]:
        app = web_app({"database": lambda: None}, slack=slack_app)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()

    def test_a_command_is_answered(self, workspace: RunningWorkspace, served: str) -> None:
        with Visitor(workspace.url) as ada:
            ada.say("/rack racks")
            whisper(ada, "You said racks")

    @pytest.mark.parametrize("change", ["none", "wrong", "old", "other body"])
    def test_what_slack_did_not_sign_is_refused(
        self, workspace: RunningWorkspace, served: str, script: ScriptedSide, change: str
    ) -> None:
        body = urlencode({"command": "/rack", "text": "racks", "trigger_id": "1", "team_id": "T"})
        at = str(int(time.time()) - (600 if change == "old" else 0))
        secret = "wrong" if change == "wrong" else workspace.signing_secret
        signed = f"v0:{at}:{body}".encode()
        signature = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if change != "none":
            headers |= {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
        sent = body + "&text=promote" if change == "other body" else body

        answer = httpx.post(f"{served}/slack/events", content=sent, headers=headers)

        assert answer.status_code == 401
        assert not script.requests

    @pytest.mark.parametrize(("body", "status"), [(b"\xff", 400), (b"x" * 2_000_001, 413)])
    def test_what_is_no_request_of_slack_is_refused(
        self, served: str, body: bytes, status: int
    ) -> None:
        assert httpx.post(f"{served}/slack/events", content=body).status_code == status
