"""Whose leases a starting process may end: only those of processes that surely are gone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.wiring import _owner, forget_dead
from storage import claims
from tests.worlds import Scene, scene_on_copy

HOST = socket.gethostname()
LONG_SECONDS = 3_600.0


def owner(pid: int, started: float, host: str = HOST) -> str:
    return f"{host}/{pid}/{started:.2f}/LXXXXXXXXXX"


def started_at(pid: int) -> float:
    return psutil.Process(pid).create_time()


def is_forgotten(scene: Scene, name: str) -> bool:
    with scene.store.write() as transaction:
        claims.lease(transaction, "relay", name, scene.clock.now(), LONG_SECONDS)
    count = forget_dead(scene.world)
    with scene.store.read() as transaction:
        assert count == (0 if name in claims.owners(transaction) else 1)
    return count == 1


@pytest.fixture
def scene(sqlite_template: Path, tmp_path: Path) -> Iterator[Scene]:
    with scene_on_copy(sqlite_template, tmp_path) as made:
        yield made


def test_a_process_that_runs_keeps_its_leases(scene: Scene) -> None:
    assert not is_forgotten(scene, _owner())


def test_a_process_that_runs_keeps_its_leases_when_the_clock_was_set(scene: Scene) -> None:
    assert not is_forgotten(scene, owner(os.getpid(), started_at(os.getpid()) + 2.5))


def test_a_process_that_ended_loses_its_leases(scene: Scene) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        name = owner(process.pid, started_at(process.pid))
        process.wait()

    assert is_forgotten(scene, name)


def test_a_process_that_ended_unnoticed_by_its_parent_loses_its_leases(scene: Scene) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = owner(process.pid, started_at(process.pid))
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert is_forgotten(scene, name)


def test_a_number_that_now_is_another_process_s_counts_as_gone(scene: Scene) -> None:
    assert is_forgotten(scene, owner(os.getpid(), started_at(os.getpid()) - 600))


def test_nobody_judges_the_processes_of_another_machine(scene: Scene) -> None:
    assert not is_forgotten(scene, owner(999_999_999, 0.0, host="another-host"))
