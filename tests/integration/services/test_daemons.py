"""Daemons end with whoever started them, and when they are told to."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from scripts import daemons

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(600)"
)


def wait_for_text(log: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while text not in (log.read_text() if log.exists() else "") and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_daemon_that_will_not_end_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    pid = daemons.start([sys.executable, "-c", STUBBORN], log=log)
    wait_for_text(log, "up")
    daemons.stop(pid, grace_seconds=0.2)
    assert not daemons.is_running(pid)


def test_stopping_what_is_gone_does_nothing(tmp_path: Path) -> None:
    pid = daemons.start(["true"], log=tmp_path / "log")
    daemons.stop(pid)
    daemons.stop(pid)
    assert not daemons.is_running(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_daemon_ends_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from scripts import daemons;"
        f"pid = daemons.start(['sleep', '600'], log=Path({str(tmp_path / 'log')!r}));"
        "print(pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert daemons.is_running(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=20)
    assert not daemons.is_running(pid)


def test_leftovers_are_told_by_program_and_path(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "engine", tmp_path / "engine-2"
    program = Path(sys.executable).name
    command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    pids = {}
    for name, argument in (("ours", here / "settings"), ("other", elsewhere / "settings")):
        pids[name] = daemons.start([*command, str(argument)], log=tmp_path / name)
        wait_for_text(tmp_path / name, "up")
    try:
        daemons.stop_all_naming(here, programs=("dockerd",))
        assert daemons.is_running(pids["ours"])
        daemons.stop_all_naming(here, programs=(program,))
        assert not daemons.is_running(pids["ours"])
        assert daemons.is_running(pids["other"])
    finally:
        for pid in pids.values():
            daemons.stop(pid)
