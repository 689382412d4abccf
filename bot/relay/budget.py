"""Slack's rates, kept by ourselves so that Slack never has to refuse us."""

from datetime import datetime, timedelta


class Budget:
    """Calls that refill steadily, for each key apart; and none while Slack said to wait.

    Refilling beats counting the calls of the last minute: a burst is followed by a slower pace,
    not by a minute of silence.
    """

    def __init__(self, *, burst: int, per_second: float) -> None:
        """Allow *burst* calls at once, and *per_second* in the long run."""
        self._burst = burst
        self._per_second = per_second
        self._left: dict[str, tuple[float, datetime]] = {}  # calls left, and when it was so
        self._closed_until: dict[str, datetime] = {}

    def allows(self, key: str, now: datetime) -> bool:
        """Whether a call for *key* may leave now."""
        closed_until = self._closed_until.get(key)
        if closed_until and now < closed_until:
            return False
        return self._left_at(key, now) >= 1

    def spend(self, key: str, now: datetime) -> None:
        """Count a call."""
        self._left[key] = (self._left_at(key, now) - 1, now)

    def close(self, key: str, now: datetime, *, seconds: float) -> None:
        """Slack asked to wait: let nothing leave for *key* in the next *seconds*."""
        self._closed_until[key] = now + timedelta(seconds=seconds)

    def _left_at(self, key: str, now: datetime) -> float:
        left, at = self._left.get(key, (float(self._burst), now))
        passed_seconds = max(0.0, (now - at).total_seconds())
        return min(float(self._burst), left + passed_seconds * self._per_second)
