"""Gives each test run a directory of its own, so that runs side by side do not meet."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.places import run_directory


@pytest.fixture(scope="session")
def slot() -> Iterator[Path]:
    """The first directory under ``.run/`` that no other run holds.

    Images and logs of an earlier run are still in it. The lock goes with the process, so that
    a killed run leaves its slot free.
    """
    for number in range(64):
        home = run_directory(f"tests-{number}")
        lock = (home / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        with lock:
            yield home
        return
    pytest.fail("64 test runs are under way at once; end some of them.")
