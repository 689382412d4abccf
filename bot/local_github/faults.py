"""Troubles that tests order: requests that fail, wait or vanish, and events that go astray."""

import fnmatch
import time
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["http_error", "slow", "secondary_limit", "drop_before", "drop_after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order: the next *times* requests whose path is like *path* go wrong in this way.

    ``drop_after`` does what was asked and then cuts the connection, so that the caller cannot
    know; ``drop_before`` cuts it with nothing done.
    """

    path: str = "*"  # below /api/v3, or of a .git address; may hold wildcards
    method: str = "*"
    kind: FaultKind
    times: int = 1
    status: int = 502  # of an "http_error"; of a "secondary_limit" 403 or 429
    seconds: float = 1.0  # of "slow", or of the Retry-After of a "secondary_limit"


class Faults:
    """The orders that are still open."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._down_until = 0.0
        self._hidden: dict[str, int] = {}
        self._duplicates: dict[str, int] = {}

    def order(self, fault: Fault) -> None:
        """Add an order; they are served in the order given."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Withdraw every order, and be reachable again."""
        self._orders.clear()
        self._hidden.clear()
        self._duplicates.clear()
        self._down_until = 0.0

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request shall meet, counted as used."""
        for fault in self._orders:
            if fault.method not in {"*", method} or not fnmatch.fnmatchcase(path, fault.path):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._orders.remove(fault)
            return fault
        return None

    def take_down(self, seconds: float) -> None:
        """Cut every connection for a while, of the API and of git."""
        self._down_until = time.monotonic() + seconds

    @property
    def is_down(self) -> bool:
        """Whether nobody can be reached at present."""
        return time.monotonic() < self._down_until

    def hide(self, sha: str, times: int) -> None:
        """Let the next *times* requests that ask for a commit, or where its branch is, not see it.

        GitHub is like that for a second or so after a push.
        """
        self._hidden[sha] = times

    def is_hidden(self, sha: str) -> bool:
        """Whether a commit is not to be seen yet."""
        return self._hidden.get(sha, 0) > 0

    def looked_for(self, shas: set[str]) -> None:
        """Count one request that missed these hidden commits."""
        for sha in shas:
            self._hidden[sha] -= 1

    def duplicate(self, event: str, times: int) -> None:
        """Deliver the next *times* events of this name twice; ``*`` is any event."""
        self._duplicates[event] = self._duplicates.get(event, 0) + times

    def take_duplicate(self, event: str) -> bool:
        """Whether this event shall arrive twice, counted as used."""
        for name in (event, "*"):
            if self._duplicates.get(name, 0) > 0:
                self._duplicates[name] -= 1
                return True
        return False
