"""Visitors of a web app who never ask twice: a steady load from one light process.

As a program: asks until SIGTERM, then writes what came of each request to a file. Four kinds of
visitor ask side by side: by GET and POST, on a kept connection and on a fresh one a request. They
are open to the app's slowness: one that was kept waiting catches up, so that the rate holds.
"""

import argparse
import asyncio
import json
import re
import signal
import time
from array import array
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("keep-alive GET", "keep-alive POST", "fresh GET", "fresh POST")
VISITORS_A_KIND = 3
WAIT_SECONDS = 10.0  # for an answer; then it is a failure
BEHIND_SECONDS = 1.0  # what a visitor catches up at most
ORDER = b'{"items": [{"price": 450, "quantity": 2}]}'
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
MARK = re.compile(rb'"greeting": "([^"]*)"')


class Broken(Exception):
    """The answer is none."""


@dataclass(slots=True)
class Record:
    """What came of each request, in the order of the answers; seconds of the monotonic clock."""

    at: "array[float]" = field(default_factory=lambda: array("d"))
    took_ms: "array[float]" = field(default_factory=lambda: array("d"))
    kind: "array[int]" = field(default_factory=lambda: array("b"))
    mark: "array[int]" = field(default_factory=lambda: array("h"))  # -1: a failure
    marks: list[str] = field(default_factory=list)
    failures: list[tuple[float, int, str]] = field(default_factory=list)  # when, kind, what

    def answered(self, began: float, kind: int, mark: str) -> None:
        """Note an answer that a release with *mark* has given."""
        if mark not in self.marks:
            self.marks.append(mark)
        self._note(began, kind, self.marks.index(mark))

    def failed(self, began: float, kind: int, what: str) -> None:
        """Note a request without a good answer."""
        self._note(began, kind, -1)
        self.failures.append((self.at[-1], kind, what))

    def write(self, path: Path) -> None:
        """Write it as JSON, for ``bench.visits``."""
        plain = {name: list(getattr(self, name)) for name in self.__slots__}
        path.write_text(json.dumps(plain), encoding="utf-8")

    def _note(self, began: float, kind: int, mark: int) -> None:
        now = time.monotonic()
        self.at.append(now)
        self.took_ms.append((now - began) * 1000)
        self.kind.append(kind)
        self.mark.append(mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One that asks at its own pace."""

    address: str
    port: int
    host: str
    kind: int
    every_seconds: float
    record: Record

    async def visit(self) -> None:
        """Ask for ever."""
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        due = time.monotonic()
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + self.every_seconds, time.monotonic() - BEHIND_SECONDS)
            began = time.monotonic()
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    if connection is None:
                        connection = await asyncio.open_connection(self.address, self.port)
                    mark, stays = await self._ask(*connection)
            except (OSError, asyncio.IncompleteReadError, Broken, ValueError) as error:
                self.record.failed(began, self.kind, repr(error))
                stays = False
            else:
                self.record.answered(began, self.kind, mark)
            if connection and not stays:
                connection[1].close()
                connection = None

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[str, bool]:
        """Ask once; return the answer's mark, and whether the connection can be used again."""
        writer.write(self._request())
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else await reader.read()
        status = head.split(b" ", 2)[1]
        mark = MARK.search(body)
        if not status.startswith(b"2") or mark is None:
            raise Broken(status.decode())
        return mark[1].decode(), self._keeps and not CLOSES.search(head)

    @property
    def _keeps(self) -> bool:
        return KINDS[self.kind].startswith("keep-alive")

    def _request(self) -> bytes:
        closes = "" if self._keeps else "Connection: close\r\n"
        common = f"Host: {self.host}\r\n{closes}"
        if KINDS[self.kind].endswith("GET"):
            return f"GET /api HTTP/1.1\r\n{common}\r\n".encode()
        head = f"POST /orders HTTP/1.1\r\n{common}Content-Length: {len(ORDER)}\r\n\r\n"
        return head.encode() + ORDER


async def let_visit(record: Record, *, address: str, port: int, host: str, rate: float) -> None:
    """Let visitors of each kind ask *rate* times a second in all, until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    visits = []
    for number in range(VISITORS_A_KIND):
        for kind in range(len(KINDS)):
            visitor = Visitor(
                address=address,
                port=port,
                host=host,
                kind=kind,
                every_seconds=VISITORS_A_KIND / rate,
                record=record,
            )
            visits.append(asyncio.create_task(visitor.visit()))
            await asyncio.sleep(1 / rate / len(KINDS) / VISITORS_A_KIND * (number + 1))
    await ended.wait()
    for visit in visits:
        visit.cancel()


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--rate", type=float, required=True, help="requests a second of each kind")
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    record = Record()
    asyncio.run(
        let_visit(record, address=given.address, port=given.port, host=given.host, rate=given.rate)
    )
    record.write(given.output)
