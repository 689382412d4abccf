"""Waits until a daemon listens, or says why it never will."""

import socket
import time
from pathlib import Path

import pytest

from scripts import daemons

START_SECONDS = 30.0


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
