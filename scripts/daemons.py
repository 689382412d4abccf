"""Starts daemons that end with whoever started them, and ends them by process id."""

import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil

GRACE_SECONDS = 20.0


def start(
    command: Sequence[str],
    *,
    log: Path,
    outlives_us: bool = False,
    user: str | None = None,
    ending: signal.Signals = signal.SIGTERM,
) -> int:
    """Start *command* as *user* with its output in *log*; return its process id.

    Unless it *outlives_us*, the kernel sends it the signal *ending* when this process is gone,
    however that came about. It has a session of its own, so that Ctrl-C reaches it only through
    us and it is still there while we clear up.
    """
    guard: list[str] = []
    if shutil.which("setpriv"):
        guard = ["setpriv"]
        if not outlives_us:
            guard += ["--pdeathsig", ending.name.removeprefix("SIG")]
        if user is not None:
            guard += ["--reuid", user, "--regid", user, "--init-groups"]
        guard = [*guard, "--"] if len(guard) > 1 else []
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*guard, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return process.pid


def is_running(pid: int) -> bool:
    """Whether the process is there and not a zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop(
    pid: int, *, ending: signal.Signals = signal.SIGTERM, grace_seconds: float = GRACE_SECONDS
) -> None:
    """Ask the process to end and wait; kill it after *grace_seconds*. A repeat does nothing."""
    try:
        process = psutil.Process(pid)
        process.send_signal(ending)
        process.wait(grace_seconds)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(GRACE_SECONDS)


def stop_all_naming(path: Path, *, programs: tuple[str, ...]) -> None:
    """End every process that a killed run left behind at *path*.

    Those are the processes whose name begins with one of *programs* and that have *path*, or
    something below it, in an argument.
    """
    for process in psutil.process_iter(["name", "cmdline"]):
        words = process.info["cmdline"] or ()
        name = process.info["name"] or ""
        names_it = any(str(path) == word or f"{path}/" in word for word in words)
        if names_it and name.startswith(programs):
            stop(process.pid)


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a daemon's log, for whoever has to find out why it did not start."""
    if not log.exists():
        return "(it wrote nothing)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
