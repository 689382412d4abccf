"""Logging what anybody outside can cause as often as they like: once in a while, with a count."""

import logging
import time
from collections.abc import Callable


class Seldom:
    """Writes at most one line in a while, which says how many were left out before it."""

    def __init__(
        self,
        log: logging.Logger,
        *,
        seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write to *log*, each event at most once in *seconds*."""
        self._log = log
        self._seconds = seconds
        self._clock = clock
        self._next: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def warn(self, event: str, **facts: object) -> None:
        """Write that *event* happened, unless it was written a short while ago."""
        now = self._clock()
        if now < self._next.get(event, now):
            self._left_out[event] = self._left_out.get(event, 0) + 1
            return
        self._next[event] = now + self._seconds
        left_out = self._left_out.pop(event, 0)
        self._log.warning(event, extra={**facts, "left_out_before": left_out})
