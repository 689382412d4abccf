"""What a missing service means: on a laptop the test skips, in CI it fails."""

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

SYSTEM_PROGRAMS = ("/usr/sbin", "/sbin", "/usr/local/sbin")  # not on every user's PATH


def lacking(what: str) -> NoReturn:
    """Skip the test that needs *what*, or fail it where every service is required."""
    if os.environ.get("CI") or os.environ.get("RACKHAND_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} (every service is required here)")
    pytest.skip(what)


def program(name: str, package: str, *, folders: Sequence[str | Path] = ()) -> Path:
    """Return where the program *name* is, or give up the test and name its Debian package."""
    found = shutil.which(name)
    for folder in (*SYSTEM_PROGRAMS, *folders):
        found = found or shutil.which(name, path=str(folder))
    if found is None:
        lacking(f"{name} is not installed; on Debian: apt-get install {package}")
    return Path(found).absolute()


def free_port() -> int:
    """Return a TCP port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
