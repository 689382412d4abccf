"""Troubles that tests order: a method that fails, waits, or answers to nobody."""

import fnmatch
import time
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["ratelimited", "delay", "error", "http_500", "drop_before", "drop_after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order: the next *times* calls of methods like *method* go wrong in this way.

    ``drop_after`` does what was asked and then cuts the connection, so that the caller cannot
    know; ``drop_before`` cuts it with nothing done. *channel* narrows it to calls for one channel.
    """

    method: str  # may hold wildcards: "views.*", "*"
    kind: FaultKind
    times: int = 1
    code: str = "internal_error"  # of an "error"
    seconds: float = 1.0  # of a "delay", or of the Retry-After of "ratelimited"
    channel: str | None = None


class Faults:
    """The orders that are still open."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._down_until = 0.0
        self._duplicates: dict[str, int] = {}

    def order(self, fault: Fault) -> None:
        """Add an order; they are served in the order given."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Withdraw every order, and bring the API back up."""
        self._orders.clear()
        self._duplicates.clear()
        self._down_until = 0.0

    def take(self, method: str, channel: str) -> Fault | None:
        """Return the fault that this call shall meet, counted as used."""
        for fault in self._orders:
            if not fnmatch.fnmatchcase(method, fault.method):
                continue
            if fault.channel in {None, channel}:
                fault.times -= 1
                if fault.times <= 0:
                    self._orders.remove(fault)
                return fault
        return None

    def take_down(self, seconds: float) -> None:
        """Let the whole API cut every connection for a while."""
        self._down_until = time.monotonic() + seconds

    @property
    def is_down(self) -> bool:
        """Whether the API is down at present."""
        return time.monotonic() < self._down_until

    def duplicate(self, kind: str, times: int) -> None:
        """Deliver the next *times* payloads of *kind* twice; ``*`` is any kind."""
        self._duplicates[kind] = self._duplicates.get(kind, 0) + times

    def take_duplicate(self, kind: str) -> bool:
        """Whether this payload shall arrive twice, counted as used."""
        for name in (kind, "*"):
            if self._duplicates.get(name, 0) > 0:
                self._duplicates[name] -= 1
                return True
        return False
