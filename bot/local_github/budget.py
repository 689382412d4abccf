"""The primary rate limit: so many requests an hour for each token."""

import time
from dataclasses import dataclass

_HOUR_SECONDS = 3600
_ANONYMOUS_AN_HOUR = 60
ANONYMOUS_KEY = "anonymous"


@dataclass(slots=True)
class Allowance:
    """What one token has left until *reset*, in seconds of the epoch."""

    limit: int
    used: int
    reset: float

    @property
    def remaining(self) -> int:
        """How many requests are left."""
        return max(0, self.limit - self.used)


class Budget:
    """Counts requests by caller."""

    def __init__(self, requests_an_hour: int) -> None:
        self.limit = requests_an_hour
        self._allowances: dict[str, Allowance] = {}
        self._exhausted_until = 0.0

    def of(self, key: str) -> Allowance:
        """Return the allowance of a caller, a fresh one where the hour is over."""
        now = time.time()
        limit = _ANONYMOUS_AN_HOUR if key == ANONYMOUS_KEY else self.limit
        if now < self._exhausted_until:
            return Allowance(limit, limit, self._exhausted_until)
        found = self._allowances.get(key)
        if found is None or found.reset <= now:
            found = self._allowances[key] = Allowance(limit, 0, now + _HOUR_SECONDS)
        return found

    def exhaust(self, seconds: float) -> None:
        """Let nobody have anything left for *seconds*; 0 gives it back."""
        self._exhausted_until = time.time() + seconds
