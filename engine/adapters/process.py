"""Child processes that are given no more environment than they need, and that always end."""

import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Canceled

# What tools such as git, docker and ssh need of ours. Tokens of the bot are not among it.
PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "DOCKER_CONFIG", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
GRACE_SECONDS = 5.0  # between asking a process to end and ending it
GLANCE_SECONDS = 0.2  # how often the cancel is asked for
LINE_LIMIT = 8_192  # characters; the rest of a longer line is cut
CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a process ended."""

    code: int  # exit code; negative: the signal that ended it
    output: str
    errors: str


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: the few names that tools need, and *extra*."""
    ours = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**ours, **extra}


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    deadline_seconds: float,
    canceled: Callable[[], bool] = lambda: False,
) -> Finished:
    """Run to the end. Raises ``TimeoutError`` at the deadline and ``Canceled``; both end it."""
    if canceled():
        raise Canceled
    ends_at = time.monotonic() + deadline_seconds
    with _started(arguments, environment, subprocess.PIPE) as process:
        while True:
            try:
                output, errors = process.communicate(timeout=GLANCE_SECONDS)
            except subprocess.TimeoutExpired:
                if canceled():
                    raise Canceled from None
                if time.monotonic() > ends_at:
                    raise TimeoutError(f"no end after {deadline_seconds:g} s") from None
                continue
            return Finished(
                code=process.returncode,
                output=output.decode(errors="replace"),
                errors=errors.decode(errors="replace"),
            )


def stream(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    canceled: Callable[[], bool],
    on_line: Callable[[str], None],
) -> int:
    """Run to the end, handing over each line that is written; return the exit code.

    Raises ``Canceled`` once *canceled* says so; the process and its children are ended then.
    """
    with _started(arguments, environment, subprocess.STDOUT) as process:
        for line in _lines(process, canceled):
            on_line(line)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=GLANCE_SECONDS)
            if canceled():
                raise Canceled


@contextlib.contextmanager
def _started(
    arguments: Sequence[str], environment: Mapping[str, str], errors: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process in its own group, and leave nothing of the group behind."""
    process = subprocess.Popen(
        arguments,
        env=dict(environment),
        cwd=Path.home().anchor,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            _end_group(process)
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process and its children to end; after a grace make them."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _lines(process: "subprocess.Popen[bytes]", canceled: Callable[[], bool]) -> Iterator[str]:
    if process.stdout is None:
        return
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    glance_at = 0.0
    begun = ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() >= glance_at:
                if canceled():
                    raise Canceled
                glance_at = time.monotonic() + GLANCE_SECONDS
            if not selector.select(timeout=GLANCE_SECONDS):
                continue
            chunk = os.read(process.stdout.fileno(), CHUNK_BYTES)
            *whole, begun = (begun + decoder.decode(chunk, final=not chunk)).split("\n")
            begun = begun[:LINE_LIMIT]
            yield from (line.removesuffix("\r")[:LINE_LIMIT] for line in whole)
            if not chunk:
                break
    if begun:
        yield begun
