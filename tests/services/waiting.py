"""Waits for what happens outside of a test, and says what it waited for in vain."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import daemons

START_SECONDS = 30.0
SOON_SECONDS = 15.0


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = SOON_SECONDS) -> None:
    """Return once *is_so*; fail naming *what* when it is not within *seconds*."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.02)


def wait_for_port(port: int, pid: int, log: Path) -> None:
    """Return once something listens on *port*; fail with the end of *log* if *pid* gives up."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if not daemons.is_running(pid) or time.monotonic() > deadline:
                pytest.fail(f"It did not start. The end of {log}:\n{daemons.last_lines(log)}")
            time.sleep(0.05)
        else:
            return
