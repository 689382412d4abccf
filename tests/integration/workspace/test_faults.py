"""Troubles that tests order do happen, and only as often as ordered."""

import queue
import threading
import time
from http.client import RemoteDisconnected
from typing import Any
from urllib.error import URLError

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.workspace.client import NotAnswered, Visitor
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.integration.workspace.conftest import MANIFEST, MakeVisitor, connected_handler

LOST = (RemoteDisconnected, ConnectionResetError, URLError)


def test_a_method_can_be_rate_limited_for_some_calls(
    workspace: RunningWorkspace, slack: WebClient, deploys: str
) -> None:
    workspace.controls.fault("chat.postMessage", "ratelimited", times=2, seconds=7)
    for _ in range(2):
        with pytest.raises(SlackApiError) as error:
            slack.chat_postMessage(channel=deploys, text="x")
        response: Any = error.value.response
        assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
        assert response["error"] == "ratelimited"

    assert slack.chat_postMessage(channel=deploys, text="x")["ok"]


def test_a_cut_connection_leaves_the_message_posted_and_the_caller_unknowing(
    workspace: RunningWorkspace, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    workspace.controls.fault("chat.postMessage", "drop_after")
    with pytest.raises(LOST):
        slack.chat_postMessage(channel=deploys, text="did it arrive?")
    workspace.controls.fault("chat.postMessage", "drop_before")
    with pytest.raises(LOST):
        slack.chat_postMessage(channel=deploys, text="never arrives")

    assert [message.plain_text for message in ada.messages()] == ["did it arrive?"]


def test_a_method_can_fail_with_any_code_status_or_delay(
    workspace: RunningWorkspace, slack: WebClient, deploys: str
) -> None:
    workspace.controls.fault("chat.*", "error", code="fatal_error")
    workspace.controls.fault("chat.*", "http_500")
    workspace.controls.fault("chat.*", "delay", seconds=0.05, channel=deploys)
    with pytest.raises(SlackApiError, match="fatal_error"):
        slack.chat_postMessage(channel=deploys, text="x")
    with pytest.raises(SlackApiError, match="Internal Server Error"):
        slack.chat_postMessage(channel=deploys, text="x")

    assert slack.chat_postMessage(channel=deploys, text="x")["ok"]


def test_orders_can_be_withdrawn(workspace: RunningWorkspace, slack: WebClient) -> None:
    workspace.controls.fault("*", "http_500", times=100)
    workspace.controls.down(60)
    with pytest.raises(LOST):
        slack.auth_test()
    workspace.controls.clear_faults()

    assert slack.auth_test()["ok"]


def test_the_limits_of_slack_apply_once_switched_on(
    workspace: RunningWorkspace, slack: WebClient, deploys: str
) -> None:
    workspace.controls.rate_limits(enabled=True)
    ts = str(slack.chat_postMessage(channel=deploys, text="x")["ts"])
    updates = [
        answer(slack, "chat.update", {"channel": deploys, "ts": ts, "text": str(number)})
        for number in range(60)
    ]
    posts = [
        answer(slack, "chat.postMessage", {"channel": deploys, "text": "x"}) for _ in range(10)
    ]

    assert updates[:50] == ["ok"] * 50
    assert "ratelimited after 2 s" in updates
    assert "ratelimited after 1 s" in posts


def answer(slack: WebClient, method: str, facts: dict[str, Any]) -> str:
    """Return what Slack says to one call, in a word."""
    try:
        slack.api_call(method, json=facts)
    except SlackApiError as error:
        response: Any = error.response
        return f"{response['error']} after {response.headers['Retry-After']} s"
    return "ok"


def test_the_bot_can_lose_its_channel(
    workspace: RunningWorkspace, slack: WebClient, deploys: str
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="x")["ts"])
    workspace.controls.delete_message("deploys", ts)
    with pytest.raises(SlackApiError, match="message_not_found"):
        slack.chat_update(channel=deploys, ts=ts, text="y")
    workspace.controls.remove_bot("deploys")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        slack.chat_postMessage(channel=deploys, text="x")
    workspace.controls.add_bot("deploys")
    workspace.controls.archive("deploys")
    with pytest.raises(SlackApiError, match="is_archived"):
        slack.chat_postMessage(channel=deploys, text="x")
    workspace.controls.unarchive("deploys")

    assert slack.chat_postMessage(channel=deploys, text="x")["ok"]


def test_a_payload_can_arrive_twice(
    workspace: RunningWorkspace, bolt: App, connected: object, ada: Visitor
) -> None:
    triggers: list[str] = []
    both = threading.Barrier(3)

    @bolt.command("/rack")
    def rack(ack: Any, body: dict[str, Any]) -> None:
        ack()
        triggers.append(body["trigger_id"])
        both.wait(5)

    workspace.controls.duplicate("slash_commands")
    ada.say("/rack build")
    both.wait(5)

    assert len(triggers) == 2
    assert len(set(triggers)) == 1


def test_the_bot_comes_back_after_a_refresh_and_after_a_drop(
    workspace: RunningWorkspace, bolt: App, connected: SocketModeHandler, ada: Visitor
) -> None:
    bolt.command("/rack")(lambda ack: ack())

    def answers() -> bool:
        try:
            ada.time_command("/rack help")
        except NotAnswered:
            return False  # the SDK may change its socket twice before it settles
        return True

    for trouble in (workspace.controls.refresh_sockets, workspace.controls.drop_sockets):
        before = connected.client.session_id()
        trouble()
        wait_until(lambda before=before: connected.client.session_id() != before)
        wait_until(answers)


def test_an_event_that_nobody_acknowledged_comes_again_and_says_why() -> None:
    settings = WorkspaceSettings(manifest=MANIFEST, ack_seconds=0.2, retry_factor=0.001)
    with running_workspace(settings) as workspace, Visitor(workspace.url) as ada:
        seen: queue.Queue[tuple[int | None, str | None]] = queue.Queue()

        def listen(client: Any, request: Any) -> None:
            seen.put((request.retry_attempt, request.retry_reason))
            if request.retry_attempt == 2:
                client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

        client = SocketModeClient(
            app_token=workspace.app_token, web_client=WebClient(base_url=workspace.api_url)
        )
        client.socket_mode_request_listeners.append(listen)
        client.connect()
        ada.say("@rackhand hello")
        found = [seen.get(timeout=10) for _ in range(3)]
        client.auto_reconnect_enabled = False

        assert found == [(0, ""), (1, "timeout"), (2, "timeout")]
        with pytest.raises(queue.Empty):
            seen.get(timeout=0.5)


def test_an_event_waits_for_a_bot_that_is_away(
    workspace: RunningWorkspace, bolt: App, visit: MakeVisitor
) -> None:
    taken: list[str] = []
    done = threading.Event()

    @bolt.event("app_mention")
    def mentioned(body: dict[str, Any]) -> None:
        taken.append(body["event_id"])
        done.set()

    visit("ada").say("@rackhand are you there?")
    with connected_handler(workspace, bolt):
        assert done.wait(15)
    assert len(taken) == 1


def wait_until(look: Any, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, "It did not come to that."
        time.sleep(0.02)
