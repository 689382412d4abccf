"""The workspace as a process of its own, and a bot that dies beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App

from bot.workspace.client import Visitor
from bot.workspace.controls import Controls
from bot.workspace.running import RunningWorkspace
from tests.integration.workspace.conftest import connected_handler

ROOT = Path(__file__).parents[3]

DYING_BOT = """
import os, signal, sys, threading
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
url, bot_token, app_token, end = sys.argv[1:]
app = App(client=WebClient(token=bot_token, base_url=url))
@app.middleware
def die(next):
    if end == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    next()
@app.event("app_mention")
def mentioned(say, event):
    say("Heard you.")
SocketModeHandler(app, app_token).connect()
print("ready", flush=True)
threading.Event().wait()
"""

Facts = dict[str, Any]


@pytest.fixture
def apart() -> Iterator[Facts]:
    """A workspace in another process; yields the line that it printed."""
    command = [sys.executable, "-m", "bot.workspace", "--manifest", "manifest.yml"]
    command += ["--print-json", "--bot-token", "xoxb-given", "--retry-factor", "0.02"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def start_bot(facts: Facts, end: str) -> subprocess.Popen[str]:
    arguments = [facts["api_url"], facts["bot_token"], facts["app_token"], end]
    command = [sys.executable, "-c", DYING_BOT, *arguments]
    bot = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert bot.stdout is not None
    assert bot.stdout.readline() == "ready\n"
    return bot


def test_an_event_outlives_a_killed_bot_and_reaches_the_next(apart: Facts) -> None:
    assert apart["bot_token"] == "xoxb-given"
    first = start_bot(apart, "die")
    with Visitor(apart["url"]) as ada, Controls(apart["url"]) as controls:
        ada.say("@rackhand hello")
        assert first.wait(10) == -signal.SIGKILL
        ada.wait_for(lambda: controls.socket_count() == 0)
        second = start_bot(apart, "live")
        try:
            ada.wait_for_message("Heard you.", timeout_seconds=20)
            heard = [m for m in ada.messages() if m.plain_text == "Heard you."]
        finally:
            second.kill()
            second.wait()
    for bot in (first, second):
        assert bot.stdout is not None
        bot.stdout.close()

    assert len(heard) == 1


def test_it_says_what_is_wrong_with_a_manifest(tmp_path: Path) -> None:
    broken = tmp_path / "manifest.yml"
    broken.write_text("features: {bot_user: {display_name: x}}\n")
    command = [sys.executable, "-m", "bot.workspace", "--manifest", str(broken)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ
    )

    assert ended.returncode == 1
    assert "display_information" in ended.stderr


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "bot.workspace", "--manifest", "manifest.yml"]
        ended = subprocess.run(
            [*command, "--port", port], cwd=ROOT, capture_output=True, text=True, check=False
        )

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "Address already in use" in ended.stderr


def test_many_commands_side_by_side_are_all_acknowledged(
    workspace: RunningWorkspace, bolt: App
) -> None:
    local = threading.local()

    @bolt.command("/rack")
    def rack(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        ack()

    def ask(number: int) -> float:
        if not hasattr(local, "visitor"):
            local.visitor = Visitor(workspace.url)
        took: float = local.visitor.time_command(f"/rack builds {number}")
        return took

    with connected_handler(workspace, bolt), ThreadPoolExecutor(20) as pool:
        took = sorted(pool.map(ask, range(400)))

    assert len(took) == 400
