"""Starting what a benchmark runs beside itself, and ending it again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
START_SECONDS = 60.0
STOP_SECONDS = 60.0


@contextmanager
def workspace() -> Iterator[Mapping[str, str]]:
    """Run a local workspace as a process; give its addresses and tokens."""
    command = ["-m", "bot.workspace", "--manifest", str(MANIFEST), "--print-json"]
    with process(command, {}, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        facts: dict[str, str] = json.loads(started.stdout.readline())
        yield facts


def slack_environment(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that points a bot at a workspace."""
    return {
        "SLACK_API_URL": facts["api_url"],
        "SLACK_BOT_TOKEN": facts["bot_token"],
        "SLACK_APP_TOKEN": facts["app_token"],
        "SLACK_SIGNING_SECRET": facts["signing_secret"],
    }


@contextmanager
def process(
    words: list[str], environment: Mapping[str, str], *, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with *words* until the block ends. What it prints goes to standard error."""
    started = subprocess.Popen(
        [sys.executable, *words],
        env=os.environ | dict(environment),
        stdout=stdout or sys.stderr,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(STOP_SECONDS)


def end_cleanly_when_asked() -> None:
    """Let SIGTERM end this program as Ctrl-C does: what it started goes with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def wait_until_ready(port: int) -> None:
    """Return once the bot says that it is ready. Raises ``TimeoutError``."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"The bot is not ready after {START_SECONDS:.0f} s.")
