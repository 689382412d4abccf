"""Connections to the shop's database, of which there are only so many."""

import threading

CONNECTIONS = 4
WAIT_SECONDS = 1.0


class Exhausted(Exception):
    """All connections are taken and none came back in time."""


class Pool:
    """Hands out connections; here they are only counted."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        """Allow so many connections at once."""
        self._connections = connections
        self._free = threading.Semaphore(connections)

    def check(self) -> None:
        """Take a connection and give it back. Raises ``Exhausted`` when there is none."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise Exhausted(f"no free connection in {WAIT_SECONDS} s (pool of {self._connections})")
        self._free.release()
