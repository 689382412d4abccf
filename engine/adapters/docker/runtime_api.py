"""Kept conversations with HAProxy's runtime API, by way of the rack's own Docker connection."""

import contextlib
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from docker.errors import APIError

from engine.adapters.docker.configuration import ADMIN_PORT
from engine.adapters.docker.connection import Connection
from engine.errors import Refused

ANSWER_SECONDS = 10.0
PROMPT = b"\n> "
NOT_RUNNING = frozenset({404, 409})
# Whatever the image has to talk to a port with: nc (Alpine), socat, or bash alone (Debian).
TALK = f"""
if command -v nc >/dev/null; then exec nc 127.0.0.1 {ADMIN_PORT}; fi
if command -v busybox >/dev/null; then exec busybox nc 127.0.0.1 {ADMIN_PORT}; fi
if command -v socat >/dev/null; then exec socat - TCP:127.0.0.1:{ADMIN_PORT}; fi
exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{ADMIN_PORT} || exit 1
cat <&3 & reader=$!; cat >&3; kill $reader'
"""


class RouterAway(Exception):
    """The router does not run, or does not talk yet."""


class Channel(Protocol):
    """A two-way stream, be it a plain socket or one with TLS."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of *data*."""
        ...

    def recv(self, size: int, /) -> bytes:
        """Receive something; nothing once the other end has closed."""
        ...

    def settimeout(self, seconds: float, /) -> None:
        """Let calls fail after so long."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Conversation:
    """Says lines and reads to their prompts; it is opened anew where it ended."""

    script = TALK  # what ``sh`` runs in the container
    greeting: str | None = "prompt"  # makes the other side show one

    def __init__(self, rack: str, connection: Connection, container: str) -> None:
        """*container* is the router's name."""
        self._rack = rack
        self._connection = connection
        self._container = container
        self._lock = threading.Lock()
        self._channel: Channel | None = None

    def ask(self, command: str) -> str:
        """Return the answer to a command that changes nothing.

        Raises ``RouterAway`` when there is no router to ask.
        """
        return self.ask_each([command])[0]

    def ask_each(self, commands: Sequence[str]) -> list[str]:
        """Return the answers to several such commands, which go out together."""
        with self._lock:
            if self._channel is not None:
                with contextlib.suppress(RouterAway):  # it may have restarted since
                    return self._exchange(self._channel, commands)
            return self._exchange(self._open(), commands)

    def close(self) -> None:
        """End the conversation; a later command begins another."""
        with self._lock:
            self._hang_up()

    def _exchange(self, channel: Channel, commands: Sequence[str]) -> list[str]:
        try:
            channel.sendall("".join(f"{command}\n" for command in commands).encode())
            return _read_answers(channel, len(commands))
        except (OSError, EOFError) as error:
            self._hang_up()
            raise RouterAway(self._container) from error

    def _open(self) -> Channel:
        with self._connection.client() as client:
            try:
                made = client.exec_create(
                    self._container, ["sh", "-c", self.script], stdin=True, stderr=False
                )
                stream = client.exec_start(made["Id"], socket=True)
            except APIError as error:
                if error.status_code in NOT_RUNNING:
                    raise RouterAway(self._container) from error
                raise
        self._channel = channel = _channel_of(stream)
        channel.settimeout(ANSWER_SECONDS)
        if self.greeting is not None:
            self._exchange(channel, [self.greeting])
        return channel

    def _hang_up(self) -> None:
        if self._channel is not None:
            with contextlib.suppress(OSError):
                self._channel.close()
            self._channel = None


class RuntimeApi(Conversation):
    """Asks HAProxy things, and lets it change some."""

    def tell(self, *commands: str, answers: tuple[str, ...] = ("",)) -> None:
        """Give commands that change something, all at once; never twice by itself.

        Raises ``Refused`` for the first that is answered by none of *answers*.
        """
        with self._lock:
            told = self._exchange(self._channel or self._open(), commands)
        for command, answer in zip(commands, told, strict=True):
            if not any(answer == wanted or (wanted and wanted in answer) for wanted in answers):
                raise Refused(f"The router of {self._rack} answered to `{command}`: {answer}")


def _channel_of(stream: Any) -> Channel:
    """Return the socket inside what docker-py hands out, which itself can only be read."""
    channel: Channel = getattr(stream, "_sock", stream)
    return channel


def _read_answers(channel: Channel, count: int) -> list[str]:
    """Read to the last prompt; Docker sends frames of an 8-byte head and its content."""
    told = bytearray(b"\n")
    while not (told.endswith(PROMPT) and told.count(PROMPT) >= count):
        head = _read_exactly(channel, 8)
        told += _read_exactly(channel, int.from_bytes(head[4:], "big"))
    answers = told[: -len(PROMPT)].split(PROMPT, count - 1)
    return [answer.decode(errors="replace").strip("\n") for answer in answers]


def _read_exactly(channel: Channel, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        received = channel.recv(size - len(data))
        if not received:
            raise EOFError
        data += received
    return bytes(data)
