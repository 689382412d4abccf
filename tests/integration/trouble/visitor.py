"""Somebody who looks at the app again and again, never tries a request twice, and remembers."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration.docker.clients import ask

PAUSE_SECONDS = 0.02


class Visitor:
    """Keeps each answer in order: the text of a good one, else what came instead."""

    def __init__(self, port: int, host: str) -> None:
        self._port = port
        self._host = host
        self._ended = threading.Event()
        self.answers: list[str] = []

    def look(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            try:
                status, text = ask(self._port, self._host)
            except (OSError, http.client.HTTPException) as error:
                self.answers.append(f"failed: {error!r}")
            else:
                self.answers.append(text if status == 200 else f"failed: {status}")

    def end(self) -> None:
        self._ended.set()

    @property
    def runs(self) -> list[str]:
        """The answers with repeats left out: "failed" for any that is not good."""
        shown: list[str] = []
        for answer in self.answers:
            word = "failed" if answer.startswith("failed") else answer
            if shown[-1:] != [word]:
                shown.append(word)
        return shown

    def went_over(self, old: str, new: str, *, but_for: str = "") -> bool:
        """Whether it was the old release first, the new one in the end, and nothing else ever."""
        others = set(self.runs) - {but_for}
        return others == {old, new} and (self.runs[0], self.runs[-1]) == (old, new)


@contextmanager
def visitor(port: int, host: str) -> Iterator[Visitor]:
    """Let one look while the block runs."""
    made = Visitor(port, host)
    thread = threading.Thread(target=made.look)
    thread.start()
    try:
        yield made
        time.sleep(10 * PAUSE_SECONDS)
    finally:
        made.end()
        thread.join()


@contextmanager
def long_request(port: int, host: str, *, seconds: float) -> Iterator[None]:
    """Have one request under way that takes *seconds*, unless it is cut off before."""

    def wait() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(port, host, f"/slow?{seconds}")

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(10 * PAUSE_SECONDS)  # it has to reach the app
    try:
        yield
    finally:
        thread.join()
