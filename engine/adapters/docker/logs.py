"""Reads what containers wrote, merged by the moment of writing."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from engine.adapters.docker.connection import Connection
from engine.adapters.docker.container import Container
from engine.adapters.docker.words import moment
from engine.errors import NotFound
from engine.ports.rack import LogLine

AT_ONCE = 8
LINE_LENGTH = 8_000  # what is longer is cut, and the cut shown


class Logs:
    """The logs of one rack's containers."""

    def __init__(self, connection: Connection) -> None:
        """*connection* is the rack's."""
        self._connection = connection

    def last_lines(
        self, containers: Iterable[Container], *, since: datetime | None, tail: int
    ) -> tuple[LogLine, ...]:
        """Return the last *tail* lines of all together, oldest first."""
        if tail <= 0:
            return ()
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            parts = pool.map(lambda container: self._of(container, since, tail), containers)
            lines = [line for part in parts for line in part]
        return tuple(sorted(lines, key=lambda line: line.at)[-tail:])

    def _of(self, container: Container, since: datetime | None, tail: int) -> list[LogLine]:
        try:
            with self._connection.client() as client:
                frames = client.logs(
                    container.id,
                    stream=True,
                    follow=False,
                    timestamps=True,
                    tail=tail,
                    since=since.timestamp() if since else None,
                )
                return list(read(frames, container))
        except NotFound:
            return []


def read(frames: Iterable[bytes], container: Container) -> Iterator[LogLine]:
    """Turn the engine's frames into lines.

    A frame is a moment, a space, and a line; or, without its end, a part of a line that the
    engine cut at 16 kB.
    """
    at: datetime | None = None
    text = b""
    for frame in frames:
        stamp, _, part = frame.partition(b" ")
        at = at or moment(stamp.decode(errors="replace"))
        if len(text) <= LINE_LENGTH:
            text += part
        if part.endswith(b"\n") and at:
            yield _line(container, at, text)
            at, text = None, b""
    if text and at:
        yield _line(container, at, text)


def _line(container: Container, at: datetime, text: bytes) -> LogLine:
    line = text.decode(errors="replace").rstrip("\r\n")
    if len(line) > LINE_LENGTH:
        line = f"{line[:LINE_LENGTH]}…"
    return LogLine(service=container.service, process=container.id[:12], at=at, text=line)
