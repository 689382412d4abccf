"""A way to an engine's socket on another machine: ``ssh`` forwarding to a socket of our own.

docker-py's own ssh transports start one ssh per connection, and are many times slower.
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from engine.adapters.docker.address import Address
from engine.errors import Unreachable

OPEN_SECONDS = 20.0
END_SECONDS = 5.0
OPTIONS = (
    *("-o", "ExitOnForwardFailure=yes"),
    *("-o", "BatchMode=yes"),
    *("-o", "ConnectTimeout=10"),
    *("-o", "ServerAliveInterval=10"),
    *("-o", "ServerAliveCountMax=3"),
    *("-o", "StreamLocalBindUnlink=yes"),
)
# Ends ssh when our end of its standard input is closed, so that none outlives a killed process.
LEASH = """
exec 3<&0
"$@" </dev/null & tunnel=$!
{ cat >/dev/null <&3; kill "$tunnel"; } 2>/dev/null &
trap 'kill "$tunnel"' TERM
wait "$tunnel"
"""


class Tunnel:
    """Keeps one forwarded socket open; opened again when it died, ended by ``close``."""

    def __init__(self, rack: str, address: Address, options: Sequence[str]) -> None:
        """*options* are further arguments of ``ssh``, such as an identity file."""
        self._rack = rack
        self._address = address
        self._options = tuple(options)
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> str:
        """Return the URL of the local socket; raises ``Unreachable`` with what ssh said."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="rackhand-"))
            local = self._folder / "docker.sock"
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._start(local)
            return f"unix://{local}"

    def close(self) -> None:
        """End ssh and remove the socket."""
        with self._lock:
            self._end()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _start(self, local: Path) -> None:
        local.unlink(missing_ok=True)
        port = ("-p", str(self._address.port)) if self._address.port else ()
        forward = ("-N", "-L", f"{local}:{self._address.path}")
        ssh = ["ssh", *OPTIONS, *port, *self._options, *forward, "--", self._address.destination]
        words = local.with_name("ssh.log")
        with words.open("wb") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", LEASH, "sh", *ssh],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + OPEN_SECONDS
        while not _accepts(local):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self._end()
                raise self._unreachable(words)
            time.sleep(0.02)

    def _unreachable(self, words: Path) -> Unreachable:
        said = words.read_text(errors="replace").strip().splitlines()
        last = f" ssh said: {said[-1]}" if said else ""
        return Unreachable(
            f"There is no way to the engine of {self._rack} by ssh to "
            f"{self._address.destination}.{last}",
            remedy="Try that `ssh` as the user that Rackhand runs as: it must not ask anything.",
        )

    def _end(self) -> None:
        if self._process is None:
            return
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _accepts(local: Path) -> bool:
    if not local.exists():
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(local)) == 0
